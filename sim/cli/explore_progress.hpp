// What standard error is told of an exploration: how far it is, and what it took. None of this reaches a result, which
// must not depend on the clock.
#pragma once

#include <cstdint>
#include <string>

#include "proto/result.hpp"
#include "sim/explore/explore.hpp"

namespace mmsim {

// "[####------] 40 %, about 30 s left: searching, 1 234 567 states, 61 728 states/s, depth 12, frontier 345, 512 MiB".
// `schedules` is how many will be drawn; 0 where none are.
std::string progress_text(const ExploreProgress& progress, std::uint64_t schedules);

// "3 654 states in 0.012 s, 304 500 states/s, peak memory 12 MiB"
std::string cost_text(const Result& result, double seconds, std::uint64_t peak_bytes);

}  // namespace mmsim
