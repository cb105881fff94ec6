#include "sim/explore/witness.hpp"

#include <algorithm>
#include <chrono>

namespace mmsim {

namespace {

constexpr int kTries = 64;                     // random continuations before all of them are searched
constexpr int kTries_in_vain = 8;              // of those that come to no end

// The tags on the way back are short: of several candidates the one is right from which the steps lead here.
class WayBack {
 public:
  WayBack(Expander& expander, const Reduction* reduction, const Visited& visited)
      : expander_(expander), visited_(visited) {
    if (reduction != nullptr) chain_.emplace(expander, *reduction);
  }

  bool find(const Hash128& state) {
    Arrival arrival;
    if (!visited_.find(state, arrival)) return false;
    if (arrival.depth == 0) return leads_to_here();
    back_.push_back({state, arrival.actor});
    for (const Hash128& before : visited_.with_tag(arrival.before, arrival.depth))
      if (find(before)) return true;
    back_.pop_back();
    return false;
  }
  const Path& path() const { return path_; }

 private:
  struct Step {
    Hash128 to;
    std::uint32_t actor;
  };
  bool leads_to_here() {
    State state = expander_.initial();
    State next = state;
    path_.clear();
    for (auto step = back_.rbegin(); step != back_.rend(); ++step) {
      if (!step_to(expander_, chain_ ? &*chain_ : nullptr, state, step->actor, step->to, next, &path_)) return false;
      std::swap(state, next);
    }
    return true;
  }

  Expander& expander_;
  const Visited& visited_;
  std::optional<Chain> chain_;
  std::vector<Step> back_;
  Path path_;
};

// Whether anything completes from a place, as long as there is time to look.
class Continuations {
 public:
  // Those who never finish may run on beside those who must: a walk that is not over after `walk_steps` leads nowhere.
  Continuations(Expander& expander, const Reduction* reduction, const NoReturnLimits& limits, std::size_t walk_steps)
      : expander_(expander), reduction_(reduction), limits_(limits), walk_steps_(walk_steps), states_left_(limits.states_most) {}

  enum class Answer { kYes, kNo, kUnknown };
  Answer complete(const State& from) {
    if (completes_by_chance(from)) return Answer::kYes;
    if (out_of_time() || states_left_ == 0) return Answer::kUnknown;
    SearchLimits limits;
    limits.states_max = states_left_;
    limits.seconds_max = limits_.seconds_max - seconds();
    limits.interrupted = limits_.interrupted;
    limits.stop_at_completion = true;
    Search search(expander_, reduction_, 1, limits, {});
    const SearchFindings found = search.run_from(from);
    states_left_ -= std::min(states_left_, found.states);
    if (found.completed_states != 0) return Answer::kYes;
    return found.limit.empty() ? Answer::kNo : Answer::kUnknown;
  }

 private:
  enum class End { kCompleted, kHang, kCut };
  using Clock = std::chrono::steady_clock;   // to end in time only
  double seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }
  bool out_of_time() const {
    return seconds() >= limits_.seconds_max || (limits_.interrupted != nullptr && limits_.interrupted->load());
  }

  bool completes_by_chance(const State& from) {
    SeededChooser chooser(1);
    int in_vain = 0;
    for (int i = 0; i < kTries && in_vain < kTries_in_vain && !out_of_time(); ++i) {
      const End end = walk(from, chooser);
      if (end == End::kCompleted) return true;
      if (end == End::kCut) ++in_vain;
    }
    return false;
  }

  End walk(State state, SeededChooser& chooser) {
    State next = state;
    for (std::size_t i = 1; i <= walk_steps_; ++i) {
      if (i % 1024 == 0 && out_of_time()) break;
      expander_.expand(state, expansion_);
      if (expansion_.completed) return End::kCompleted;
      if (expansion_.enabled.empty()) return End::kHang;
      const std::uint32_t actor = expansion_.enabled[chooser.pick(expansion_.enabled.size())];
      expander_.successor(state, *expansion_.outcomes[actor], next);
      std::swap(state, next);
    }
    return End::kCut;
  }

  Expander& expander_;
  const Reduction* reduction_;
  const NoReturnLimits& limits_;
  std::size_t walk_steps_;
  std::uint64_t states_left_;
  Clock::time_point started_ = Clock::now();
  Expansion expansion_;
};

}  // namespace

bool step_to(Expander& expander, Chain* chain, const State& from, std::uint32_t actor, const Hash128& to, State& out, Path* path) {
  const Outcome& outcome = expander.executor().outcome(from.locals[actor], from.blocks);
  if (!outcome.enabled) return false;
  expander.successor(from, outcome, out);
  if (path != nullptr) path->push_back(actor);
  if (out.hash != to && chain != nullptr) chain->follow(out, path);
  return out.hash == to;
}

Path path_to(Expander& expander, const Reduction* reduction, const Visited& visited, const Hash128& state) {
  WayBack way(expander, reduction, visited);
  MMSIM_CHECK(way.find(state), "no way leads to a state that was visited");
  return way.path();
}

State state_after(Expander& expander, const Path& path, std::size_t steps) {
  State state = expander.initial();
  State next = state;
  for (std::size_t i = 0; i < steps; ++i) {
    const Outcome& outcome = expander.executor().outcome(state.locals[path[i]], state.blocks);
    MMSIM_CHECK(outcome.enabled, "a path takes a step that cannot be taken");
    expander.successor(state, outcome, next);
    std::swap(state, next);
  }
  return state;
}

std::vector<std::size_t> preemptions_of(Expander& expander, const Path& path) {
  std::vector<std::size_t> out;
  State state = expander.initial();
  State next = state;
  Expansion expansion;
  for (std::size_t i = 0; i < path.size(); ++i) {
    expander.expand(state, expansion);
    const bool could_go_on = i > 0 && std::find(expansion.enabled.begin(), expansion.enabled.end(), path[i - 1]) != expansion.enabled.end();
    if (could_go_on && path[i] != path[i - 1]) out.push_back(i);
    expander.successor(state, *expansion.outcomes[path[i]], next);
    std::swap(state, next);
  }
  return out;
}

// Backwards from the hang: what cannot complete any more is little at first.
NoReturn point_of_no_return(Expander& expander, const Reduction* reduction, const Path& path, const NoReturnLimits& limits) {
  Continuations continuations(expander, reduction, limits, 16 * path.size() + 4096);
  for (std::size_t steps = path.size(); steps-- > 0;) {
    using Answer = Continuations::Answer;
    const Answer answer = continuations.complete(state_after(expander, path, steps));
    if (answer == Answer::kYes) return {steps + 1, true};
    if (answer == Answer::kUnknown) return {steps + 1, false};
  }
  return {0, true};   // nothing ever completes
}

std::string words_of(const World& world, const Operation& op) {
  std::string out = op.verb();
  const Object* object = op.object();
  return out.append("(").append(object != nullptr ? world.text(*object) : std::string()).append(")");
}

std::string Replayer::about_to(const Actor& actor) const {
  return actor.pending != nullptr ? words_of(executor_.world(), *actor.pending) : std::string();
}

TakenStep Replayer::take(Actor& actor) {
  TakenStep out;
  out.actor = actor.id;
  out.words = about_to(actor);
  if (actor.innermost != nullptr) out.procedure = actor.innermost->name();
  if (actor.foresight != nullptr) out.line = actor.foresight->line();
  out.outcome = executor_.take(actor);
  if (actor.state == ActorState::kFinished && out.outcome.empty()) out.outcome = "finishes";
  return out;
}

void Replayer::settle_states() {
  for (Actor* actor : executor_.world().actors) {
    if (actor->state == ActorState::kFinished) continue;
    const bool can = executor_.can_step(*actor);
    actor->state = can ? ActorState::kReady : actor->pending->spins() ? ActorState::kSpinning : ActorState::kBlocked;
  }
}

}  // namespace mmsim
