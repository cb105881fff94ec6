// What a scenario expects against what a run or an exploration found.
#pragma once

#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/scenario.hpp"

namespace mmsim {

// One sentence per difference; empty: as expected. The verdict has to come out with every seed; cycles and counters
// may differ from seed to seed, so they are compared only where `in_full`.
std::vector<std::string> differences(const Expect& expected, const Result& result, bool in_full);

}  // namespace mmsim
