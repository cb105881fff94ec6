// From a scenario file and the --set options to what a world is built from.
#pragma once

#include <string>
#include <vector>

#include "proto/scenario.hpp"
#include "sim/run/resolved.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {

struct Loaded {
  Resolved resolved;
  Scenario scenario;  // as written, with the --set options applied; expect.cycle names single actors
};

// `sets` are the arguments of --set, "path=value", applied in order. Throws ScenarioError for the first fault found.
Loaded load_scenario(const std::string& path, const std::vector<std::string>& sets);

// The same from text that stands for the file at `path`.
Loaded load_scenario_text(const std::string& path, std::string text, const std::vector<std::string>& sets);

}  // namespace mmsim
