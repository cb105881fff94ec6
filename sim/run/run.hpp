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

struct BuiltWorld;
enum class RunEnd : std::uint8_t;

struct Progress {
  std::uint64_t steps;
  std::int64_t now_ns;           // simulated
};

struct RunOptions {
  std::uint64_t seed = 0;
  std::string trace_path = {};   // empty: the trace is digested, not written
  bool histograms = false;       // how long the waits of each kind took
  const std::atomic<bool>* interrupted = nullptr;         // set to end the run with what is known
  std::function<void(const Progress&)> progress = {};     // called every few thousand steps
};

// Throws ScenarioError for a fault of the scenario that only running shows, and for a trace that cannot be written.
// The headline and the sentences of the result are left to analysis.
pb::Result run_scenario(const Resolved& scenario, const RunOptions& options);

// The same of a world that was built already. `ended` is told how the run ended, before anything is made of it, and may throw.
pb::Result run_world(const Resolved& scenario, BuiltWorld& built, const RunOptions& options, const std::function<void(RunEnd)>& ended);

// The command line that gives the same result again.
std::string reproduce_line(const Resolved& scenario, const RunOptions& options);

}  // namespace mmsim
