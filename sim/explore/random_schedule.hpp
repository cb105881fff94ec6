// Orders of steps drawn at random, for tests.
#pragma once

#include <functional>
#include <vector>

#include "sim/explore/explore.hpp"

namespace mmsim {

// Below n, which is at least 1.
using Pick = std::function<std::size_t(std::size_t n)>;

// Until nobody can step, or all who must have finished, or there are `most`.
std::vector<ScheduleStep> random_schedule(const Resolved& scenario, const Pick& pick, std::size_t most);

}  // namespace mmsim
