// The lock loops of engine_bench, done by others. Each may be called once in a process.
#pragma once

#include <cstdint>

namespace mmsim {

struct LockLoops {
  int actors;
  int locks() const { return actors / 4; }
  std::int64_t per_actor() const { return total() / actors; }
  std::int64_t total() const { return std::int64_t{1} << 18; }
};

// One actor per task, s4u::Mutex, this_actor::sleep_for.
void simgrid_lock_loops(LockLoops shape);

// One SC_THREAD per task, sc_mutex, wait(1, SC_US).
void systemc_lock_loops(LockLoops shape);

}  // namespace mmsim
