#include "sim/sweep/condition.hpp"

#include <gtest/gtest.h>

namespace mmsim {
namespace {

const std::vector<std::string> kModes{"MIGRATE_ASYNC", "MIGRATE_SYNC", "v6.3-rc1"};

ConditionNames names() {
  return {{{"n", 4}, {"k", 2}, {"zero", 0}}, {{"mode", {kModes[2], &kModes}}}};
}
bool holds(const std::string& text) { return Condition(text).holds(names()); }

TEST(Condition, compares_expressions) {
  EXPECT_TRUE(holds("n == 4"));
  EXPECT_TRUE(holds("n>3"));
  EXPECT_FALSE(holds("n < 2*k"));
  EXPECT_TRUE(holds("(n - 1) * 2 >= n + k"));
  EXPECT_TRUE(holds("-n != n"));
  EXPECT_TRUE(holds("n%3 <= 1"));
}

TEST(Condition, joins_in_the_order_of_c) {
  EXPECT_TRUE(holds("n == 4 || n == 5 && k == 0"));
  EXPECT_FALSE(holds("(n == 4 || n == 5) && k == 0"));
  EXPECT_TRUE(holds("!(n == 5) && k == 2"));
  EXPECT_FALSE(holds("!n || zero"));
}

TEST(Condition, knows_text_axes) {
  EXPECT_TRUE(holds("mode == v6_3_rc1"));
  EXPECT_TRUE(holds("mode != MIGRATE_SYNC && v6_3_rc1 == mode"));
  EXPECT_FALSE(holds("mode == MIGRATE_ASYNC || n > 5"));
}

struct Mistake {
  const char* text;
  const char* what;
  std::size_t offset;
};

TEST(Condition, mistakes_say_what_was_expected_and_where) {
  const Mistake mistakes[] = {
      {"", "expected a number, a param or \"(\"", 0},
      {"n >", "expected a number, a param or \"(\"", 3},
      {"n = 2", "unexpected \"=\"; expected an operator", 2},
      {"(n > 2", "expected \")\"", 6},
      {"f(n) > 2", "\"f\" with brackets behind it; expected an axis or a param", 0},
      {"n > mod", "no axis or param is called \"mod\"; did you mean \"mode\"?", 4},
      {"k > n/zero", "division by zero", 5},
      {"mode > MIGRATE_SYNC", "this axis has words for values; expected it beside == or != and one of them", 0},
      {"mode == 3", "this axis has words for values; expected it beside == or != and one of them", 0},
      {"mode == MIGRATE_SYN", "MIGRATE_SYN is no value of that axis; expected one of MIGRATE_ASYNC, MIGRATE_SYNC, v6.3-rc1; did you "
                              "mean \"MIGRATE_SYNC\"?", 8},
  };
  for (const Mistake& mistake : mistakes) {
    try {
      holds(mistake.text);
      ADD_FAILURE() << mistake.text;
    } catch (const ExpressionError& error) {
      EXPECT_STREQ(error.what(), mistake.what) << mistake.text;
      EXPECT_EQ(error.offset, mistake.offset) << mistake.text;
    }
  }
}

}  // namespace
}  // namespace mmsim
