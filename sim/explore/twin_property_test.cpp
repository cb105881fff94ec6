// The explorer against the brute-force search on random programs.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/explore/brute_force.hpp"
#include "sim/explore/explore_testing.hpp"
#include "sim/explore/random_program.hpp"

namespace mmsim {
namespace {

void check_hang(const pb::Scenario& scenario, const BruteForceAnswer& truth, const pb::Result& result) {
  RC_ASSERT(is_hang(result.verdict()) == (truth.deadlock_states > 0));
  RC_ASSERT(result.exploration().deadlock_states() == truth.deadlock_states);
  RC_ASSERT(witness_length(result) == truth.shortest_witness);
  RC_ASSERT(truth.deadlock_states == 0 || leads_to_deadlock(scenario, witness_actors(result)));
}

RC_GTEST_PROP(Twin, CountsTheSameStates, ()) {
  const pb::Scenario scenario = RandomProgram().make();
  RC_LOG() << scenario.DebugString();
  const BruteForceAnswer truth = brute_force(scenario);
  const pb::Result result = explored(scenario, with_reduction(false));
  RC_ASSERT(result.states() == truth.states);
  RC_ASSERT(result.transitions() == truth.transitions);
  RC_ASSERT(result.exploration().completed_states() == truth.finished_states);
  check_hang(scenario, truth, result);
}

RC_GTEST_PROP(Twin, FindsTheSameHangsWithReduction, ()) {
  const pb::Scenario scenario = RandomProgram().make();
  RC_LOG() << scenario.DebugString();
  const BruteForceAnswer truth = brute_force(scenario);
  const pb::Result result = explored(scenario, with_reduction(true));
  RC_ASSERT(result.states() <= truth.states);
  check_hang(scenario, truth, result);
}

// Priorities, preemption, interrupt handlers, spinlocks: on the CPUs of the scenario, or with one for each task.
RC_GTEST_PROP(Twin, FindsTheSameHangsWhereCpusAreShared, (bool shared)) {
  const pb::Scenario scenario = RandomProgram::with_cpus().make();
  RC_LOG() << scenario.DebugString();
  const BruteForceAnswer truth = brute_force(scenario, shared);
  for (const bool reduction : {false, true}) {
    ExploreOptions options = with_reduction(reduction);
    options.scenario_cpus = shared;
    const pb::Result result = explored(scenario, options);
    RC_ASSERT(is_hang(result.verdict()) == (truth.deadlock_states > 0));
    RC_ASSERT(result.exploration().deadlock_states() == truth.deadlock_states);
    RC_ASSERT(witness_length(result) == truth.shortest_witness);
    RC_ASSERT(truth.deadlock_states == 0 || leads_to_deadlock(scenario, witness_actors(result), shared));
    if (reduction) {
      RC_ASSERT(result.states() <= truth.states);
    } else {
      RC_ASSERT(result.states() == truth.states);
      RC_ASSERT(result.transitions() == truth.transitions);
    }
  }
}

// No twin knows work queues: the search is compared with itself, with every state looked at.
RC_GTEST_PROP(Reduction, LosesNoHangOfWorkQueues, ()) {
  const pb::Scenario scenario = RandomProgram::with_works().make();
  RC_LOG() << scenario.DebugString();
  const pb::Result whole = explored(scenario, with_reduction(false));
  const pb::Result reduced = explored(scenario, with_reduction(true));
  RC_ASSERT(whole.exploration().complete() && reduced.exploration().complete());
  RC_ASSERT(is_hang(whole.verdict()) == is_hang(reduced.verdict()));
  RC_ASSERT(whole.exploration().deadlock_states() == reduced.exploration().deadlock_states());
  RC_ASSERT(reduced.states() <= whole.states());
  RC_ASSERT(whole.exploration().deadlock_states() == 0 || witness_length(whole) == witness_length(reduced));
}

RC_GTEST_PROP(Twin, FindsTheSameEndlessRuns, ()) {
  const pb::Scenario scenario = RandomProgram(true).make();
  RC_LOG() << scenario.DebugString();
  const BruteForceAnswer truth = brute_force(scenario);
  for (const bool reduction : {false, true}) {
    const pb::Result result = explored(scenario, with_reduction(reduction));
    RC_ASSERT(result.exploration().complete());
    RC_ASSERT(is_hang(result.verdict()) == (truth.lost_states > 0));
    RC_ASSERT(result.exploration().deadlock_states() == truth.deadlock_states);
    if (reduction) {
      RC_ASSERT(result.states() <= truth.states);
    } else {
      RC_ASSERT(result.states() == truth.states);
      RC_ASSERT(result.transitions() == truth.transitions);
    }
    if (truth.deadlock_states == 0) continue;
    RC_ASSERT(witness_length(result) == truth.shortest_witness);
    RC_ASSERT(leads_to_deadlock(scenario, witness_actors(result)));
  }
}

RC_GTEST_PROP(Twin, NeedsAsFewPreemptions, ()) {
  const pb::Scenario scenario = RandomProgram().make();
  RC_LOG() << scenario.DebugString();
  const BruteForceAnswer truth = brute_force(scenario);
  RC_PRE(truth.deadlock_states > 0);
  ExploreOptions options;
  options.minimize = Minimize::kPreemptions;
  const pb::Result result = explored(scenario, options);
  RC_ASSERT(static_cast<int>(result.exploration().preemptions()) == truth.fewest_preemptions);
  RC_ASSERT(leads_to_deadlock(scenario, witness_actors(result)));
}

}  // namespace
}  // namespace mmsim
