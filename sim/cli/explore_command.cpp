// mmsim explore S.txtpb: every order of steps, or as many as asked for.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "analysis/report.hpp"
#include "analysis/sentences.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/explore_options.hpp"
#include "sim/cli/explore_progress.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/explore/schedule_file.hpp"
#include "sim/run/load.hpp"

namespace mmsim {
namespace {

void check_flags(const ExploreArgs& args) {
  if (!args.options.checkpoint_path.empty() && args.options.strategy != SearchStrategy::kExhaustive)
    throw ScenarioError(
        fmt::format("mmsim explore: --checkpoint is for complete searches; expected --strategy exhaustive beside it, not {}",
                    strategy_word(args.options)));
  if (is_sample(args.options)) return;
  const char* flag = args.schedules ? "--schedules" : args.seed ? "--seed" : nullptr;
  if (flag != nullptr)
    throw ScenarioError(
        fmt::format("mmsim explore: {} is for schedules drawn at random; expected --strategy random or "
                    "--strategy pct beside it, not {}",
                    flag, strategy_word(args.options)));
}

// A search may take hours: that its witness has nowhere to go is said before it begins.
void check_writable(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const bool there = access(path.c_str(), F_OK) == 0;
  if (access(there ? path.c_str() : parent.empty() ? "." : parent.c_str(), W_OK) != 0)
    throw ScenarioError(fmt::format("--schedule {}: {}", path, std::strerror(errno)));
}

// A checkpoint takes the place of the one before: it is the directory that is written to.
void check_replaceable(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  if (access(parent.empty() ? "." : parent.c_str(), W_OK | X_OK) != 0)
    throw ScenarioError(fmt::format("--checkpoint {}: {}", path, std::strerror(errno)));
}

// Where a search that a bound ended is kept. Throws ScenarioError if it is not.
void tell_of_checkpoint(const std::string& path, const std::string& fault) {
  if (!fault.empty()) throw ScenarioError(fmt::format("--checkpoint {}: the search is not kept: {}", path, fault));
  if (access(path.c_str(), F_OK) == 0) fmt::print(stderr, "The search is kept in {}: the same command goes on with it.\n", path);
}

// What is wrong with writing it is returned: the report comes first, for it holds the witness too.
std::string write_witness(const Result& result, const ExploreArgs& args) {
  const ReplayOptions as_explored{.scenario_cpus = args.options.scenario_cpus, .trace_path = {}};
  const std::string replay = replay_line(args.scenario, args.set, args.schedule_path, as_explored);
  try {
    write_schedule(args.schedule_path, schedule_text(result, replay));
  } catch (const ScenarioError& error) {
    return error.what();
  }
  fmt::print(stderr, "The witness is in {}. Replay: {}\n", args.schedule_path, replay);
  return {};
}

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

ExitStatus explore_command(const ExploreArgs& args) {
  if (!args.against.empty()) return explore_against(args);
  check_flags(args);
  if (!args.schedule_path.empty()) check_writable(args.schedule_path);
  if (!args.options.checkpoint_path.empty()) check_replaceable(args.options.checkpoint_path);
  const Loaded loaded = load_scenario(args.scenario, args.set);
  ExploreOptions options = args.options;
  options.schedules = args.schedules.value_or(options.schedules);
  options.seed = args.seed.value_or(options.seed);
  options.interrupted = &interrupt_flag();
  ProgressLine line;
  options.progress = [&](const ExploreProgress& progress) {
    line.update([&] { return progress_text(progress, is_sample(options) ? options.schedules : 0); });
  };
  std::string not_kept;
  options.checkpoint_fault = [&](const std::string& what) {
    not_kept = what;
    if (what.empty()) return;
    line.clear();
    fmt::print(stderr, "The checkpoint was not written: {}\n", what);
  };
  catch_interrupt();
  const auto begun = std::chrono::steady_clock::now();
  Result result = explore_scenario(loaded.resolved, options);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  line.clear();
  if (result.reproduce().empty()) result.set_reproduce(explore_line(args.scenario, args.set, options));
  fill_sentences(result);
  const bool to_write = !args.schedule_path.empty() && result.exploration().witness_size() > 0;
  const std::string fault = to_write ? write_witness(result, args) : std::string();
  print(args.format == Format::kJson ? json_report(result) : text_report(result, style_for(args.colour)));
  fmt::print(stderr, "{}\n", cost_text(result, taken.count(), peak_memory_bytes()));
  if (!options.checkpoint_path.empty() && !result.exploration().limit_reached().empty())
    tell_of_checkpoint(options.checkpoint_path, not_kept);
  if (!fault.empty()) throw ScenarioError(fault);
  return exit_status(result.verdict());
}

}  // namespace mmsim
