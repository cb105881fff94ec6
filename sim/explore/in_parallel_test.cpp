#include "sim/explore/in_parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace mmsim {
namespace {

TEST(InParallel, RunsEachPartOnce) {
  std::atomic<int> parts = 0;
  in_parallel(5, [&](std::size_t i) { parts += 1 << (4 * i); });
  EXPECT_EQ(parts, 0x11111);
}

TEST(InParallel, WaitsForAllAndThrowsWhatTheFirstThrew) {
  std::atomic<int> ended = 0;
  try {
    in_parallel(4, [&](std::size_t i) {
      ++ended;
      if (i % 2 == 1) throw std::to_string(i);
    });
    FAIL() << "nothing was thrown";
  } catch (const std::string& thrown) {
    EXPECT_EQ(thrown, "1");
  }
  EXPECT_EQ(ended, 4);
}

}  // namespace
}  // namespace mmsim
