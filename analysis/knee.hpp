// Where a curve bends.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace mmsim {

// True if the values grow by factors rather than by steps, so that they are looked at by their logarithm.
bool is_geometric(const std::vector<double>& values);

// Index of the point that lies farthest from the straight line between the ends, both axes scaled to their range: the knee of
// Satopaa, Albrecht, Irwin and Raghavan ("Finding a kneedle in a haystack", 2011), for a curve that need not be smooth. Nothing where
// that is less than a tenth of the range, or where the curve is not higher or lower than its `noise` anywhere.
// REQUIRES: x increases.
std::optional<std::size_t> knee_of(const std::vector<double>& x, const std::vector<double>& y, double noise);

}  // namespace mmsim
