// Actors that are interrupt handlers: on top of what their CPU does.
#include <algorithm>
#include <utility>

#include "sim/machine/cpus.hpp"

namespace mmsim {

void Cpus::raise(Cpu& cpu, Actor& handler) {
  const auto later = [&](const Actor* other) { return other->context < handler.context; };
  cpu.due_handlers.insert(std::find_if(cpu.due_handlers.begin(), cpu.due_handlers.end(), later), &handler);
  take_handlers(cpu);
}

// Who is in the middle of a step at this instant, or in that of a switch, is interrupted where it next spends or spins.
bool Cpus::may_come(const Cpu& cpu, const Actor& handler) const {
  const Actor* below = cpu.running();
  if (below == nullptr) return true;
  if (cpu.switching || below->context >= handler.context || below->irq_off > 0) return false;
  if (handler.context == Context::kSoftirq && below->bh_off > 0) return false;
  return below->state == ActorState::kSpinning || (below->state == ActorState::kTimed && cpu.busy.armed());
}

void Cpus::take_handlers(Cpu& cpu) {
  for (;;) {
    const auto next = std::find_if(cpu.due_handlers.begin(), cpu.due_handlers.end(), [&](const Actor* h) { return may_come(cpu, *h); });
    if (next == cpu.due_handlers.end()) return;
    Actor& handler = **next;
    cpu.due_handlers.erase(next);
    come(cpu, handler);
  }
}

void Cpus::come(Cpu& cpu, Actor& handler) {
  if (Actor* below = cpu.running(); below != nullptr) {
    Entity& entity = *entities_[below->id];
    entity.goes_on_as = below->state;
    if (cpu.busy.armed()) {
      entity.remaining_ns = cpu.busy_until_ns - free_ns(cpu);
      used(cpu, *below) -= entity.remaining_ns;
      Calendar::cancel(cpu.busy);
    }
    below->state = ActorState::kRunnable;
  } else {
    cpu.times.idle_ns += std::max<std::int64_t>(0, world_.now_ns - cpu.idle_since_ns);
  }
  cpu.handlers.push_back(&handler);
  world_.record(Event::kRun, handler, nullptr);
  world_.dispatch(handler);
}

// It has returned, or is held before it begins.
void Cpus::go(Cpu& cpu, Actor& handler) {
  MMSIM_CHECK(cpu.handlers.back() == &handler, "a handler returns while another runs on top of it");
  cpu.handlers.pop_back();
  take_held_back(cpu);
  go_on_below(cpu);
  take_handlers(cpu);
}

void Cpus::go_on_below(Cpu& cpu) {
  Actor* below = cpu.running();
  if (below == nullptr) {
    cpu.idle_since_ns = free_ns(cpu);
    if (cpu.first != nullptr) switch_to_next(cpu);
    return;
  }
  Entity& entity = *entities_[below->id];
  world_.record(Event::kRun, *below, nullptr);
  below->state = entity.goes_on_as;
  if (entity.goes_on_as == ActorState::kReady) return world_.dispatch(*below);
  if (entity.goes_on_as == ActorState::kSpinning) return;
  const std::int64_t remaining_ns = std::exchange(entity.remaining_ns, 0);
  if (preemption_ == Preemption::kFull && must_make_room(cpu)) return preempt(cpu, remaining_ns);
  used(cpu, *below) += remaining_ns;
  use(cpu, remaining_ns);
}

}  // namespace mmsim
