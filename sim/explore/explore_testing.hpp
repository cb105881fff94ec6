// What the tests of the explorer share.
#pragma once

#include "sim/explore/explore.hpp"
#include "sim/explore/scenario_builder.hpp"

namespace mmsim {

inline bool is_hang(pb::Verdict verdict) { return verdict != pb::COMPLETED && verdict != pb::LIMIT; }

// Sets only what a test is about; the rest are the defaults.
inline ExploreOptions with_reduction(bool reduction) {
  ExploreOptions options;
  options.reduction = reduction;
  return options;
}

inline pb::Result explored(const pb::Scenario& scenario, const ExploreOptions& options) {
  return explore_scenario(resolved(scenario), options);
}

// Steps of the witness; -1: there is none.
inline int witness_length(const pb::Result& result) {
  return is_hang(result.verdict()) ? result.exploration().witness_size() : -1;
}

inline std::vector<std::string> witness_actors(const pb::Result& result) {
  std::vector<std::string> actors;
  for (const pb::WitnessStep& step : result.exploration().witness()) actors.push_back(step.actor());
  return actors;
}

}  // namespace mmsim
