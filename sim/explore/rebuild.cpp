#include "sim/explore/rebuild.hpp"

#include <algorithm>
#include <optional>

namespace mmsim {

namespace {

class Rebuilding {
 public:
  Rebuilding(Expander& expander, const Reduction* reduction, const Visited& visited)
      : expander_(expander), visited_(visited), steps_most_(reduction != nullptr ? 1 + Chain::kSteps_most : 1) {
    if (reduction != nullptr) chain_.emplace(expander, *reduction);
  }

  void need_all_from(std::uint64_t depth) {
    visited_.for_each([&](const Hash128& state, const Arrival& arrival) {
      if (arrival.depth >= depth) need(state, arrival.depth);
    });
    for (std::size_t at = needed_.size(); at-- > 0;) {
      std::vector<Hash128>& states = needed_[at];
      std::sort(states.begin(), states.end());
      states.erase(std::unique(states.begin(), states.end()), states.end());
      for (const Hash128& state : states)
        for (const auto& [before, its_depth] : candidates(state)) need(before, its_depth);
    }
  }

  bool forward(std::uint64_t depth, std::map<std::uint64_t, Layer>& out) {
    const State first = expander_.initial();
    state_ = next_ = first;
    if (needed_.empty() || needed_.front() != std::vector{first.hash}) return false;
    for (std::uint64_t at = 0; at < needed_.size(); ++at) {
      Rebuilt& here = rebuilt_[at];
      here.states = std::move(needed_[at]);
      if (at == 0) here.push(first);
      for (std::size_t i = here.places.size(); i < here.states.size(); ++i) {
        if (!reach(here.states[i])) return false;
        here.push(next_);
      }
      if (at >= steps_most_) forget(at - steps_most_, depth, out);
    }
    while (!rebuilt_.empty()) forget(rebuilt_.begin()->first, depth, out);
    return true;
  }

 private:
  struct Place {
    std::uint32_t chunk, index;
  };
  struct Rebuilt {
    std::vector<Hash128> states;    // ascending
    std::vector<Place> places;
    Layer layer;
    void push(const State& state) {
      layer.push(state);
      places.push_back({static_cast<std::uint32_t>(layer.chunks().size() - 1), layer.chunks().back().count - 1});
    }
  };

  void need(const Hash128& state, std::uint64_t depth) {
    if (needed_.size() <= depth) needed_.resize(depth + 1);
    needed_[depth].push_back(state);
  }

  // States that may stand before one on the way to it, and their depths: the tags are short.
  std::vector<std::pair<Hash128, std::uint64_t>> candidates(const Hash128& state) const {
    std::vector<std::pair<Hash128, std::uint64_t>> out;
    Arrival arrival, before;
    if (!visited_.find(state, arrival) || arrival.depth == 0) return out;
    for (const Hash128& candidate : visited_.with_tag(arrival.before, arrival.depth))
      if (visited_.find(candidate, before) && before.depth + steps_most_ >= arrival.depth) out.emplace_back(candidate, before.depth);
    return out;
  }

  // Leaves the state in next_.
  bool reach(const Hash128& to) {
    Arrival arrival;
    if (!visited_.find(to, arrival)) return false;
    for (const auto& [before, depth] : candidates(to)) {
      Rebuilt& from = rebuilt_[depth];
      const auto found = std::lower_bound(from.states.begin(), from.states.end(), before);
      if (found == from.states.end() || *found != before) continue;
      const Place place = from.places[static_cast<std::size_t>(found - from.states.begin())];
      Layer::unpack(from.layer.chunks()[place.chunk], place.index, state_);
      if (step_to(expander_, chain_ ? &*chain_ : nullptr, state_, arrival.actor, to, next_, nullptr)) return true;
    }
    return false;
  }

  // What is open goes out.
  void forget(std::uint64_t at, std::uint64_t depth, std::map<std::uint64_t, Layer>& out) {
    const auto old = rebuilt_.find(at);
    if (at >= depth && old->second.layer.size() != 0) out[at].take(old->second.layer);
    rebuilt_.erase(old);
  }

  Expander& expander_;
  const Visited& visited_;
  std::uint64_t steps_most_;
  std::optional<Chain> chain_;
  std::vector<std::vector<Hash128>> needed_;      // by depth
  std::map<std::uint64_t, Rebuilt> rebuilt_;      // by depth: those a step can come from
  State state_, next_;
};

}  // namespace

bool rebuild(Expander& expander, const Reduction* reduction, const Visited& visited, std::uint64_t depth,
             std::map<std::uint64_t, Layer>& out) {
  Rebuilding rebuilding(expander, reduction, visited);
  rebuilding.need_all_from(depth);
  return rebuilding.forward(depth, out);
}

}  // namespace mmsim
