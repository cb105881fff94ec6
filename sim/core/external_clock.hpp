// A second source of dated events that the engine joins to its calendar.
//
// The engine asks for the date of the next event only when it may have changed, and never lets its own calendar run
// past it. core knows nothing of what is behind the interface; sim/machine puts SimGrid there.
#pragma once

#include <cstdint>
#include <limits>

namespace mmsim {

inline constexpr std::int64_t kNever_ns = std::numeric_limits<std::int64_t>::max();

class ExternalClock {
 public:
  virtual ~ExternalClock() = default;

  // Date in simulated nanoseconds of the next event behind this clock; kNever_ns when there is none.
  virtual std::int64_t next_ns() = 0;

  // Moves the clock to `now_ns`, firing what falls exactly there. REQUIRES: not before an earlier `now_ns`, and
  // now_ns <= next_ns().
  virtual void advance_to(std::int64_t now_ns) = 0;
};

}  // namespace mmsim
