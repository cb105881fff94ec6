#include <simgrid/s4u.hpp>

#include <string>
#include <vector>

#include "sim/core/engine_bench_peers.hpp"

namespace mmsim {

void simgrid_lock_loops(LockLoops shape) {
  namespace s4u = simgrid::s4u;
  s4u::Engine engine("bench");
  s4u::Engine::set_config("surf/precision:1e-12");
  s4u::NetZone* zone = s4u::create_full_zone("machine");
  s4u::Host* host = zone->create_host("host", 1e9);
  zone->seal();
  std::vector<s4u::MutexPtr> locks;
  for (int i = 0; i < shape.locks(); ++i) locks.push_back(s4u::Mutex::create());
  for (int i = 0; i < shape.actors; ++i) {
    const s4u::MutexPtr lock = locks[static_cast<std::size_t>(i % shape.locks())];
    s4u::Actor::create("task" + std::to_string(i), host, [lock, shape] {
      for (std::int64_t loop = 0; loop < shape.per_actor(); ++loop) {
        lock->lock();
        s4u::this_actor::sleep_for(1e-6);
        lock->unlock();
        s4u::this_actor::sleep_for(1e-6);
      }
    });
  }
  engine.run();
}

}  // namespace mmsim
