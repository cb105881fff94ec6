#include "sim/cli/expectation.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace mmsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename Message>
Message parsed(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

std::vector<std::string> compare(const std::string& expected, const std::string& result, bool in_full = true) {
  return differences(parsed<Expect>(expected), parsed<Result>(result), in_full);
}

constexpr const char* kTwo =
    R"(verdict: DEADLOCK cycles { edges { waiter: "a" holder: "b" } edges { waiter: "b" holder: "a" } })";

TEST(Expectation, a_cycle_is_a_set_of_parties) {
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: ["b", "a"])", kTwo), IsEmpty());
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: ["b", "c"])", kTwo), ElementsAre("no cycle of {b, c}; found {a, b}"));
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: "a")", "verdict: DEADLOCK"),
              ElementsAre("no cycle of {a}; found none"));
}

TEST(Expectation, any_of_several_cycles_may_be_the_one) {
  const std::string both = std::string(kTwo) + R"(cycles { edges { waiter: "c" holder: "c" } })";
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: "c")", both), IsEmpty());
}

TEST(Expectation, the_parties_of_a_knot_are_a_set_too) {
  const std::string knot = R"(verdict: DEADLOCK findings { kind: EVENT_KNOT actors: ["a", "b", "c"] })";
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: ["c", "a", "b"])", knot), IsEmpty());
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: ["a", "b"])", knot), ElementsAre("no cycle of {a, b}; found {a, b, c}"));
}

TEST(Expectation, the_kind_of_hang_is_that_of_one_of_the_findings) {
  const std::string both = R"(verdict: DEADLOCK findings { kind: CYCLE } findings { kind: ORPHANED_EVENT })";
  EXPECT_THAT(compare("verdict: DEADLOCK kind: CYCLE", both), IsEmpty());
  EXPECT_THAT(compare("verdict: DEADLOCK kind: ORPHANED_EVENT", both), IsEmpty());
  EXPECT_THAT(compare("verdict: DEADLOCK kind: POOL_KNOT", both),
              ElementsAre("kind of hang CYCLE, ORPHANED_EVENT, expected POOL_KNOT"));
  EXPECT_THAT(compare("verdict: DEADLOCK kind: CYCLE", "verdict: DEADLOCK"), ElementsAre("kind of hang none, expected CYCLE"));
}

TEST(Expectation, broken_rules_and_inversions_are_compared_only_where_they_are_expected_or_not) {
  const std::string both = R"(verdict: COMPLETED rule_violations { rule: "a > b" } inversions { edges { held: "a" taken: "b" } })";
  EXPECT_THAT(compare("verdict: COMPLETED", both), IsEmpty());
  EXPECT_THAT(compare("verdict: COMPLETED rule_violation: true order_inversion: true", both), IsEmpty());
  EXPECT_THAT(compare("verdict: COMPLETED rule_violation: false order_inversion: false", both),
              ElementsAre("a rule is broken (a > b), expected none to be", "locks are taken both ways round (a and b), expected one order"));
  EXPECT_THAT(compare("verdict: COMPLETED rule_violation: true order_inversion: true", "verdict: COMPLETED"),
              ElementsAre("no rule is broken, expected one to be", "locks are taken in one order, expected an inversion"));
}

TEST(Expectation, a_bound_that_ended_the_run_is_named) {
  EXPECT_THAT(compare("verdict: COMPLETED", R"(verdict: LIMIT limit: "bounds.steps=10")"),
              ElementsAre("verdict LIMIT, expected COMPLETED (ended by bounds.steps=10)"));
}

TEST(Expectation, counters_are_compared_with_every_relation) {
  const std::string result = R"(verdict: COMPLETED counters { key: "pgmigrate_fail" value: 3 })";
  EXPECT_THAT(
      compare(R"(verdict: COMPLETED counter { name: "pgmigrate_fail" equals: 3 at_least: 3 at_most: 3 })", result),
      IsEmpty());
  EXPECT_THAT(
      compare(R"(verdict: COMPLETED counter { name: "pgmigrate_fail" equals: 4 at_least: 5 at_most: 2 })", result),
      ElementsAre("pgmigrate_fail is 3, expected 4", "pgmigrate_fail is 3, expected at least 5",
                  "pgmigrate_fail is 3, expected at most 2"));
  EXPECT_THAT(compare(R"(verdict: COMPLETED counter { name: "pgmigrate_fial" equals: 3 })", result),
              ElementsAre("pgmigrate_fial is 0, expected 3; did you mean \"pgmigrate_fail\"?"));
}

TEST(Expectation, a_proof_is_more_than_a_verdict) {
  EXPECT_THAT(compare("verdict: COMPLETED proved: true", "verdict: COMPLETED proved: true"), IsEmpty());
  EXPECT_THAT(compare("verdict: COMPLETED proved: true", "verdict: COMPLETED"),
              ElementsAre("COMPLETED is not proved, expected a proof"));
  EXPECT_THAT(compare("verdict: COMPLETED", "verdict: COMPLETED"), IsEmpty());
  EXPECT_THAT(compare("verdict: DEADLOCK proved: true", kTwo), ElementsAre("DEADLOCK has no witness, expected one"));
  EXPECT_THAT(
      compare("verdict: DEADLOCK proved: true", std::string(kTwo) + R"(exploration { witness { actor: "a" } })"),
      IsEmpty());
  EXPECT_THAT(compare("verdict: LIVELOCK proved: true", R"(verdict: LIVELOCK exploration { loop { actor: "a" } })"),
              IsEmpty());
}

TEST(Expectation, an_exploration_that_a_bound_ended_proves_nothing) {
  EXPECT_THAT(compare("verdict: COMPLETED proved: true", R"(verdict: LIMIT limit: "max-states=9")"),
              ElementsAre("verdict LIMIT, expected COMPLETED (ended by max-states=9)"));
  EXPECT_THAT(
      compare("verdict: COMPLETED proved: true", R"(verdict: LIMIT exploration { limit_reached: "max-states=9" })"),
      ElementsAre("verdict LIMIT, expected COMPLETED (ended by max-states=9)"));
}

TEST(Expectation, only_the_verdict_counts_with_further_seeds) {
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: "c" counter { name: "x" equals: 1 })", kTwo, false), IsEmpty());
}

}  // namespace
}  // namespace mmsim
