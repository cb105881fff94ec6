#include "sim/explore/scout.hpp"

#include <algorithm>

namespace mmsim {

namespace {
constexpr std::uint64_t kSchedules_least = 16, kSchedules_most = 256;
constexpr int kSteps_in_vain = 500;      // after so many known ones nothing more is expected of a schedule
constexpr std::size_t kLeaves_of = 8;    // one that sticks to an actor leaves it at one step of so many
}  // namespace

void Scout::look_around() {
  spread(expander_.initial());
  std::uint64_t most = kSchedules_least;
  for (std::uint64_t drawn = 1; drawn <= most && !interrupted(); ++drawn) {
    draw(drawn % 2 == 0);
    if (news_) most = std::min(std::max(2 * drawn, kSchedules_least), kSchedules_most);
  }
}

// True if a step was new.
bool Scout::expand(const State& state, Expansion& out) {
  const std::uint64_t before = expander_.executor().steps_run();
  expander_.expand(state, out);
  return expander_.executor().steps_run() != before;
}

void Scout::draw(bool sticks) {
  news_ = false;
  state_ = expander_.initial();
  std::uint32_t last = ~0U;
  for (int in_vain = 0; in_vain < kSteps_in_vain; ++in_vain) {
    if (expand(state_, expansion_)) {
      news_ = true;
      in_vain = 0;
      spread(state_);
    }
    const std::vector<std::uint32_t>& enabled = expansion_.enabled;
    if (enabled.empty()) return;
    const bool stays = sticks && std::find(enabled.begin(), enabled.end(), last) != enabled.end() && chooser_.pick(kLeaves_of) != 0;
    if (!stays) last = enabled[chooser_.pick(enabled.size())];
    expander_.successor(state_, *expansion_.outcomes[last], next_);
    std::swap(state_, next_);
  }
}

void Scout::spread(const State& from) {
  Expansion here, there;
  State next = from;
  std::deque<State> open{from};
  for (; !open.empty() && !interrupted(); open.pop_front()) {
    expander_.expand(open.front(), here);
    for (const std::uint32_t actor : here.enabled) {
      expander_.successor(open.front(), *here.outcomes[actor], next);
      if (expand(next, there)) open.push_back(next);
    }
  }
}

}  // namespace mmsim
