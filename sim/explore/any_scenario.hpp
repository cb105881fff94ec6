// Scenarios for tests that look at worlds themselves: the words of scenario files and those of the engine do not go together.
#pragma once

#include <string>
#include <vector>

#include "sim/run/resolved.hpp"

namespace mmsim {

// From RapidCheck; see random_program.hpp.
Resolved any_program();
// One of scenarios/.
Resolved shipped(const std::string& file, const std::vector<std::string>& sets);

}  // namespace mmsim
