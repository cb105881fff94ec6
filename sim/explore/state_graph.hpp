// The states that a search with the same reduction visits, with the steps between them, for questions about what can still be reached: whether something completes,
// and what repeats for ever where it does not.
#pragma once

#include "sim/explore/witness.hpp"

namespace mmsim {

class StateGraph {
 public:
  using Index = std::uint32_t;       // in breadth-first order
  static constexpr Index kNone = ~Index{0};

  struct Bounds {
    std::uint64_t states_most = UINT64_MAX;    // gives up beyond that many; then complete() is false
    const std::atomic<bool>* interrupted = nullptr;
    int jobs = 1;                              // threads that make it
  };
  // REQUIRES of `reduction`: a search with it has learned nothing more. Chains are gone through step by step.
  StateGraph(Expander& expander, const Reduction* reduction, const Bounds& bounds);

  bool complete() const { return complete_; }
  std::size_t size() const { return before_.size(); }
  // The first state from which no order completes; kNone: from every state some order does.
  Index first_without_completion() const;
  // What can be reached from a state, it included, in breadth-first order.
  std::vector<Index> reachable(Index from) const;
  // The states of a set that is never left once entered, reachable from `from`: a bottom component. It holds a cycle, or one state
  // in which nobody can step.
  std::vector<Index> bottom(Index from) const;
  // All such sets from which nothing ends, by their first states.
  std::vector<std::vector<Index>> endless() const;
  // Steps that lead from `at` back to it, with a step of everybody who takes one inside; none if there are none.
  // REQUIRES: all of `inside` can reach each other.
  Path cycle(Index at, const std::vector<Index>& inside) const;
  Path path_to(Index state) const;

 private:
  struct Edge {
    Index from, to;
    std::uint16_t actor;
  };
  class Builder;
  void sort_edges();
  std::vector<bool> who_reach(std::vector<bool> good) const;
  std::vector<std::vector<Index>> bottoms(const std::vector<Index>& part) const;

  bool complete_ = false;
  std::vector<Index> before_;               // on a shortest way
  std::vector<std::uint16_t> by_;           // who took the last step of it
  std::vector<bool> completed_;
  std::vector<Edge> edges_;                 // by `from`
  std::vector<std::size_t> first_edge_;     // by state, and one more
};

}  // namespace mmsim
