// Buckets for durations: exact up to 31 ns, then sixteen between each power of two and the next, so that a value is known to a
// sixteenth of itself. Gil Tene's HdrHistogram does the same.
#pragma once

#include <bit>
#include <cstdint>

namespace mmsim {

// Number of the bucket of a value, from 0. REQUIRES: value >= 0.
inline std::uint32_t bucket_of(std::int64_t value) {
  const auto bits = static_cast<std::uint32_t>(std::bit_width(static_cast<std::uint64_t>(value)));
  if (bits <= 5) return static_cast<std::uint32_t>(value);
  const std::uint32_t shift = bits - 5;
  return (shift << 4) + static_cast<std::uint32_t>(value >> shift);
}

// The least value of a bucket.
inline std::int64_t bucket_low(std::uint32_t bucket) {
  if (bucket < 32) return bucket;
  const std::uint32_t shift = (bucket >> 4) - 1;
  return static_cast<std::int64_t>(bucket - (shift << 4)) << shift;
}

}  // namespace mmsim
