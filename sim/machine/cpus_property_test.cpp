// Where the time of a CPU goes, over random programs: nothing is lost and nothing is counted twice.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "sim/machine/cpus_test.hpp"

namespace mmsim {
namespace {

constexpr int kCpus = 2;

struct Step {
  enum Kind { kSpend, kSleep, kYield, kCondResched, kMightSleep, kSpinSection, kIrqSection, kMutexSection, kKinds };
  Kind kind;
  std::int64_t ns;
  bool uses_cpu() const { return kind == kSpend || kind >= kSpinSection; }
};
struct Program {
  int cpu;
  std::int64_t start_ns;
  std::vector<Step> steps;
  std::int64_t spends_ns() const {
    std::int64_t sum = 0;
    for (const Step& step : steps) sum += step.uses_cpu() ? step.ns : 0;
    return sum;
  }
};
struct Interrupted {
  std::int64_t at_ns;
  int cpu;
  std::int64_t ns;
};

// The spinlocks belong to one CPU each, so that nobody spins; the mutex is everybody's.
struct Locks {
  Spinlock* plain[kCpus];
  Spinlock* irq_safe[kCpus];
  Mutex* mutex;
};

Task<> section(Actor& self, Spinlock& lock, std::int64_t ns) {
  co_await spin_lock(self, lock);
  co_await spend(self, ns);
  co_await spin_unlock(self, lock);
}

Task<> interpret(Actor& self, const std::vector<Step>& steps, Locks& locks) {
  for (const Step& step : steps) {
    switch (step.kind) {
      case Step::kSpend: co_await spend(self, step.ns); break;
      case Step::kSleep: co_await sleep_ns(self, step.ns); break;
      case Step::kYield: co_await yield(self); break;
      case Step::kCondResched: co_await cond_resched(self); break;
      case Step::kMightSleep: co_await MightSleep{self}; break;
      case Step::kSpinSection: co_await section(self, *locks.plain[self.cpu], step.ns); break;
      case Step::kIrqSection: co_await section(self, *locks.irq_safe[self.cpu], step.ns); break;
      case Step::kMutexSection:
        co_await mutex_lock(self, *locks.mutex);
        co_await spend(self, step.ns);
        co_await mutex_unlock(self, *locks.mutex);
        break;
      case Step::kKinds: break;
    }
  }
}

Task<> outlasts(Actor& self) { co_await sleep_ns(self, 1'000'000); }

// RapidCheck narrows a range with the size of the case; here only lists are to be short.
template <class T>
rc::Gen<T> in_range(T from, T below) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(from, below));
}
template <class T>
rc::Gen<std::vector<T>> short_list(const rc::Gen<T>& element, int longest) {
  return rc::gen::resize(longest, rc::gen::container<std::vector<T>>(element));
}

rc::Gen<std::vector<Program>> programs() {
  const auto kind = rc::gen::map(in_range<int>(0, Step::kKinds), [](int n) { return static_cast<Step::Kind>(n); });
  const auto step =
      rc::gen::build<Step>(rc::gen::set(&Step::kind, kind), rc::gen::set(&Step::ns, in_range<std::int64_t>(1, 400)));
  return short_list(rc::gen::build<Program>(rc::gen::set(&Program::cpu, in_range(0, kCpus)),
                                            rc::gen::set(&Program::start_ns, in_range<std::int64_t>(0, 300)),
                                            rc::gen::set(&Program::steps, short_list(step, 8))),
                    8);
}

rc::Gen<std::vector<Interrupted>> interrupts() {
  return short_list(rc::gen::build<Interrupted>(rc::gen::set(&Interrupted::at_ns, in_range<std::int64_t>(0, 3000)),
                                                rc::gen::set(&Interrupted::cpu, in_range(0, kCpus)),
                                                rc::gen::set(&Interrupted::ns, in_range<std::int64_t>(1, 60))),
                    20);
}

CpuCosts random_costs() {
  CpuCosts costs = kTestCosts;
  costs.wakeup_ns = *rc::gen::element<std::int64_t>(0, 30, 1000);
  costs.context_switch_ns = *rc::gen::element<std::int64_t>(0, 10);
  return costs;
}

// A machine that has run the programs and idles since.
struct Ran : Machine {
  Ran(const std::vector<Program>& programs, const std::vector<Interrupted>& interrupts, Preemption preemption,
      const CpuCosts& costs)
      : Machine({0, 0}, preemption, costs) {
    for (int cpu = 0; cpu < kCpus; ++cpu) {
      locks.plain[cpu] = &add<Spinlock>("plain", false);
      locks.irq_safe[cpu] = &add<Spinlock>("irq_safe", true);
    }
    locks.mutex = &add<Mutex>("mutex");
    for (const Program& program : programs) {
      Actor& a = actor(program.cpu);
      world.start(a, interpret(a, program.steps, locks), program.start_ns);
    }
    Actor& last = actor(-1);
    world.start(last, outlasts(last), 0);
    for (const Interrupted& i : interrupts) interrupt_at(i.at_ns, i.cpu, i.ns);
    end = run();
  }
  Locks locks;
  RunEnd end;
};

void nobody_with_a_spinlock_lost_its_cpu(const Ran& m) {
  std::map<std::uint32_t, int> held;
  for (const TraceRecord& r : m.trace.last(Trace::kKept)) {
    const bool spinlock = r.object != kNoId && m.world.objects[r.object]->lock_class().spins;
    if (r.event == Event::kAcquire && spinlock) ++held[r.actor];
    if (r.event == Event::kRelease && spinlock) --held[r.actor];
    if (r.event == Event::kPreempt) RC_ASSERT(held[r.actor] == 0);
  }
}

RC_GTEST_PROP(CpusProperty, EveryNanosecondOfACpuIsSpentSwitchedInterruptedOrIdle, ()) {
  const auto programs_of_run = *programs();
  const auto interrupts_of_run = *interrupts();
  const CpuCosts costs = random_costs();
  const auto preemption = *rc::gen::element(Preemption::kNone, Preemption::kVoluntary, Preemption::kFull);
  Ran m(programs_of_run, interrupts_of_run, preemption, costs);
  RC_ASSERT(m.end == RunEnd::kAllDone);
  RC_ASSERT(m.stuck().empty());
  RC_ASSERT(m.trace.count() < Trace::kKept);
  for (int cpu = 0; cpu < kCpus; ++cpu) {
    CpuTimes expected;
    for (const Program& program : programs_of_run) expected.spend_ns += program.cpu == cpu ? program.spends_ns() : 0;
    for (const Interrupted& i : interrupts_of_run) expected.interrupt_ns += i.cpu == cpu ? i.ns : 0;
    for (const TraceRecord& r : m.trace.last(Trace::kKept))
      if (r.event == Event::kRun && r.cpu == cpu) expected.switch_ns += costs.context_switch_ns;
    const CpuTimes times = m.cpus.times(cpu);
    RC_ASSERT(times.spend_ns == expected.spend_ns);
    RC_ASSERT(times.interrupt_ns == expected.interrupt_ns);
    RC_ASSERT(times.switch_ns == expected.switch_ns);
    RC_ASSERT(times.spend_ns + times.interrupt_ns + times.switch_ns + times.idle_ns == m.world.now_ns);
  }
  nobody_with_a_spinlock_lost_its_cpu(m);
  RC_ASSERT(Ran(programs_of_run, interrupts_of_run, preemption, costs).digest() == m.digest());
}

}  // namespace
}  // namespace mmsim
