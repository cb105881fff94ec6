// The root coroutines of the built-in actors: what an actor does over and over, around one procedure of sim/mm.
// A new kind of actor: its Spec in sim/run/resolved.hpp, a function here, and a row in start() of build_world.cpp.
#pragma once

#include "sim/mm/migrate.hpp"
#include "sim/mm/writeback.hpp"

namespace mmsim {

// Calls migrate_pages() `times` times, to its node and back to where the folios came from.
Task<> migrate_pages_actor(Actor& self, Mm& mm, MigrateControl control, const ArenaVector<std::uint32_t>& slots, std::int64_t times);

// Writes the folios back `times` times; they are dirtied again in between.
Task<> writeback_actor(Actor& self, WritebackControl control, const ArenaVector<std::uint32_t>& slots, std::int64_t times);

// Touches the folios in turn, `times` rounds, for ever if 0.
Task<> page_fault_actor(Actor& self, Mm& mm, const ArenaVector<std::uint32_t>& slots, std::int64_t times, std::int64_t think_ns);

}  // namespace mmsim
