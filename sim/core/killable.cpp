#include "sim/core/killable.hpp"

#include <cstddef>

namespace mmsim {

// One that stands before it has not done it yet, though its program is past it.
void add_killers(const Actor& waiter, Wait& wait) {
  const auto may_kill = [&waiter](const Actor& actor) {
    const bool stands_before = actor.pending != nullptr && actor.pending->target() == &waiter;
    return stands_before || (actor.foresight != nullptr && actor.foresight->may_kill(waiter));
  };
  const std::size_t others = wait.edges.size();
  for (Actor* actor : waiter.world.actors)
    if (actor != &waiter && actor->state != ActorState::kFinished && may_kill(*actor))
      wait.edges.push_back({actor, EdgeKind::kOneOf, "may kill it", "send_sig_SIGKILL"});
  if (wait.edges.size() == others) return;
  for (WaitEdge& edge : wait.edges) edge.kind = EdgeKind::kOneOf;
  wait.need = 1;
}

void Kill::complete() {
  target_.fatal_signal = true;
  World& world = self.world;
  world.record(Event::kWake, self, nullptr);
  world.interrupt_wait(target_);
}

}  // namespace mmsim
