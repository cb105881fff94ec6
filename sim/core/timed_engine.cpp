#include "sim/core/timed_engine.hpp"

#include <algorithm>
#include <utility>

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
      if (world_.halted) return RunEnd::kHalted;
    }
    world_.ready.clear();
    world_.ready_head = 0;
    if (world_.unfinished == 0 && (world_.gate == nullptr || world_.gate->is_open())) return RunEnd::kAllDone;
    const std::int64_t date_ns = next_date_ns();
    if (date_ns == kNever_ns) return RunEnd::kNothingLeft;
    if (date_ns > limits_.time_max_ns) {
      world_.now_ns = limits_.time_max_ns;
      return RunEnd::kTime;
    }
    advance(date_ns);
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

std::int64_t TimedEngine::next_date_ns() const {
  const std::int64_t calendar_ns = world_.calendar.next_ns();
  return world_.external != nullptr ? std::min(calendar_ns, world_.external->next_ns()) : calendar_ns;
}

void TimedEngine::advance(std::int64_t date_ns) {
  world_.now_ns = date_ns;
  const auto fire_one = [this] {
    Timer& timer = world_.calendar.take();
    timer.fire(world_, timer);
  };
  if (world_.external != nullptr && world_.external->next_ns() == date_ns)
    world_.external->advance_to(date_ns);
  else
    fire_one();
  // A chooser sees all that is due at this instant; without one the order of the calendar holds and each runs at once.
  if (world_.chooser->has_opinion())
    while (world_.calendar.next_ns() == date_ns) fire_one();
}

void TimedEngine::step(Actor& actor) {
  // An endless loop of free operations, or of calls of procedures that do nothing, must not escape the bounds.
  constexpr std::uint64_t kInline_steps = 1024;
  world_.inline_until = std::min(world_.steps + kInline_steps, limits_.steps_max);
  if (actor.pending != nullptr) {
    Operation& op = *actor.pending;
    Gate* const gate = world_.gate;
    if (gate != nullptr && !gate->admits(op)) return;
    actor.run_again();
    if (!op.can_complete()) {
      world_.begin_wait(op);
      if (gate != nullptr) gate->waits(op);
      return;
    }
    op.complete();
    if (gate != nullptr) gate->completed(op);
    world_.count_wait(op);
    actor.pending = nullptr;
    world_.changed();
    ++world_.steps;
    if (world_.costs.lock_ns > 0) return world_.spend(actor, world_.costs.lock_ns);
  }
  if (actor.asleep) [[unlikely]] actor.run_again();
  actor.state = ActorState::kRunning;
  for (std::uint64_t calls = 0; calls < kInline_steps; ++calls) {
    actor.leaf.resume();
    if (actor.state == ActorState::kFinished) {
      std::exchange(actor.leaf, {}).destroy();
      if (world_.gate != nullptr) world_.gate->finished(actor);
      return;
    }
    if (actor.state != ActorState::kRunning) return;
  }
  ++world_.steps;
  world_.dispatch(actor);
}

}  // namespace mmsim
