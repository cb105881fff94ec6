// Which steps may recur, against the cycles of whole state graphs.
#include "sim/explore/recurrence.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace mmsim {
namespace {

// One actor's step: from one of its local states to another, if the cell has a value, and what it makes of it.
struct Rule {
  std::uint32_t actor, from, to;
  CellId cell;
  bool looks;
  std::uint64_t if_value, then_value;
};

constexpr std::uint32_t kActors = 2, kLocals = 3, kCells = 2, kValues = 3;
using World = std::vector<std::uint32_t>;   // local states, then cells

std::vector<World> successors(const World& world, const Rule& rule) {
  if (world[rule.actor] != rule.from || (rule.looks && world[kActors + rule.cell] != rule.if_value)) return {};
  World next = world;
  next[rule.actor] = rule.to;
  next[kActors + rule.cell] = static_cast<std::uint32_t>(rule.then_value);
  return {next};
}

std::vector<World> reachable(const World& from, const std::vector<Rule>& rules) {
  std::vector<World> out{from};
  for (std::size_t i = 0; i < out.size(); ++i)
    for (const Rule& rule : rules)
      for (const World& next : successors(out[i], rule))
        if (std::find(out.begin(), out.end(), next) == out.end()) out.push_back(next);
  return out;
}

bool on_a_cycle(const Rule& rule, const std::vector<Rule>& rules) {
  for (const World& world : reachable(World(kActors + kCells, 0), rules))
    for (const World& next : successors(world, rule)) {
      const std::vector<World> after = reachable(next, rules);
      if (std::find(after.begin(), after.end(), world) != after.end()) return true;
    }
  return false;
}

std::vector<bool> told_recurrent(const std::vector<Rule>& rules) {
  std::vector<Edge> edges;
  for (const Rule& rule : rules) edges.push_back({rule.to, {{{rule.cell, rule.looks, rule.looks ? rule.if_value : 0, rule.then_value}}}});
  std::vector<NotedEdge> noted;
  for (std::size_t i = 0; i < rules.size(); ++i)
    noted.push_back({rules[i].actor * kLocals + rules[i].from, rules[i].actor * kLocals + rules[i].to, &edges[i]});
  return recurrent(kActors * kLocals, noted);
}

RC_GTEST_PROP(Recurrence, KeepsEveryStepOfACycle, ()) {
  std::vector<Rule> rules;
  const int n = *rc::gen::inRange(1, 9);
  const auto below = [](std::uint32_t end) { return *rc::gen::inRange(0U, end); };
  for (int i = 0; i < n; ++i)
    rules.push_back({below(kActors), below(kLocals), below(kLocals), below(kCells), below(3) != 0, below(kValues), below(kValues)});
  const std::vector<bool> told = told_recurrent(rules);
  for (std::size_t i = 0; i < rules.size(); ++i) RC_ASSERT(told[i] || !on_a_cycle(rules[i], rules));
}

TEST(Recurrence, StepThatLeavesALoopForGoodIsNone) {
  EXPECT_EQ(told_recurrent({{0, 0, 1, 0, false, 0, 0}, {0, 1, 0, 0, false, 0, 0}, {0, 1, 2, 0, false, 0, 0}}),
            (std::vector{true, true, false}));
}

TEST(Recurrence, ValueThatOnlyALastStepWritesIsOverwrittenOnce) {
  // An end of I/O in a loop of its own, which somebody submits who never comes back.
  EXPECT_EQ(told_recurrent({{0, 0, 0, 0, true, 2, 0}, {1, 0, 1, 0, false, 0, 2}}), (std::vector{false, false}));
  EXPECT_EQ(told_recurrent({{0, 0, 0, 0, true, 2, 0}, {1, 0, 0, 0, true, 0, 2}}), (std::vector{true, true}));
}

TEST(Recurrence, WriteWithoutALookMayRecur) {
  EXPECT_EQ(told_recurrent({{0, 0, 0, 0, false, 0, 2}}), (std::vector{true}));
}

TEST(Recurrence, EdgeRecursIfOneOfItsWaysDoes) {
  const Edge edge{0, {{{0, true, 1, 2}}, {{0, true, 2, 2}}}};
  EXPECT_EQ(recurrent(1, {{0, 0, &edge}}), (std::vector{true}));
}

}  // namespace
}  // namespace mmsim
