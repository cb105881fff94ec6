// mmsim explore A.txtpb --against B.txtpb: which hangs of A are gone in B.
#include <fmt/format.h>

#include <string>

#include "analysis/comparison.hpp"
#include "analysis/sentences.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/explore_options.hpp"
#include "sim/cli/explore_progress.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/core/check.hpp"
#include "sim/run/load.hpp"
#include "sim/run/shell_word.hpp"

namespace mmsim {
namespace {

// Deadlock states that are looked at one by one: each costs a way to it.
constexpr std::size_t kHang_states = 4096;

void check_flags(const ExploreArgs& args) {
  const ExploreOptions& options = args.options;
  const auto refuse = [](const char* flag, const std::string& why) {
    throw ScenarioError(fmt::format("mmsim explore: {} beside --against; {}", flag, why));
  };
  if (options.strategy != SearchStrategy::kExhaustive) refuse("--strategy", "expected complete searches, which find every hang");
  if (options.stop_at_first) refuse("--first", "expected searches that go on to every hang");
  if (!options.checkpoint_path.empty()) refuse("--checkpoint", "expected it with one scenario, as there are two searches");
  if (!args.schedule_path.empty()) refuse("--schedule", "expected it with one scenario, as there are many witnesses");
}

Result explore_one(const std::string& path, const ExploreArgs& args) {
  set_check_context(explore_line(path, args.set, args.options).c_str());
  const Loaded loaded = load_scenario(path, args.set);
  ExploreOptions options = args.options;
  options.hang_states_max = kHang_states;
  options.interrupted = &interrupt_flag();
  ProgressLine line;
  options.progress = [&](const ExploreProgress& progress) { line.update([&] { return progress_text(progress, 0); }); };
  Result result = explore_scenario(loaded.resolved, options);
  line.clear();
  fill_sentences(result);
  return result;
}

}  // namespace

ExitStatus explore_against(const ExploreArgs& args) {
  check_flags(args);
  catch_interrupt();
  load_scenario(args.against, args.set);   // a mistake in the second is told before the first is searched
  const Result before = explore_one(args.scenario, args);
  const Result after = explore_one(args.against, args);
  Comparison comparison = compare(before, after);
  comparison.set_reproduce(explore_line(args.scenario, args.set, args.options) + " --against " + shell_word(args.against));
  print(args.format == Format::kJson ? json_report(comparison) : comparison_report(comparison, style_for(args.colour)));
  if (is_bounded(comparison)) return ExitStatus::kLimit;
  return is_mended(comparison) ? ExitStatus::kGood : ExitStatus::kFinding;
}

}  // namespace mmsim
