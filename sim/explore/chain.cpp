#include "sim/explore/chain.hpp"

namespace mmsim {

Chain::Way Chain::follow(Walk& walk, std::vector<std::uint32_t>* path) {
  for (Way way;; ++way.steps) {
    if (way.steps == kSteps_most || walk.enabled().empty()) return way;
    const ActorSet chosen = selector_.choose(walk);
    if (!chosen.one()) return way;
    const std::uint32_t actor = chosen.first();
    if (path != nullptr) path->push_back(actor);
    way.onward |= reduction_.onward(walk.outcome(actor));
    walk.step(actor);
  }
}

Chain::Way Chain::follow(State& state, std::vector<std::uint32_t>* path) {
  if (!walk_) return {};
  walk_->move_to(state);
  const Way way = follow(*walk_, path);
  state = walk_->state();
  return way;
}

}  // namespace mmsim
