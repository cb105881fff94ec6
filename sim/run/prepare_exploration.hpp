// What a world to be explored needs beyond a timed one.
#pragma once

#include "sim/run/build_world.hpp"

namespace mmsim {

// Makes every shared thing that a step would otherwise make: destinations of migrations, bits, bios; adds the actors that end
// bios; and says what need not be looked at in this world. Throws ScenarioError for what exploration does not do.
// REQUIRES: everything is built, no actor has been started.
void prepare_exploration(const Resolved& scenario, BuiltWorld& built);

// The part of it that a replay of what was found needs too. REQUIRES: mm says whether memory may run out.
void expect_migrations(const Resolved& scenario, Mm& mm);

}  // namespace mmsim
