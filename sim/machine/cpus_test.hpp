// What the tests of CPUs share: a small machine, actors made from steps, and what its trace says about who ran when.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/mutex.hpp"
#include "sim/core/spinlock.hpp"
#include "sim/core/time.hpp"
#include "sim/core/timed_engine.hpp"
#include "sim/core/wait_graph.hpp"
#include "sim/machine/cpus.hpp"

namespace mmsim {

// Round numbers, so that dates in tests can be read: wake-up 1000, switch 10, slice 100.
inline constexpr CpuCosts kTestCosts{1000, 10, 100, 500, 20, 150, 7};

struct Device : Timer {
  Device(Cpus& c, int number, std::int64_t handler_ns) : Timer(fired), cpus(c), cpu(number), ns(handler_ns) {}
  static void fired(World&, Timer& timer) {
    auto& device = static_cast<Device&>(timer);
    device.cpus.interrupt(device.cpu, {device.ns, [](void*, int, std::int64_t) {}, nullptr});
  }
  Cpus& cpus;
  int cpu;
  std::int64_t ns;
};

// One world with its CPUs. Its actors are called by the lower-case letters, in order of creation.
struct Machine {
  explicit Machine(std::vector<int> node_of_cpu, Preemption preemption = Preemption::kFull, CpuCosts costs = kTestCosts)
      : cpus(*arena->make<Cpus>(world, costs, preemption, node_of_cpu)) {
    world.trace = &trace;
    world.cpus = &cpus;
  }

  Actor& actor(int cpu) {
    const char letter = static_cast<char>('a' + world.actors.size());
    Actor& out = world.add_actor({world.intern(std::string(1, letter)), -1});
    out.cpu = static_cast<std::int16_t>(cpu);
    return out;
  }
  template <class Object, class... Args>
  Object& add(const char* name, Args&&... args) {
    return world.add<Object>(Name{world.intern(name), -1}, args...);
  }

  // A device interrupts `cpu` for ns at that date.
  void interrupt_at(std::int64_t at_ns, int cpu, std::int64_t ns) {
    world.calendar.set(*arena->make<Device>(cpus, cpu, ns), at_ns);
  }

  RunEnd run(std::int64_t until_ns = kNever_ns) {
    return TimedEngine(world, RunLimits{.steps_max = 1'000'000, .time_max_ns = until_ns}).run();
  }

  // "a run 10", "b finish 35": the records of these events; "-" is the machine.
  std::vector<std::string> log(std::vector<Event> events = {Event::kRun, Event::kPreempt, Event::kFinish}) const {
    std::vector<std::string> out;
    for (const TraceRecord& r : trace.last(Trace::kKept))
      for (const Event event : events)
        if (r.event == event)
          out.push_back((r.actor != kNoId ? world.text(*world.actors[r.actor]) : "-") + " " + to_string(event) + " " +
                        std::to_string(r.time_ns));
    return out;
  }
  std::int64_t finished_ns(const Actor& actor) const {
    for (const TraceRecord& r : trace.last(Trace::kKept))
      if (r.event == Event::kFinish && r.actor == actor.id) return r.time_ns;
    return -1;
  }
  std::int64_t date_ns(Event event, const Object* object = nullptr) const {   // of the first such record; -1: none
    for (const TraceRecord& r : trace.last(Trace::kKept))
      if (r.event == event && (object == nullptr || r.object == object->id)) return r.time_ns;
    return -1;
  }
  // Letters of the actors found to be stuck.
  std::string stuck() const {
    std::string out;
    for (const Actor* actor : world.actors)
      if (actor->stuck) out += world.text(*actor);
    return out;
  }
  std::string digest() {
    trace.close({});
    return trace.digest();
  }

  Arena::Owner arena = Arena::create();
  World& world = *arena->make<World>(*arena);
  Trace trace;
  Cpus& cpus;
};

// might_sleep() of include/linux/kernel.h as an operation.
struct MightSleep {
  Actor& self;
  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> frame) {
    self.leaf = frame;
    return self.world.cpus->might_sleep(self);
  }
  void await_resume() const {}
};

inline Task<> spends(Actor& self, std::vector<std::int64_t> each_ns) {
  for (const std::int64_t ns : each_ns) co_await spend(self, ns);
}

}  // namespace mmsim
