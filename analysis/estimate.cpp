#include "analysis/estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>

namespace mmsim {
namespace {

// Student's t at 97.5 %, for `n` values. Few different n are ever asked for.
double t_of(std::uint64_t n) {
  static std::map<std::uint64_t, double> known;
  const auto [at, is_new] = known.try_emplace(n, 0);
  if (is_new) at->second = boost::math::quantile(boost::math::students_t(static_cast<double>(n - 1)), 0.975);
  return at->second;
}

}  // namespace

void Estimator::add(double value) {
  min_ = n_ == 0 ? value : std::min(min_, value);
  max_ = n_ == 0 ? value : std::max(max_, value);
  ++n_;
  const double before = value - mean_;
  mean_ += before / static_cast<double>(n_);
  squares_ += before * (value - mean_);
}

Estimate Estimator::estimate() const {
  Estimate out{n_, mean_, 0, min_, max_};
  if (n_ < 2) return out;
  const auto n = static_cast<double>(n_);
  out.half_width = t_of(n_) * std::sqrt(squares_ / (n - 1) / n);
  return out;
}

Estimate estimate_of(const std::vector<double>& values) {
  Estimator estimator;
  for (const double value : values) estimator.add(value);
  return estimator.estimate();
}

}  // namespace mmsim
