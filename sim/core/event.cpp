#include "sim/core/event.hpp"

#include <algorithm>

namespace mmsim {

void EventObject::describe(const Actor& waiter, Wait& wait, const char* how, const char* ends_when) const {
  wait.need = 1;
  for (Actor* actor : waiter.world.actors) {
    if (actor == &waiter || actor->state == ActorState::kFinished) continue;
    const bool declared = std::find(producers.begin(), producers.end(), actor) != producers.end();
    if (!declared && (actor->foresight == nullptr || !actor->foresight->may_wake(*this))) continue;
    wait.edges.push_back({actor, EdgeKind::kOneOf, how, ends_when});
  }
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
}

void SemaphoreDown::describe(Wait& wait) const {
  wait.noun = Semaphore::kClass.noun;
  semaphore_.describe(self, wait, "may put a unit back", "puts a unit back");
  for (WaitEdge& edge : wait.edges)
    for (const Holder& taker : semaphore_.takers)
      if (taker.actor() == edge.holder) {
        edge.how = "holds a unit";
        edge.since_ns = taker.holding().since_ns;
        edge.held_at = taker.holding().held_at;
      }
  wait.nobody = "nobody is left who could put a unit back";
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
    first->granted = true;
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
