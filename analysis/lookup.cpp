#include "analysis/lookup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mmsim {

const StuckActor* find_stuck(const Result& result, std::string_view actor) {
  const auto found = std::find_if(result.stuck().begin(), result.stuck().end(),
                                  [&](const StuckActor& stuck) { return stuck.actor() == actor; });
  return found == result.stuck().end() ? nullptr : &*found;
}

std::vector<std::string> names_with(const Result& result, Role role) {
  std::vector<std::string> names;
  for (const StuckActor& stuck : result.stuck())
    if (stuck.role() == role) names.push_back(stuck.actor());
  return names;
}

std::vector<std::string> parties_of(const Result& result) {
  std::vector<std::string> names;
  for (const Cycle& cycle : result.cycles())
    for (const Edge& edge : cycle.edges())
      if (std::find(names.begin(), names.end(), edge.waiter()) == names.end()) names.push_back(edge.waiter());
  return names.empty() ? names_with(result, PARTY) : names;
}

std::string place_of(int cpu, std::string_view node) {
  if (cpu < 0) return std::string(node);
  return node.empty() ? fmt::format("CPU {}", cpu) : fmt::format("CPU {}, {}", cpu, node);
}

std::string named(std::string_view kind, std::string_view resource) {
  if (kind.empty() || kind == resource) return std::string(resource);
  if (resource.empty()) return std::string(kind);
  return fmt::format("{} {}", kind, resource);
}

}  // namespace mmsim
