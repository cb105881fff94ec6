// Turns a parsed scenario into what a world is built from: names looked up, expressions evaluated, counted things and
// folio lists expanded, programs flattened, every rule of scenario.proto checked.
#pragma once

#include "proto/scenario.hpp"
#include "sim/run/load_source.hpp"
#include "sim/run/resolved.hpp"

namespace mmsim {

// Throws ScenarioError at the place of the first fault. The parties in expect.cycle are replaced by the names of
// single actors: "phil" becomes "phil[0]", "phil[1]", ...
Resolved resolve(Scenario& scenario, const ScenarioSource& source);

}  // namespace mmsim
