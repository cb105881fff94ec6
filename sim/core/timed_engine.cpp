#include "sim/core/timed_engine.hpp"

#include <algorithm>

namespace mmsim {

RunEnd TimedEngine::run() {
  constexpr std::uint64_t kPollEvery_steps = 4096;
  std::uint64_t poll_at = world_.steps + kPollEvery_steps;
  for (;;) {
    while (world_.ready_head < world_.ready.size()) {
      if (world_.steps >= limits_.steps_max) return RunEnd::kSteps;
      if (world_.steps >= poll_at) {
        poll_at = world_.steps + kPollEvery_steps;
        if (poll_ && !poll_()) return RunEnd::kInterrupted;
      }
      step(next_ready());
    }
    world_.ready.clear();
    world_.ready_head = 0;
    if (world_.unfinished == 0) return RunEnd::kAllDone;
    if (!advance()) return world_.now_ns >= limits_.time_max_ns ? RunEnd::kTime : RunEnd::kNothingLeft;
  }
}

Actor& TimedEngine::next_ready() {
  ArenaVector<Actor*>& ready = world_.ready;
  std::size_t& head = world_.ready_head;
  if (world_.chooser->has_opinion() && ready.size() - head > 1) {
    const auto chosen = ready.begin() + static_cast<std::ptrdiff_t>(head + world_.chooser->pick(ready.size() - head));
    std::rotate(ready.begin() + static_cast<std::ptrdiff_t>(head), chosen, chosen + 1);
  }
  return *ready[head++];
}

bool TimedEngine::advance() {
  const std::int64_t calendar_ns = world_.calendar.next_ns();
  const std::int64_t external_ns = world_.external != nullptr ? world_.external->next_ns() : kNever_ns;
  const std::int64_t next_ns = std::min(calendar_ns, external_ns);
  if (next_ns == kNever_ns) return false;
  if (next_ns > limits_.time_max_ns) {
    world_.now_ns = limits_.time_max_ns;
    return false;
  }
  world_.now_ns = next_ns;
  if (external_ns == next_ns) {
    world_.external->advance_to(next_ns);
    return true;
  }
  Timer& timer = world_.calendar.take();
  timer.fire(world_, timer);
  // A chooser sees all that is due at this instant; without one the order of the calendar holds and each runs at once.
  while (world_.chooser->has_opinion() && world_.calendar.next_ns() == next_ns) {
    Timer& also = world_.calendar.take();
    also.fire(world_, also);
  }
  return true;
}

void TimedEngine::step(Actor& actor) {
  constexpr std::uint64_t kInline_steps = 1024;   // an endless loop of free operations must not escape the bounds
  world_.inline_until = world_.steps + kInline_steps;
  if (actor.pending != nullptr) {
    Operation& op = *actor.pending;
    if (!op.can_complete()) return world_.begin_wait(op);
    op.complete();
    world_.count_wait(op);
    actor.pending = nullptr;
    ++world_.steps;
    if (world_.costs.lock_ns > 0) return world_.spend(actor, world_.costs.lock_ns);
  }
  do {
    actor.state = ActorState::kRunning;
    actor.leaf.resume();
  } while (actor.state == ActorState::kRunning);
}

}  // namespace mmsim
