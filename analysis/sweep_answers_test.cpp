#include "analysis/sweep_answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "analysis/knee.hpp"
#include "analysis/sweep_report.hpp"
#include "analysis/sweep_testing.hpp"

namespace mmsim {
namespace {

TEST(Estimate, has_the_intervals_of_the_tables) {
  const Estimate three = estimate_of({1, 2, 3});   // s = 1, t(2) = 4.3027
  EXPECT_EQ(three.mean, 2);
  EXPECT_NEAR(three.half_width, 4.3027 / std::sqrt(3), 1e-4);
  const Estimate ten = estimate_of({0, 0, 0, 0, 0, 1, 1, 1, 1, 1});   // s^2 = 2.5/9, t(9) = 2.2622
  EXPECT_NEAR(ten.half_width, 2.2622 * std::sqrt(2.5 / 9 / 10), 1e-4);
  EXPECT_EQ(ten.min, 0);
  EXPECT_EQ(ten.max, 1);
  EXPECT_FALSE(estimate_of({7}).has_interval());
  EXPECT_FALSE(estimate_of({}).known());
}

RC_GTEST_PROP(Estimate, is_that_of_the_textbook, ()) {
  const auto numbers = *rc::gen::container<std::vector<int>>(*rc::gen::inRange<std::size_t>(2, 30), rc::gen::inRange(-1000, 1000));
  const std::vector<double> values(numbers.begin(), numbers.end());
  double sum = 0;
  double squares = 0;
  for (const double value : values) sum += value;
  const double n = static_cast<double>(values.size());
  for (const double value : values) squares += (value - sum / n) * (value - sum / n);
  const Estimate estimate = estimate_of(values);
  RC_ASSERT(std::abs(estimate.mean - sum / n) < 1e-9);
  const double error = std::sqrt(squares / (n - 1) / n);
  RC_ASSERT(estimate.half_width >= 1.96 * error - 1e-9);   // Student's t is wider than the normal distribution
  RC_ASSERT(estimate.half_width <= 12.71 * error + 1e-9);
}

TEST(Knee, is_where_a_curve_turns) {
  EXPECT_EQ(knee_of({1, 2, 3, 4, 5, 6}, {0, 4, 8, 8.2, 8.4, 8.6}, 0), 2U);       // saturates
  EXPECT_EQ(knee_of({1, 2, 3, 4, 5, 6}, {10, 5, 1, 0.9, 0.8, 0.7}, 0), 2U);      // falls, and levels off
  EXPECT_EQ(knee_of({1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 5, 9}, 0), 3U);             // begins to hurt
  EXPECT_FALSE(knee_of({1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}, 0));              // straight
  EXPECT_FALSE(knee_of({1, 2, 3, 4, 5, 6}, {7, 7, 7, 7, 7, 7}, 0));
  EXPECT_FALSE(knee_of({1, 2, 3, 4, 5, 6}, {0, 4, 8, 8.2, 8.4, 8.6}, 5));        // in the noise
  EXPECT_FALSE(knee_of({1, 2, 3}, {0, 9, 10}, 0));
  // By factors it is straight: each doubling adds the same.
  EXPECT_FALSE(knee_of({1, 2, 4, 8, 16, 32}, {0, 1, 2, 3, 4, 5}, 0));
  EXPECT_EQ(knee_of({1, 2, 4, 8, 16, 32}, {0, 1, 2, 2, 2, 2}, 0), 2U);
}

// elapsed_ns over batch and mode, three seeds.
SweepTable timed() {
  SweepTable table = table_of({word_axis("mode", {"ASYNC", "SYNC"}), number_axis("batch", {1, 2, 3, 4, 5})}, [](TablePoint& point) {
    constexpr double kElapsed[] = {9000, 5000, 1000, 990, 980};
    const double mean = kElapsed[point.at[1]] + 20.0 * point.at[0];
    point.runs = 3;
    point.figures = {estimate_of({mean - 4, mean, mean + 4})};
  });
  table.sweep.seeds = 3;
  table.figures = {{"elapsed_ns", "ns", false, *parse_figure("elapsed_ns")}};
  return table;
}

TEST(SweepAnswers, find_what_is_best_and_what_is_as_good) {
  const SweepAnswers answers = answers_of(timed());
  ASSERT_EQ(answers.best_size(), 1);
  EXPECT_EQ(answers.best(0).point(), "mode=ASYNC batch=5");
  EXPECT_EQ(answers.best(0).value(), 980);
  EXPECT_EQ(answers.best(0).tied(), 1U);   // 990, whose interval of +-9.9 meets that of 980
  SweepTable other = timed();
  other.figures[0].higher_is_better = true;
  EXPECT_EQ(answers_of(other).best(0).point(), "mode=SYNC batch=1");
  EXPECT_EQ(answers_of(other).best(0).tied(), 0U);
}

TEST(SweepAnswers, find_where_curves_bend) {
  const SweepAnswers answers = answers_of(timed());
  ASSERT_EQ(answers.knees_size(), 1);
  EXPECT_EQ(answers.knees(0).axis() + " " + answers.knees(0).at(), "batch 3");
  EXPECT_EQ(std::vector<std::string>(answers.knees(0).where().begin(), answers.knees(0).where().end()),
            (std::vector<std::string>{"mode=ASYNC", "mode=SYNC"}));
}

TEST(SweepAnswers, hold_the_claim_against_every_point) {
  SweepTable table = hang_table({number_axis("n", {1, 2, 3, 4})}, [](const auto& at) { return at[0] > 1; });
  table.sweep.hangs_iff = "n > 1";
  for (TablePoint& point : table.points) point.claimed = point.at[0] > 0;
  SweepAnswers answers = answers_of(table);
  EXPECT_EQ(answers.claimed().agree(), 3U);
  EXPECT_EQ(answers.claimed().differ_count(), 1U);
  EXPECT_EQ(answers.claimed().differ(0), "n=2 does not hang");
  table.points[1].state = PointState::kUnclear;
  answers = answers_of(table);
  EXPECT_EQ(answers.claimed().agree(), 3U);
  EXPECT_EQ(answers.claimed().differ_count(), 0U);
}

TEST(SweepReport, reads_as_it_shall) {
  SweepTable table = hang_table({word_axis("mode", {"ASYNC", "SYNC"}), number_axis("batch", {1, 2, 4})},
                                [](const auto& at) { return at[0] > 0 && at[1] > 0; });
  table.sweep.hangs_iff = "mode == SYNC && batch > 1";
  for (TablePoint& point : table.points) point.claimed = point.state == PointState::kHangs;
  EXPECT_EQ(sweep_report(table, answers_of(table), {}),
            "SWEEP: 6 points, every order of steps of each: 2 hang and 4 are proved free.\n"
            "\n"
            "Claim    It hangs.\n"
            "Sweep    s.txtpb\n"
            "Axes     mode: ASYNC and SYNC\n"
            "         batch: 1, 2 and 4\n"
            "Results  x.db\n"
            "\n"
            "mode   batch  verdict\n"
            "ASYNC      1  COMPLETED\n"
            "ASYNC      2  COMPLETED\n"
            "ASYNC      4  COMPLETED\n"
            "SYNC       1  COMPLETED\n"
            "SYNC       2  DEADLOCK\n"
            "SYNC       4  DEADLOCK\n"
            "\n"
            "Hangs iff mode = SYNC and batch > 1, on the 6 points tested.\n"
            "  hangs first at     passes with\n"
            "  mode=SYNC batch=2  mode=ASYNC, batch=1\n"
            "  Show it: mmsim explore s.txtpb --set mode=SYNC --set batch=2\n"
            "\n"
            "As claimed: hangs iff mode == SYNC && batch > 1, on 6 points.\n");
}

TEST(SweepReport, tells_figures_with_their_intervals) {
  EXPECT_EQ(sweep_report(timed(), answers_of(timed()), {}, 2),
            "SWEEP: 10 points, 3 seeds of each: 10 complete.\n"
            "\n"
            "Claim    It hangs.\n"
            "Sweep    s.txtpb\n"
            "Axes     mode: ASYNC and SYNC\n"
            "         batch: 1, 2, 3, 4 and 5\n"
            "Results  x.db\n"
            "\n"
            "mode   batch  verdict       elapsed_ns\n"
            "ASYNC      1  COMPLETED  9000 +- 9.937\n"
            "ASYNC      2  COMPLETED  5000 +- 9.937\n"
            "... and 8 more points: --format csv has all.\n"
            "\n"
            "Best:\n"
            "  elapsed_ns  980 +- 9.937  at mode=ASYNC batch=5  (and 1 that cannot be told from it)\n"
            "\n"
            "Bends:\n"
            "  elapsed_ns over batch at 3: mode=ASYNC and mode=SYNC\n");
}

std::string csv_of(const SweepTable& table) {
  std::string out;
  write_csv(table, [&](std::string_view text) { out += text; });
  return out;
}

TEST(SweepRows, are_csv_that_other_tools_read) {
  SweepTable table = table_of({word_axis("mode", {"a,b", "say \"c\""})}, [](TablePoint& point) {
    point.figures = {point.at[0] == 0 ? estimate_of({0.5, 1.5}) : Estimate{}};
  });
  table.figures = {{"pgfault/s", "1/s", true, *parse_figure("pgfault/s")}};
  // The interval is 12.7062 / 2, with as many digits as tell the double from its neighbours.
  EXPECT_THAT(csv_of(table), testing::MatchesRegex("point,mode,verdict,runs,hangs,limits,crashed,pgfault/s,pgfault/s_ci95,pgfault/s_min,pgfault/s_max\n"
                                          "0,\"a,b\",COMPLETED,1,0,0,0,1,6\\.3531023680[0-9]*,0\\.5,1\\.5\n"
                                          "1,\"say \"\"c\"\"\",COMPLETED,1,0,0,0,,,,\n"));
}

}  // namespace
}  // namespace mmsim
