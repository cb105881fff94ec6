// From a resolved scenario to a world that is ready to run.
#pragma once

#include <memory>

#include "sim/core/arena.hpp"
#include "sim/machine/cpus.hpp"
#include "sim/machine/flows.hpp"
#include "sim/run/resolved.hpp"
#include "sim/script/program.hpp"

namespace mmsim {

// A world and the services of its run. Everything that changes while it runs is in the arena, but for the flows.
struct BuiltWorld {
  Arena::Owner arena;
  World* world = nullptr;
  Mm* mm = nullptr;
  Cpus* cpus = nullptr;
  ScriptObjects* objects = nullptr;
  std::unique_ptr<FlowNetwork> flows;
};

// Seed 0 leaves every choice to the order of arrival; another seed draws them.
// Only one world with flows can exist at a time in a process (see FlowNetwork).
BuiltWorld build_world(const Resolved& scenario, std::uint64_t seed);

}  // namespace mmsim
