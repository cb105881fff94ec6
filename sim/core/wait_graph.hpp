// The wait-for graph: who waits for whom, which of them can never go on, and the cycles that explain it.
//
// 1. A vertex is an actor that waits (for an object, or for its CPU) or one that somebody waits for; an edge leads from
//    a waiter to an actor that can, or must, end its wait.
// 2. The stuck set is what graph reduction leaves: let go every actor that can act, then every waiter whose wait those
//    let go can end, until nothing changes (Holt, "Some Deadlock Properties of Computer Systems", ACM Computing Surveys
//    4(3), 1972, for waits on all and on any of several). Cycles explain a stuck set; they do not define it.
// 3. Vertices are in the order of actor numbers, or in that of discovery from one actor; edges in that of description: no
//    address or hash order.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <vector>

#include "sim/core/wait.hpp"

namespace mmsim {

class World;
struct Actor;

class WaitGraph {
 public:
  struct Vertex {
    Actor* actor = nullptr;
    Wait wait;                 // of an actor that waits
    bool waits = false;
  };
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, Vertex, WaitEdge>;
  using Cycle = std::vector<Graph::edge_descriptor>;   // target of each is the source of the next

  static WaitGraph reachable_from(Actor& actor);
  static WaitGraph all(World& world);

  const Graph& graph() const { return graph_; }

  // Vertices that graph reduction leaves, ascending.
  std::vector<std::size_t> stuck_set() const;

  // Elementary cycles among `vertices`, parallel edges counted once. Their number can grow exponentially: the search ends
  // with the first `most`. Shortest first.
  std::vector<Cycle> cycles(const std::vector<std::size_t>& vertices, std::size_t most = 64) const;

 private:
  explicit WaitGraph(World& world);
  std::size_t vertex_of(Actor& actor);
  void expand(std::size_t vertex);

  Graph graph_;
  std::vector<std::size_t> vertex_of_actor_;   // by actor number
};

// What an actor waits for; false if it does not wait.
bool describe_wait(const Actor& actor, Wait& wait);

// Marks the actors of the graph's stuck set, and notes in the world when the first of them closed.
void mark_stuck(World& world, const WaitGraph& graph);

}  // namespace mmsim
