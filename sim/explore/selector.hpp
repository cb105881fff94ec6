// Chooses persistent sets in one state after the other, with what a reduction has learned (see reduction.hpp).
//
// For each cell it keeps who may ever use it from where they stand, and in which way: so the actors that a step matters to are
// the union of a few sets. From state to state only those are looked at whose local state is another.
#pragma once

#include "sim/explore/reduction.hpp"
#include "sim/explore/walk.hpp"

namespace mmsim {

class Selector {
 public:
  // `reduction` may learn more in between.
  explicit Selector(const Reduction& reduction) : reduction_(reduction) {}

  // Those of a persistent set of `walk` that can step. REQUIRES: somebody can.
  ActorSet choose(const Walk& walk);

 private:
  struct Users {
    ActorSet of[Reduction::kUses];
  };
  void follow(const State& state);
  const ActorSet& conflicts(const Walk& walk, std::uint32_t actor);
  void users(const Outcome& outcome, bool steps, ActorSet& out) const;
  std::size_t close(const Walk& walk, std::uint32_t first, std::size_t most, ActorSet& set);

  const Reduction& reduction_;
  std::uint64_t epoch_ = 0;                    // of the reduction, when what follows was true
  std::vector<const std::uint64_t*> rows_;     // by actor: its future
  std::vector<Users> users_;                   // by cell
  ActorSet known_conflicts_;                   // actors whose conflicts are known in the state at hand
  std::array<ActorSet, ActorSet::kMost> conflicts_;
};

}  // namespace mmsim
