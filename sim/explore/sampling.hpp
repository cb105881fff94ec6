// Schedules drawn at random, where there are too many states to visit all.
//
// Uniform: at each step any of those who can step. PCT: random priorities, which change at `depth` - 1 random steps, so that
// a hang that needs no more than `depth` ordered events among n actors and k steps is met with probability at least 1 / (n * k^(depth - 1)) in each
// schedule (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS
// 2010). The same seed draws the same schedules.
#pragma once

#include <functional>

#include "sim/explore/witness.hpp"

namespace mmsim {

struct SamplingOptions {
  std::uint64_t schedules = 10'000;
  std::uint64_t seed = 1;
  std::uint32_t pct_depth = 0;             // 0: uniform
  std::uint64_t steps_max = 100'000;       // of one schedule
  double seconds_max = 1e18;
  const std::atomic<bool>* interrupted = nullptr;
};

struct Sample {
  std::uint64_t schedules = 0;             // run to their end, or to steps_max
  std::uint64_t hangs = 0;                 // nobody could step and somebody had not finished
  std::uint64_t cut = 0;                   // by steps_max
  std::uint64_t steps = 0;                 // of all of them
  std::uint64_t steps_least = UINT64_MAX, steps_most = 0;   // of one schedule
  Path shortest_hang;
  Path longest;                            // of those that were cut; to be looked at for those stuck while others run on
  std::string limit;                       // what ended it early
};

Sample sample(Expander& expander, const SamplingOptions& options, const std::function<void(const Sample&)>& progress);

}  // namespace mmsim
