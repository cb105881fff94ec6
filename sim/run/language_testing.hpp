// For tests that write programs: from the text of a scenario to how it ran, or to what was wrong with it.
#pragma once

#include <string>

#include "sim/run/load.hpp"
#include "sim/run/run.hpp"

namespace mmsim {

inline pb::Result run_text(const std::string& text) {
  const Loaded loaded = load_scenario_text("t.txtpb", "claim: \"c\"\n" + text, {});
  return run_scenario(loaded.resolved, {});
}

inline std::string fault_of(const std::string& text) {
  try {
    run_text(text);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "it ran";
}

}  // namespace mmsim
