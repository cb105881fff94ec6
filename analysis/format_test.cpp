#include "analysis/format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace mmsim {
namespace {

using testing::ElementsAre;

TEST(Microseconds, have_three_decimals) {
  EXPECT_EQ(microseconds(0), "0.000 us");
  EXPECT_EQ(microseconds(7), "0.007 us");
  EXPECT_EQ(microseconds(60000000000), "60000000.000 us");
  EXPECT_EQ(microseconds(-1), "-0.001 us");
  EXPECT_EQ(microseconds(std::numeric_limits<std::int64_t>::min()), "-9223372036854775.808 us");
}

TEST(ListOf, cuts_long_lists) {
  EXPECT_EQ(list_of({}), "nobody");
  EXPECT_EQ(list_of({"a"}), "a");
  EXPECT_EQ(list_of({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(list_of({"a", "b", "c", "d", "e"}, 4), "a, b and 3 others");
}

TEST(Wrap, breaks_at_blanks_and_cuts_long_words) {
  EXPECT_THAT(wrap("", 5), ElementsAre(""));
  EXPECT_THAT(wrap("ab cd ef", 5), ElementsAre("ab cd", "ef"));
  EXPECT_THAT(wrap("abcdefgh", 5), ElementsAre("abcde", "fgh"));
  EXPECT_THAT(wrap("ab  cd", 3), ElementsAre("ab", "cd"));
}

TEST(Table, aligns_and_leaves_no_trailing_blank) {
  Table table({{"name", Table::Align::kLeft}, {"n", Table::Align::kRight}, {"", Table::Align::kLeft}});
  table.add({"a", "10", "x"});
  table.add({"longer", "9"});
  EXPECT_EQ(table.text(1),
            " name     n\n"
            " a       10  x\n"
            " longer   9\n");
}

}  // namespace
}  // namespace mmsim
