#include "sim/core/event.hpp"

#include <algorithm>

namespace mmsim {

bool EventObject::may_signal(const Actor& actor) const {
  if (actor.foresight != nullptr && actor.foresight->may_wake(*this)) return true;
  return std::find(producers.begin(), producers.end(), &actor) != producers.end();
}

QuickEnd EventObject::quick_end(const Actor& waiter) const {
  for (Actor* producer : producers)
    if (producer->can_act()) return {QuickEnd::By::kActor, producer};
  for (Actor* actor : waiter.world.actors)
    if (actor->foresight != nullptr && actor->can_act() && actor->foresight->may_wake(*this))
      return {QuickEnd::By::kActor, actor};
  return {};
}

void EventObject::describe(const Actor& waiter, Wait& wait, const char* how, const char* ends_by) const {
  wait.need = 1;
  for (Actor* actor : waiter.world.actors)
    if (actor != &waiter && actor->state != ActorState::kFinished && may_signal(*actor))
      wait.edges.push_back({actor, EdgeKind::kOneOf, how, ends_by});
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
}

const Holder* Semaphore::unit_of(const Actor& actor) const {
  const auto unit = std::find_if(takers.begin(), takers.end(), [&](const Holder& h) { return h.held_by(actor); });
  return unit != takers.end() ? &*unit : nullptr;
}

// Whoever holds a unit is expected to put it back, unless its program says that it will not; even the waiter itself.
void SemaphoreDown::describe(Wait& wait) const {
  wait.noun = Semaphore::kClass.noun;
  wait.nobody = "nobody is left who could put a unit back";
  wait.need = 1;
  for (Actor* actor : self.world.actors) {
    if (actor->state == ActorState::kFinished) continue;
    const Holder* unit = semaphore_.unit_of(*actor);
    if (unit != nullptr && (actor->foresight == nullptr || semaphore_.may_signal(*actor)))
      wait.edges.push_back({actor, EdgeKind::kOneOf, "holds a unit", "puts it back", unit->holding().since_ns,
                            unit->holding().held_at});
    else if (actor != &self && semaphore_.may_signal(*actor))
      wait.edges.push_back({actor, EdgeKind::kOneOf, "may put a unit back", "up"});
  }
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
}

void SemaphoreUp::complete() {
  auto& takers = semaphore_.takers;
  const auto own = std::find_if(takers.begin(), takers.end(), [&](const Holder& h) { return h.held_by(self); });
  if (own != takers.end())
    takers.erase(own);
  else if (!takers.empty())
    takers.erase(takers.begin());
  self.world.record(Event::kRelease, self, &semaphore_);
  if (auto* first = static_cast<SemaphoreDown*>(semaphore_.waiters.head())) {
    first->grant();
    self.world.wake(*first);
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
  while (Operation* first = completion_.waiters.head()) {
    self.world.wake(*first);
    if (!all_) break;
  }
}

}  // namespace mmsim
