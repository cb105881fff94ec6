// Steps that wait for what others do, and that do it: semaphores, completions, wait queues, conditions, signals.
#include <algorithm>

#include "sim/core/killable.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

// A device that needs nobody will change it.
bool device_changes(const ScriptObjects& objects, const Term& term) {
  if (term.kind != Term::kProperty) return false;
  if (term.object.kind == ObjectKind::kBufferHead) return objects.buffer_heads[term.object.index]->quick_end().by == QuickEnd::By::kTime;
  if (term.object.kind != ObjectKind::kFolio) return false;
  const Folio& folio = *objects.mm.slots[term.object.index];
  const bool written = folio.under_writeback() && folio.writeback->io.stage == IoStage::kDevice;
  return written || folio.quick_end().by == QuickEnd::By::kTime;
}

// Writeback that the waiter itself keeps back, in its own bio or plug: it ends only if the waiter goes on.
void describe_kept(const Actor& waiter, const ScriptObjects& objects, std::span<const Term> condition, Wait& wait) {
  for (const Term& term : condition) {
    if (term.kind != Term::kProperty || term.property != Property::kWriteback) continue;
    const Folio& folio = *objects.mm.slots[term.object.index];
    if (!folio.under_writeback() || folio.writeback->io.keeper != &waiter) continue;
    Wait kept;
    folio.writeback->io.describe(nullptr, &folio, kept);
    for (const WaitEdge& edge : kept.edges) wait.edges.push_back({edge.holder, edge.kind, edge.how, edge.ends_by});
  }
}

// Whoever may still change what a condition asks: the programs with such a step ahead, and actors that are no programs. Idle
// servers do nothing unless one of these makes them.
void describe_condition(Actor& waiter, const ScriptObjects& objects, std::span<const Term> condition, Wait& wait) {
  wait.need = 1;
  wait.time_will = std::any_of(condition.begin(), condition.end(), [&](const Term& term) { return device_changes(objects, term); });
  wait.nobody = "nobody is left who could change that";
  describe_kept(waiter, objects, condition, wait);
  const auto* own = dynamic_cast<const ScriptForesight*>(waiter.foresight);
  if (own != nullptr && own->holds_up_change(condition))
    wait.edges.push_back({&waiter, EdgeKind::kOneOf, "keeps the item that would do that from being run", "what changes it"});
  for (Actor* actor : waiter.world.actors) {
    if (actor == &waiter || actor->state == ActorState::kFinished) continue;
    if (actor->waiting() && actor->pending->waits_for_work()) continue;
    const auto* program = dynamic_cast<const ScriptForesight*>(actor->foresight);
    if (program == nullptr || program->may_change(condition) || (!actor->waiting() && program->about_to_change(condition)))
      wait.edges.push_back({actor, EdgeKind::kOneOf, "may still change that", "changing that"});
  }
  for (WaitEdge& edge : wait.edges) edge.kind = wait.edges.size() == 1 ? EdgeKind::kOwner : EdgeKind::kOneOf;
}

// Waits until a condition holds, looking at it whenever it may have changed.
class ConditionWait : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  ConditionWait(Actor& s, const ProgramState& program, const Instruction& step)
      : Operation(s), program_(program), step_(step), condition_(program.objects.at(step.object)) {}
  bool can_complete() const override { return evaluate(self, program_, step_, program_.terms(step_)) != 0; }
  void complete() override {}
  void enqueue() override { condition_.waiters.push_back(self.wait); }
  bool spins() const override { return step_.op == OpCode::kSpinUntil; }
  void describe(Wait& wait) const override {
    wait.noun = Conditions::kClass.noun;
    describe_condition(self, program_.objects, program_.terms(step_), wait);
  }
  Object* object() const override { return &condition_; }
  const char* verb() const override { return spins() ? "smp_cond_load" : Conditions::kClass.acquire; }
  void result() {}

 private:
  const ProgramState& program_;
  const Instruction& step_;
  Object& condition_;
};

// A program that is killed goes on from prepare_to_wait() to schedule() without sleeping.
Task<bool> schedule(Actor& self, WaitQueue& queue, bool killable) {
  bool woken = true;
  if (killable)
    woken = co_await Await<Killable<ScheduleInQueue>>(self, queue);
  else
    co_await Await<ScheduleInQueue>(self, queue);
  co_return woken;
}

// ___wait_event(). DIFFERS: the condition is first looked at in the queue, not before joining it: to find it true there makes no difference.
Task<bool> wait_event(Actor& self, ProgramState& program, const Instruction& step) {
  Procedure here(self, "wait_event");
  WaitQueue& queue = *program.objects.wait_queues[step.other.index];
  bool alive = true;
  for (;;) {
    here.settle();
    co_await prepare_to_wait(self, queue, step.value != 0);
    const std::int64_t holds = co_await test(self, program, step);
    if (holds != 0) break;
    alive = co_await schedule(self, queue, step.killable);
    if (!alive) break;
  }
  co_await finish_wait(self, queue);
  co_return alive;
}

// A task is in one queue at a time, and sleeps in one that it has joined.
bool queue_fits(Actor& self, ProgramState& program, const Instruction& step) {
  const ObjectRef queue = step.op == OpCode::kWaitEvent ? step.other : step.object;
  const bool joins = step.op == OpCode::kPrepareToWait || step.op == OpCode::kWaitEvent;
  const std::uint32_t number = queue.index + 1;
  const char* why = nullptr;
  if (program.joined != 0 && program.joined != number) why = ", while it is still in another queue";
  if (program.joined == 0 && !joins) why = ", which it has not joined";
  if (why == nullptr) return true;
  fault(self, program.objects, step, joins ? "joins" : step.op == OpCode::kSchedule ? "sleeps in" : "leaves", why, &program.objects.at(queue));
  return false;
}

Task<bool> wait_killable(Actor& self, ScriptObjects& objects, ObjectRef ref) {
  bool taken = false;
  if (ref.kind == ObjectKind::kCompletion)
    taken = co_await Await<Killable<CompletionWait>>(self, *objects.completions[ref.index]);
  else
    taken = co_await Await<Killable<WaitQueueSleep>>(self, *objects.wait_queues[ref.index]);
  co_return taken;
}

Task<std::int64_t> wait_step(Actor& self, ProgramState& program, const Instruction& step) {
  ScriptObjects& objects = program.objects;
  const ObjectRef ref = step.object;
  bool outcome = true;
  switch (step.op) {
    case OpCode::kDown: co_await down(self, *objects.semaphores[ref.index]); break;
    case OpCode::kDownTrylock: outcome = co_await down_trylock(self, *objects.semaphores[ref.index]); break;
    case OpCode::kTryWait: outcome = co_await try_wait_for_completion(self, *objects.completions[ref.index]); break;
    case OpCode::kWaitUntil:
    case OpCode::kSpinUntil: co_await Await<ConditionWait>(self, program, step); break;
    case OpCode::kWaitEvent: outcome = co_await wait_event(self, program, step); break;
    case OpCode::kSchedule: outcome = co_await schedule(self, *objects.wait_queues[ref.index], step.killable); break;
    default:
      if (step.killable)
        outcome = co_await wait_killable(self, objects, ref);
      else if (ref.kind == ObjectKind::kCompletion)
        co_await wait_for_completion(self, *objects.completions[ref.index]);
      else
        co_await sleep_on(self, *objects.wait_queues[ref.index]);
      break;
  }
  co_return outcome;
}

Task<> wake_step(Actor& self, ScriptObjects& objects, const Instruction& step) {
  const bool all = step.op == OpCode::kWakeAll;
  if (step.object.kind == ObjectKind::kCompletion) {
    Completion& completion = *objects.completions[step.object.index];
    if (all)
      co_await complete_all(self, completion);
    else
      co_await complete(self, completion);
    co_return;
  }
  WaitQueue& queue = *objects.wait_queues[step.object.index];
  if (all)
    co_await wake_up_all(self, queue);
  else
    co_await wake_up(self, queue);
}

}  // namespace

Task<std::int64_t> event_step(Actor& self, ProgramState& program, const Instruction& step) {
  ScriptObjects& objects = program.objects;
  std::int64_t outcome = 1;
  const bool of_queue = step.op == OpCode::kPrepareToWait || step.op == OpCode::kSchedule || step.op == OpCode::kFinishWait ||
                        step.op == OpCode::kWaitEvent;
  if (of_queue && !queue_fits(self, program, step)) co_return 0;
  if (step.op == OpCode::kPrepareToWait) program.joined = step.object.index + 1;
  if (step.op == OpCode::kFinishWait) program.joined = 0;
  switch (step.op) {
    case OpCode::kUp: co_await up(self, *objects.semaphores[step.object.index]); break;
    case OpCode::kWake:
    case OpCode::kWakeAll: co_await wake_step(self, objects, step); break;
    case OpCode::kPrepareToWait: co_await prepare_to_wait(self, *objects.wait_queues[step.object.index], step.value != 0); break;
    case OpCode::kFinishWait: co_await finish_wait(self, *objects.wait_queues[step.object.index]); break;
    case OpCode::kKill: co_await send_sigkill(self, *self.world.actors[step.object.index]); break;
    default: outcome = co_await wait_step(self, program, step); break;
  }
  // The last wake may have gone by: those still asleep are then lost.
  if (!self.world.exploring && wakes(step) && !program.may_wake(objects.at(step.object))) self.world.recheck();
  co_return outcome;
}

}  // namespace mmsim
