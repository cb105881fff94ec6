// How a graph of states is made, layer by layer. What can happen in the states of a layer is looked up by several threads; which of
// what they find is new is settled by one, in order, so that no number depends on threads.
#include <algorithm>
#include <atomic>
#include <optional>
#include <unordered_map>

#include "sim/explore/in_parallel.hpp"
#include "sim/explore/state_graph.hpp"

namespace mmsim {

namespace {

constexpr std::uint32_t kLooked_at_once = 64;   // that a thread takes at a time

struct Step {
  const Outcome* outcome;
  Hash128 to;
};

struct Expanded {
  bool completed = false;
  std::size_t chosen = 0, all = 0;           // ends of its steps: those that need be tried, and the rest
};

struct Unit {
  const Layer::Chunk* chunk;
  std::uint32_t begin, end;
  std::vector<Expanded> states;
  std::vector<Step> steps;
};

std::vector<Unit> units_of(Layer& layer) {
  std::vector<Unit> out;
  for (const Layer::Chunk& chunk : layer.chunks())
    for (std::uint32_t begin = 0; begin < chunk.count; begin += kLooked_at_once)
      out.push_back({&chunk, begin, std::min(begin + kLooked_at_once, chunk.count), {}, {}});
  return out;
}

// One thread's.
class Looker {
 public:
  Looker(Expander& expander, const Reduction* reduction) : expander_(expander), state_(expander.initial()) {
    if (reduction == nullptr || state_.locals.size() > ActorSet::kMost) return;
    walk_.emplace(expander);
    selector_.emplace(*reduction);
  }

  void look(Unit& unit) {
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) {
      Layer::unpack(*unit.chunk, i, state_);
      walk_ ? look_at_some(unit) : look_at_all(unit);
    }
  }

 private:
  void add(Unit& unit, const Outcome& outcome) { unit.steps.push_back({&outcome, expander_.successor_hash(state_, outcome)}); }

  void look_at_all(Unit& unit) {
    expander_.expand(state_, expansion_);
    for (const std::uint32_t actor : expansion_.enabled) add(unit, *expansion_.outcomes[actor]);
    unit.states.push_back({expansion_.completed, unit.steps.size(), unit.steps.size()});
  }

  void look_at_some(Unit& unit) {
    walk_->move_to(state_);
    const ActorSet& enabled = walk_->enabled();
    const ActorSet chosen = enabled.empty() ? enabled : selector_->choose(*walk_);
    const auto add_those = [&](const ActorSet& actors) { actors.for_each([&](std::uint32_t actor) { add(unit, walk_->outcome(actor)); }); };
    add_those(chosen);
    const std::size_t tried = unit.steps.size();
    add_those(enabled - chosen);
    unit.states.push_back({walk_->completed(), tried, unit.steps.size()});
  }

  Expander& expander_;
  State state_;
  Expansion expansion_;
  std::optional<Walk> walk_;
  std::optional<Selector> selector_;
};

}  // namespace

class StateGraph::Builder {
 public:
  Builder(StateGraph& graph, Expander& expander, const Reduction* reduction, const Bounds& bounds)
      : graph_(graph), expander_(expander), reduction_(reduction), bounds_(bounds), state_(expander.initial()), next_(state_) {
    if (state_.locals.size() > ActorSet::kMost) reduction_ = nullptr;
    for (int i = 0; i < std::max(bounds.jobs, 1); ++i) lookers_.emplace_back(expander, reduction_);
  }

  // False if a bound ended it.
  bool run() {
    add(state_.hash, kNone, 0);
    Layer layer;
    layer.push(state_);
    while (layer.size() != 0) {
      std::vector<Unit> units = units_of(layer);
      look_at(units);
      Layer reached;
      deeper_ = static_cast<Index>(graph_.size());
      for (const Unit& unit : units) {
        if (graph_.size() > bounds_.states_most || (bounds_.interrupted != nullptr && bounds_.interrupted->load())) return false;
        settle(unit, reached);
      }
      layer = std::move(reached);
    }
    return true;
  }

 private:
  void look_at(std::vector<Unit>& units) {
    std::atomic<std::size_t> next = 0;
    in_parallel(std::min(lookers_.size(), units.size()), [&](std::size_t looker) {
      for (std::size_t i = next++; i < units.size(); i = next++) lookers_[looker].look(units[i]);
    });
  }

  void settle(const Unit& unit, Layer& reached) {
    std::size_t step = 0;
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) {
      const Expanded& expanded = unit.states[i - unit.begin];
      graph_.completed_.push_back(expanded.completed);
      unpacked_ = false;
      bool leads_on = false;
      for (; step < expanded.chosen; ++step) leads_on |= follow(unit, i, unit.steps[step], reached);
      for (; step < expanded.all && !leads_on; ++step) follow(unit, i, unit.steps[step], reached);
      step = expanded.all;
      ++at_;
    }
  }

  // True if the step leads deeper, or no cycle comes back from it.
  bool follow(const Unit& unit, std::uint32_t i, const Step& step, Layer& reached) {
    const auto [to, added] = add(step.to, at_, step.outcome->actor);
    if (added) {
      if (!std::exchange(unpacked_, true)) Layer::unpack(*unit.chunk, i, state_);
      expander_.successor(state_, *step.outcome, next_);
      reached.push(next_);
    }
    graph_.edges_.push_back({at_, to, static_cast<std::uint16_t>(step.outcome->actor)});
    return to >= deeper_ || (reduction_ != nullptr && reduction_->onward(*step.outcome));
  }

  std::pair<Index, bool> add(const Hash128& state, Index before, std::uint32_t by) {
    const auto [known, added] = index_of_.try_emplace(state, static_cast<Index>(graph_.before_.size()));
    if (added) {
      graph_.before_.push_back(before);
      graph_.by_.push_back(static_cast<std::uint16_t>(by));
    }
    return {known->second, added};
  }

  StateGraph& graph_;
  Expander& expander_;
  const Reduction* reduction_;
  const Bounds bounds_;
  State state_, next_;
  bool unpacked_ = false;                                      // state_ is the one that is looked at
  std::vector<Looker> lookers_;
  std::unordered_map<Hash128, Index, HashOfHash> index_of_;    // for look-up only
  Index at_ = 0, deeper_ = 0;                                  // of the next layer are those from `deeper_` on
};

StateGraph::StateGraph(Expander& expander, const Reduction* reduction, const Bounds& bounds) {
  complete_ = Builder(*this, expander, reduction, bounds).run();
  if (complete_) sort_edges();
}

}  // namespace mmsim
