#include "sim/explore/replay_timed.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/timed_engine.hpp"
#include "sim/explore/replay_gate.hpp"
#include "sim/run/prepare_exploration.hpp"
#include "sim/run/run.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {

namespace {

// What a schedule of the explorer speaks of, beside what is in the timed world too.
struct Explored {
  std::vector<std::string> io_names;
  std::vector<BioPlace> io_places;
  bool folios_move, irqs_go_off, memory_runs_out;
};

Explored explored(const Resolved& scenario, bool scenario_cpus) {
  const BuiltWorld built = build_explored_world(scenario, scenario_cpus);
  Explored out{{}, built.io_places, built.mm->folios_move, built.mm->irqs_go_off, built.mm->memory_runs_out};
  for (const Actor* io : built.io_actors) out.io_names.push_back(built.world->text(*io));
  return out;
}

// The same steps are left out as there, and a folio that somebody still looks at after its migration is no other's by then.
void do_as_there(const Resolved& scenario, const Explored& explored, Mm& mm) {
  mm.folios_move = explored.folios_move;
  mm.irqs_go_off = explored.irqs_go_off;
  mm.memory_runs_out = explored.memory_runs_out;
  expect_migrations(scenario, mm);
}

Turn turn_of(const BuiltWorld& built, const Explored& explored, const ScheduleStep& step, std::size_t number) {
  std::vector<std::string> names = explored.io_names;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == step.actor) return {nullptr, explored.io_places[i]};
  for (Actor* actor : built.world->actors) {
    names.push_back(built.world->text(*actor));
    if (names.back() == step.actor) return {actor};
  }
  throw ScenarioError(fmt::format("step {}: the scenario has no actor {}{}", number, step.actor, did_you_mean(step.actor, names)));
}

// No end that is not the schedule's own may come while the gate is closed.
void check_end(const ReplayGate& gate, const BuiltWorld& built, RunEnd end) {
  if (!gate.fault().empty()) throw ScenarioError(gate.fault());
  if (gate.is_open() || end == RunEnd::kHalted) return;
  const std::size_t number = gate.taken().size() + 1;
  const std::string now = fmt::format("step {}: the scenario's bounds end the run before it, at {} ns", number, built.world->now_ns);
  if (end == RunEnd::kSteps || end == RunEnd::kTime) throw ScenarioError(now);
  throw ScenarioError(gate.why_not_further());
}

}  // namespace

pb::Result replay_timed(const Resolved& scenario, const std::vector<ScheduleStep>& steps, const ReplayOptions& options) {
  const Explored was = explored(scenario, options.scenario_cpus);
  BuiltWorld built = build_world(scenario, 0);
  built.world->explores_cpus = options.scenario_cpus;
  do_as_there(scenario, was, *built.mm);
  std::vector<Turn> turns;
  for (const ScheduleStep& step : steps) turns.push_back(turn_of(built, was, step, turns.size() + 1));
  ReplayGate gate(built, steps, std::move(turns));

  RunOptions run;
  run.trace_path = options.trace_path;
  pb::Result out = run_world(scenario, built, run, [&](RunEnd end) { check_end(gate, built, end); });
  pb::Exploration& about = *out.mutable_exploration();
  about.set_strategy("replay");
  about.set_cpus("scenario");
  about.set_covered("the schedule given, and no other, under the clock");
  for (const pb::WitnessStep& step : gate.taken()) *about.add_witness() = step;
  return out;
}

}  // namespace mmsim
