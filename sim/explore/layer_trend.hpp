// How many states a search by layers may yet have before it, guessed from how its layers shrink.
//
// The layers of programs that end grow and then shrink, about as binomial coefficients do: the logarithm of their sizes bends
// downwards. The parabola through the last three is continued. That is a guess for progress only; no result depends on it.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace mmsim {

class LayerTrend {
 public:
  // `before`: states of layers that another search has expanded.
  explicit LayerTrend(std::uint64_t before = 0) : total_(before) {}

  void add(std::uint64_t states) {
    shrinks_ = layers_ != 0 && states < sizes_.back() ? shrinks_ + 1 : 0;
    sizes_ = {sizes_[1], sizes_[2], states};
    ++layers_;
    total_ += states;
  }

  // States of all layers, those to come too; below 0: nothing can be said before the layers have been shrinking for a while.
  double total() const {
    if (shrinks_ < kShrinks_least || sizes_[0] == 0 || sizes_[2] == 0) return -1;
    const auto log_of = [this](std::size_t i) { return std::log(static_cast<double>(sizes_[i])); };
    double slope = log_of(2) - log_of(1);
    const double bend = std::fmin(slope - (log_of(1) - log_of(0)), 0);
    double size = static_cast<double>(sizes_[2]);
    double to_come = 0;
    for (int layer = 0; size >= 1; ++layer) {
      if (layer == kLayers_most) return -1;   // it hardly shrinks
      slope += bend;
      size *= std::exp(slope);
      to_come += size;
    }
    return static_cast<double>(total_) + to_come;
  }

 private:
  static constexpr int kShrinks_least = 3;
  static constexpr int kLayers_most = 100'000;

  std::array<std::uint64_t, 3> sizes_{};
  std::size_t layers_ = 0;
  int shrinks_ = 0;              // of the last layers, how many were each smaller than the one before
  std::uint64_t total_;
};

}  // namespace mmsim
