#include "results/figure.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/core/histogram.hpp"

namespace mmsim {
namespace {

using Of = FigureName::Of;

TEST(Figure, names_say_what_they_are_of) {
  EXPECT_EQ(parse_figure("elapsed_ns")->of, Of::kRun);
  EXPECT_EQ(parse_figure("pgmigrate_success")->of, Of::kCounter);
  const auto rate = parse_figure("pgmigrate_success/s");
  EXPECT_EQ(rate->of, Of::kRate);
  EXPECT_EQ(rate->name, "pgmigrate_success");
  const auto wait = parse_figure("folio_lock.p99_ns");
  EXPECT_EQ(wait->of, Of::kWait);
  EXPECT_EQ(wait->name + " " + wait->part, "folio_lock p99_ns");
  EXPECT_EQ(wait->quantile, 0.99);
  EXPECT_EQ(parse_figure("PG_writeback.contended")->quantile, 0);
  for (const char* nonsense : {"", "a b", "folio_lock.p98_ns", ".p99_ns", "/s", "x.", "a.b.c"}) EXPECT_FALSE(parse_figure(nonsense)) << nonsense;
}

TEST(Figure, knows_its_unit_and_which_way_is_better) {
  EXPECT_EQ(unit_of(*parse_figure("elapsed_ns")), "ns");
  EXPECT_EQ(unit_of(*parse_figure("mutex.max_ns")), "ns");
  EXPECT_EQ(unit_of(*parse_figure("mutex.contended")), "");
  EXPECT_EQ(unit_of(*parse_figure("pgfault/s")), "1/s");
  EXPECT_TRUE(higher_is_better(*parse_figure("pgfault/s")));
  EXPECT_TRUE(higher_is_better(*parse_figure("pgmigrate_success")));
  EXPECT_FALSE(higher_is_better(*parse_figure("pgmigrate_fail")));
}

RC_GTEST_PROP(Figure, quantiles_are_those_of_the_values_within_three_percent, ()) {
  auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
  const double quantile = *rc::gen::element(0.5, 0.9, 0.99, 0.999);
  std::map<std::int64_t, std::uint64_t> histogram;
  for (const std::int64_t value : values) ++histogram[bucket_low(bucket_of(value))];
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(values.size())));
  const auto expected = static_cast<double>(values[rank - 1]);
  RC_ASSERT(std::abs(quantile_of(histogram, quantile) - expected) <= 0.032 * expected);
}

}  // namespace
}  // namespace mmsim
