// What a program may still do, from its text alone.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "sim/script/steps.hpp"

namespace mmsim {

bool wakes(const Instruction& step) {
  return step.op == OpCode::kWake || step.op == OpCode::kWakeAll || step.op == OpCode::kUp;
}

namespace {

// Steps that change things they do not name: what a bio, a request or a list holds.
bool affects_folios(OpCode op) {
  switch (op) {
    case OpCode::kSubmitBio:
    case OpCode::kFinishPlug:
    case OpCode::kSubmitRead:
    case OpCode::kSubmitBh:
    case OpCode::kEndRequest:
    case OpCode::kDoReqFilebacked:
    case OpCode::kLockBacking:
    case OpCode::kUnlockBacking:
    case OpCode::kMigratePages:
    case OpCode::kWriteCachePages: return true;
    default: return false;
  }
}

// A program that sleeps submits what is in its plug, so any step of one with a plug may.
bool affects_requests(OpCode op) { return affects_folios(op) || op == OpCode::kStartPlug || op == OpCode::kNextRequest; }

}  // namespace

// Any step that names the thing and is more than a question may change what is asked of it.
bool affects(const Instruction& step, ObjectRef thing) {
  if (step.op == OpCode::kTest || step.op == OpCode::kWaitUntil || step.op == OpCode::kSpinUntil) return false;
  const bool folio = thing.kind == ObjectKind::kFolio || thing.kind == ObjectKind::kBufferHead;
  if (folio && affects_folios(step.op)) return true;
  if (thing.kind == ObjectKind::kServer && affects_requests(step.op)) return true;
  return step.object == thing || step.other == thing;
}

// Of a loop that it stands in this may be the last round.
bool ProgramState::may_jump(std::uint32_t at) const {
  const Instruction& step = code[at];
  if (step.op == OpCode::kRepeatEnd) {
    const bool inside = static_cast<std::uint32_t>(step.target) <= pc && pc < at;
    return !inside || rounds_left[step.slot] != 1;
  }
  return step.branches || step.op == OpCode::kTest || step.op == OpCode::kJump;
}

bool any_step_of_work(const ScriptObjects& objects, std::uint32_t work, const std::function<bool(const Instruction&)>& is_it) {
  std::vector<bool> seen(objects.works.size(), false);
  std::vector<std::uint32_t> open{work};
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    for (const Instruction& step : objects.work_code[at]) {
      if (is_it(step)) return true;
      if (step.op == OpCode::kQueueWork) open.push_back(step.object.index);
    }
  }
  return false;
}

// Every path; a loop's count is looked at only where this is the last round.
template <class IsIt>
bool ProgramState::any_ahead(IsIt is_it) const {
  std::vector<bool> seen(code.size(), false);
  std::vector<std::uint32_t> open{begun ? pc + 1 : pc};
  if (comes_again) open.push_back(0);
  const Instruction& here = now();
  // It stands before it, or goes on at once.
  if (begun && here.op == OpCode::kQueueWork && any_step_of_work(objects, here.object.index, is_it)) return true;
  if (begun && (here.branches || here.op == OpCode::kTest)) open.push_back(static_cast<std::uint32_t>(here.target));
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (at >= code.size() || seen[at]) continue;
    seen[at] = true;
    const Instruction& step = code[at];
    if (is_it(step)) return true;
    if (may_jump(at)) open.push_back(static_cast<std::uint32_t>(step.target));
    if (step.op == OpCode::kQueueWork && any_step_of_work(objects, step.object.index, is_it)) return true;
    if (step.op != OpCode::kJump && step.op != OpCode::kEnd) open.push_back(at + 1);
  }
  return false;
}

namespace {

auto step_that_wakes(const ScriptObjects& objects, const Object& event) {
  return [&](const Instruction& step) { return wakes(step) && &objects.at(step.object) == &event; };
}
auto step_that_kills(const Actor& target) {
  return [&](const Instruction& step) { return step.op == OpCode::kKill && step.object.index == target.id; };
}
auto step_that_gives(const ScriptObjects& objects, const Object& pool) {
  return [&](const Instruction& step) {
    return step.op == OpCode::kGive && step.object.kind == ObjectKind::kPool && &objects.at(step.object) == &pool;
  };
}
auto step_that_ends(const ScriptObjects& objects, const Object& folio, bool in_hand) {
  return [&objects, &folio, in_hand](const Instruction& step) {
    const bool right_step = step.op == OpCode::kEndWriteback || (in_hand && step.op == OpCode::kBioAdd);
    return right_step && &objects.at(step.object) == &folio;
  };
}
auto step_that_changes(std::span<const Term> condition) {
  return [condition](const Instruction& step) {
    return std::any_of(condition.begin(), condition.end(), [&](const Term& term) {
      return (term.kind == Term::kVariable || term.kind == Term::kProperty) && affects(step, term.object);
    });
  };
}

}  // namespace

bool ProgramState::may_wake(const Object& event) const { return any_ahead(step_that_wakes(objects, event)); }
bool ProgramState::may_kill(const Actor& target) const { return any_ahead(step_that_kills(target)); }
bool ProgramState::may_change(std::span<const Term> condition) const { return any_ahead(step_that_changes(condition)); }
bool ProgramState::about_to_change(std::span<const Term> condition) const { return begun && step_that_changes(condition)(now()); }

// Writeback that is marked: by folio_end_writeback(), or by a bio, which is for who marked it. Where it stands before that
// step it has not taken it, or nobody would wait.
bool ProgramState::may_end(const Object& folio, bool in_hand) const {
  const auto ends = step_that_ends(objects, folio, in_hand);
  return (begun && ends(now())) || any_ahead(ends);
}

// Where it has, on every path, what it gives back, that is all it can give; else it may give back what others took, and who knows
// how much.
std::int64_t ProgramState::may_give(const Object& pool, std::int64_t has, bool taking, std::int64_t enough) const {
  std::vector<std::int64_t> least(code.size(), std::numeric_limits<std::int64_t>::max());   // that it has before a step
  std::vector<std::uint32_t> open;
  const auto arrive = [&](std::uint32_t at, std::int64_t units) {
    if (at >= code.size() || units >= least[at]) return;
    least[at] = units;
    open.push_back(at);
  };
  const auto leave = [&](std::uint32_t at, std::int64_t before, std::int64_t after) {
    const Instruction& step = code[at];
    if (may_jump(at)) arrive(static_cast<std::uint32_t>(step.target), before);
    if (step.op != OpCode::kJump && step.op != OpCode::kEnd) arrive(at + 1, after);
  };
  if (begun && now().op == OpCode::kQueueWork && any_step_of_work(objects, now().object.index, step_that_gives(objects, pool))) return enough;
  if (begun)
    leave(pc, has, taking ? has + now().value : has);
  else
    arrive(pc, has);
  bool gives = false;
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    const Instruction& step = code[at];
    const std::int64_t units = least[at];
    const bool of_pool = step.object.kind == ObjectKind::kPool && &objects.at(step.object) == &pool;
    if (step.op == OpCode::kQueueWork && any_step_of_work(objects, step.object.index, step_that_gives(objects, pool))) return enough;
    if (of_pool && step.op == OpCode::kGive) {
      if (units < step.value) return enough;
      gives = true;
      leave(at, units, units - step.value);
    } else {
      const bool takes = of_pool && (step.op == OpCode::kTake || step.op == OpCode::kTryTake);
      leave(at, units, takes ? units + step.value : units);
    }
  }
  return gives ? has : 0;
}

WorkerPrograms::WorkerPrograms(const Actor& worker, ScriptObjects& objects)
    : of_work(ArenaAllocator<ProgramState*>(worker.world.arena)), worker_(worker), objects_(objects) {
  of_work.resize(objects.works.size());
}

// It runs the item, or stands between the item and being run.
bool WorkerPrograms::may_run(const Work& work) const {
  Wait wait;
  describe_work(work, wait);
  return std::any_of(wait.edges.begin(), wait.edges.end(), [&](const WaitEdge& edge) { return edge.holder == &worker_; });
}

template <class IsIt>
bool WorkerPrograms::any(IsIt is_it) const {
  return (now != nullptr && now->any_ahead(is_it)) || any_pending(is_it);
}

// The same of items that it may yet run.
template <class IsIt>
bool WorkerPrograms::any_pending(IsIt is_it) const {
  return std::any_of(objects_.works.begin(), objects_.works.end(), [&](const Work* work) {
    const bool begins = now == nullptr && work->worker == &worker_;
    return (begins || (work->pending && may_run(*work))) && any_step_of_work(objects_, work->number, is_it);
  });
}

bool WorkerPrograms::may_wake(const Object& event) const { return any(step_that_wakes(objects_, event)); }
bool WorkerPrograms::may_kill(const Actor& target) const { return any(step_that_kills(target)); }
bool WorkerPrograms::may_change(std::span<const Term> condition) const { return any(step_that_changes(condition)); }
bool WorkerPrograms::may_end(const Object& folio, bool in_hand) const {
  return (now != nullptr && now->may_end(folio, in_hand)) || any_pending(step_that_ends(objects_, folio, in_hand));
}
bool WorkerPrograms::holds_up(const Object& event) const { return any_pending(step_that_wakes(objects_, event)); }
bool WorkerPrograms::holds_up_change(std::span<const Term> condition) const { return any_pending(step_that_changes(condition)); }

std::int64_t WorkerPrograms::may_give(const Object& pool, std::int64_t has, bool taking, std::int64_t enough) const {
  if (any_pending(step_that_gives(objects_, pool))) return enough;
  return now != nullptr ? now->may_give(pool, has, taking, enough) : has;
}

}  // namespace mmsim
