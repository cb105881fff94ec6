#include "sim/machine/ipi.hpp"

#include <algorithm>

namespace mmsim {

IpiWait::IpiWait(Actor& sender, Cpus& cpus, const CpuSet& targets)
    : Operation(sender), cpus_(cpus), unacked_(targets), timer_(fired, *this) {
  MMSIM_CHECK(sender.cpu >= 0, "an actor without a CPU sends an interrupt");
  unacked_.remove(sender.cpu);
  next_ = unacked_.next(CpuSet::kNone);
}

void IpiWait::enqueue() {
  ++self.preempt_off;
  waits_ = true;
  self.world.calendar.set(timer_, self.world.now_ns + cpus_.costs().ipi_base_ns + cost_ns(next_));
}

void IpiWait::complete() {
  self.world.record(Event::kAcquire, self, object());
  if (!waits_) return;
  if (--self.preempt_off == 0) cpus_.enabled(self);
}

std::int64_t IpiWait::cost_ns(int cpu) const {
  const CpuCosts& costs = cpus_.costs();
  const bool remote = cpus_.node(cpu) != cpus_.node(self.cpu);
  return remote ? costs.ipi_per_cpu_ns * costs.ipi_remote_percent / 100 : costs.ipi_per_cpu_ns;
}

void IpiWait::fired(World& world, Timer& timer) {
  IpiWait& wait = static_cast<SendTimer&>(timer).wait;
  if (wait.next_ == CpuSet::kNone)
    world.wake(wait.cpus_.ipi_acks(), wait.self.wait);
  else
    wait.interrupt_next();
}

void IpiWait::interrupt_next() {
  const int cpu = next_;
  next_ = unacked_.next(cpu);
  if (next_ != CpuSet::kNone) self.world.calendar.set(timer_, self.world.now_ns + cost_ns(next_));
  cpus_.interrupt(cpu, {cpus_.costs().ipi_handler_ns, taken, this});
}

void IpiWait::taken(void* context, int cpu, std::int64_t ends_ns) {
  auto& wait = *static_cast<IpiWait*>(context);
  wait.unacked_.remove(cpu);
  wait.acked_ns_ = std::max(wait.acked_ns_, ends_ns);
  if (wait.unacked_.empty()) wait.self.world.calendar.set(wait.timer_, wait.acked_ns_);
}

// One masked CPU is a chain that can be followed; with several, each of them must turn its interrupts on.
QuickEnd IpiWait::quick_end() const {
  Actor* masked = nullptr;
  for (int cpu = unacked_.next(CpuSet::kNone); cpu != CpuSet::kNone; cpu = unacked_.next(cpu)) {
    Actor* actor = cpus_.masked_by(cpu);
    if (actor == nullptr) continue;
    if (masked != nullptr) return {};
    masked = actor;
  }
  return masked != nullptr ? QuickEnd{QuickEnd::By::kActor, masked} : QuickEnd{QuickEnd::By::kTime, nullptr};
}

void IpiWait::describe(Wait& wait) const {
  wait.noun = IpiAcks::kClass.noun;
  for (int cpu = unacked_.next(CpuSet::kNone); cpu != CpuSet::kNone; cpu = unacked_.next(cpu))
    if (Actor* actor = cpus_.masked_by(cpu); actor != nullptr)
      wait.edges.push_back({actor, EdgeKind::kOwner, "runs with interrupts off", "local_irq_enable"});
  wait.need = wait.edges.size();
  wait.time_will = wait.edges.empty();
}

bool ExploredIpiWait::masks(const Actor& actor) const {
  return &actor != &self && actor.cpu >= 0 && actor.cpu != self.cpu && targets_.contains(actor.cpu) && actor.irq_off > 0;
}

bool ExploredIpiWait::can_complete() const {
  return std::none_of(self.world.actors.begin(), self.world.actors.end(), [&](const Actor* actor) { return masks(*actor); });
}

void ExploredIpiWait::describe(Wait& wait) const {
  wait.noun = IpiAcks::kClass.noun;
  for (Actor* actor : self.world.actors)
    if (masks(*actor)) wait.edges.push_back({actor, EdgeKind::kOwner, "runs with interrupts off", "local_irq_enable"});
  wait.need = wait.edges.size();
  wait.time_will = wait.edges.empty();
}

// On the sender's own CPU the function is called directly.
bool ExploredSmpCall::masks(const Actor& actor) const {
  const bool own = self.world.explores_cpus && actor.cpu == self.cpu;
  return &actor != &self && !own && actor.irq_off > 0;
}

bool ExploredSmpCall::can_complete() const {
  return std::none_of(receivers_.begin(), receivers_.end(), [&](const Actor* actor) { return masks(*actor); });
}

void ExploredSmpCall::describe(Wait& wait) const {
  wait.noun = IpiAcks::kClass.noun;
  for (Actor* actor : receivers_)
    if (masks(*actor)) wait.edges.push_back({actor, EdgeKind::kOwner, "runs with interrupts off", "local_irq_enable"});
  wait.need = wait.edges.size();
  wait.time_will = wait.edges.empty();
}

}  // namespace mmsim
