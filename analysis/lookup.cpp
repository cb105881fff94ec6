#include "analysis/lookup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/format.hpp"

namespace mmsim {
namespace {

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

bool is_timed(const Result& result) {
  return result.elapsed_ns() > 0 || (result.states() == 0 && !result.has_exploration());
}

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

std::vector<Finding> findings_of(const Result& result) {
  std::vector<Finding> findings(result.findings().begin(), result.findings().end());
  if (!findings.empty()) return findings;
  std::vector<std::string> parties;
  for (const Cycle& cycle : result.cycles())
    for (const Edge& edge : cycle.edges()) add_once(parties, edge.waiter());
  if (!parties.empty()) {
    Finding& cycles = findings.emplace_back();
    cycles.set_kind(CYCLE);
    cycles.mutable_actors()->Assign(parties.begin(), parties.end());
    for (int i = 0; i < result.cycles_size(); ++i) cycles.add_cycles(static_cast<std::uint32_t>(i));
  }
  for (const std::string& name : names_with(result, ORPHAN)) {
    Finding& orphan = findings.emplace_back();
    orphan.set_kind(ORPHANED_EVENT);
    orphan.add_actors(name);
  }
  if (!findings.empty())
    for (const std::string& name : names_with(result, VICTIM)) findings.front().add_victims(name);
  return findings;
}

std::vector<std::string> parties_of(const Result& result) {
  std::vector<std::string> names;
  for (const Finding& finding : findings_of(result))
    if (finding.kind() != ORPHANED_EVENT)
      for (const std::string& actor : finding.actors()) add_once(names, actor);
  return names.empty() ? names_with(result, PARTY) : names;
}

std::string kind_words(HangKind kind) {
  switch (kind) {
    case CYCLE: return "cycle";
    case ORPHANED_EVENT: return "orphaned event";
    case POOL_KNOT: return "pool knot";
    case EVENT_KNOT: return "knot of event waits";
    case NO_PROGRESS_LOOP: return "no-progress loop";
    case STARVED_BY_SPINNER: return "starvation by a spinner";
    default: return "hang of no known kind";
  }
}

std::string name_of(const Finding& finding) {
  const std::string actors = list_of({finding.actors().begin(), finding.actors().end()});
  return finding.kind() == ORPHANED_EVENT ? actors : fmt::format("the {} of {}", kind_words(finding.kind()), actors);
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
