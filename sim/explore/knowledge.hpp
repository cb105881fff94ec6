// What a reduction knows, in a form that another process can go on with.
//
// Numbers of local states are private to a process, so local states stand here by key. Cells stand by number: whoever takes
// this over has to make the same cells in the same order first (see SharedMemory).
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "sim/explore/executor.hpp"

namespace mmsim {

struct LocalKey {
  Hash128 key;
  std::uint32_t actor = 0;
  friend bool operator==(const LocalKey&, const LocalKey&) = default;
};

struct HashOfLocalKey {
  std::size_t operator()(const LocalKey& local) const { return local.key.low ^ local.actor; }
};

using LocalKeys = std::unordered_map<LocalKey, std::uint32_t, HashOfLocalKey>;   // for look-up only

// What was noted of a local state's next step.
struct NotedLocal {
  LocalKey local;
  std::vector<Access> accesses;
  std::vector<Edge> edges;                // `to`: places in the list it stands in
};

struct Knowledge {
  std::vector<NotedLocal> noted;
  bool foreign_releases = false;          // seen
  // What the search in progress decides by, frozen when it began.
  std::uint32_t words = 0;                // of 64 cells each
  std::vector<LocalKey> frozen;
  std::vector<std::uint64_t> futures;     // of these, a row each; see Reduction
  std::vector<std::uint64_t> anything;    // by actor
  bool frozen_foreign_releases = false;
  std::vector<Hash128> onward;            // edges along which nothing recurs, ascending; see Reduction
};

}  // namespace mmsim
