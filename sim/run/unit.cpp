#include "sim/run/unit.hpp"

#include <array>

namespace mmsim {

std::string unit_of_name(std::string_view name) {
  struct Suffix {
    std::string_view ending, unit;
  };
  constexpr std::array<Suffix, 4> kSuffixes{{{"_ns", "ns"}, {"_MBps", "MB/s"}, {"_percent", "%"}, {"_pages", "pages"}}};
  for (const auto& [ending, unit] : kSuffixes)
    if (name.ends_with(ending)) return std::string(unit);
  return name == "MBps" ? "MB/s" : "";
}

}  // namespace mmsim
