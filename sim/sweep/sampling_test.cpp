#include "sim/sweep/sampling.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace mmsim {
namespace {

using Numbers = std::vector<std::uint64_t>;
const Passes kAll = [](const std::vector<std::uint64_t>&) { return true; };

TEST(Sampling, numbers_combinations_as_an_odometer_does) {
  EXPECT_EQ(indices_of(0, {2, 3}), (Numbers{0, 0}));
  EXPECT_EQ(indices_of(1, {2, 3}), (Numbers{0, 1}));
  EXPECT_EQ(indices_of(5, {2, 3}), (Numbers{1, 2}));
  for (std::uint64_t i = 0; i < 24; ++i) EXPECT_EQ(number_of(indices_of(i, {2, 3, 4}), {2, 3, 4}), i);
}

TEST(Sampling, knows_what_does_not_fit) {
  EXPECT_EQ(combinations({1000, 1000}), 1'000'000U);
  EXPECT_EQ(combinations({std::uint64_t{1} << 31, std::uint64_t{1} << 30}), std::uint64_t{1} << 61);
  EXPECT_EQ(combinations({std::uint64_t{1} << 31, std::uint64_t{1} << 31}), 0U);
  EXPECT_EQ(combinations({UINT64_MAX, UINT64_MAX}), 0U);
}

TEST(Sampling, a_grid_is_all_that_passes) {
  const auto sum_is_two = [](const std::vector<std::uint64_t>& at) { return at[0] + at[1] == 2; };
  EXPECT_EQ(grid({3, 3}, sum_is_two), (Numbers{2, 4, 6}));
  EXPECT_EQ(grid({2, 2}, kAll), (Numbers{0, 1, 2, 3}));
}

RC_GTEST_PROP(Sampling, draws_different_ones_that_pass, ()) {
  const Sizes sizes = *rc::gen::container<Sizes>(3, rc::gen::inRange<std::uint64_t>(1, 12));
  const auto samples = *rc::gen::inRange<std::uint64_t>(1, 200);
  const auto draw = *rc::gen::inRange<std::uint64_t>(0, 1000);
  const auto odd = [](const std::vector<std::uint64_t>& at) { return (at[0] + at[2]) % 2 == 1; };
  const Numbers all = grid(sizes, odd);
  const Numbers drawn = random_sample(sizes, odd, samples, draw);
  RC_ASSERT(drawn.size() == std::min<std::size_t>(samples, all.size()));
  RC_ASSERT(std::adjacent_find(drawn.begin(), drawn.end(), std::greater_equal<>()) == drawn.end());
  RC_ASSERT(std::includes(all.begin(), all.end(), drawn.begin(), drawn.end()));
  RC_ASSERT(drawn == random_sample(sizes, odd, samples, draw));
}

TEST(Sampling, draws_every_combination_equally_often) {
  constexpr int kDraws = 3000;
  std::vector<int> times(20);
  for (std::uint64_t draw = 0; draw < kDraws; ++draw)
    for (const std::uint64_t number : random_sample({4, 5}, kAll, 5, draw)) ++times[number];
  for (const int count : times) EXPECT_NEAR(count, kDraws * 5 / 20, 110);   // four standard deviations
}

TEST(Sampling, draws_from_spaces_that_nobody_could_list) {
  const Sizes sizes{std::uint64_t{1} << 30, std::uint64_t{1} << 30};
  const Numbers drawn = random_sample(sizes, kAll, 1000, 1);
  EXPECT_EQ(std::set<std::uint64_t>(drawn.begin(), drawn.end()).size(), 1000U);
  const auto low = std::count_if(drawn.begin(), drawn.end(), [](std::uint64_t number) { return number < std::uint64_t{1} << 59; });
  EXPECT_NEAR(static_cast<double>(low), 500, 64);
}

RC_GTEST_PROP(Sampling, a_latin_hypercube_uses_each_part_of_each_axis_once, ()) {
  const auto samples = *rc::gen::inRange<std::uint64_t>(1, 60);
  const Sizes sizes{samples, samples, samples};
  std::vector<std::set<std::uint64_t>> seen(3);
  const Numbers drawn = latin_hypercube(sizes, kAll, samples, *rc::gen::inRange<std::uint64_t>(0, 1000));
  RC_ASSERT(drawn.size() == samples);
  for (const std::uint64_t number : drawn) {
    const auto at = indices_of(number, sizes);
    for (std::size_t i = 0; i < 3; ++i) seen[i].insert(at[i]);
  }
  for (const auto& axis : seen) RC_ASSERT(axis.size() == samples);
}

}  // namespace
}  // namespace mmsim
