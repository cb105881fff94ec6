#include "sim/machine/cpus.hpp"

#include <algorithm>
#include <utility>

namespace mmsim {

Cpus::Cpu::Cpu(Cpus& cpus, int number, int on_node)
    : node(on_node),
      busy(busy_ended, cpus, number),
      slice(slice_ended, cpus, number),
      idle_since_ns(cpus.world_.now_ns),
      held_back(ArenaAllocator<Interrupt>(cpus.world_.arena)),
      handlers(ArenaAllocator<Actor*>(cpus.world_.arena)),
      due_handlers(ArenaAllocator<Actor*>(cpus.world_.arena)) {}

Cpus::Cpus(World& world, const CpuCosts& costs, Preemption preemption, std::span<const int> node_of_cpu)
    : world_(world),
      costs_(costs),
      preemption_(preemption),
      ipi_acks_(world.add<IpiAcks>(Name{world.intern("ipi")})),
      cpus_(ArenaAllocator<Cpu>(world.arena)),
      entities_(ArenaAllocator<Entity*>(world.arena)) {
  MMSIM_CHECK(costs.slice_ns > 0, "a slice must take time");
  cpus_.reserve(node_of_cpu.size());
  for (const int node : node_of_cpu) cpus_.emplace_back(*this, count(), node);
}

// ------------------------------------------------------------------------------------------ using the CPU

void Cpus::spend(Actor& actor, std::int64_t ns) {
  Cpu& cpu = cpu_of(actor);
  MMSIM_CHECK(cpu.running() == &actor, "an actor uses a CPU that it does not have");
  if (preemption_ == Preemption::kFull && must_make_room(cpu)) return preempt(cpu, ns);
  used(cpu, actor) += ns;
  use(cpu, ns);
  take_handlers(cpu);
}

void Cpus::use(Cpu& cpu, std::int64_t ns) {
  cpu.busy_until_ns = free_ns(cpu) + ns;
  world_.calendar.set(cpu.busy, cpu.busy_until_ns);
}

void Cpus::busy_ended(World& world, Timer& timer) {
  Cpus& cpus = static_cast<CpuTimer&>(timer).cpus;
  Cpu& cpu = cpus.at(static_cast<CpuTimer&>(timer).cpu);
  if (cpu.switching) return cpus.switched(cpu);
  world.dispatch(*cpu.running());
}

void Cpus::give_up(Actor& actor) {
  Cpu& cpu = cpu_of(actor);
  MMSIM_CHECK(cpu.running() == &actor, "an actor gives up a CPU that it does not have");
  if (actor.context != Context::kTask) return go(cpu, actor);
  switch_to_next(cpu);
}

// ------------------------------------------------------------------------------------------ getting the CPU

void Cpus::want(Actor& actor) {
  if (actor.id >= entities_.size()) entities_.resize(world_.actors.size());
  Entity*& entity = entities_[actor.id];
  const bool starts = entity == nullptr;
  if (starts) {
    MMSIM_CHECK(actor.cpu < count(), "an actor runs on a CPU that the machine does not have");
    entity = world_.arena.make<Entity>(latency_ended, *this, actor);
  }
  Cpu& cpu = cpu_of(actor);
  if (&actor == cpu.current || std::find(cpu.handlers.begin(), cpu.handlers.end(), &actor) != cpu.handlers.end()) {
    entity->goes_on_as = ActorState::kReady;   // it spun, below a handler, and need not any more
    return;
  }
  if (actor.context != Context::kTask) return raise(cpu, actor);
  if (starts || costs_.wakeup_ns == 0) return enqueue(*entity);
  world_.calendar.set(*entity, world_.now_ns + costs_.wakeup_ns);
}

void Cpus::latency_ended(World&, Timer& timer) {
  auto& entity = static_cast<Entity&>(timer);
  entity.cpus.enqueue(entity);
}

void Cpus::enqueue(Entity& entity) {
  Cpu& cpu = cpu_of(entity.actor);
  if (cpu.running() == nullptr) {
    cpu.times.idle_ns += std::max<std::int64_t>(0, world_.now_ns - cpu.idle_since_ns);
    return switch_to(cpu, entity.actor);
  }
  insert(cpu, entity, false);
  if (cpu.current != nullptr && !cpu.switching) set_due(cpu);
}

// Higher priorities first; among equal ones first come, first served.
void Cpus::insert(Cpu& cpu, Entity& entity, bool before_equals) {
  Entity** at = &cpu.first;
  while (*at != nullptr && ((*at)->actor.priority > entity.actor.priority ||
                            (!before_equals && (*at)->actor.priority == entity.actor.priority)))
    at = &(*at)->next;
  entity.next = *at;
  *at = &entity;
  if (entity.next == nullptr) cpu.last = &entity;
}

void Cpus::switch_to_next(Cpu& cpu) {
  Calendar::cancel(cpu.slice);
  cpu.due_ns = kNever_ns;
  if (Entity* next = cpu.first; next != nullptr) {
    cpu.first = next->next;
    return switch_to(cpu, next->actor);
  }
  cpu.current = nullptr;
  cpu.idle_since_ns = free_ns(cpu);
  take_held_back(cpu);
  take_handlers(cpu);
}

void Cpus::switch_to(Cpu& cpu, Actor& actor) {
  cpu.current = &actor;
  cpu.switching = true;
  take_held_back(cpu);
  cpu.times.switch_ns += costs_.context_switch_ns;
  if (free_ns(cpu) + costs_.context_switch_ns == world_.now_ns) return switched(cpu);
  use(cpu, costs_.context_switch_ns);
}

void Cpus::switched(Cpu& cpu) {
  Actor& actor = *cpu.current;
  cpu.switching = false;
  cpu.slice_start_ns = world_.now_ns;
  if (cpu.first != nullptr) set_due(cpu);
  world_.record(Event::kRun, actor, nullptr);
  const std::int64_t remaining_ns = std::exchange(entities_[actor.id]->remaining_ns, 0);
  if (remaining_ns == 0) return world_.dispatch(actor);
  actor.state = ActorState::kTimed;
  cpu.times.spend_ns += remaining_ns;
  use(cpu, remaining_ns);
  take_handlers(cpu);
}

// ------------------------------------------------------------------------------------------ making room

// Somebody waits for the CPU.
void Cpus::set_due(Cpu& cpu) {
  const int waits = cpu.first->actor.priority;
  const int runs = cpu.current->priority;
  if (waits > runs && cpu.due_ns > world_.now_ns) {
    cpu.due_ns = world_.now_ns;
    if (preemption_ == Preemption::kFull) world_.calendar.set(cpu.slice, cpu.due_ns);
  }
  if (waits != runs || runs != 0 || cpu.due_ns != kNever_ns) return;   // no slice ends, or one does anyway
  const std::int64_t over = (world_.now_ns - cpu.slice_start_ns) / costs_.slice_ns;   // slices that nobody waited for
  cpu.slice_start_ns += over * costs_.slice_ns;
  cpu.due_ns = cpu.slice_start_ns + costs_.slice_ns;
  if (preemption_ == Preemption::kFull) world_.calendar.set(cpu.slice, cpu.due_ns);
}

void Cpus::slice_ended(World&, Timer& timer) {
  Cpus& cpus = static_cast<CpuTimer&>(timer).cpus;
  Cpu& cpu = cpus.at(static_cast<CpuTimer&>(timer).cpu);
  if (!cpu.busy.armed() || !cpus.must_make_room(cpu)) return;
  // A spend that ends at this instant has ended, whichever timer was set first.
  const std::int64_t remaining_ns = cpu.busy_until_ns - cpus.free_ns(cpu);
  if (remaining_ns == 0) return;
  Calendar::cancel(cpu.busy);
  cpu.times.spend_ns -= remaining_ns;
  cpus.preempt(cpu, remaining_ns);
}

void Cpus::preempt(Cpu& cpu, std::int64_t remaining_ns) {
  world_.record(Event::kPreempt, *cpu.current, nullptr, remaining_ns);
  requeue_current(cpu, remaining_ns, cpu.current->priority > 0);
}

void Cpus::requeue_current(Cpu& cpu, std::int64_t remaining_ns, bool before_equals) {
  Entity& entity = *entities_[cpu.current->id];
  entity.actor.state = ActorState::kRunnable;
  entity.remaining_ns = remaining_ns;
  insert(cpu, entity, before_equals);
  switch_to_next(cpu);
}

bool Cpus::yield(Actor& actor, bool only_if_due) {
  Cpu& cpu = cpu_of(actor);
  if (cpu.first == nullptr || cpu.current != &actor || cpu.first->actor.priority < actor.priority) return false;
  if (only_if_due && !must_make_room(cpu)) return false;
  requeue_current(cpu, 0, false);
  return true;
}

bool Cpus::might_sleep(Actor& actor) { return preemption_ != Preemption::kNone && yield(actor, true); }

// Preemption that became due meanwhile waits for the next spend: the actor is in the middle of a step.
void Cpus::enabled(Actor& actor) {
  if (actor.irq_off == 0) take_held_back(cpu_of(actor));
}

Actor* Cpus::hog(const Actor& actor) const {
  Actor* running = at(actor.cpu).running();
  const bool keeps_it = running != nullptr && (running->context != Context::kTask || running->state == ActorState::kSpinning);
  return keeps_it && running != &actor ? running : nullptr;
}

// ------------------------------------------------------------------------------------------ interrupts

void Cpus::interrupt(int number, const Interrupt& interrupt) {
  Cpu& cpu = at(number);
  if (masked_by(cpu) != nullptr)
    cpu.held_back.push_back(interrupt);
  else
    take(cpu, interrupt);
}

void Cpus::take(Cpu& cpu, const Interrupt& interrupt) {
  const std::int64_t begins_ns = free_ns(cpu);
  cpu.interrupted_until_ns = begins_ns + interrupt.ns;
  cpu.times.interrupt_ns += interrupt.ns;
  Actor* running = cpu.running();
  if (running == nullptr) {
    cpu.times.idle_ns += begins_ns - cpu.idle_since_ns;
    cpu.idle_since_ns = cpu.interrupted_until_ns;
  } else if (cpu.busy.armed()) {
    cpu.busy_until_ns += interrupt.ns;
    world_.calendar.set(cpu.busy, cpu.busy_until_ns);
  }
  if (world_.trace != nullptr) {
    const std::uint32_t actor = running != nullptr ? running->id : kNoId;
    const auto number = static_cast<std::int16_t>(cpu.busy.cpu);
    world_.trace->record({world_.now_ns, actor, kNoId, Event::kInterrupt, number, 0, interrupt.ns});
  }
  interrupt.handler(interrupt.context, cpu.busy.cpu, cpu.interrupted_until_ns);
}

// One at a time from the front: a handler may wake an actor whose switch comes back here.
void Cpus::take_held_back(Cpu& cpu) {
  while (!cpu.held_back.empty() && masked_by(cpu) == nullptr) {
    const Interrupt interrupt = cpu.held_back.front();
    cpu.held_back.erase(cpu.held_back.begin());
    take(cpu, interrupt);
  }
}

CpuTimes Cpus::times(int number) const {
  const Cpu& cpu = at(number);
  CpuTimes out = cpu.times;
  if (cpu.running() == nullptr) out.idle_ns += std::max<std::int64_t>(0, world_.now_ns - cpu.idle_since_ns);
  return out;
}

}  // namespace mmsim
