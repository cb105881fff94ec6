// The brute-force search against answers that others found.
#include "sim/explore/brute_force.hpp"

#include <gtest/gtest.h>

#include "sim/explore/known_answers.hpp"

namespace mmsim {
namespace {

void expect_equal(const KnownAnswer& known) {
  SCOPED_TRACE(known.name);
  const BruteForceAnswer found = brute_force(known.scenario);
  EXPECT_EQ(found.deadlock_states > 0, known.hangs);
  expect_known("states", known.states, found.states);
  expect_known("transitions", known.transitions, found.transitions);
  expect_known("deadlock states", known.deadlock_states, found.deadlock_states);
  expect_known("shortest witness", known.shortest_witness, found.shortest_witness);
  expect_known("fewest preemptions", known.fewest_preemptions, found.fewest_preemptions);
  const double probability = found.deadlock_probability;
  EXPECT_NEAR(probability, known.deadlock_probability.value_or(probability), 0.5e-5);
}

TEST(BruteForce, CountsLockProgramsAsSpinDoes) {
  const std::vector<KnownAnswer> answers = lock_program_answers();
  EXPECT_GE(answers.size(), 20U);
  for (const KnownAnswer& known : answers) expect_equal(known);
}

TEST(BruteForce, CountsPhilosophersAsSpinDoes) {
  for (const KnownAnswer& known : dining_answers(40'000)) expect_equal(known);
}

TEST(BruteForce, FollowsASchedule) {
  const pb::Scenario two = dining(2, 1);
  const std::string a = "philosopher0";
  const std::string b = "philosopher1";
  EXPECT_TRUE(leads_to_deadlock(two, {a, b}));
  EXPECT_FALSE(leads_to_deadlock(two, {a, a}));
  EXPECT_FALSE(leads_to_deadlock(two, {a, b, a}));
  EXPECT_FALSE(leads_to_deadlock(two, {a, a, a, a, b, b, b, b}));
}

TEST(BruteForce, FindsTheHangsOfLockCheckers) {
  for (const KnownAnswer& known : lock_checker_answers()) expect_equal(known);
}

TEST(BruteForce, FindsTheHangsOfProgramsWhoseClassesAreKnown) {
  for (const KnownClasses& known : class_answers()) {
    SCOPED_TRACE(known.name);
    EXPECT_EQ(brute_force(known.scenario).deadlock_states > 0, known.deadlocked > 0);
  }
}

}  // namespace
}  // namespace mmsim
