// Runs what a results database does not hold yet of a sweep.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sim/sweep/plan.hpp"
#include "sim/sweep/run_point.hpp"

namespace mmsim {

struct SweepProgress {
  std::uint64_t runs = 0;        // of this shard, or explorations
  std::uint64_t recorded = 0;
  std::uint64_t before = 0;      // of these, by an earlier start
  std::uint64_t hangs = 0;
  std::uint64_t crashed = 0;     // in this start, as bad
  std::uint64_t bad = 0;
  double seconds = 0;            // since this start
};

struct SweepOptions {
  int jobs = 1;
  Shard shard = {};
  bool retry_crashed = false;
  double seconds_max = 0;        // of one run; 0: no bound
  Finish finish = [](pb::Result&) {};
  std::function<void(const SweepProgress&)> progress = [](const SweepProgress&) {};   // a few times a second, and at the end
  std::function<bool()> stop = [] { return false; };
};

// True when all of the shard is recorded; false where `stop` ended it: the same call goes on from there.
// Throws ResultsError where the database at `path` is not of this sweep or cannot be written; what was recorded is kept.
bool run_sweep(const SweepPlan& plan, const std::string& path, const SweepOptions& options);

}  // namespace mmsim
