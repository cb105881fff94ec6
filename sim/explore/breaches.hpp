// Where rules of locking are broken: what a watch has seen, each with a way there.
#pragma once

#include "sim/explore/explored_world.hpp"
#include "sim/explore/lock_watch.hpp"

namespace mmsim {

inline constexpr std::size_t kBreaches_most = 64;   // told; the others are as many as there are places in the code

// Adds the rules broken in any step that the world's executor has run, and the order in which locks were nested.
// The ways are looked for by searches of their own, each until `limits` end it, and by schedules drawn at random.
void add_rule_violations(pb::Result& out, ExploredWorld& world, const LockWatch& watch, const Reduction* reduction, const SearchLimits& limits);

}  // namespace mmsim
