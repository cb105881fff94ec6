// One point of a sweep with one seed, in a worker, and its way back as bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "results/writer.hpp"
#include "sim/sweep/plan.hpp"

namespace mmsim {

// Completes a result before what tables do not need is left out: its sentences are not this folder's business.
using Finish = std::function<void(pb::Result&)>;

// Runs or explores the point as `mmsim run` or `mmsim explore` would.
std::string run_point(const SweepPlan& plan, std::uint64_t point, std::uint64_t seed, const Finish& finish);

// What run_point() returned. `ended` and what belongs to it are filled in.
void read_point(const std::string& bytes, RunRecord& record);

}  // namespace mmsim
