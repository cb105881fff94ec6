#include "sim/run/run.hpp"

#include <fmt/format.h>

#include <map>

#include "sim/core/timed_engine.hpp"
#include "sim/run/build_world.hpp"
#include "sim/run/result_builder.hpp"
#include "sim/run/shell_word.hpp"
#include "trace/names.hpp"

namespace mmsim {

namespace {

[[noreturn]] void throw_fault(const Resolved& scenario, const BuiltWorld& built) {
  const ScriptFault& fault = built.objects->fault;
  const World& world = *built.world;
  throw ScenarioError(fmt::format("{} at {} ns", fault_text(scenario.path, world, fault), world.now_ns));
}

// The names behind the numbers of a trace file; see trace/names.hpp.
std::string trace_names(const World& world) {
  TraceNames names;
  for (const Actor* actor : world.actors) names.actors.push_back(world.text(*actor));
  std::map<const LockClass*, std::uint32_t> kinds;   // for look-up only
  for (const Object* object : world.objects) {
    const LockClass& words = object->lock_class();
    const auto [kind, added] = kinds.try_emplace(&words, static_cast<std::uint32_t>(names.locks.size()));
    if (added)
      names.locks.push_back({words.noun, words.acquire, words.try_acquire, words.release, words.acquire_shared,
                             words.release_shared, words.spins});
    names.objects.push_back({kind->second, world.text(*object)});
  }
  names.notes.assign(kNoteNames.begin(), kNoteNames.end());
  return write_names(names);
}

}  // namespace

std::string reproduce_line(const Resolved& scenario, const RunOptions& options) {
  std::string line = command_line("run", scenario.path, scenario.set);
  if (options.seed != 0) line += fmt::format(" --seed {}", options.seed);
  return line;
}

pb::Result run_scenario(const Resolved& scenario, const RunOptions& options) {
  const std::string reproduce = reproduce_line(scenario, options);
  set_check_context(reproduce.c_str());
  BuiltWorld built = build_world(scenario, options.seed);
  pb::Result result = run_world(scenario, built, options, {});
  result.set_reproduce(reproduce);
  return result;
}

pb::Result run_world(const Resolved& scenario, BuiltWorld& built, const RunOptions& options, const std::function<void(RunEnd)>& ended) {
  World& world = *built.world;
  Trace trace;
  if (!options.trace_path.empty())
    if (const std::string fault = trace.open(options.trace_path); !fault.empty()) throw ScenarioError("--trace " + fault);
  world.trace = &trace;
  world.histograms = options.histograms;

  const auto poll = [&] {
    if (options.progress) options.progress({world.steps, world.now_ns});
    return options.interrupted == nullptr || !options.interrupted->load();
  };
  const RunEnd end = TimedEngine(world, {scenario.steps_max, scenario.time_max_ns}, poll).run();
  if (ended) ended(end);
  if (end == RunEnd::kHalted) throw_fault(scenario, built);

  if (const std::string fault = trace.close(options.trace_path.empty() ? std::string() : trace_names(world)); !fault.empty())
    throw ScenarioError("--trace " + options.trace_path + ": " + fault);
  pb::Result result = build_result(scenario, built, trace, end);
  result.set_seed(options.seed);
  return result;
}

}  // namespace mmsim
