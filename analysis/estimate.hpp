// A figure over several seeds: its mean and how far that can be trusted.
#pragma once

#include <cstdint>
#include <vector>

namespace mmsim {

struct Estimate {
  std::uint64_t n = 0;
  double mean = 0;
  double half_width = 0;   // of the 95 % confidence interval of the mean, by Student's t; 0 where n < 2: not known
  double min = 0;
  double max = 0;
  bool known() const { return n > 0; }
  bool has_interval() const { return n > 1; }
  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
};

// Takes values one by one (Welford 1962), so that their order alone decides about the last digit.
class Estimator {
 public:
  void add(double value);
  Estimate estimate() const;

 private:
  std::uint64_t n_ = 0;
  double mean_ = 0;
  double squares_ = 0;   // sum of squared distances from the mean
  double min_ = 0;
  double max_ = 0;
};

// Over all of them.
Estimate estimate_of(const std::vector<double>& values);

}  // namespace mmsim
