#include "sim/run/counter_names.hpp"

#include "sim/mm/vmstat.hpp"

namespace mmsim {

const std::vector<std::string>& counter_names() {
  static const std::vector<std::string> names(kCounterNames.begin(), kCounterNames.end());
  return names;
}

}  // namespace mmsim
