#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <deque>
#include <systemc>

#include "sim/core/engine_bench_peers.hpp"

// SystemC asks every program for one; it is not called here.
int sc_main(int, char**) { return 0; }

namespace mmsim {

void systemc_lock_loops(LockLoops shape) {
  std::deque<sc_core::sc_mutex> locks(static_cast<std::size_t>(shape.locks()));
  for (int i = 0; i < shape.actors; ++i)
    sc_core::sc_spawn([&lock = locks[static_cast<std::size_t>(i % shape.locks())], shape] {
      for (std::int64_t loop = 0; loop < shape.per_actor(); ++loop) {
        lock.lock();
        sc_core::wait(1, sc_core::SC_US);
        lock.unlock();
        sc_core::wait(1, sc_core::SC_US);
      }
    });
  sc_core::sc_start();
}

}  // namespace mmsim
