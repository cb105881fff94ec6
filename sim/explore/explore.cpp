#include "sim/explore/explore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "sim/explore/all_hangs.hpp"
#include "sim/explore/breaches.hpp"
#include "sim/explore/exhaustive.hpp"
#include "sim/explore/explored_world.hpp"
#include "sim/explore/preemptions.hpp"
#include "sim/explore/sampling.hpp"
#include "sim/explore/state_graph.hpp"
#include "sim/run/rules.hpp"

namespace mmsim {

namespace {

constexpr std::uint64_t kNoReturn_states = 2'000'000;   // looked at behind a witness
constexpr double kNoReturn_least_s = 2;                 // given to it where the search took all the time there was
constexpr std::uint64_t kBreach_states = 200'000;       // looked at for a way to where a rule is broken
constexpr std::uint64_t kGraph_states = 30'000'000;
constexpr std::size_t kStuck_states = 20'000;           // looked at for a stuck set that has closed

std::string strategy_name(const ExploreOptions& options) {
  switch (options.strategy) {
    case SearchStrategy::kRandom: return "random";
    case SearchStrategy::kPct: return "pct";
    case SearchStrategy::kPreemptions: return fmt::format("preemptions={}", options.preemptions_max);
    case SearchStrategy::kExhaustive: break;
  }
  return "exhaustive";
}

RulesSpec rules_of(const Resolved& scenario, RuleChoice choice) {
  if (choice == RuleChoice::kNone) return {};
  RulesSpec rules = scenario.rules;
  if (choice == RuleChoice::kKernelMm) add_kernel_mm_rules(rules);
  return rules;
}

class Exploration {
 public:
  Exploration(const Resolved& scenario, const ExploreOptions& options)
      : scenario_(scenario), options_(options), world_(scenario, options.scenario_cpus), reduction_(world_.expander()),
        reduces_(options.reduction && !world_.expander().has_precedence()),
        rules_(rules_of(scenario, options.rules)), watch_(rules_, scenario, world_.world()), deadlocks_(options.hang_states_max) {
    world_.executor().watch(watch_);
    pb::Exploration& about = *out_.mutable_exploration();
    about.set_strategy(strategy_name(options));
    about.set_reduction(reduces_ && options.strategy == SearchStrategy::kExhaustive);
    about.set_cpus(options.scenario_cpus ? "scenario" : "any");
  }

  pb::Result run() {
    switch (options_.strategy) {
      case SearchStrategy::kExhaustive: exhaust(); break;
      case SearchStrategy::kPreemptions: bounded(); break;
      default: draw(); break;
    }
    add_rule_violations(out_, world_, watch_, options_.strategy == SearchStrategy::kExhaustive ? reduction() : nullptr, breach_limits());
    return std::move(out_);
  }

  [[noreturn]] void throw_fault(const StepFault& fault) const { world_.throw_fault(fault); }

 private:
  Expander& expander() { return world_.expander(); }
  pb::Exploration& about() { return *out_.mutable_exploration(); }
  const Reduction* reduction() const { return reduces_ ? &reduction_ : nullptr; }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count(); }
  SearchLimits limits() const {
    return {options_.states_max, options_.memory_max_bytes, options_.seconds_max - seconds(), options_.stop_at_first, false,
            options_.interrupted};
  }
  SearchLimits breach_limits() const {
    return {std::min(options_.states_max, kBreach_states), options_.memory_max_bytes, std::max(options_.seconds_max - seconds(), kNoReturn_least_s),
            false, false, options_.interrupted};
  }
  NoReturnLimits no_return_limits() const {
    return {kNoReturn_states, std::max(options_.seconds_max - seconds(), kNoReturn_least_s), options_.interrupted};
  }
  std::function<void(const SearchProgress&)> listener(const char* phase);
  double share_done(const SearchProgress& now) const;

  void exhaust();
  std::unique_ptr<Checkpoint> open_checkpoint();
  void tell(const Visited& visited, const SearchFindings& found);
  void add_all_hangs(const Visited& visited, const SearchFindings& found);
  void look_for_loops();
  void loops_from(const StateGraph& graph, StateGraph::Index bad);
  void bounded();
  void draw();
  void hang(const Path& path, bool minimal);
  void fewest_preemptions(const Path& path, bool minimal);
  void no_hang(bool proved, const std::string& covered);
  void set_limit(const std::string& limit);
  void count(const SearchFindings& found);

  const Resolved& scenario_;
  const ExploreOptions& options_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();   // for limits and progress only
  ExploredWorld world_;
  Reduction reduction_;
  bool reduces_;      // not where priorities or interrupt handlers share a CPU: see reduction.hpp
  RulesSpec rules_;
  LockWatch watch_;
  DeadlockStates deadlocks_;
  pb::Result out_;
  double told_s_ = 0;
};

// Of the whole, as far as it can be guessed, or of the way to the bound that comes first.
double Exploration::share_done(const SearchProgress& now) const {
  const auto states = static_cast<double>(now.states);
  double done = now.states_in_the_end > 0 ? states / now.states_in_the_end : -1;
  if (options_.states_max != UINT64_MAX) done = std::max(done, states / static_cast<double>(options_.states_max));
  if (options_.seconds_max < 1e17) done = std::max(done, seconds() / options_.seconds_max);
  return done;
}

std::function<void(const SearchProgress&)> Exploration::listener(const char* phase) {
  if (!options_.progress) return {};
  return [this, phase](const SearchProgress& now) {
    if (seconds() - told_s_ < 0.2) return;
    told_s_ = seconds();
    ExploreProgress progress;
    progress.states = now.states;
    progress.transitions = now.transitions;
    progress.depth = now.depth;
    progress.frontier = now.frontier;
    progress.memory_bytes = now.memory_bytes;
    progress.seconds = told_s_;
    progress.phase = phase;
    progress.hang_found = now.hang_found;
    progress.done = share_done(now);
    options_.progress(progress);
  };
}

void Exploration::set_limit(const std::string& limit) {
  std::string said = limit;
  if (limit == "max-states") said = fmt::format("max-states={}", options_.states_max);
  if (limit == "max-memory") said = fmt::format("max-memory={}", options_.memory_max_bytes);
  if (limit == "max-seconds") said = fmt::format("max-seconds={}", options_.seconds_max);
  about().set_limit_reached(said);
}

void Exploration::count(const SearchFindings& found) {
  out_.set_states(found.states);
  out_.set_transitions(found.transitions);
  about().set_deadlock_states(found.deadlock_states);
  about().set_completed_states(found.completed_states);
  about().set_depth(found.depth);
}

void Exploration::exhaust() {
  const std::unique_ptr<Checkpoint> checkpoint = open_checkpoint();
  SearchLimits until = limits();
  if (options_.hang_states_max > 0) until.visitor = &deadlocks_;
  ExhaustiveSearch exhaustive(expander(), reduction_, {reduces_, options_.jobs, until, listener("searching"), checkpoint.get()});
  const SearchFindings found = exhaustive.run();
  tell(exhaustive.search().visited(), found);
  if (options_.hang_states_max > 0) add_all_hangs(exhaustive.search().visited(), found);
  if (checkpoint != nullptr && about().limit_reached().empty()) checkpoint->remove();
}

// Null if none is asked for.
std::unique_ptr<Checkpoint> Exploration::open_checkpoint() {
  if (options_.checkpoint_path.empty()) return nullptr;
  const SearchIdentity identity{scenario_.text_digest, scenario_.set, options_.scenario_cpus, reduces_};
  return std::make_unique<Checkpoint>(options_.checkpoint_path, identity, expander(), reduction_, options_.checkpoint_fault,
                                      options_.checkpoint_pause_s);
}

void Exploration::tell(const Visited& visited, const SearchFindings& found) {
  const bool ended_early = !found.limit.empty();
  count(found);
  about().set_collision_probability(visited.collision_probability());
  about().set_complete(!ended_early);
  if (ended_early && found.limit != "first") set_limit(found.limit);
  if (found.hang) return hang(path_to(expander(), reduction(), visited, found.deadlock), !ended_early || found.limit == "first");
  if (ended_early) return no_hang(false, "a bound ended the search before every order was tried: nothing is claimed");
  if (found.loops) return look_for_loops();
  no_hang(true, world_.covers_everything());
}

void Exploration::add_all_hangs(const Visited& visited, const SearchFindings& found) {
  add_hangs(out_, world_, reduction(), visited, deadlocks_);
  about().set_hang_states(deadlocks_.kept().size());
  bool every = found.limit.empty() && deadlocks_.kept().size() == found.deadlock_states;
  if (found.limit.empty() && found.loops) {
    const StateGraph graph(expander(), reduction(), {kGraph_states, options_.interrupted, options_.jobs});
    every &= graph.complete();
    if (graph.complete()) add_endless(out_, world_, graph);
  }
  about().set_all_hangs(every);
}

// Nobody is at an end, but there may be states from which nothing completes any more.
void Exploration::look_for_loops() {
  const StateGraph graph(expander(), reduction(), {kGraph_states, options_.interrupted, options_.jobs});
  if (!graph.complete()) {
    about().set_complete(false);
    set_limit("interrupted");
    return no_hang(false, "every state was visited, but the search for endless loops among them did not come to its end: nothing is claimed");
  }
  const StateGraph::Index bad = graph.first_without_completion();
  if (bad == StateGraph::kNone) return no_hang(true, world_.covers_everything());
  loops_from(graph, bad);
}

// From `bad` nothing completes: some are stuck while others run on, or a loop repeats.
void Exploration::loops_from(const StateGraph& graph, StateGraph::Index bad) {
  const std::vector<StateGraph::Index> lost = graph.reachable(bad);
  for (std::size_t i = 0; i < lost.size() && i < kStuck_states; ++i) {
    const Path path = graph.path_to(lost[i]);
    if (world_.stuck_after(path)) return hang(path, false);
  }
  const std::vector<StateGraph::Index> loop = graph.bottom(bad);
  if (const Path path = graph.path_to(loop.front()); world_.stuck_after(path)) return hang(path, false);
  const Path path = graph.path_to(loop.front());
  const Path around = graph.cycle(loop.front(), loop);
  std::vector<Path> inside;
  for (std::size_t i = 0; i < loop.size() && i < kStuck_states; ++i) inside.push_back(graph.path_to(loop[i]));
  world_.report_loop(out_, path, around, world_.never_chosen(inside));
  about().set_covered(world_.covers_loop());
}

void Exploration::hang(const Path& path, bool minimal) {
  if (options_.minimize == Minimize::kPreemptions && options_.strategy == SearchStrategy::kExhaustive)
    return fewest_preemptions(path, minimal);
  about().set_minimized("steps");
  about().set_minimal(minimal);
  world_.report_path(out_, path);
  const NoReturn no_return = point_of_no_return(expander(), reduction(), path, no_return_limits());
  about().set_no_return(static_cast<std::uint32_t>(no_return.step));
  about().set_no_return_exact(no_return.exact);
  about().set_covered("one schedule that hangs, which can be replayed");
}

void Exploration::fewest_preemptions(const Path& shortest, bool) {
  const BoundedFindings found = search_by_preemptions(expander(), ~std::uint32_t{0}, limits(), listener("looking for the fewest preemptions"));
  const Path& path = found.hang ? found.path : shortest;
  about().set_minimized("preemptions");
  about().set_minimal(found.hang);
  world_.report_path(out_, path);
  const NoReturn no_return = point_of_no_return(expander(), reduction(), path, no_return_limits());
  about().set_no_return(static_cast<std::uint32_t>(no_return.step));
  about().set_no_return_exact(no_return.exact);
  about().set_covered("one schedule that hangs, which can be replayed");
}

void Exploration::no_hang(bool proved, const std::string& covered) {
  world_.report_no_hang(out_);
  const bool nothing = !about().limit_reached().empty() && options_.strategy == SearchStrategy::kExhaustive;
  out_.set_verdict(nothing ? pb::LIMIT : pb::COMPLETED);
  out_.set_proved(proved);
  if (nothing) out_.set_limit(about().limit_reached());
  about().set_covered(covered);
}

void Exploration::bounded() {
  const BoundedFindings found = search_by_preemptions(expander(), options_.preemptions_max, limits(), listener("searching"));
  out_.set_states(found.states);
  out_.set_transitions(found.transitions);
  about().set_complete(found.everything);
  if (!found.limit.empty()) set_limit(found.limit);
  if (found.hang) {
    about().set_minimized("preemptions");
    about().set_minimal(true);
    world_.report_path(out_, found.path);
    const NoReturn no_return = point_of_no_return(expander(), nullptr, found.path, no_return_limits());
    about().set_no_return(static_cast<std::uint32_t>(no_return.step));
    about().set_no_return_exact(no_return.exact);
    about().set_covered("one schedule that hangs, which can be replayed");
    return;
  }
  const std::uint32_t covered = found.limit.empty() ? found.preemptions : found.preemptions - std::min(found.preemptions, 1U);
  no_hang(false, fmt::format("every schedule of at most {} preemption{}: hangs that need more were not looked for, nor endless loops", covered, covered == 1 ? "" : "s"));
  if (!found.limit.empty() && found.preemptions == 0) out_.set_verdict(pb::LIMIT);
}

void Exploration::draw() {
  SamplingOptions sampling;
  sampling.schedules = options_.schedules;
  sampling.seed = options_.seed;
  sampling.pct_depth = options_.strategy == SearchStrategy::kPct ? options_.pct_depth : 0;
  sampling.seconds_max = options_.seconds_max;
  sampling.interrupted = options_.interrupted;
  const Sample drawn = sample(expander(), sampling, [this](const Sample& now) {
    if (!options_.progress || seconds() - told_s_ < 0.2) return;
    told_s_ = seconds();
    ExploreProgress progress;
    progress.schedules = now.schedules;
    progress.transitions = now.steps;
    progress.seconds = told_s_;
    progress.phase = "drawing schedules";
    progress.hang_found = now.hangs != 0;
    progress.done = static_cast<double>(now.schedules) / static_cast<double>(options_.schedules);
    options_.progress(progress);
  });
  out_.set_transitions(drawn.steps);
  out_.set_seed(options_.seed);
  about().set_schedules(drawn.schedules);
  about().set_deadlock_states(drawn.hangs);
  if (!drawn.limit.empty()) set_limit(drawn.limit);
  const bool partial = drawn.hangs == 0 && drawn.cut != 0 && world_.stuck_after(drawn.longest);
  if (drawn.hangs != 0 || partial) {
    hang(partial ? drawn.longest : drawn.shortest_hang, false);
    about().set_covered(fmt::format("{} schedules drawn at random, of which {} hang", drawn.schedules, std::max<std::uint64_t>(drawn.hangs, 1)));
    return;
  }
  no_hang(false, fmt::format("{} schedules drawn at random, of {} to {} steps; all others were not tried", drawn.schedules,
                             drawn.schedules == 0 ? 0 : drawn.steps_least, drawn.steps_most));
  if (drawn.schedules == 0) out_.set_verdict(pb::LIMIT);
}

}  // namespace

pb::Result explore_scenario(const Resolved& scenario, const ExploreOptions& options) {
  Exploration exploration(scenario, options);
  try {
    return exploration.run();
  } catch (const StepFault& fault) {
    exploration.throw_fault(fault);
  }
}

}  // namespace mmsim
