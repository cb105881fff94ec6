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

TEST(Expectation, only_the_verdict_counts_with_further_seeds) {
  EXPECT_THAT(compare(R"(verdict: DEADLOCK cycle: "c" counter { name: "x" equals: 1 })", kTwo, false), IsEmpty());
}

}  // namespace
}  // namespace mmsim
