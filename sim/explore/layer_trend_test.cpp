#include "sim/explore/layer_trend.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace mmsim {
namespace {

// States of n actors of two steps each, one after the other in any order, by how many steps were taken.
std::vector<std::uint64_t> layers_of_independent_actors(int n) {
  std::vector<std::uint64_t> layers{1};
  for (int actor = 0; actor < n; ++actor) {
    std::vector<std::uint64_t> next(layers.size() + 2);
    for (std::size_t i = 0; i < layers.size(); ++i)
      for (std::size_t steps = 0; steps <= 2; ++steps) next[i + steps] += layers[i];
    layers = next;
  }
  return layers;
}

TEST(LayerTrend, SaysNothingWhileLayersGrow) {
  LayerTrend trend;
  EXPECT_LT(trend.total(), 0);
  for (const std::uint64_t size : {1, 8, 36, 112, 266}) {
    trend.add(size);
    EXPECT_LT(trend.total(), 0);
  }
}

TEST(LayerTrend, GuessesIndependentActorsWithinAFifthOnceTheyShrink) {
  for (const int n : {6, 10, 14}) {
    const std::vector<std::uint64_t> layers = layers_of_independent_actors(n);
    double all = 0;
    for (const std::uint64_t size : layers) all += static_cast<double>(size);
    LayerTrend trend;
    int guesses = 0;
    for (const std::uint64_t size : layers) {
      trend.add(size);
      if (trend.total() < 0) continue;
      EXPECT_NEAR(trend.total() / all, 1, 0.2) << n << " actors";
      ++guesses;
    }
    EXPECT_GE(guesses, n - 3) << "of " << layers.size() << " layers half shrink";
  }
}

TEST(LayerTrend, OfLayersThatHardlyShrinkSaysNothing) {
  LayerTrend trend;
  for (std::uint64_t i = 0; i < 10; ++i) trend.add(std::uint64_t{1} << 60 | (1000 - i));
  EXPECT_LT(trend.total(), 0);
}

TEST(LayerTrend, AnEndThatIsReachedIsTheWhole) {
  LayerTrend trend;
  for (const std::uint64_t size : {100, 70, 40, 20, 1}) trend.add(size);
  EXPECT_NEAR(trend.total(), 231, 1);
}

}  // namespace
}  // namespace mmsim
