// The explorer against answers that others found: SPIN, searches by other programs, published tables.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/explore/brute_force.hpp"
#include "sim/explore/explore_testing.hpp"
#include "sim/explore/known_answers.hpp"

namespace mmsim {
namespace {

// What holds of every complete search, however much it leaves out.
void expect_verdict(const KnownAnswer& known, const pb::Result& result) {
  const pb::Exploration& exploration = result.exploration();
  EXPECT_EQ(is_hang(result.verdict()), known.hangs) << pb::Verdict_Name(result.verdict());
  EXPECT_TRUE(exploration.complete());
  EXPECT_EQ(result.proved(), !known.hangs);
  expect_known<std::uint64_t>("deadlock states", known.deadlock_states, exploration.deadlock_states());
  expect_known("shortest witness", known.shortest_witness, witness_length(result));
  if (known.hangs) {
    EXPECT_TRUE(leads_to_deadlock(known.scenario, witness_actors(result)));
  }
}

void expect_counts(const KnownAnswer& known, const ExploreOptions& options) {
  const pb::Result result = explored(known.scenario, options);
  expect_verdict(known, result);
  expect_known<std::uint64_t>("states", known.states, result.states());
  expect_known<std::uint64_t>("transitions", known.transitions, result.transitions());
}

void expect_same_with_reduction(const KnownAnswer& known) {
  const pb::Result result = explored(known.scenario, with_reduction(true));
  expect_verdict(known, result);
  EXPECT_LE(result.states(), known.states.value_or(result.states()));
}

TEST(Oracle, LockProgramsAreCountedAsSpinCountsThem) {
  for (const KnownAnswer& known : lock_program_answers()) {
    SCOPED_TRACE(known.name);
    expect_counts(known, with_reduction(false));
  }
}

TEST(Oracle, TwoJobsCountLockProgramsAsOneDoes) {
  ExploreOptions options = with_reduction(false);
  options.jobs = 2;
  for (const KnownAnswer& known : lock_program_answers()) {
    SCOPED_TRACE(known.name);
    expect_counts(known, options);
  }
}

TEST(Oracle, ReductionKeepsTheHangsOfLockPrograms) {
  for (const KnownAnswer& known : lock_program_answers()) {
    SCOPED_TRACE(known.name);
    expect_same_with_reduction(known);
  }
}

TEST(Oracle, PhilosophersAreCountedAsSpinCountsThem) {
  for (const KnownAnswer& known : dining_answers(160'000)) {
    SCOPED_TRACE(known.name);
    expect_counts(known, with_reduction(false));
  }
}

TEST(Oracle, TimeThatPhilosophersSpendIsNoStep) {
  const std::string path = MMSIM_SOURCE_DIR "/scenarios/litmus/dining.txtpb";
  const Resolved timed = load_scenario(path, {"n=5", "rounds=2"}).resolved;
  const pb::Result result = explore_scenario(timed, with_reduction(false));
  const pb::Result untimed = explored(dining(5, 2), with_reduction(false));
  EXPECT_EQ(result.states(), untimed.states());
  EXPECT_EQ(result.transitions(), untimed.transitions());
  EXPECT_EQ(result.exploration().deadlock_states(), untimed.exploration().deadlock_states());
}

TEST(Oracle, ReductionKeepsTheHangsOfPhilosophers) {
  for (const KnownAnswer& known : dining_answers(250'000)) {
    SCOPED_TRACE(known.name);
    expect_same_with_reduction(known);
  }
}

TEST(Oracle, PatternsOfLockCheckersHangAsTheyShould) {
  for (const KnownAnswer& known : lock_checker_answers())
    for (const bool reduction : {false, true}) {
      SCOPED_TRACE(known.name + (reduction ? ", reduced" : ""));
      expect_verdict(known, explored(known.scenario, with_reduction(reduction)));
    }
}

TEST(Oracle, WitnessHasNoMorePreemptionsThanTheHangNeeds) {
  for (const KnownAnswer& known : lock_program_answers()) {
    if (!known.hangs || *known.states > 3'000) continue;
    SCOPED_TRACE(known.name);
    ExploreOptions options;
    options.minimize = Minimize::kPreemptions;
    const pb::Result result = explored(known.scenario, options);
    EXPECT_EQ(static_cast<int>(result.exploration().preemptions()), brute_force(known.scenario).fewest_preemptions);
    EXPECT_TRUE(leads_to_deadlock(known.scenario, witness_actors(result)));
  }
}

TEST(Oracle, HangIsFoundWithAsManyPreemptionsAsItNeedsAndNotWithFewer) {
  for (const KnownAnswer& known : lock_program_answers()) {
    if (*known.states > 3'000) continue;
    SCOPED_TRACE(known.name);
    const int fewest = brute_force(known.scenario).fewest_preemptions;
    ExploreOptions options;
    options.strategy = SearchStrategy::kPreemptions;
    options.preemptions_max = static_cast<std::uint32_t>(std::max(fewest, 0));
    EXPECT_EQ(is_hang(explored(known.scenario, options).verdict()), known.hangs);
    if (fewest <= 0) continue;
    --options.preemptions_max;
    EXPECT_FALSE(is_hang(explored(known.scenario, options).verdict()));
  }
}

TEST(Oracle, RandomSchedulesHangAsOftenAsTheOddsSay) {
  constexpr int kTries = 2'000;
  ExploreOptions options;
  options.strategy = SearchStrategy::kRandom;
  options.schedules = 1;
  for (const KnownAnswer& known : dining_answers(2'000)) {
    SCOPED_TRACE(known.name);
    const Resolved scenario = resolved(known.scenario);
    int hangs = 0;
    for (int i = 0; i < kTries; ++i) {
      options.seed = static_cast<std::uint64_t>(i) + 1;
      hangs += is_hang(explore_scenario(scenario, options).verdict()) ? 1 : 0;
    }
    const double odds = *known.deadlock_probability;
    const double deviation = std::sqrt(odds * (1 - odds) / kTries);
    EXPECT_NEAR(static_cast<double>(hangs) / kTries, odds, 4 * deviation);
  }
}

}  // namespace
}  // namespace mmsim
