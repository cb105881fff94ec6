// Every hang of a scenario, not only the nearest: what two scenarios are compared by.
//
// A deadlock state may hold several hangs, and many deadlock states the same one: hangs are told apart by the signatures of
// their findings. Of endless loops the first is told.
#pragma once

#include <mutex>
#include <set>
#include <utility>

#include "sim/explore/explored_world.hpp"
#include "sim/explore/state_graph.hpp"

namespace mmsim {

// Keeps the deadlock states that a search comes to: of more than `most` those of the fewest steps, then the least.
class DeadlockStates final : public StateVisitor {
 public:
  explicit DeadlockStates(std::size_t most) : most_(most) {}
  void begin() override { kept_.clear(); }
  void visit(const State& state, const Expansion& expansion, std::uint64_t depth) override;
  const std::set<std::pair<std::uint64_t, Hash128>>& kept() const { return kept_; }

 private:
  std::size_t most_;
  std::mutex mutex_;
  std::set<std::pair<std::uint64_t, Hash128>> kept_;   // by depth
};

// Adds the hangs of those states to `out`, nearest first.
void add_hangs(pb::Result& out, ExploredWorld& world, const Reduction* reduction, const Visited& visited, const DeadlockStates& states);

// Adds who is stuck while others go round for ever, and the first loop in which nobody is stuck and nothing ends.
// REQUIRES: the graph is complete.
void add_endless(pb::Result& out, ExploredWorld& world, const StateGraph& graph);

}  // namespace mmsim
