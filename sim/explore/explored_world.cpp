#include "sim/explore/explored_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/core/wait_graph.hpp"
#include "sim/run/result_builder.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/script/program.hpp"

namespace mmsim {

namespace {

CpuRules rules_of(const Resolved& scenario, bool scenario_cpus) {
  switch (scenario.preemption) {
    case PreemptionModel::kNone: return {scenario_cpus, PreemptionPoints::kYields};
    case PreemptionModel::kVoluntary: return {scenario_cpus, PreemptionPoints::kMightSleep};
    case PreemptionModel::kFull: break;
  }
  return {scenario_cpus, PreemptionPoints::kAnywhere};
}

// Who keeps the CPU of somebody who could go on.
class CpuHogs final : public CpuModel {
 public:
  explicit CpuHogs(std::vector<Actor*> hogs) : hogs_(std::move(hogs)) {}
  void spend(Actor&, std::int64_t) override {}
  void give_up(Actor&) override {}
  void want(Actor&) override {}
  bool yield(Actor&, bool) override { return false; }
  void enabled(Actor&) override {}
  bool might_sleep(Actor&) override { return false; }
  Actor* hog(const Actor& actor) const override { return hogs_[actor.id]; }

 private:
  std::vector<Actor*> hogs_;
};

}  // namespace

ExploredWorld::ExploredWorld(const Resolved& scenario, bool scenario_cpus)
    : scenario_(scenario), built_(build_explored_world(scenario, scenario_cpus)) {
  executor_ = std::make_unique<Executor>(*built_.world);
  executor_->excuse(&built_.objects->fault, sizeof built_.objects->fault);
  expander_ = std::make_unique<Expander>(*executor_, rules_of(scenario, scenario_cpus));
}

// Leaves the world where the path ends, each actor's state saying whether it can go on.
std::vector<TakenStep> ExploredWorld::walk(const Path& path) {
  const std::vector<bool> without_cpu = without_cpu_after(path);
  Replayer replayer(*executor_);
  std::vector<TakenStep> steps;
  for (const std::uint32_t actor : path) steps.push_back(replayer.take(*world().actors[actor]));
  replayer.settle_states();
  for (Actor* actor : world().actors)
    if (actor->state == ActorState::kReady && without_cpu[actor->id]) actor->state = ActorState::kRunnable;
  return steps;
}

// By actor: it could go on if it had its CPU.
std::vector<bool> ExploredWorld::without_cpu_after(const Path& path) {
  std::vector<bool> out(world().actors.size(), false);
  if (expander_->shared_cpus().empty()) return out;
  Expansion expansion;
  expander_->expand(state_after(*expander_, path, path.size()), expansion);
  if (expansion.completed) return out;
  for (std::uint32_t actor = 0; actor < out.size(); ++actor)
    out[actor] = expansion.outcomes[actor]->enabled &&
                 std::find(expansion.enabled.begin(), expansion.enabled.end(), actor) == expansion.enabled.end();
  return out;
}

// By actor: who has its CPU and need never give it up.
std::vector<Actor*> ExploredWorld::hogs_after(const Path& path) {
  std::vector<Actor*> out(world().actors.size(), nullptr);
  if (expander_->shared_cpus().empty()) return out;
  const State state = state_after(*expander_, path, path.size());
  Expansion expansion;
  expander_->expand(state, expansion);
  walk(path);
  for (const Actor* actor : world().actors) {
    if (actor->state != ActorState::kRunnable) continue;
    const Runner runner = expander_->kept_from_cpu_by(state, expansion.outcomes, actor->id);
    if (runner != kIdle) out[actor->id] = world().actors[runner];
  }
  return out;
}

bool ExploredWorld::stuck_after(const Path& path) {
  CpuHogs cpus(hogs_after(path));
  walk(path);
  world().cpus = &cpus;
  const bool stuck = !WaitGraph::all(world()).stuck_set().empty();
  world().cpus = nullptr;
  return stuck;
}

std::vector<const Actor*> ExploredWorld::never_chosen(const std::vector<Path>& paths) {
  const std::size_t n = world().actors.size();
  std::vector<bool> could(n, false);
  std::vector<bool> may(n, false);
  Expansion expansion;
  for (const Path& path : paths) {
    expander_->expand(state_after(*expander_, path, path.size()), expansion);
    for (std::size_t actor = 0; actor < n; ++actor)
      if (expansion.outcomes[actor]->enabled) could[actor] = true;
    for (const std::uint32_t actor : expansion.enabled) may[actor] = true;
  }
  std::vector<const Actor*> out;
  for (const Actor* actor : world().actors)
    if ((actor->must_finish || actor->has_duties) && could[actor->id] && !may[actor->id]) out.push_back(actor);
  return out;
}

void ExploredWorld::add_steps(google::protobuf::RepeatedPtrField<pb::WitnessStep>& out, const std::vector<TakenStep>& steps) {
  for (const TakenStep& step : steps) {
    pb::WitnessStep& to = *out.Add();
    to.set_number(static_cast<std::uint32_t>(out.size()));
    to.set_actor(world().text(*world().actors[step.actor]));
    to.set_step(step.words);
    to.set_outcome(step.outcome);
    to.set_at(step.procedure);
    to.set_line(step.line);
  }
}

void ExploredWorld::report_here(pb::Result& out) {
  Trace trace;
  trace.close({});
  mark_stuck(world(), WaitGraph::all(world()));
  pb::Result found = build_result(scenario_, built_, trace, world().all_done() ? RunEnd::kAllDone : RunEnd::kInterrupted);
  merge(out, std::move(found));
}

// What a schedule ends in, beside what the search has said of itself.
void ExploredWorld::merge(pb::Result& out, pb::Result found) const {
  const pb::Exploration about = out.exploration();
  const std::uint64_t states = out.states(), transitions = out.transitions(), seed = out.seed();
  out = std::move(found);
  *out.mutable_exploration() = about;
  out.set_states(states);
  out.set_transitions(transitions);
  out.set_seed(seed);
  out.clear_limit();
  out.clear_trace_digest();
  out.clear_closed_ns();
  std::set<std::string> idle;
  for (const Actor* io : built_.io_actors) idle.insert(built_.world->text(*io));
  auto& actors = *out.mutable_actors();
  actors.erase(std::remove_if(actors.begin(), actors.end(), [&](const pb::ActorEnd& end) { return idle.contains(end.actor()); }),
               actors.end());
}

void ExploredWorld::report_path(pb::Result& out, const Path& path) {
  const std::vector<std::size_t> preemptions = preemptions_of(*expander_, path);
  const std::vector<Actor*> hogs = hogs_after(path);
  const std::vector<TakenStep> steps = walk(path);
  CpuHogs cpus(hogs);
  world().cpus = &cpus;
  report_here(out);
  world().cpus = nullptr;
  add_witness(out, steps, preemptions);
}

void ExploredWorld::add_witness(pb::Result& out, const std::vector<TakenStep>& steps, const std::vector<std::size_t>& preemptions) {
  pb::Exploration& about = *out.mutable_exploration();
  add_steps(*about.mutable_witness(), steps);
  for (const std::size_t at : preemptions) about.mutable_witness(static_cast<int>(at))->set_preemption(true);
  about.set_preemptions(static_cast<std::uint32_t>(preemptions.size()));
}

void ExploredWorld::report_loop(pb::Result& out, const Path& path, const Path& around, const std::vector<const Actor*>& passed_over) {
  const std::vector<std::size_t> preemptions = preemptions_of(*expander_, path);
  Path all = path;
  all.insert(all.end(), around.begin(), around.end());
  CpuHogs cpus(hogs_after(all));
  std::vector<TakenStep> steps = walk(all);
  world().cpus = &cpus;
  report_here(out);
  world().cpus = nullptr;
  out.set_verdict(passed_over.empty() ? pb::LIVELOCK : pb::STARVED);
  const auto begin_of_loop = steps.begin() + static_cast<std::ptrdiff_t>(path.size());
  add_steps(*out.mutable_exploration()->mutable_loop(), {begin_of_loop, steps.end()});
  steps.erase(begin_of_loop, steps.end());
  add_witness(out, steps, preemptions);
  add_loop_finding(out, passed_over);
}

// Who goes round, or who is passed over by those; behind them whoever must finish and does not.
void ExploredWorld::add_loop_finding(pb::Result& out, const std::vector<const Actor*>& passed_over) const {
  pb::Finding finding;
  std::set<std::string> looping, told, does;
  for (const pb::WitnessStep& step : out.exploration().loop()) {
    looping.insert(step.actor());
    does.insert(fmt::format("{} does {} in {}", step.actor(), step.step(), step.at()));
  }
  finding.set_kind(passed_over.empty() ? pb::NO_PROGRESS_LOOP : pb::STARVED_BY_SPINNER);
  for (const Actor* actor : passed_over) told.insert(*finding.add_actors() = built_.world->text(*actor));
  for (const std::string& name : looping) {
    *(passed_over.empty() ? finding.add_actors() : finding.add_by()) = name;
    told.insert(name);
  }
  for (const Actor* actor : built_.world->actors) {
    if (actor->state == ActorState::kFinished) continue;
    const bool idle = !actor->must_finish && (!actor->has_duties || actor->pending->waits_for_work());
    if (const std::string name = built_.world->text(*actor); !idle && !told.contains(name)) finding.add_victims(name);
  }
  const std::string starved = passed_over.empty() ? "" : fmt::format("{} passed over; ", fmt::join(finding.actors(), ", "));
  finding.set_signature(fmt::format("{}: {}{}", pb::HangKind_Name(finding.kind()), starved, fmt::join(does, "; ")));
  *out.add_findings() = std::move(finding);
}

void ExploredWorld::report_breach(pb::RuleViolation& out, const LockWatch& watch, const LockWatch::Breach& breach, const Path* way) {
  const Actor& actor = *world().actors[breach.actor];
  out.set_rule(watch.rule_text(breach.rule));
  out.set_actor(world().text(actor));
  out.set_at(breach.procedure);
  out.set_line(breach.line);
  out.set_step(breach.verb);
  if (way == nullptr) return;
  const std::vector<std::size_t> preemptions = preemptions_of(*expander_, *way);
  add_steps(*out.mutable_path(), walk(*way));
  for (const std::size_t at : preemptions) out.mutable_path(static_cast<int>(at))->set_preemption(true);
  out.set_step(words_of(world(), *actor.pending));
  for (const Procedure* at = actor.innermost; at != nullptr; at = at->caller()) {
    const std::int32_t line = line_in(actor, *at);
    out.add_call_trace(line > 0 ? fmt::format("{} (line {})", at->name(), line) : at->name());
  }
  for (const Object* object : watch.held_against(breach.rule, *actor.pending)) {
    struct Visit {
      const Actor& holder;
      pb::Held& held;
    } visit{actor, *out.add_held()};
    visit.held.set_resource(world().text(*object));
    visit.held.set_kind(object->lock_class().noun);
    const auto note = [](void* context, const Holding& holding) {
      auto& [holder, held] = *static_cast<Visit*>(context);
      if (holding.holder == &holder && holding.held_at != nullptr) held.set_at(holding.held_at);
    };
    object->holdings(note, &visit);
  }
}

void ExploredWorld::report_no_hang(pb::Result& out) {
  out.set_scenario(scenario_.path);
  out.set_claim(scenario_.claim);
  for (const std::string& set : scenario_.set) out.add_set(set);
}

std::string ExploredWorld::why_not(const Actor& actor) {
  Wait wait;
  actor.pending->describe(wait);
  const Object* object = actor.pending->object();
  std::string out = fmt::format("it waits for {} {}", wait.noun, object != nullptr ? world().text(*object) : "");
  for (const WaitEdge& edge : wait.edges) out += fmt::format(", which {} has to end", world().text(*edge.holder));
  return out;
}

std::string ExploredWorld::covers_everything() const {
  return !built_.world->explores_cpus
             ? "every order of steps, each actor on a CPU of its own and delayed anywhere for any time"
             : "every order of steps that the scenario's CPUs and preemption model allow, each delayed for any time";
}

std::string ExploredWorld::covers_loop() const {
  return "no order completes from the end of the witness, so the loop goes on under any fair scheduler";
}

void ExploredWorld::throw_fault(const StepFault& fault) const {
  const ScriptFault& script = built_.objects->fault;
  const World& world = *built_.world;
  if (!script.happened) throw ScenarioError(fmt::format("{}: {} misuses a lock", scenario_.path, world.text(*fault.actor)));
  throw ScenarioError(fault_text(scenario_.path, world, script));
}

}  // namespace mmsim
