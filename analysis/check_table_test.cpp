#include "analysis/check_table.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace mmsim {
namespace {

using testing::HasSubstr;

TimedCheckRow row_of(const std::string& text, double seconds = 0.25) {
  TimedCheckRow row;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, row.mutable_row())) << text;
  row.set_seconds(seconds);
  return row;
}

TEST(CheckTable, a_bug_and_its_fixed_twin_share_a_line) {
  const std::string table = check_table({
      row_of(R"(scenario: "s/bugs/loop-fixed.txtpb" status: AS_EXPECTED verdict: COMPLETED proved: true states: 1200)", 1.5),
      row_of(R"t(scenario: "s/bugs/loop.txtpb" status: AS_EXPECTED verdict: DEADLOCK states: 34 kinds: CYCLE
                headline: "DEADLOCK: a and b wait for each other." source: "fixed by fb3592c41a44 (v6.3)")t")
  });
  EXPECT_EQ(table,
            "| bug | fix | kind of hang | what mmsim says | states | with the fix | states | seconds | seconds with the fix |\n"
            "|---|---|---|---|---|---|---|---|---|\n"
            "| [loop](loop.txtpb) | [fb3592c41a44](https://git.kernel.org/linus/fb3592c41a44) | cycle | DEADLOCK: a and b wait for "
            "each other. | 34 | [proved free](loop-fixed.txtpb) | 1 200 | 0.25 | 1.50 |\n");
}

TEST(CheckTable, lines_are_sorted_by_name_and_a_scenario_may_stand_alone) {
  const std::string table = check_table({row_of(R"(scenario: "b.txtpb" verdict: DEADLOCK)"), row_of(R"(scenario: "a-fixed.txtpb" verdict: LIMIT)")});
  EXPECT_LT(table.find("| [a](a-fixed.txtpb)"), table.find("| [b](b.txtpb)"));
}

TEST(CheckTable, what_is_not_as_expected_says_so_and_bars_do_not_end_a_cell) {
  EXPECT_THAT(check_table({row_of(R"(scenario: "a.txtpb" status: NOT_AS_EXPECTED differences: "x || y")")}),
              HasSubstr("| **not as expected**: x \\|\\| y |"));
}

TEST(CommitsOf, are_hexadecimal_words_with_a_letter) {
  const auto commits = [](const std::string& source) {
    CheckRow row;
    row.add_source(source);
    return commits_of(row);
  };
  EXPECT_EQ(commits("2e6506e1c4ee, and 5dfab109d519"),
            "[2e6506e1c4ee](https://git.kernel.org/linus/2e6506e1c4ee), [5dfab109d519](https://git.kernel.org/linus/5dfab109d519)");
  EXPECT_EQ(commits("https://lore.kernel.org/all/87a6c8c-c5c1-67dc-1e32-eb30831d6e3d@y"), "");
  EXPECT_EQ(commits("42ffb0bf584a (btrfs: flush), fixes b293f02e1423"), "[42ffb0bf584a](https://git.kernel.org/linus/42ffb0bf584a)");
  EXPECT_EQ(commits("the deadbeef of defaced facade"), "");
  EXPECT_EQ(commits("commit fb3592c41a4427601f9643b2a84e55bb99f5cd7c"), "[fb3592c41a44](https://git.kernel.org/linus/fb3592c41a44)");
}

}  // namespace
}  // namespace mmsim
