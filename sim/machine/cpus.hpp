// The CPUs of the machine: a run queue each, slices, preemption, wake-up and switch costs, interrupts.
//
// 1. An actor runs on its own CPU only. A CPU has one current actor: it has the CPU, or is being switched to.
// 2. The run queue is first come, first served. A slice ends only if somebody waits: slices follow each other from the
//    date at which the actor got the CPU, and the one under way when the first waiter comes is the last.
// 3. What the end of a slice does is the preemption model's. Under kFull an actor can lose its CPU only while it
//    spends and neither preemption nor interrupts are off; else it does at its next spend. A spend that was cut goes on
//    where it was when the actor gets the CPU again.
// 4. An interrupt is taken at once, or, where the current actor has interrupts off, as soon as it turns them on or
//    leaves the CPU. Handlers of one CPU run one after the other. What a handler takes is added to the spend or the
//    switch under way; where none is, the next one begins after the handler.
// 5. Whoever spins has preemption off and keeps its CPU.
// 6. Of two actors the one of higher priority goes first, and the other is to make room for it at once; equal ones above 0
//    have no slices (SCHED_FIFO).
// 7. An actor that is an interrupt handler (see sim/core/interrupt.hpp) comes on top of what its CPU does: it cuts a spend or a
//    spin, which goes on when it has returned. It comes where the actor below next spends or spins with interrupts on.
// DIFFERS: no load balancing: an actor never moves to another CPU, and one that was woken waits for the end of the slice
// under way instead of preempting by its virtual deadline.
// DIFFERS: a copy by FlowNetwork, during which its actor keeps the CPU, is neither preempted nor slowed by interrupts.
//
// A spend alone on its CPU is one event of the calendar. Everything lives in the arena of the world. Units: nanoseconds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sim/core/world.hpp"

namespace mmsim {

// Sources: see message Costs in proto/scenario.proto, which has the same defaults.
struct CpuCosts {
  std::int64_t wakeup_ns = 4000;           // from the wake-up to the run queue; actors that start do not pay it
  std::int64_t context_switch_ns = 1400;   // from one actor, or idle, to the next
  std::int64_t slice_ns = 3'000'000;       // REQUIRES: > 0
  std::int64_t ipi_base_ns = 1000;         // see ipi.hpp for these
  std::int64_t ipi_per_cpu_ns = 200;
  std::int64_t ipi_remote_percent = 150;
  std::int64_t ipi_handler_ns = 500;
};

// Where an actor whose slice is over, while somebody waits, makes room.
enum class Preemption : std::uint8_t {
  kNone,        // cond_resched()
  kVoluntary,   // ... and might_sleep()
  kFull,        // ... and anywhere
};

// Where the time of one CPU went. A spend, switch or handler under way counts in full. What is missing from the time
// elapsed is time in which the current actor spun, or waited for a copy, without giving up the CPU.
struct CpuTimes {
  std::int64_t spend_ns = 0;
  std::int64_t switch_ns = 0;
  std::int64_t interrupt_ns = 0;
  std::int64_t idle_ns = 0;
};

// An interrupt and what it does. `handler` is called when the interrupt is taken, and told when its handler will have
// run; it may wake actors. It may not wait.
struct Interrupt {
  using Handler = void (*)(void* context, int cpu, std::int64_t ends_ns);
  std::int64_t ns = 0;
  Handler handler = nullptr;
  void* context = nullptr;   // in the arena
};

// What senders of IPIs wait for; see ipi.hpp.
class IpiAcks final : public Object {
 public:
  using Object::Object;
  static constexpr LockClass kClass{"IPI acknowledgement", "smp_call_function_many", "", "", "", "", true};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}
};

class Cpus final : public CpuModel {
 public:
  // CPU i is on node node_of_cpu[i]. The caller makes it in the arena and sets world.cpus.
  Cpus(World& world, const CpuCosts& costs, Preemption preemption, std::span<const int> node_of_cpu);
  Cpus(const Cpus&) = delete;
  Cpus& operator=(const Cpus&) = delete;

  void spend(Actor& actor, std::int64_t ns) override;
  void give_up(Actor& actor) override;
  void want(Actor& actor) override;
  void spins(Actor& actor) override { take_handlers(cpu_of(actor)); }
  bool yield(Actor& actor, bool only_if_due) override;
  void enabled(Actor& actor) override;
  bool might_sleep(Actor& actor) override;
  Actor* hog(const Actor& actor) const override;

  // A device or another CPU interrupts `cpu`, now.
  void interrupt(int cpu, const Interrupt& interrupt);

  int count() const { return static_cast<int>(cpus_.size()); }
  int node(int cpu) const { return at(cpu).node; }
  // Who runs on `cpu`, if it has interrupts off, so that the CPU takes none; else nullptr.
  Actor* masked_by(int cpu) const { return masked_by(at(cpu)); }
  CpuTimes times(int cpu) const;
  const CpuCosts& costs() const { return costs_; }
  IpiAcks& ipi_acks() { return ipi_acks_; }

 private:
  struct CpuTimer : Timer {
    CpuTimer(Fire f, Cpus& c, int n) : Timer(f), cpus(c), cpu(n) {}
    Cpus& cpus;
    int cpu;
  };
  // What an actor is to its CPU. The timer ends its wake-up latency.
  struct Entity : Timer {
    Entity(Fire f, Cpus& c, Actor& a) : Timer(f), cpus(c), actor(a) {}
    Cpus& cpus;
    Actor& actor;
    Entity* next = nullptr;           // in the run queue
    std::int64_t remaining_ns = 0;    // of a spend that was cut
    ActorState goes_on_as = ActorState::kReady;   // where a handler has come on top of it: kTimed, kSpinning or kReady
  };
  struct Cpu {
    Cpu(Cpus& cpus, int number, int node);
    int node;
    Actor* current = nullptr;                  // nullptr: idle
    bool switching = false;                    // `busy` is the switch to `current`
    Entity* first = nullptr;                   // run queue
    Entity* last = nullptr;
    CpuTimer busy;                             // ends the spend or switch under way
    CpuTimer slice;                            // armed only under kFull
    std::int64_t busy_until_ns = 0;            // date of `busy`
    std::int64_t slice_start_ns = 0;
    std::int64_t due_ns = kNever_ns;           // from here on `current` is to make room; kNever_ns: nobody waits
    std::int64_t interrupted_until_ns = 0;     // end of the last handler
    std::int64_t idle_since_ns = 0;            // while idle
    ArenaVector<Interrupt> held_back;          // interrupts are off
    ArenaVector<Actor*> handlers;              // on top of `current`, the last of them runs
    ArenaVector<Actor*> due_handlers;          // are to come, hardirqs first
    Actor* running() const { return handlers.empty() ? current : handlers.back(); }
    CpuTimes times;
  };

  static void busy_ended(World& world, Timer& timer);
  static void slice_ended(World& world, Timer& timer);
  static void latency_ended(World& world, Timer& timer);

  Cpu& at(int cpu) { return cpus_[static_cast<std::size_t>(cpu)]; }
  const Cpu& at(int cpu) const { return cpus_[static_cast<std::size_t>(cpu)]; }
  Cpu& cpu_of(const Actor& actor) { return at(actor.cpu); }
  static Actor* masked_by(const Cpu& cpu) {
    Actor* running = cpu.running();
    return running != nullptr && running->irq_off > 0 ? running : nullptr;
  }
  // When the handlers under way are done.
  std::int64_t free_ns(const Cpu& cpu) const { return std::max(world_.now_ns, cpu.interrupted_until_ns); }
  // `current` is to make room and may be made to.
  bool must_make_room(const Cpu& cpu) const {
    return cpu.due_ns <= world_.now_ns && cpu.handlers.empty() && cpu.current->preemptible();
  }
  // Where the time of an actor counts.
  static std::int64_t& used(Cpu& cpu, const Actor& actor) {
    return actor.context == Context::kTask ? cpu.times.spend_ns : cpu.times.interrupt_ns;
  }

  void use(Cpu& cpu, std::int64_t ns);
  void enqueue(Entity& entity);
  void insert(Cpu& cpu, Entity& entity, bool before_equals);
  void requeue_current(Cpu& cpu, std::int64_t remaining_ns, bool before_equals);
  void switch_to_next(Cpu& cpu);
  void switch_to(Cpu& cpu, Actor& actor);
  void switched(Cpu& cpu);
  void set_due(Cpu& cpu);
  void preempt(Cpu& cpu, std::int64_t remaining_ns);
  void take(Cpu& cpu, const Interrupt& interrupt);
  void take_held_back(Cpu& cpu);

  // cpus_handlers.cpp: actors that are handlers
  void raise(Cpu& cpu, Actor& handler);
  bool may_come(const Cpu& cpu, const Actor& handler) const;
  void take_handlers(Cpu& cpu);
  void come(Cpu& cpu, Actor& handler);
  void go(Cpu& cpu, Actor& handler);
  void go_on_below(Cpu& cpu);

  World& world_;
  CpuCosts costs_;
  Preemption preemption_;
  IpiAcks& ipi_acks_;
  ArenaVector<Cpu> cpus_;          // never grows: timers in it have addresses
  ArenaVector<Entity*> entities_;  // by actor number; nullptr: not started
};

}  // namespace mmsim
