// Follows the only step that need be tried, from state to state.
#pragma once

#include <optional>

#include "sim/explore/selector.hpp"

namespace mmsim {

class Chain {
 public:
  static constexpr std::size_t kSteps_most = 1;
  // Where there are more than ActorSet::kMost actors, chains have no steps.
  Chain(Expander& expander, const Reduction& reduction) : reduction_(reduction), selector_(reduction) {
    if (expander.executor().actors() <= ActorSet::kMost) walk_.emplace(expander);
  }
  struct Way {
    std::size_t steps = 0;
    bool onward = false;      // one of them at least is; see Reduction
  };
  // Moves `walk` to the end of its chain; appends who stepped to `path` if there is one.
  Way follow(Walk& walk, std::vector<std::uint32_t>* path);
  // The same with a state.
  Way follow(State& state, std::vector<std::uint32_t>* path);

  Selector& selector() { return selector_; }

 private:
  const Reduction& reduction_;
  Selector selector_;
  std::optional<Walk> walk_;
};

}  // namespace mmsim
