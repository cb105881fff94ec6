#include "analysis/headline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"

namespace mmsim {
namespace {

std::vector<std::string> actors_of(const Finding& finding) { return {finding.actors().begin(), finding.actors().end()}; }

// What is counted in a pool knot.
std::string pool_of(const Finding& knot) {
  for (const Edge& wait : knot.waits())
    if (wait.held_since_ns() >= 0 && wait.kind() == ONE_OF) return wait.resource();
  return knot.waits().empty() ? "it" : knot.waits(0).resource();
}

std::string lead(const Finding& finding) {
  const auto actors = actors_of(finding);
  const std::string names = list_of(actors);
  const bool alone = actors.size() == 1;
  switch (finding.kind()) {
    case EVENT_KNOT: return names + " are a knot of event waits";
    case POOL_KNOT: return fmt::format("{} {} a pool knot", names, alone ? "is" : "are");
    case STARVED_BY_SPINNER: {
      const std::vector<std::string> by(finding.by().begin(), finding.by().end());
      if (by.empty()) break;
      std::vector<std::string> others;
      for (const std::string& actor : actors)
        if (std::find(by.begin(), by.end(), actor) == by.end()) others.push_back(actor);
      return fmt::format("{} {} and {} the CPU that {} {}", list_of(by), by.size() == 1 ? "spins" : "spin",
                         by.size() == 1 ? "keeps" : "keep", list_of(others), others.size() == 1 ? "needs" : "need");
    }
    default: break;
  }
  if (alone) return names + " waits for itself";
  if (finding.cycles_size() > 1) return names + " are in circles of waits";
  return names + (actors.size() == 2 ? " wait for each other" : " wait for each other in a circle");
}

std::string detail(const Finding& finding) {
  switch (finding.kind()) {
    case EVENT_KNOT:
    case POOL_KNOT: return ": " + knot_words(finding);
    case STARVED_BY_SPINNER: return ": starvation by a spinner";
    default: return {};
  }
}

std::string stuck_behind(const Result& result, bool alone) {
  const std::size_t victims = names_with(result, VICTIM).size();
  if (victims == 0) return {};
  return fmt::format(", {} stuck behind {}", victims == 1 ? "1 more is" : fmt::format("{} more are", victims),
                     alone ? "it" : "them");
}

// What hangs for reasons of its own.
std::string beside(const std::vector<Finding>& findings) {
  if (findings.size() < 2) return {};
  if (findings.size() > 2) return fmt::format("; {} other hangs stand beside this one", findings.size() - 1);
  const Finding& other = findings[1];
  if (other.kind() == ORPHANED_EVENT)
    return fmt::format("; beside it {} waits for what nobody is left to bring about", list_of(actors_of(other)));
  return "; beside it " + lead(other);
}

}  // namespace

std::string knot_words(const Finding& knot) {
  if (knot.kind() == EVENT_KNOT) return "each waits to be woken by one of the others";
  const std::string pool = pool_of(knot);
  if (knot.actors_size() == 1) return fmt::format("it holds all there is of {} and waits for more", pool);
  return fmt::format("whoever holds units of {} waits for more of it, or for somebody who does", pool);
}

std::string deadlock_headline(const Result& result, const std::string& when, const std::string& end) {
  const auto findings = findings_of(result);
  if (findings.empty())
    return fmt::format("DEADLOCK: {} wait for each other{}{}; {}.", list_of(parties_of(result)),
                       when.empty() ? "" : " ", when, end);
  const Finding& first = findings.front();
  return fmt::format("DEADLOCK: {}{}{}{}{}{}; {}.", lead(first), when.empty() ? "" : " ", when, detail(first),
                     stuck_behind(result, first.actors_size() == 1), beside(findings), end);
}

}  // namespace mmsim
