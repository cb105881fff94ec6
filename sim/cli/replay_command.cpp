// mmsim replay S.txtpb --schedule F: one order of steps again.
#include "analysis/report.hpp"
#include "analysis/sentences.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/explore_options.hpp"
#include "sim/explore/schedule_file.hpp"
#include "sim/run/load.hpp"

namespace mmsim {

ExitStatus replay_command(const ReplayArgs& args) {
  if (!args.options.trace_path.empty() && args.options.engine != ReplayEngine::kTimed)
    throw ScenarioError("mmsim replay: --trace needs a clock; expected --engine timed beside it");
  const Loaded loaded = load_scenario(args.scenario, args.set);
  const auto steps = read_schedule(args.schedule_path);
  Result result = replay_scenario(loaded.resolved, steps, args.options);
  if (result.exploration().strategy().empty()) result.mutable_exploration()->set_strategy("replay");
  if (result.reproduce().empty())
    result.set_reproduce(replay_line(args.scenario, args.set, args.schedule_path, args.options));
  fill_sentences(result);
  print(args.format == Format::kJson ? json_report(result) : text_report(result, style_for(args.colour)));
  return exit_status(result.verdict());
}

}  // namespace mmsim
