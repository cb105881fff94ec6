#include "sim/run/run.hpp"

#include <fmt/format.h>

#include "sim/core/timed_engine.hpp"
#include "sim/run/build_world.hpp"
#include "sim/run/result_builder.hpp"

namespace mmsim {

namespace {

[[noreturn]] void throw_fault(const Resolved& scenario, const BuiltWorld& built) {
  const ScriptFault& fault = built.objects->fault;
  const World& world = *built.world;
  throw ScenarioError(fmt::format("{}:{}:{}: {} {} {}, which it does not hold at {} ns", scenario.path, fault.line, fault.column,
                                  world.text(*fault.actor), fault.what, world.text(*fault.object), world.now_ns));
}

// The names behind the numbers of a trace file; see trace.hpp.
std::string trace_names(const World& world) {
  std::string out;
  for (const Actor* actor : world.actors) out += fmt::format("actor {} {}\n", actor->id, world.text(*actor));
  for (const Object* object : world.objects)
    out += fmt::format("object {} {} {}\n", object->id, object->lock_class().noun, world.text(*object));
  for (int i = 0; i < static_cast<int>(Event::kCount); ++i) out += fmt::format("event {} {}\n", i, to_string(Event(i)));
  for (std::size_t i = 0; i < kNoteNames.size(); ++i) out += fmt::format("note {} {}\n", i, kNoteNames[i]);
  return out;
}

std::string quoted(const std::string& word) {
  if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%") == std::string::npos)
    return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string reproduce_line(const Resolved& scenario, const RunOptions& options) {
  std::string line = "mmsim run " + quoted(scenario.path);
  for (const std::string& set : scenario.set) line += " --set " + quoted(set);
  if (options.seed != 0) line += fmt::format(" --seed {}", options.seed);
  return line;
}

pb::Result run_scenario(const Resolved& scenario, const RunOptions& options) {
  const std::string reproduce = reproduce_line(scenario, options);
  set_check_context(reproduce.c_str());
  BuiltWorld built = build_world(scenario, options.seed);
  World& world = *built.world;
  Trace trace;
  if (!options.trace_path.empty())
    if (const std::string fault = trace.open(options.trace_path); !fault.empty()) throw ScenarioError("--trace " + fault);
  world.trace = &trace;

  const auto poll = [&] {
    if (options.progress) options.progress({world.steps, world.now_ns});
    return options.interrupted == nullptr || !options.interrupted->load();
  };
  const RunEnd end = TimedEngine(world, {scenario.steps_max, scenario.time_max_ns}, poll).run();
  if (end == RunEnd::kHalted) throw_fault(scenario, built);

  if (const std::string fault = trace.close(options.trace_path.empty() ? std::string() : trace_names(world)); !fault.empty())
    throw ScenarioError("--trace " + options.trace_path + ": " + fault);
  pb::Result result = build_result(scenario, built, trace, end);
  result.set_seed(options.seed);
  result.set_reproduce(reproduce);
  return result;
}

}  // namespace mmsim
