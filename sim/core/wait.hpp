// Who can end a wait: what every operation must be able to say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmsim {

struct Actor;
class Object;

enum class EdgeKind : std::uint8_t {
  kOwner,          // all holders named must act
  kOneOf,          // any of them may
  kKOfN,           // `need` of them must
  kQueuedBehind,   // stands before the waiter in a queue
};

// One actor that could end a wait, or one of those that must.
struct WaitEdge {
  Actor* holder = nullptr;
  EdgeKind kind = EdgeKind::kOwner;
  const char* how = "";                  // what to say beyond that it holds it: "keeps its bio in a block plug"
  const char* ends_by = "";              // operation the holder would have to do; empty: the release of the lock
  std::int64_t since_ns = -1;            // -1: not a matter of holding
  const char* held_at = nullptr;         // procedure
};

// A wait and what it hangs on. It can end once `need` of the edges' holders can act: all of them for kOwner and
// kQueuedBehind, which may stand together; one for kOneOf; k for kKOfN.
struct Wait {
  const Object* object = nullptr;
  const char* noun = "";                 // "folio lock", "PG_writeback"
  std::vector<WaitEdge> edges;
  std::size_t need = 0;
  bool time_will = false;                // ends by itself: the clock, a device, an interrupt
  const char* nobody = "nobody is left who could wake it";   // said where no edge is there and time will not end it
  std::string values;                    // what makes it wait, where that is a matter of values: "dirty_nodes is 1"
};

}  // namespace mmsim
