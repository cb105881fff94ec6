#include "sim/explore/walk.hpp"

namespace mmsim {

Walk::Walk(Expander& expander) : expander_(&expander), state_(expander.initial()), outcomes_(state_.locals.size()) {
  MMSIM_CHECK(state_.locals.size() <= ActorSet::kMost, "more actors than a set can hold");
  for (std::uint32_t actor = 0; actor < outcomes_.size(); ++actor) look(actor);
  settle();
}

void Walk::look(std::uint32_t actor) {
  const Outcome& outcome = expander_->executor().outcome(state_.locals[actor], state_.blocks);
  outcomes_[actor] = &outcome;
  can_.set(actor, outcome.enabled);
  running_.set(actor, expander_->must_finish(actor) && !expander_->executor().local(state_.locals[actor]).finished);
}

void Walk::look_again(std::uint64_t changed) {
  if (changed == 0) return;
  for (std::uint32_t actor = 0; actor < outcomes_.size(); ++actor)
    if ((outcomes_[actor]->looks & changed) != 0) look(actor);
}

void Walk::settle() {
  enabled_ = can_;
  completed_ = running_.empty() && expander_->duties_done(state_);
  if (!expander_->shared_cpus().empty()) expander_->leave_to_runners(state_, outcomes_, enabled_);
  if (completed_ && !expander_->goes_on_when_completed()) enabled_.clear();
}

void Walk::move_to(const State& state) {
  const SharedMemory& memory = expander_->executor().memory();
  std::uint64_t changed = 0;
  const std::size_t blocks = std::max(state.blocks.size(), state_.blocks.size());
  for (std::size_t block = 0; block < blocks; ++block) {
    const BlockValue before = block < state_.blocks.size() ? state_.blocks[block] : BlockValue{0};
    const BlockValue now = block < state.blocks.size() ? state.blocks[block] : BlockValue{0};
    if (before != now) changed |= memory.place_bit(static_cast<BlockId>(block));
  }
  state_.hash = state.hash;
  state_.runners = state.runners;
  state_.blocks = state.blocks;
  for (std::uint32_t actor = 0; actor < outcomes_.size(); ++actor) {
    const bool same = state_.locals[actor] == state.locals[actor];
    state_.locals[actor] = state.locals[actor];
    if (!same || (outcomes_[actor]->looks & changed) != 0) look(actor);
  }
  settle();
}

void Walk::step(std::uint32_t actor) {
  const Outcome& outcome = *outcomes_[actor];
  expander_->take(outcome, state_);
  look(actor);
  look_again(outcome.touches);
  settle();
}

}  // namespace mmsim
