// What a sweep prints: progress while it runs, and what its database holds.
#pragma once

#include <string>

#include "results/results_error.hpp"
#include "sim/cli/commands.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/sweep/sweep.hpp"

namespace mmsim {

// "[####----] 40 %, about 30 s left: 412 of 1 000 runs, 180/s, 12 hang"
std::string sweep_progress_text(const SweepProgress& progress);

// Prints the results to standard output. The status is that of the worst point.
ExitStatus show_sweep(const std::string& database, const SweepView& view);

// Calls `act`; what is wrong with a database leaves it as bad input.
template <class Act>
decltype(auto) from_results(const Act& act) {
  try {
    return act();
  } catch (const ResultsError& error) {
    throw ScenarioError(error.what());
  }
}

}  // namespace mmsim
