// What can happen next in a state.
//
// 1. Where CPUs are shared an actor may step only when it has, or can get, its CPU: whoever runs keeps it until it sleeps, gives it
//    up, or the preemption model lets it be preempted where it stands. Nobody takes the CPU from one that spins. Of those who
//    could have a free CPU, only those of the highest priority may.
// 2. A handler comes on top of its CPU unless who runs there has interrupts, or for softirqs bottom halves, off; until it
//    returns nobody below it steps. Where every actor has a CPU of its own, a handler shares that of the task it interrupts.
#pragma once

#include "sim/explore/actor_set.hpp"
#include "sim/explore/state.hpp"

namespace mmsim {

// Where others may have the CPU of one who could go on; the same as mmsim::Preemption of sim/machine.
enum class PreemptionPoints : std::uint8_t { kYields, kMightSleep, kAnywhere };

struct CpuRules {
  bool respected = false;                // otherwise every actor has a CPU of its own
  PreemptionPoints points = PreemptionPoints::kYields;
};

struct Expansion {
  std::vector<const Outcome*> outcomes;  // by actor
  std::vector<std::uint32_t> enabled;    // actors that can step
  bool completed = false;                // every actor that must finish has
  bool deadlock() const { return enabled.empty() && !completed; }
};

class Expander {
 public:
  Expander(Executor& executor, CpuRules cpus);

  // Those who need not finish go on when all others have; otherwise the run is over then.
  void go_on_when_completed() { goes_on_ = true; }

  // Notes who waits at the beginning for what one block of memory alone decides, such as the end of I/O that nobody has started: they
  // cost next to nothing while that is so. To be called between searches, when blocks are known; never while one goes on.
  void find_idle();

  State initial() const;
  // Throws StepFault.
  void expand(const State& state, Expansion& out);
  // The state after an actor took its step. `out` may not be `state`.
  void successor(const State& state, const Outcome& outcome, State& out);
  // The same in place.
  void take(const Outcome& outcome, State& state);
  Hash128 successor_hash(const State& state, const Outcome& outcome);

  Executor& executor() { return executor_; }
  const Executor& executor() const { return executor_; }
  // Number of the shared CPU an actor is on; -1: it has one of its own.
  int cpu_of(std::uint32_t actor) const { return cpu_of_[actor]; }
  // Tasks and handlers.
  const std::vector<std::vector<std::uint32_t>>& shared_cpus() const { return shared_cpus_; }
  // That somebody can run may keep another one from running.
  bool has_precedence() const { return has_precedence_; }
  // None of World::duties is left.
  bool duties_done(const State& state) const;
  bool must_finish(std::size_t actor) const { return must_finish_[actor]; }
  bool goes_on_when_completed() const { return goes_on_; }
  // Takes out of `enabled` who does not get its CPU.
  void leave_to_runners(const State& state, const std::vector<const Outcome*>& outcomes, ActorSet& enabled) const;
  // Who keeps `actor`, which could step if it had its CPU, from it, and need not let it go; kIdle: nobody.
  Runner kept_from_cpu_by(const State& state, const std::vector<const Outcome*>& outcomes, std::uint32_t actor) const;

 private:
  struct Idle {
    const Outcome* outcome = nullptr;      // nullptr: look it up
    LocalId local = 0;
    BlockId block = 0;                     // in which it reads; kNoBlock: never written
  };
  void add_cpu(const std::vector<std::uint32_t>& members);
  bool keeps_cpu(const LocalState& local, const Outcome& its_step) const;
  static void set_runner(State& state, std::size_t cpu, Runner runner);
  void settle_runners(State& state);
  Runner handler_on_top(const State& state, std::size_t cpu) const;
  Runner running_task(const State& state, const std::vector<const Outcome*>& outcomes, std::size_t cpu) const;
  bool lets_in(const State& state, Runner running, std::uint32_t handler) const;
  int highest_priority(const State& state, const std::vector<const Outcome*>& outcomes, std::size_t cpu) const;
  template <class TakeOut>
  void leave_to_runners(const State& state, const std::vector<const Outcome*>& outcomes, TakeOut take_out) const;
  static Hash128 runner_hash(std::size_t cpu, Runner runner);

  Executor& executor_;
  CpuRules cpus_;
  bool goes_on_ = false;
  std::vector<bool> must_finish_;
  std::vector<CellId> duties_;             // World::duties
  std::vector<Idle> idle_;                 // by actor
  std::vector<int> cpu_of_;
  std::vector<std::vector<std::uint32_t>> shared_cpus_;   // actors by CPU
  std::vector<bool> takes_turns_;                         // by CPU: several tasks are on it
  bool some_take_turns_ = false;
  bool has_precedence_ = false;
};

}  // namespace mmsim
