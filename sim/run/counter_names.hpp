// The names that counters go by in results, for code that does not see the model.
#pragma once

#include <string>
#include <vector>

namespace mmsim {

const std::vector<std::string>& counter_names();

}  // namespace mmsim
