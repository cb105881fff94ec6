// A schedule again, step by step, under the explorer's rules.
#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/explore.hpp"
#include "sim/explore/explored_world.hpp"
#include "sim/explore/replay_timed.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {

namespace {

class Replay {
 public:
  Replay(const Resolved& scenario, const ReplayOptions& options) : world_(scenario, options.scenario_cpus) {}

  pb::Result run(const std::vector<ScheduleStep>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) path_.push_back(actor_called(steps[i], i + 1).id);
    const std::size_t no_cpu = first_without_cpu();
    Replayer replayer(world_.executor());
    for (std::size_t i = 0; i < steps.size(); ++i) take(replayer, steps[i], i, no_cpu);
    pb::Result out;
    pb::Exploration& about = *out.mutable_exploration();
    about.set_strategy("replay");
    about.set_cpus(world_.world().explores_cpus ? "scenario" : "any");
    about.set_covered("the schedule given, and no other");
    out.set_transitions(steps.size());
    world_.report_path(out, path_);
    return out;
  }
  [[noreturn]] void throw_fault(const StepFault& fault) const { world_.throw_fault(fault); }

 private:
  Actor& actor_called(const ScheduleStep& step, std::size_t number) {
    std::vector<std::string> names;
    for (Actor* actor : world_.world().actors) {
      names.push_back(world_.world().text(*actor));
      if (names.back() == step.actor) return *actor;
    }
    throw ScenarioError(fmt::format("step {}: the scenario has no actor {}{}", number, step.actor, did_you_mean(step.actor, names)));
  }

  // Where the path first takes a step that cannot be taken, for whatever reason.
  std::size_t first_without_cpu() {
    Expander& expander = world_.expander();
    State state = expander.initial();
    State next = state;
    Expansion expansion;
    for (std::size_t i = 0; i < path_.size(); ++i) {
      expander.expand(state, expansion);
      if (std::find(expansion.enabled.begin(), expansion.enabled.end(), path_[i]) == expansion.enabled.end()) return i;
      expander.successor(state, *expansion.outcomes[path_[i]], next);
      std::swap(state, next);
    }
    return path_.size();
  }

  void take(Replayer& replayer, const ScheduleStep& step, std::size_t i, std::size_t no_cpu) {
    Actor& actor = *world_.world().actors[path_[i]];
    const std::size_t number = i + 1;
    const std::string next = replayer.about_to(actor);
    if (next.empty()) throw ScenarioError(fmt::format("step {}: {} is to do {}, but it has finished", number, step.actor, step.step));
    if (!step.step.starts_with(next))
      throw ScenarioError(fmt::format("step {}: {} is to do {}, but what it does next is {}", number, step.actor, step.step, next));
    if (!world_.executor().can_step(actor))
      throw ScenarioError(fmt::format("step {}: {} cannot do {} here: {}", number, step.actor, step.step, world_.why_not(actor)));
    if (i == no_cpu)
      throw ScenarioError(fmt::format("step {}: {} cannot do {} here: another actor keeps its CPU, or every actor that must finish has", number, step.actor, step.step));
    const TakenStep taken = replayer.take(actor);
    const std::string words = taken.outcome.empty() ? next : next + " " + taken.outcome;
    if (step.step != next && step.step != words)
      throw ScenarioError(fmt::format("step {}: {} is to do {}, but here it is {}", number, step.actor, step.step, words));
  }

  ExploredWorld world_;
  Path path_;
};

}  // namespace

pb::Result replay_scenario(const Resolved& scenario, const std::vector<ScheduleStep>& steps, const ReplayOptions& options) {
  if (options.engine == ReplayEngine::kTimed) return replay_timed(scenario, steps, options);
  Replay replay(scenario, options);
  try {
    return replay.run(steps);
  } catch (const StepFault& fault) {
    replay.throw_fault(fault);
  }
}

}  // namespace mmsim
