// The layout of a trace file: what one run did, in the order in which things happened.
//
//   TraceHeader
//   TraceRecord...         32 bytes each; time never goes back
//   TraceRecord            event kEnd, `argument`: the number of records before it
//   names                  text, see names.hpp
//
// Integers are little-endian. A file without kEnd is that of a run that was killed, or stopped at a fault of its
// scenario. Times are nanoseconds of simulated time.
#pragma once

#include <cstdint>

namespace mmsim {

// What happened. kNote carries a milestone of the model, named by the table the model gives to its world.
enum class Event : std::uint16_t {
  kEnd = 0,
  kStart,        // an actor begins
  kFinish,
  kAcquire,      // a lock was taken, a unit or an event received
  kAcquireShared,
  kTryFailed,    // a trylock found it taken
  kRelease,
  kReleaseShared,
  kWait,         // begins to wait; extra 1: to see it free, not to take it
  kWoken,        // is made runnable again; it may have to wait once more
  kWake,         // an event: wake one, complete
  kWakeAll,
  kSpend,        // uses its CPU for `argument` ns
  kSleep,        // gives it up for `argument` ns
  kYield,
  kPreempt,      // lost its CPU
  kRun,          // got its CPU
  kInterrupt,    // its CPU was interrupted for `argument` ns
  kNote,         // extra: number of the note
  kStuck,        // cannot go on any more
  kCount
};
const char* to_string(Event event);

inline constexpr std::uint32_t kNoId = 0xffffffff;

struct TraceRecord {
  std::int64_t time_ns;
  std::uint32_t actor;       // kNoId: the machine
  std::uint32_t object;      // kNoId: none
  Event event;
  std::int16_t cpu;          // -1: none
  std::uint32_t extra;
  std::int64_t argument;
};
static_assert(sizeof(TraceRecord) == 32);

// The last character of `magic` is the version of the layout and of the names.
struct TraceHeader {
  char magic[8] = {'m', 'm', 's', 'i', 'm', 't', 'r', '2'};
  std::uint32_t record_bytes = sizeof(TraceRecord);
  std::uint32_t reserved = 0;
};

}  // namespace mmsim
