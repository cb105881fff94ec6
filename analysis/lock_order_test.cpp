#include "analysis/lock_order.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "analysis/report.hpp"
#include "analysis/sentences.hpp"

namespace mmsim {
namespace {

using testing::HasSubstr;
using testing::Not;

Result result_of(const std::string& text) {
  Result result;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &result)) << text;
  fill_inversions(result);
  return result;
}

const std::string kProved = "verdict: COMPLETED proved: true ";

std::string why(const std::string& text) {
  const Result result = result_of(text);
  return result.inversions_size() == 1 ? result.inversions(0).why_free() : std::to_string(result.inversions_size()) + " inversions";
}

TEST(LockOrder, one_task_that_takes_two_locks_both_ways_cannot_close_the_circle_alone) {
  EXPECT_EQ(why(kProved + R"(lock_order { held: "a" taken: "b" actor: "t" } lock_order { held: "b" taken: "a" actor: "t" })"),
            "an order inversion that this one task alone cannot close; another that does the same could");
}

TEST(LockOrder, two_tasks_cannot_close_a_circle_of_three) {
  EXPECT_EQ(why(kProved + R"(lock_order { held: "a" taken: "b" actor: "t" } lock_order { held: "b" taken: "c" actor: "u" }
                             lock_order { held: "c" taken: "a" actor: "t" })"),
            "an order inversion that these 2 tasks alone cannot close; more that do the same could");
}

TEST(LockOrder, a_lock_that_is_held_around_both_keeps_them_apart) {
  EXPECT_EQ(why(kProved + R"(lock_order { held: "a" taken: "b" actor: "t" gates: ["g", "h"] }
                             lock_order { held: "b" taken: "a" actor: "u" gates: "h" })"),
            "an order inversion that nobody can close as long as h is held around it");
}

TEST(LockOrder, readers_need_a_writer_in_between) {
  EXPECT_EQ(why(kProved + R"(lock_order { held: "a" taken: "b" actor: "t" held_shared: true taken_shared: true }
                             lock_order { held: "b" taken: "a" actor: "u" held_shared: true taken_shared: true })"),
            "an order inversion of readers of b, which only a writer that queues in between closes");
}

TEST(LockOrder, what_nothing_named_keeps_apart_is_claimed_free_only_where_that_was_proved) {
  const std::string both = R"(lock_order { held: "a" taken: "b" actor: "t" } lock_order { held: "b" taken: "a" actor: "u" })";
  EXPECT_EQ(why(kProved + both),
            "an order inversion that no order of steps closes: something other than these locks keeps the tasks apart");
  EXPECT_EQ(why("verdict: COMPLETED " + both), "an order inversion that was not met closed; it may be a deadlock");
  EXPECT_EQ(why("verdict: DEADLOCK " + both), "an order inversion that may be another hang of this scenario");
}

TEST(LockOrder, of_several_who_could_take_part_those_are_told_who_come_nearest_to_a_deadlock) {
  const Result result = result_of(kProved + R"(lock_order { held: "a" taken: "b" actor: "t" }
      lock_order { held: "b" taken: "a" actor: "t" } lock_order { held: "b" taken: "a" actor: "u" })");
  ASSERT_EQ(result.inversions_size(), 1);
  EXPECT_EQ(result.inversions(0).edges(0).actor(), "t");
  EXPECT_EQ(result.inversions(0).edges(1).actor(), "u");
}

TEST(LockOrder, a_circle_that_a_hang_has_closed_is_not_predicted_as_well) {
  EXPECT_EQ(why(R"(verdict: DEADLOCK
      cycles { edges { waiter: "t" holder: "u" resource: "b" } edges { waiter: "u" holder: "t" resource: "a" } }
      lock_order { held: "a" taken: "b" actor: "t" } lock_order { held: "b" taken: "a" actor: "u" })"),
            "0 inversions");
}

TEST(LockOrder, locks_in_one_order_predict_nothing) {
  EXPECT_EQ(why(kProved + R"(lock_order { held: "a" taken: "b" actor: "t" } lock_order { held: "b" taken: "c" actor: "u" }
                             lock_order { held: "a" taken: "c" actor: "u" })"),
            "0 inversions");
}

TEST(LockOrder, the_shortest_circles_come_first_and_their_number_is_bounded) {
  std::string text = kProved;
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j)
      if (i != j) text += "lock_order { held: \"l" + std::to_string(i) + "\" taken: \"l" + std::to_string(j) + "\" actor: \"t\" } ";
  const Result result = result_of(text);
  EXPECT_EQ(static_cast<std::size_t>(result.inversions_size()), kInversions_most);
  for (int i = 1; i < result.inversions_size(); ++i)
    EXPECT_LE(result.inversions(i - 1).edges_size(), result.inversions(i).edges_size());
}

TEST(LockOrder, the_report_says_where_each_was_taken) {
  Result result = result_of(kProved + R"(states: 9 exploration { complete: true }
      lock_order { held: "a" taken: "b" actor: "t" at: "f" line: 12 held_kind: "mutex" taken_kind: "mutex" }
      lock_order { held: "b" taken: "a" actor: "t" at: "g" line: 15 held_kind: "mutex" taken_kind: "mutex" })");
  EXPECT_EQ(inversion_sentence(result.inversions(0)),
            "t takes mutex b with a held in f (line 12) and mutex a with b held in g (line 15): an order inversion that this one "
            "task alone cannot close; another that does the same could.");
  EXPECT_THAT(text_report(result, {}), HasSubstr("\nPossible deadlock: lock order a -> b -> a\n      t takes mutex b"));
  result.clear_lock_order();
  result.clear_inversions();
  EXPECT_THAT(text_report(result, {}), Not(HasSubstr("Possible deadlock")));
}

TEST(RuleViolation, the_report_says_what_was_held_and_shows_a_way) {
  Result result = result_of(kProved + R"t(states: 9 exploration { complete: true } rule_violations {
      rule: "mmap_lock > folio" actor: "fault" step: "down_read(mmap_lock)" at: "copy" line: 7
      held { resource: "file[0]" kind: "folio lock" at: "write_begin" } path { number: 1 actor: "fault" step: "folio_lock(file[0])" } })t");
  fill_sentences(result);
  EXPECT_EQ(result.rule_violations(0).because(),
            "fault calls down_read(mmap_lock) in copy, line 7 with folio lock file[0] (taken in write_begin) held.");
  const std::string report = text_report(result, {});
  EXPECT_THAT(report, HasSubstr("\nRule broken: mmap_lock > folio\n      fault calls"));
  EXPECT_THAT(report, HasSubstr("after these steps:\n  step"));
}

}  // namespace
}  // namespace mmsim
