#include "analysis/hang_region.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <regex>
#include <sstream>

#include "analysis/sweep_testing.hpp"

namespace mmsim {
namespace {

using Indices = std::vector<std::uint32_t>;
const TableAxis kBatch = number_axis("batch", {1, 2, 4, 8});
const TableAxis kKeep = number_axis("keep", {1, 2, 3});
const TableAxis kMode = word_axis("mode", {"ASYNC", "SYNC_LIGHT", "SYNC"});

std::string rule(const std::vector<TableAxis>& axes, const std::function<bool(const Indices&)>& hangs) {
  return hang_region(hang_table(axes, hangs)).rule();
}

TEST(HangRegion, is_told_by_conditions_on_axes) {
  EXPECT_EQ(rule({kBatch}, [](const Indices& at) { return at[0] > 0; }), "batch > 1");
  EXPECT_EQ(rule({kBatch}, [](const Indices& at) { return at[0] < 2; }), "batch < 4");
  EXPECT_EQ(rule({kBatch}, [](const Indices& at) { return at[0] == 1 || at[0] == 2; }), "1 < batch < 8");
  EXPECT_EQ(rule({kBatch}, [](const Indices& at) { return at[0] == 2; }), "batch = 4");
  EXPECT_EQ(rule({kMode}, [](const Indices& at) { return at[0] > 0; }), "mode != ASYNC");
  EXPECT_EQ(rule({kBatch, kKeep}, [](const Indices& at) { return at[0] > 0 && at[1] > 0; }), "batch > 1 and keep > 1");
  EXPECT_EQ(rule({kMode, kBatch, kKeep}, [](const Indices& at) { return at[0] > 0 && at[1] > 0 && at[2] > 0; }),
            "mode != ASYNC and batch > 1 and keep > 1");
  EXPECT_EQ(rule({kMode, kBatch}, [](const Indices& at) { return at[0] == 2 ? at[1] > 0 : at[0] == 1 && at[1] == 3; }),
            "mode != ASYNC and batch = 8, or mode = SYNC and batch > 1");
}

TEST(HangRegion, is_told_by_a_sum_where_that_is_shorter) {
  std::vector<TableAxis> axes;
  for (const char* name : {"producers", "consumers", "slots"}) axes.push_back(number_axis(name, {1, 2, 3, 4, 5, 6}));
  const auto number = [&](const Indices& at, std::size_t axis) { return axes[axis].numbers[at[axis]]; };
  EXPECT_EQ(rule(axes, [&](const Indices& at) { return number(at, 0) + number(at, 1) > 2 * number(at, 2); }), "producers + consumers > 2*slots");
  EXPECT_EQ(rule(axes, [&](const Indices& at) { return number(at, 0) > number(at, 2) + 1; }), "producers > slots + 1");
  EXPECT_EQ(rule(axes, [&](const Indices& at) { return number(at, 0) + number(at, 1) > 5; }), "producers + consumers > 5");
  EXPECT_EQ(rule(axes, [&](const Indices& at) { return number(at, 0) + number(at, 1) < 7; }), "producers + consumers < 7");
}

TEST(HangRegion, is_told_by_axes_that_are_equal) {
  const auto axes = {number_axis("n", {2, 3, 4, 5}), number_axis("left_first", {0, 1, 2, 3, 4, 5})};
  EXPECT_EQ(rule(axes, [](const Indices& at) { return at[1] == 0 || at[1] == at[0] + 2; }), "left_first = 0, or n = left_first");
}

TEST(HangRegion, admits_that_there_is_no_short_rule) {
  EXPECT_EQ(rule({kMode, number_axis("n", {1, 2, 3, 4, 5, 6})}, [](const Indices& at) { return (at[0] + at[1]) % 2 == 0; }), "");
}

TEST(HangRegion, says_where_hangs_begin_and_what_is_next_to_them) {
  const HangRegion region = hang_region(hang_table({kMode, kBatch, kKeep}, [](const Indices& at) { return at[0] == 2 && at[1] > 0 && at[2] > 0; }));
  ASSERT_EQ(region.boundary_size(), 1);
  EXPECT_EQ(region.boundary(0).point(), "mode=SYNC batch=2 keep=2");
  EXPECT_EQ(std::vector<std::string>(region.boundary(0).passing().begin(), region.boundary(0).passing().end()),
            (std::vector<std::string>{"mode=ASYNC", "mode=SYNC_LIGHT", "batch=1", "keep=1"}));
  EXPECT_EQ(region.boundary(0).reproduce(), "mmsim explore s.txtpb --set mode=SYNC --set batch=2 --set keep=2");
}

TEST(HangRegion, begins_at_the_other_end_where_less_is_what_hangs) {
  const HangRegion region = hang_region(hang_table({kBatch, kKeep}, [](const Indices& at) { return at[0] < 2 && at[1] > 0; }));
  ASSERT_EQ(region.boundary_size(), 1);
  EXPECT_EQ(region.boundary(0).point(), "batch=2 keep=2");
  EXPECT_EQ(region.rule(), "batch < 4 and keep > 1");
}

// Whether a point meets a rule, read from its text and nothing else.
class RuleReader {
 public:
  RuleReader(const SweepTable& table, const TablePoint& point) {
    for (std::size_t i = 0; i < table.axes.size(); ++i) values_[table.axes[i].name] = table.value(point, i);
  }
  bool meets(const std::string& rule) const {
    std::string rest = rule;
    for (std::size_t end = 0; end != rest.npos;) {
      end = rest.find(", or ");
      if (meets_all(rest.substr(0, end))) return true;
      if (end != rest.npos) rest = rest.substr(end + 5);
    }
    return false;
  }

 private:
  bool meets_all(const std::string& box) const {
    std::string rest = box;
    while (true) {
      const auto end = rest.find(" and ");
      if (!meets_one(rest.substr(0, end))) return false;
      if (end == rest.npos) return true;
      rest = rest.substr(end + 5);
    }
  }
  bool meets_one(const std::string& text) const {
    std::smatch parts;
    if (std::regex_match(text, parts, std::regex("(\\w+) in \\{(.*)\\}"))) {
      std::istringstream words(parts[2]);
      for (std::string word; std::getline(words >> std::ws, word, ',');)
        if (word == values_.at(parts[1])) return true;
      return false;
    }
    if (std::regex_match(text, parts, std::regex("(mode) (=|!=) (\\w+)"))) return (values_.at(parts[1]) == parts[3]) == (parts[2] == "=");
    if (std::regex_match(text, parts, std::regex("(.*) = (.*)"))) return sum(parts[1]) == sum(parts[2]);
    if (std::regex_match(text, parts, std::regex("(.*) < (.*) < (.*)"))) return sum(parts[1]) < sum(parts[2]) && sum(parts[2]) < sum(parts[3]);
    if (std::regex_match(text, parts, std::regex("(.*) ([<>]) (.*)"))) return parts[2] == "<" ? sum(parts[1]) < sum(parts[3]) : sum(parts[1]) > sum(parts[3]);
    ADD_FAILURE() << "no condition: " << text;
    return false;
  }
  std::int64_t sum(const std::string& text) const {
    std::istringstream words(text);
    std::int64_t out = 0;
    std::int64_t sign = 1;
    for (std::string word; words >> word;) {
      if (word == "+" || word == "-") {
        sign = word == "+" ? 1 : -1;
        continue;
      }
      const auto star = word.find('*');
      const std::string name = star == word.npos ? word : word.substr(star + 1);
      const auto found = values_.find(name);
      out += sign * (star == word.npos ? 1 : std::stoll(word)) * std::stoll(found == values_.end() ? word : found->second);
    }
    return out;
  }

  std::map<std::string, std::string> values_;
};

RC_GTEST_PROP(HangRegion, a_rule_is_met_by_exactly_the_points_that_hang, ()) {
  const auto bits = *rc::gen::container<std::vector<int>>(36, rc::gen::inRange(0, 8));
  const int density = *rc::gen::inRange(1, 8);
  const bool monotone = *rc::gen::arbitrary<bool>();
  const SweepTable table = hang_table({kMode, kBatch, kKeep}, [&](const Indices& at) {
    // Mostly nothing that fits a rule; or what grows with two of the axes, which does.
    if (monotone) return bits[at[0]] + static_cast<int>(at[1] + at[2]) > density;
    return bits[at[0] * 12 + at[1] * 3 + at[2]] < density;
  });
  const auto hangs = std::count_if(table.points.begin(), table.points.end(), [](const TablePoint& p) { return p.state == PointState::kHangs; });
  RC_PRE(hangs > 0 && hangs < 36);
  const HangRegion region = hang_region(table);
  RC_CLASSIFY(!region.rule().empty(), "has a rule");
  for (const TablePoint& point : table.points)
    if (!region.rule().empty()) RC_ASSERT(RuleReader(table, point).meets(region.rule()) == (point.state == PointState::kHangs));
}

TEST(HangRegion, leaves_out_what_claims_nothing) {
  SweepTable table = hang_table({kBatch, kKeep}, [](const Indices& at) { return at[0] > 0 && at[1] > 0; });
  table.points[4].state = PointState::kUnclear;   // batch=2 keep=2
  EXPECT_EQ(hang_region(table).rule(), "batch > 1 and keep > 1");
}

}  // namespace
}  // namespace mmsim
