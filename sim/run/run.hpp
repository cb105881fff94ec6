// One timed run of a scenario.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "proto/result.pb.h"
#include "sim/run/resolved.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {

struct Progress {
  std::uint64_t steps;
  std::int64_t now_ns;           // simulated
};

struct RunOptions {
  std::uint64_t seed = 0;
  std::string trace_path = {};   // empty: the trace is digested, not written
  const std::atomic<bool>* interrupted = nullptr;         // set to end the run with what is known
  std::function<void(const Progress&)> progress = {};     // called every few thousand steps
};

// Throws ScenarioError for a fault of the scenario that only running shows, and for a trace that cannot be written.
// The headline and the sentences of the result are left to analysis.
pb::Result run_scenario(const Resolved& scenario, const RunOptions& options);

// The command line that gives the same result again.
std::string reproduce_line(const Resolved& scenario, const RunOptions& options);

}  // namespace mmsim
