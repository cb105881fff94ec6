// What of a stuck set holds itself up.
#pragma once

#include <vector>

#include "sim/core/wait_graph.hpp"

namespace mmsim {

// Parts of a stuck set that would be stuck even if everybody outside of them were let go, each as small as can be told by who
// can reach whom. The others of the stuck set only hang behind these. A part of one actor that does not wait for itself is an
// orphan: nobody is left who could end its wait.
// Parts and their vertices ascend.
std::vector<std::vector<std::size_t>> wait_roots(const WaitGraph::Graph& graph, const std::vector<std::size_t>& stuck);

}  // namespace mmsim
