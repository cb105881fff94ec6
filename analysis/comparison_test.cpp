#include "analysis/comparison.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace mmsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A result of an exploration that found hangs with these signatures.
Result result_of(const std::string& scenario, const std::vector<std::string>& signatures, const std::string& limit = {}) {
  Result result;
  result.set_scenario(scenario);
  result.set_states(100);
  result.set_verdict(signatures.empty() ? COMPLETED : DEADLOCK);
  result.set_proved(signatures.empty() && limit.empty());
  result.mutable_exploration()->set_limit_reached(limit);
  result.mutable_exploration()->set_all_hangs(true);
  for (const std::string& signature : signatures) {
    Hang& hang = *result.add_hangs();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(kind: CYCLE actors: "a")", hang.mutable_finding()));
    hang.mutable_finding()->set_signature(signature);
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"t(number: 1 actor: "a" step: "mutex_lock(m)")t", hang.add_witness()));
  }
  return result;
}

std::string headline_of(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  return compare(result_of("A", before), result_of("B", after)).headline();
}

TEST(Compare, says_what_is_gone_what_remains_and_what_is_new) {
  EXPECT_EQ(headline_of({"x"}, {}), "GONE: the hang of A is gone in B, and no new one came up.");
  EXPECT_EQ(headline_of({"x", "y"}, {}), "GONE: all 2 hangs of A are gone in B, and no new one came up.");
  EXPECT_EQ(headline_of({"x"}, {"y"}), "NEW: the hang of A is gone in B, but a new one came up.");
  EXPECT_EQ(headline_of({"x"}, {"x"}), "REMAINS: the hang of A is still in B, and no new one came up.");
  EXPECT_EQ(headline_of({"x", "y"}, {"y", "z", "u"}), "REMAINS: 1 of 2 hangs of A is still in B, and 2 new ones came up.");
  EXPECT_EQ(headline_of({}, {}), "NOTHING TO MEND: A has no hang, nor has B.");
  EXPECT_EQ(headline_of({}, {"x"}), "NEW: A has no hang; in B a new one came up.");
}

TEST(Compare, is_mended_only_where_a_hang_is_gone_and_nothing_else_hangs) {
  EXPECT_TRUE(is_mended(compare(result_of("A", {"x", "y"}), result_of("B", {}))));
  EXPECT_FALSE(is_mended(compare(result_of("A", {"x", "y"}), result_of("B", {"y"}))));
  EXPECT_FALSE(is_mended(compare(result_of("A", {"x"}), result_of("B", {"z"}))));
  EXPECT_FALSE(is_mended(compare(result_of("A", {}), result_of("B", {}))));
}

TEST(Compare, claims_nothing_where_a_bound_ended_a_search) {
  const Comparison comparison = compare(result_of("A", {"x"}), result_of("B", {}, "max-states=9"));
  EXPECT_EQ(comparison.headline(), "LIMIT: max-states=9 ended the search of B; nothing is claimed.");
  EXPECT_TRUE(is_bounded(comparison));
  EXPECT_FALSE(is_mended(comparison));
}

TEST(ComparisonReport, shows_the_way_to_what_remains_but_not_to_what_is_gone) {
  EXPECT_THAT(comparison_report(compare(result_of("A", {"x"}), result_of("B", {"x"})), {}),
              AllOf(HasSubstr("\nRemains:\n  cycle of a, after 1 step\n"), HasSubstr("mutex_lock(m)"), Not(HasSubstr("Gone:"))));
  EXPECT_THAT(comparison_report(compare(result_of("A", {"x"}), result_of("B", {})), {}),
              AllOf(HasSubstr("\nGone:\n  cycle of a, after 1 step\n"), Not(HasSubstr("mutex_lock(m)"))));
}

TEST(ComparisonReport, tells_hangs_that_differ_in_numbers_once) {
  EXPECT_THAT(comparison_report(compare(result_of("A", {"a waits for file[1]", "a waits for file[23]", "b waits"}), result_of("B", {})), {}),
              HasSubstr("cycle of a, after 1 step; 1 more that differ in numbers of instances alone\n"));
}

}  // namespace
}  // namespace mmsim
