// Why actors are stuck: the parts of the stuck set that hold themselves up, what kind of hang each is, and who hangs behind it.
#pragma once

#include <vector>

#include "proto/verdict.pb.h"
#include "sim/core/wait_graph.hpp"

namespace mmsim {

struct HangRoot {
  pb::HangKind kind;
  std::vector<std::size_t> vertices;          // in the order in which its cycles name them, else ascending
  std::vector<WaitGraph::Cycle> cycles;       // shortest first; none if it is an orphan or a knot
  std::vector<std::size_t> victims;           // the nearest first; each under the root that is the fewest waits away
};

// In a knot somebody has several who could end his wait, all of them in it: its cycles would be many, and none the reason.
inline bool is_knot(pb::HangKind kind) { return kind == pb::POOL_KNOT || kind == pb::EVENT_KNOT; }

// By their first vertex, orphans last. `stuck`: the graph's stuck set.
std::vector<HangRoot> hang_roots(const WaitGraph& graph, const std::vector<std::size_t>& stuck);

}  // namespace mmsim
