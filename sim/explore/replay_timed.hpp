// A schedule of the explorer again, under the clock.
//
// The world is that of a run with seed 0: clock, costs, CPUs, flows. Each actor is held before its next step until the
// schedule says so (see replay_gate.hpp), then the gate opens and the run goes on to its end as any other.
#pragma once

#include "sim/explore/explore.hpp"

namespace mmsim {

// The result is that of run_scenario(), with the steps taken as exploration.witness.
// Throws ScenarioError where the schedule does not fit, or the clock does not allow it: at which step, and why.
pb::Result replay_timed(const Resolved& scenario, const std::vector<ScheduleStep>& steps, const ReplayOptions& options);

}  // namespace mmsim
