// What the tests of the engine share: a small world with named actors that runs to its end and remembers what happened.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/bit_lock.hpp"
#include "sim/core/timed_engine.hpp"
#include "sim/core/wait_graph.hpp"
#include "sim/core/world.hpp"

namespace mmsim {

// The shortest bit lock.
class TestBit final : public BitLock {
 public:
  using BitLock::BitLock;
  static constexpr LockClass kClass{"bit", "bit_lock", "bit_trylock", "bit_unlock", "bit_wait", ""};
  const LockClass& lock_class() const override { return kClass; }
};

// An actor's future as a test tells it.
struct TestForesight final : Foresight {
  bool will_wake = true;
  bool may_wake(const Object&) const override { return will_wake; }
};

// Seed 0: first come, first served.
class TestWorld {
 public:
  explicit TestWorld(std::uint64_t seed = 0) : arena_(Arena::create()), world(*arena_->make<World>(*arena_)) {
    world.trace = &trace;
    if (seed != 0) world.chooser = world.arena.make<SeededChooser>(seed);
  }

  Name name(std::string_view text) { return {world.intern(text), -1}; }
  Actor& actor(std::string_view text) { return world.add_actor(name(text)); }
  template <class Lock, class... Args>
  Lock& add(std::string_view text, Args&&... args) {
    return world.add<Lock>(name(text), std::forward<Args>(args)...);
  }

  // A new actor that runs procedure(self, args...) from `at_ns` on.
  template <class Procedure, class... Args>
  Actor& start(std::string_view text, std::int64_t at_ns, Procedure procedure, Args&&... args) {
    Actor& self = actor(text);
    world.start(self, procedure(self, std::forward<Args>(args)...), at_ns);
    return self;
  }

  RunEnd run(RunLimits limits = {}) { return TimedEngine(world, limits).run(); }

  // "10 a" for each record of `event` among the last thousand, in the order of the trace; of any object, or of one.
  std::vector<std::string> when(Event event, const Object* object = nullptr) const {
    std::vector<std::string> out;
    for (const TraceRecord& record : trace.last(Trace::kKept))
      if (record.event == event && (object == nullptr || record.object == object->id))
        out.push_back(std::to_string(record.time_ns) + " " + world.text(*world.actors[record.actor]));
    return out;
  }

  // "waiter -> holder" for each edge of each cycle of the stuck set.
  std::vector<std::string> cycle_edges() {
    const WaitGraph graph = WaitGraph::all(world);
    std::vector<std::string> out;
    for (const WaitGraph::Cycle& cycle : graph.cycles(graph.stuck_set()))
      for (const auto& edge : cycle)
        out.push_back(world.text(*graph.graph()[source(edge, graph.graph())].actor) + " -> " +
                      world.text(*graph.graph()[edge].holder));
    return out;
  }

 private:
  Arena::Owner arena_;

 public:
  World& world;
  Trace trace;
};

using Texts = std::vector<std::string>;

}  // namespace mmsim
