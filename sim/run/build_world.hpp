// From a resolved scenario to a world that is ready to run.
#pragma once

#include <memory>
#include <vector>

#include "sim/core/arena.hpp"
#include "sim/machine/cpus.hpp"
#include "sim/machine/flows.hpp"
#include "sim/mm/block.hpp"
#include "sim/run/resolved.hpp"
#include "sim/script/program.hpp"

namespace mmsim {

// A world and the services of its run. Everything that changes while it runs is in the arena, but for the flows.
// In one to be explored there are no flows, and the CPUs only say which node each is on.
struct BuiltWorld {
  Arena::Owner arena;
  World* world = nullptr;
  Mm* mm = nullptr;
  Cpus* cpus = nullptr;
  ScriptObjects* objects = nullptr;
  std::unique_ptr<FlowNetwork> flows;
  // Explorations: each ends the bios at a disk that begin with one folio or buffer, "nvme0:file[3]".
  std::vector<Actor*> io_actors;
  std::vector<BioPlace> io_places;
};

// Seed 0 leaves every choice to the order of arrival; another seed draws them.
// Only one world with flows can exist at a time in a process (see FlowNetwork).
BuiltWorld build_world(const Resolved& scenario, std::uint64_t seed);

// The same world without a clock. Everything shared that its steps may need is in it from the start. With scenario_cpus
// giving up the CPU is a step. Throws ScenarioError for what exploration does not do.
BuiltWorld build_explored_world(const Resolved& scenario, bool scenario_cpus);

}  // namespace mmsim
