// Runs a world against the clock.
//
// At each instant every ready actor takes its step, in the order in which they became ready or as the chooser says;
// then the clock goes to the next date of the calendar or of the external clock, whichever is earlier (at equal dates
// the external clock first). The same world, chooser and seed give the same trace, byte for byte.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "sim/core/world.hpp"

namespace mmsim {

struct RunLimits {
  std::uint64_t steps_max = UINT64_MAX;
  std::int64_t time_max_ns = kNever_ns;
};

enum class RunEnd : std::uint8_t {
  kAllDone,      // every actor that must finish has, or is stuck
  kNothingLeft,  // some wait and nothing can happen any more
  kSteps,
  kTime,
  kInterrupted,
  kHalted,       // World::halted
};

class TimedEngine {
 public:
  // `poll` is called every few thousand steps; false ends the run.
  using Poll = std::function<bool()>;

  TimedEngine(World& world, RunLimits limits, Poll poll = {}) : world_(world), limits_(limits), poll_(std::move(poll)) {}

  RunEnd run();

 private:
  std::int64_t next_date_ns() const;
  void advance(std::int64_t date_ns);
  void step(Actor& actor);
  Actor& next_ready();

  World& world_;
  RunLimits limits_;
  Poll poll_;
};

}  // namespace mmsim
