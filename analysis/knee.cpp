#include "analysis/knee.hpp"

#include <algorithm>
#include <cmath>

namespace mmsim {

bool is_geometric(const std::vector<double>& values) {
  constexpr double kSpread_min = 10;
  if (values.size() < 3 || values.front() <= 0 || values.back() / values.front() < kSpread_min) return false;
  double step = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] - values[i - 1] < step) return false;
    step = values[i] - values[i - 1];
  }
  return step >= 2 * (values[1] - values[0]);
}

std::optional<std::size_t> knee_of(const std::vector<double>& x, const std::vector<double>& y, double noise) {
  constexpr double kBend_min = 0.1;
  constexpr std::size_t kPoints_min = 4;
  if (x.size() < kPoints_min) return {};
  std::vector<double> along = x;
  if (is_geometric(x)) std::transform(x.begin(), x.end(), along.begin(), [](double value) { return std::log(value); });
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  const double range = *high - *low;
  if (range <= 0 || range <= 2 * noise) return {};
  std::size_t best = 0;
  double farthest = kBend_min;
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    const double share = (along[i] - along.front()) / (along.back() - along.front());
    const double chord = y.front() + share * (y.back() - y.front());
    const double distance = std::abs(y[i] - chord) / range;
    if (distance <= farthest) continue;
    farthest = distance;
    best = i;
  }
  return best == 0 ? std::optional<std::size_t>() : best;
}

}  // namespace mmsim
