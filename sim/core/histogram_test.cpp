#include "sim/core/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mmsim {
namespace {

TEST(Histogram, is_exact_for_small_values) {
  for (std::int64_t value = 0; value < 32; ++value) {
    EXPECT_EQ(bucket_of(value), static_cast<std::uint32_t>(value));
    EXPECT_EQ(bucket_low(bucket_of(value)), value);
  }
}

TEST(Histogram, numbers_its_buckets_without_a_gap) {
  for (std::uint32_t bucket = 1; bucket <= bucket_of(INT64_MAX); ++bucket) {
    EXPECT_EQ(bucket_of(bucket_low(bucket)), bucket);
    EXPECT_EQ(bucket_of(bucket_low(bucket) - 1), bucket - 1);
  }
}

RC_GTEST_PROP(Histogram, knows_a_value_to_a_sixteenth, ()) {
  const auto value = static_cast<std::int64_t>(*rc::gen::arbitrary<std::uint64_t>() >> *rc::gen::inRange(1, 64));
  const std::uint32_t bucket = bucket_of(value);
  RC_ASSERT(bucket_low(bucket) <= value);
  if (bucket != bucket_of(INT64_MAX)) RC_ASSERT(value < bucket_low(bucket + 1));
  RC_ASSERT(value - bucket_low(bucket) <= value / 16);
}

}  // namespace
}  // namespace mmsim
