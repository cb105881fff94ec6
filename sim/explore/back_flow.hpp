// Sets that flow back along the steps of actors: what can be reached from a local state is what can be reached from its successors, and more.
//
// A pass over all arcs, those that lie farthest from the start first, brings everything home where there are no loops; another one
// sees that nothing changes. With loops it takes a few more.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/recurrence.hpp"

namespace mmsim {

class BackFlow {
 public:
  BackFlow() = default;
  // Of edges between nodes 0 ... nodes - 1. More than one of the same two nodes do no harm.
  BackFlow(std::size_t nodes, const std::vector<NotedEdge>& edges);

  // `rows` holds a set for each node, `words` of 64 bits long: each becomes the union of all that can be reached from its node.
  // `jobs` threads take a part of each row.
  void run(std::vector<std::uint64_t>& rows, std::size_t words, int jobs) const;

 private:
  struct Arc {
    std::uint32_t from, to;
  };
  void flow(std::uint64_t* rows, std::size_t words, std::size_t begin, std::size_t end) const;

  std::vector<Arc> arcs_;   // a node's behind those of all that it leads to, as far as there are no loops
};

}  // namespace mmsim
