#include "sim/core/event.hpp"

#include <algorithm>

namespace mmsim {

// One that stands before a wake-up it has not done yet is not seen to have it before it by its program.
bool EventObject::may_signal(const Actor& actor) const {
  const Operation* next = actor.pending;
  if (next != nullptr && next->object() == this && std::string_view(next->verb()) != lock_class().acquire) return true;
  if (actor.foresight != nullptr && actor.foresight->may_wake(*this)) return true;
  return std::find(producers.begin(), producers.end(), &actor) != producers.end();
}

QuickEnd EventObject::quick_end(const Actor& waiter) const {
  for (Actor* producer : producers)
    if (producer->can_act()) return {QuickEnd::By::kActor, producer};
  for (Actor* actor : waiter.world.actors)
    if (actor->foresight != nullptr && actor->can_act() && may_signal(*actor))
      return {QuickEnd::By::kActor, actor};
  return {};
}

namespace {

// A kworker that waits for what an item would do that cannot be run meanwhile.
WaitEdge held_up_by(const Actor& waiter, const char* ends_by) {
  return {const_cast<Actor*>(&waiter), EdgeKind::kOneOf, "keeps the item that would do that from being run", ends_by};
}

}  // namespace

void EventObject::describe(const Actor& waiter, Wait& wait, const char* how, const char* ends_by) const {
  wait.need = 1;
  if (waiter.foresight != nullptr && waiter.foresight->holds_up(*this)) wait.edges.push_back(held_up_by(waiter, ends_by));
  for (Actor* actor : waiter.world.actors)
    if (actor != &waiter && actor->state != ActorState::kFinished && may_signal(*actor))
      wait.edges.push_back({actor, EdgeKind::kOneOf, how, ends_by});
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
}

const Holding* Semaphore::unit_of(const Actor& actor) const {
  const auto unit = std::find_if(takers.begin(), takers.end(), [&](const Holding& h) { return h.holder == &actor; });
  return unit != takers.end() ? &*unit : nullptr;
}

// Whoever waits behind has to know at once who has the unit.
void Semaphore::take_unit(Actor& actor) {
  if (Arena::of(this).log() == nullptr) takers.push_back(held_now(actor, false));
}

void Semaphore::put_unit_back(Actor& actor) {
  if (Arena::of(this).log() != nullptr) return;
  if (const Holding* own = unit_of(actor))
    takers.erase(takers.begin() + (own - takers.data()));
  else if (!takers.empty())
    takers.erase(takers.begin());
}

// Whoever holds a unit is expected to put it back, unless its program says that it will not; even the waiter itself.
void SemaphoreDown::describe(Wait& wait) const {
  wait.noun = Semaphore::kClass.noun;
  wait.nobody = "nobody is left who could put a unit back";
  wait.need = 1;
  if (self.foresight != nullptr && self.foresight->holds_up(semaphore_)) wait.edges.push_back(held_up_by(self, "up"));
  for (Actor* actor : self.world.actors) {
    if (actor->state == ActorState::kFinished) continue;
    const Holding* unit = semaphore_.unit_of(*actor);
    if (unit != nullptr && (actor->foresight == nullptr || semaphore_.may_signal(*actor)))
      wait.edges.push_back({actor, EdgeKind::kOneOf, "holds a unit", "up", unit->since_ns, unit->held_at});
    else if (actor != &self && semaphore_.may_signal(*actor))
      wait.edges.push_back({actor, EdgeKind::kOneOf, "may put a unit back", "up"});
  }
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
}

void SemaphoreUp::complete() {
  semaphore_.put_unit_back(self);
  self.world.record(Event::kRelease, self, &semaphore_);
  if (Waiter* first = semaphore_.waiters.head()) {
    first->granted = true;
    semaphore_.take_unit(first->actor);
    self.world.wake(semaphore_, *first);
  } else {
    ++semaphore_.count;
  }
}

void Complete::complete() {
  if (all_)
    completion_.done = Completion::kAll;
  else if (completion_.done != Completion::kAll)
    ++completion_.done;
  self.world.record(all_ ? Event::kWakeAll : Event::kWake, self, &completion_);
  while (Waiter* first = completion_.waiters.head()) {
    self.world.wake(completion_, *first);
    if (!all_) break;
  }
}

void WakeUp::complete() {
  self.world.record(all_ ? Event::kWakeAll : Event::kWake, self, &queue_);
  while (Waiter* first = queue_.waiters.head()) {
    const bool exclusive = first->tag == WaitQueue::kExclusive;
    if (woken_count_++ < kTold) woken_[woken_count_ - 1] = &first->actor;
    if (first == &first->actor.prepared)
      self.world.wake_prepared(queue_, *first);
    else
      self.world.wake(queue_, *first);
    if (exclusive && !all_) break;
  }
}

std::string WakeUp::told() const {
  if (woken_count_ == 0) return "wakes nobody";
  std::string out = "wakes " + self.world.text(*woken_[0]);
  const std::size_t named = std::min(woken_count_, kTold);
  const std::size_t others = woken_count_ - named;
  for (std::size_t i = 1; i < named; ++i)
    out += (i + 1 < named || others > 0 ? ", " : " and ") + self.world.text(*woken_[i]);
  if (others > 0) out += " and " + std::to_string(others) + (others == 1 ? " other" : " others");
  return out;
}

void PrepareToWait::complete() {
  Waiter& waiter = self.prepared;
  waiter.woken = false;
  if (waiter.queued) return;
  waiter.tag = exclusive_ ? WaitQueue::kExclusive : WaitQueue::kNotExclusive;
  if (exclusive_)
    queue_.waiters.push_back(waiter);
  else
    queue_.waiters.push_front(waiter);
}

void SemaphoreTry::complete() {
  taken_ = semaphore_.count > 0;
  if (taken_) {
    --semaphore_.count;
    semaphore_.take_unit(self);
  }
  self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &semaphore_, 0, taken_);
}

void CompletionTry::complete() {
  taken_ = completion_.done > 0;
  if (taken_ && completion_.done != Completion::kAll) --completion_.done;
  self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &completion_, 0, taken_);
}

}  // namespace mmsim
