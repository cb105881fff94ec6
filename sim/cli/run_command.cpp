// mmsim run S.txtpb: one timed run.
#include <fmt/format.h>

#include "analysis/format.hpp"
#include "analysis/report.hpp"
#include "analysis/sentences.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/run/load.hpp"
#include "sim/run/run.hpp"

namespace mmsim {

ExitStatus run_command(const RunArgs& args) {
  const Loaded loaded = load_scenario(args.scenario, args.set);
  ProgressLine line;
  RunOptions options;
  options.seed = args.seed.value_or(0);
  options.trace_path = args.trace_path;
  options.interrupted = &interrupt_flag();
  options.progress = [&line](const Progress& progress) {
    line.update([&] {
      return fmt::format("{} simulated, {}", microseconds(progress.now_ns), counted(progress.steps, "step"));
    });
  };
  catch_interrupt();
  Result result = run_scenario(loaded.resolved, options);
  fill_sentences(result);
  line.clear();
  print(args.format == Format::kJson ? json_report(result) : text_report(result, style_for(args.colour)));
  return exit_status(result.verdict());
}

}  // namespace mmsim
