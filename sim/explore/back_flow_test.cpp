#include "sim/explore/back_flow.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

namespace mmsim {
namespace {

using Rows = std::vector<std::uint64_t>;

std::vector<NotedEdge> random_edges(std::mt19937_64& random, std::uint32_t nodes, std::size_t edges) {
  std::vector<NotedEdge> out;
  for (std::size_t i = 0; i < edges; ++i)
    out.push_back({static_cast<std::uint32_t>(random() % nodes), static_cast<std::uint32_t>(random() % nodes), nullptr});
  return out;
}

Rows random_rows(std::mt19937_64& random, std::size_t words) {
  Rows out(words);
  for (std::uint64_t& word : out) word = std::uint64_t{1} << random() % 64;
  return out;
}

// From each node on its own, by all ways.
Rows by_reachability(const std::vector<NotedEdge>& edges, const Rows& rows, std::uint32_t nodes, std::size_t words) {
  Rows out = rows;
  for (std::uint32_t start = 0; start < nodes; ++start) {
    std::vector<bool> met(nodes, false);
    std::vector<std::uint32_t> open{start};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      if (met[at]) continue;
      met[at] = true;
      for (std::size_t i = 0; i < words; ++i) out[start * words + i] |= rows[at * words + i];
      for (const NotedEdge& edge : edges)
        if (edge.from == at) open.push_back(edge.to);
    }
  }
  return out;
}

RC_GTEST_PROP(BackFlow, GivesEachNodeWhatCanBeReachedFromIt, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  const auto nodes = *rc::gen::inRange<std::uint32_t>(1, 30);
  const auto words = *rc::gen::inRange<std::size_t>(1, 4);
  const std::vector<NotedEdge> edges = random_edges(random, nodes, *rc::gen::inRange<std::size_t>(0, 60));
  const Rows before = random_rows(random, nodes * words);
  Rows rows = before;
  BackFlow(nodes, edges).run(rows, words, 1);
  RC_ASSERT(rows == by_reachability(edges, before, nodes, words));
}

TEST(BackFlow, GivesTheSameByManyThreads) {
  std::mt19937_64 random(1);
  constexpr std::uint32_t kNodes = 5000;
  constexpr std::size_t kWords = 220;    // enough to be worth more than one thread
  const BackFlow flow(kNodes, random_edges(random, kNodes, 6000));
  const Rows before = random_rows(random, kNodes * kWords);
  Rows one = before, many = before;
  flow.run(one, kWords, 1);
  flow.run(many, kWords, 3);
  EXPECT_NE(one, before);
  EXPECT_EQ(one, many);
}

// As long as the longest search is deep: depth first must not need a stack.
TEST(BackFlow, FollowsLongWays) {
  constexpr std::uint32_t kNodes = 1'000'000;
  std::vector<NotedEdge> edges;
  for (std::uint32_t i = 0; i + 1 < kNodes; ++i) edges.push_back({i, i + 1, nullptr});
  Rows rows(kNodes, 0);
  rows.back() = 5;
  BackFlow(kNodes, edges).run(rows, 1, 1);
  EXPECT_EQ(rows, Rows(kNodes, 5));
}

}  // namespace
}  // namespace mmsim
