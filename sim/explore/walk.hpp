// A state with what each actor would do in it, kept up to date from step to step.
//
// A step changes few blocks of memory, and most actors look at none of them: what these would do stays as it is. Only for worlds of
// at most ActorSet::kMost actors.
#pragma once

#include "sim/explore/actor_set.hpp"
#include "sim/explore/expander.hpp"

namespace mmsim {

class Walk {
 public:
  // Stands in the initial state. Throws StepFault, as all that follows.
  explicit Walk(Expander& expander);

  // Goes to any state. The less it differs from this one, the less is looked up.
  void move_to(const State& state);
  // REQUIRES: enabled().has(actor).
  void step(std::uint32_t actor);

  const State& state() const { return state_; }
  const Outcome& outcome(std::size_t actor) const { return *outcomes_[actor]; }
  const ActorSet& enabled() const { return enabled_; }     // those who can step, where CPUs are shared: and may
  bool completed() const { return completed_; }
  bool deadlock() const { return enabled_.empty() && !completed_; }

 private:
  void look(std::uint32_t actor);
  void look_again(std::uint64_t changed);
  void settle();

  Expander* expander_;
  State state_;
  std::vector<const Outcome*> outcomes_;   // by actor
  ActorSet can_;                           // if they had their CPUs
  ActorSet running_;                       // must finish and have not
  ActorSet enabled_;
  bool completed_ = false;
};

}  // namespace mmsim
