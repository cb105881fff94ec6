// Interprocessor interrupts whose sender waits for every receiver, as smp_call_function_many() of kernel/smp.c and on
// it flush_tlb_multi() of arch/x86/mm/tlb.c.
//
// 1. The sender has preemption off and interrupts on, and spins until all have acknowledged.
// 2. Receivers are interrupted in the order of their numbers. With k of them the i-th (from 1) is interrupted
//    ipi_base_ns + the sum of the first i per-CPU costs after the call; ipi_per_cpu_ns each, times ipi_remote_percent /
//    100 on another node than the sender's.
// 3. A receiver acknowledges when its handler has run: ipi_handler_ns after it took the interrupt. One that has
//    interrupts off takes it when it turns them on, an idle one at once.
// So, undisturbed, the call takes base + all per-CPU costs + one handler.
// DIFFERS: idle CPUs are not left out as lazy TLB CPUs are; whoever makes the set decides.
#pragma once

#include "sim/machine/cpu_set.hpp"
#include "sim/machine/cpus.hpp"

namespace mmsim {

class IpiWait : public Operation {
 public:
  // The sender's own CPU is left out of `targets`. REQUIRES: `sender` has a CPU of `cpus`.
  IpiWait(Actor& sender, Cpus& cpus, const CpuSet& targets);

  bool can_complete() const override { return unacked_.empty() && self.world.now_ns >= acked_ns_; }
  void complete() override;
  void enqueue() override;
  QuickEnd quick_end() const override;
  void describe(Wait& wait) const override;
  Object* object() const override { return &cpus_.ipi_acks(); }
  bool spins() const override { return true; }
  const char* verb() const override { return IpiAcks::kClass.acquire; }
  void result() {}

 private:
  struct SendTimer : Timer {
    SendTimer(Fire f, IpiWait& w) : Timer(f), wait(w) {}
    IpiWait& wait;
  };
  static void fired(World& world, Timer& timer);
  static void taken(void* wait, int cpu, std::int64_t ends_ns);
  void interrupt_next();
  std::int64_t cost_ns(int cpu) const;

  Cpus& cpus_;
  CpuSet unacked_;             // have not taken the interrupt yet
  int next_;                   // to be interrupted; CpuSet::kNone: all were
  std::int64_t acked_ns_ = 0;  // when the last of those that took it acknowledges
  SendTimer timer_;            // next interrupt, then last acknowledgement
  bool waits_ = false;
};

// The same where there is no clock: interrupts reach a CPU at once, unless an actor of that CPU has them off.
// DIFFERS: it does not matter whether that actor is the one that runs there. REQUIRES: world.exploring.
class ExploredIpiWait : public Operation {
 public:
  ExploredIpiWait(Actor& sender, Cpus& cpus, const CpuSet& targets) : Operation(sender), cpus_(cpus), targets_(targets) {}
  bool can_complete() const override;
  void complete() override {}
  void enqueue() override {}
  void describe(Wait& wait) const override;
  Object* object() const override { return &cpus_.ipi_acks(); }
  bool spins() const override { return true; }
  const char* verb() const override { return IpiAcks::kClass.acquire; }
  void result() {}

 private:
  bool masks(const Actor& actor) const;

  Cpus& cpus_;
  const CpuSet& targets_;
};

// The same for an smp_call_function of a program: `receivers` are all who run on the CPUs it interrupts.
class ExploredSmpCall : public Operation {
 public:
  ExploredSmpCall(Actor& sender, IpiAcks& acks, const ArenaVector<Actor*>& receivers)
      : Operation(sender), acks_(acks), receivers_(receivers) {}
  bool can_complete() const override;
  void complete() override {}
  void enqueue() override {}
  void describe(Wait& wait) const override;
  Object* object() const override { return &acks_; }
  bool spins() const override { return true; }
  const char* verb() const override { return IpiAcks::kClass.acquire; }
  void result() {}

 private:
  bool masks(const Actor& actor) const;

  IpiAcks& acks_;
  const ArenaVector<Actor*>& receivers_;
};

inline Await<ExploredSmpCall> await_acknowledgements(Actor& self, IpiAcks& acks, const ArenaVector<Actor*>& receivers) {
  return {self, acks, receivers};
}

inline Await<ExploredIpiWait> await_enabled_interrupts(Actor& self, Cpus& cpus, const CpuSet& targets) {
  return {self, cpus, targets};
}

inline Await<IpiWait> smp_call_function_many(Actor& self, Cpus& cpus, const CpuSet& targets) {
  return {self, cpus, targets};
}

}  // namespace mmsim
