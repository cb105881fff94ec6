// Exploring a scenario: every order in which its actors can step, or as many as the bounds allow.
//
// 1. The coroutines are those that `run` runs. Time is abstracted: whoever only spends, sleeps or copies may go on at once.
// 2. The verdict is DEADLOCK, LOST_WAKEUP, LIVELOCK or STARVED with a witness, COMPLETED with proved = true when the whole
//    state space was covered, COMPLETED with proved = false when a sample of schedules found nothing, and LIMIT when a
//    bound ended an exhaustive search first: nothing is claimed.
// 3. A witness found before a bound ended the search is a witness all the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "proto/result.pb.h"
#include "sim/run/resolved.hpp"

namespace mmsim {

enum class SearchStrategy : std::uint8_t {
  kExhaustive,
  kRandom,        // uniform among those who can step
  kPct,           // random priorities with a few changes: Burckhardt et al., ASPLOS 2010
  kPreemptions,   // every schedule of at most `preemptions_max` preemptions: Musuvathi and Qadeer, PLDI 2007
};

// Whose rules of locking are looked at.
enum class RuleChoice : std::uint8_t {
  kScenario,      // the scenario's
  kKernelMm,      // those and what MM documents
  kNone,
};

enum class Minimize : std::uint8_t { kSteps, kPreemptions };

struct ExploreProgress {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  std::uint64_t frontier = 0;         // states of the next layer so far
  std::uint64_t memory_bytes = 0;     // of the visited states and the frontier
  std::uint64_t schedules = 0;        // random searches
  double seconds = 0;                 // since the search began
  double done = -1;                   // estimated share of the work done, 0 to 1; below 0: no estimate
  const char* phase = "";             // "learning", "searching", "checking loops", ...
  bool hang_found = false;
};

struct ExploreOptions {
  SearchStrategy strategy = SearchStrategy::kExhaustive;
  std::uint32_t preemptions_max = 0;       // kPreemptions
  std::uint64_t schedules = 10'000;        // kRandom, kPct
  std::uint64_t seed = 1;                  // kRandom, kPct
  std::uint32_t pct_depth = 3;             // kPct: ordering constraints that a bug needs
  bool reduction = true;
  bool scenario_cpus = false;              // an actor keeps its CPU as the scenario's preemption model says
  bool stop_at_first = false;              // end with the first hang: counts then cover what was visited
  Minimize minimize = Minimize::kSteps;
  RuleChoice rules = RuleChoice::kScenario;
  std::size_t hang_states_max = 0;         // kExhaustive: deadlock states to be looked at for hangs that differ; 0: the nearest alone
  int jobs = 1;
  std::uint64_t states_max = UINT64_MAX;
  std::uint64_t memory_max_bytes = UINT64_MAX;
  double seconds_max = 1e18;
  std::string checkpoint_path;             // written now and then and where a bound ends the search; read if it is there
  double checkpoint_pause_s = 60;          // between two writings; longer where they would take more than a twentieth of the time
  // Told what was wrong with each attempt to write the checkpoint; nothing if nothing was. The search goes on.
  std::function<void(const std::string& fault)> checkpoint_fault;
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(const ExploreProgress&)> progress;   // called a few times a second, from one thread
};

// Throws ScenarioError for a fault of the scenario, and for a checkpoint that is not of this search.
// The headline and the sentences of the result are left to analysis.
pb::Result explore_scenario(const Resolved& scenario, const ExploreOptions& options);

// One line of a schedule file.
struct ScheduleStep {
  std::string actor;
  std::string step;       // as WitnessStep.step and .outcome: "folio_lock(file[3])", "down_write(sem) joins the queue"
};

enum class ReplayEngine : std::uint8_t { kExplorer, kTimed };

struct ReplayOptions {
  ReplayEngine engine = ReplayEngine::kExplorer;
  bool scenario_cpus = false;
  std::string trace_path;   // kTimed
};

// Takes the steps of a schedule one by one. Throws ScenarioError that says at which step and why where a schedule does
// not fit: the actor does not exist, cannot step, or is about to do something else. kTimed: the steps come in this order
// under the clock; where the clock does not allow that, the error says at which step and what came first.
// The result has the steps taken as exploration.witness, and the verdict of the world they lead to: LIMIT if others could
// still go on and nobody is stuck.
pb::Result replay_scenario(const Resolved& scenario, const std::vector<ScheduleStep>& steps, const ReplayOptions& options);

}  // namespace mmsim
