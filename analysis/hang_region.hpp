// Where in the space of its axes a sweep hangs: a rule that exactly the hanging points meet, and the points on its edge.
//
// A rule is one inequality over sums of axes with small factors ("producers + consumers > 2*slots"), or some boxes, each a condition on
// single axes ("batch > 1 and mode = MIGRATE_SYNC"), whichever is shorter. It speaks of the points that were tested and of no other.
#pragma once

#include <string>

#include "analysis/sweep_table.hpp"
#include "proto/result.hpp"

namespace mmsim {

// REQUIRES: a point hangs, and one does not.
HangRegion hang_region(const SweepTable& table);

}  // namespace mmsim
