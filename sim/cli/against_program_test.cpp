// `mmsim explore A --against B` and the table of `mmsim check`, as a user or a script meets them.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "proto/result.hpp"
#include "sim/cli/testing.hpp"

namespace mmsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* kAbba = "proved/abba.txtpb";
constexpr const char* kOrdered = "proved/ordered.txtpb";

Outcome against(const std::string& bug, const std::string& fixed, const std::vector<std::string>& more = {}) {
  std::vector<std::string> args{"explore", bug, "--against", fixed};
  args.insert(args.end(), more.begin(), more.end());
  return mmsim(args);
}

TEST(Against, a_fix_leaves_no_hang_and_exits_well) {
  const Outcome outcome = against(kAbba, kOrdered);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(StartsWith("GONE: the hang of proved/abba.txtpb is gone in proved/ordered.txtpb, and no new one came up.\n"),
                                 HasSubstr("\nGone:\n  cycle of "), Not(HasSubstr("Remains:")),
                                 HasSubstr("\nReproduce: mmsim explore proved/abba.txtpb --against proved/ordered.txtpb\n")));
}

TEST(Against, what_is_no_fix_exits_badly) {
  const Outcome same = against(kAbba, kAbba);
  EXPECT_EQ(same.status, 1);
  EXPECT_THAT(same.out, AllOf(StartsWith("REMAINS: "), HasSubstr("\nRemains:\n"), HasSubstr("mutex_lock")));
  const Outcome worse = against(kOrdered, kAbba);
  EXPECT_EQ(worse.status, 1);
  EXPECT_THAT(worse.out, AllOf(StartsWith("NEW: "), HasSubstr("\nNew:\n")));
  EXPECT_EQ(against(kOrdered, kOrdered).status, 1);   // there was nothing to mend
}

TEST(Against, a_bound_claims_nothing) {
  const Outcome outcome = against(kAbba, kOrdered, {"--max-states", "2", "--no-reduction"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.out, StartsWith("LIMIT: max-states=2 ended the search of "));
}

TEST(Against, json_has_the_hangs_with_their_fates) {
  Comparison comparison;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(against(kAbba, kOrdered, {"--format", "json"}).out, &comparison).ok());
  ASSERT_EQ(comparison.hangs_size(), 1);
  EXPECT_EQ(comparison.hangs(0).fate(), GONE);
  EXPECT_EQ(comparison.hangs(0).hang().finding().kind(), CYCLE);
  EXPECT_GT(comparison.hangs(0).hang().witness_size(), 0);
  EXPECT_TRUE(comparison.after().proved());
}

TEST(Against, refuses_what_would_not_find_every_hang) {
  expect_usage_error({"explore", kAbba, "--against", kOrdered, "--strategy", "random"},
                     "mmsim explore: --strategy beside --against; expected complete searches, which find every hang");
  expect_usage_error({"explore", kAbba, "--against", kOrdered, "--first"},
                     "mmsim explore: --first beside --against; expected searches that go on to every hang");
  expect_usage_error({"explore", kAbba, "--against", "no-such-file"}, "no-such-file: cannot be read: No such file or directory");
}

TEST(CheckTable, is_what_check_prints_as_markdown) {
  const Outcome outcome = mmsim({"check", "proved", "--format", "markdown"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(StartsWith("| bug | fix | kind of hang |"), HasSubstr("\n| [abba](abba.txtpb) |  | cycle | DEADLOCK: ")));
  EXPECT_THAT(outcome.out, MatchesRegex("(.|\n)* \\| [0-9]+\\.[0-9][0-9] \\| (.|\n)*"));
}

TEST(Rules, of_a_scenario_are_chosen_by_a_flag) {
  expect_usage_error({"explore", kAbba, "--rules", "kernel"},
                     "mmsim explore: --rules: expected scenario or kernel-mm or none, got \"kernel\"; did you mean \"kernel-mm\"?");
  EXPECT_THAT(mmsim({"explore", kAbba, "--rules", "kernel-mm"}).out, HasSubstr("--rules kernel-mm\n"));
}

}  // namespace
}  // namespace mmsim
