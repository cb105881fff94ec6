// Which steps can be part of an endless run.
//
// An endless run through finitely many states goes, from some point on, around cycles of states. On a cycle every actor that
// steps comes back to its local state, and every cell that is changed is changed back. So of what was ever seen to happen those steps are left
// out that leave their actor's loops for good, and those that overwrite a value which none of the steps that are left writes;
// again and again until nothing more can be left out. What remains includes the steps of every cycle.
//
// A static form of this, for loops in the text of processes, is in Kurshan, Levin, Minea, Peled, Yenigun, "Static partial order
// reduction", TACAS 1998 (sticky transitions).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/executor.hpp"

namespace mmsim {

struct NotedEdge {
  std::uint32_t from, to;      // local states, by any numbering
  const Edge* edge;
};

// Of each edge whether steps along it may recur. `locals`: how many there are.
std::vector<bool> recurrent(std::size_t locals, const std::vector<NotedEdge>& edges);

}  // namespace mmsim
