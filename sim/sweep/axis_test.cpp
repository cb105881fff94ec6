#include "sim/sweep/axis.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

namespace mmsim {
namespace {

std::vector<std::int64_t> all_of(const std::string& text) {
  const AxisRange range = parse_range(text);
  std::vector<std::int64_t> out;
  for (std::uint64_t i = 0; i < range.size; ++i) out.push_back(range.at(i));
  return out;
}

using Values = std::vector<std::int64_t>;

TEST(AxisRange, counts_by_ones_by_steps_and_by_factors) {
  EXPECT_EQ(all_of("2..5"), (Values{2, 3, 4, 5}));
  EXPECT_EQ(all_of("-1..1"), (Values{-1, 0, 1}));
  EXPECT_EQ(all_of("0..100:40"), (Values{0, 40, 80}));
  EXPECT_EQ(all_of("1..512*8"), (Values{1, 8, 64, 512}));
  EXPECT_EQ(all_of("3..25*2"), (Values{3, 6, 12, 24}));
  EXPECT_EQ(all_of("7..7"), (Values{7}));
}

TEST(AxisRange, goes_to_the_ends_of_64_bits) {
  EXPECT_EQ(all_of("1..9223372036854775807*2").back(), std::int64_t{1} << 62);
  EXPECT_EQ(all_of("-9223372036854775808..9223372036854775807:9223372036854775807").size(), 3U);
  EXPECT_EQ(parse_range("-9223372036854775808..9223372036854775806").size, UINT64_MAX);
  EXPECT_THROW(parse_range("-9223372036854775808..9223372036854775807"), std::invalid_argument);
}

TEST(AxisRange, mistakes_say_what_was_expected) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"1-5", "\"1-5\" is no range; expected lo..hi, lo..hi:step or lo..hi*factor"},
      {"5..1", "the range 5..1 is empty; expected the smaller number first"},
      {"1..5:0", "the step of the range 1..5:0 is 0; expected at least 1"},
      {"1..5*1", "the factor of the range 1..5*1 is 1; expected at least 2"},
      {"0..5*2", "the range 0..5*2 begins at 0; expected at least 1 where there is a factor"},
      {"1..99999999999999999999", "\"1..99999999999999999999\" has a number that does not fit into 64 bits"},
  };
  for (const auto& [text, what] : mistakes) {
    try {
      parse_range(text);
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_STREQ(error.what(), what);
    }
  }
  EXPECT_FALSE(looks_like_range("file[2..5]"));
  EXPECT_FALSE(looks_like_range("1.." + std::string(100'000, '1')));
}

RC_GTEST_PROP(AxisRange, has_every_number_that_it_names_and_no_other, ()) {
  const auto low = *rc::gen::inRange<std::int64_t>(1, 50);
  const auto high = low + *rc::gen::inRange<std::int64_t>(0, 3000);
  const auto by = *rc::gen::inRange<std::int64_t>(2, 40);
  const bool geometric = *rc::gen::arbitrary<bool>();
  Values expected;
  for (std::int64_t value = low; value <= high; value = geometric ? value * by : value + by) expected.push_back(value);
  RC_ASSERT(all_of(std::to_string(low) + ".." + std::to_string(high) + (geometric ? "*" : ":") + std::to_string(by)) == expected);
}

TEST(SweepAxis, sets_all_its_paths_or_what_its_variant_says) {
  SweepAxis axis{"n", true, "", {"param.n", "file.count"}, "", std::vector<std::string>{"2", "8"}};
  std::vector<std::string> sets{"before=1"};
  axis.add_sets(1, sets);
  EXPECT_EQ(sets, (std::vector<std::string>{"before=1", "param.n=8", "file.count=8"}));
  const SweepAxis kernel{"kernel", false, "", {}, "", std::vector<NamedVariant>{{"old", {"a=1", "b=2"}}, {"new", {}}}};
  sets.clear();
  kernel.add_sets(0, sets);
  kernel.add_sets(1, sets);
  EXPECT_EQ(sets, (std::vector<std::string>{"a=1", "b=2"}));
}

}  // namespace
}  // namespace mmsim
