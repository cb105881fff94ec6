// mmsim sweep S.txtpb: every point of the sweep's axes, into a database of results.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "analysis/format.hpp"
#include "analysis/sentences.hpp"
#include "results/writer.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/sweep_output.hpp"
#include "sim/cli/sweep_slurm.hpp"
#include "sim/run/load_text.hpp"
#include "sim/sweep/sweep.hpp"

namespace mmsim {
namespace {

// Where results go unless it is said: beside whoever asks, named after the scenario, a file per shard.
std::string database_of(const SweepArgs& args) {
  if (!args.database.empty()) return args.database;
  const std::string stem = std::filesystem::path(args.scenario).stem().string();
  if (args.shard.shards == 1) return stem + ".sweep.db";
  return fmt::format("{}.{}of{}.sweep.db", stem, args.shard.number, args.shard.shards);
}

void tell_of(const SweepProgress& progress, const SweepPlan& plan, const std::string& database) {
  const std::string noun = plan.explores() ? "exploration" : "run";
  const std::uint64_t now = progress.recorded - progress.before;
  std::string text = fmt::format("{} of {} recorded in {}", grouped(progress.recorded), grouped(progress.runs, noun), database);
  if (progress.before > 0) text += fmt::format(", {} of them before", grouped(progress.before));
  if (now > 0 && progress.seconds > 0)
    text += fmt::format("; {} in {:.2f} s, {:.0f}/s", grouped(now), progress.seconds, static_cast<double>(now) / progress.seconds);
  fmt::print(stderr, "{}.\n", text);
}

ExitStatus interrupted() {
  fmt::print(stderr, "Stopped; the same command goes on from there.\n");
  return termination_flag() ? ExitStatus::kTerminated : ExitStatus::kLimit;
}

// For whoever waits for this process on another machine. The file is never half written.
class ProgressFile {
 public:
  explicit ProgressFile(std::string path) : path_(std::move(path)) {}

  void update(const SweepProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (path_.empty() || (now < due_ && progress.recorded < progress.runs)) return;
    due_ = now + kBetween;
    const std::string half = path_ + ".part";
    std::ofstream(half) << progress.recorded << ' ' << progress.runs << ' ' << progress.hangs << '\n';
    std::error_code none;   // nothing depends on it
    std::filesystem::rename(half, path_, none);
  }

 private:
  static constexpr std::chrono::milliseconds kBetween{500};
  std::string path_;
  std::chrono::steady_clock::time_point due_;
};

// A shard claims nothing of the whole: its status only tells whether it is done.
ExitStatus shard_status(const SweepProgress& progress) {
  return progress.crashed > 0 ? ExitStatus::kBug : progress.bad > 0 ? ExitStatus::kBadInput : ExitStatus::kGood;
}

}  // namespace

ExitStatus sweep_command(const SweepArgs& args) {
  const SweepPlan plan(args.scenario, read_scenario_file(args.scenario), args.set, args.flags);
  const std::string database = database_of(args);
  if (args.keep_old)
    if (const std::string kept = from_results([&] { return keep_beside(database); }); !kept.empty())
      fmt::print(stderr, "{} is kept as {}.\n", database, kept);
  catch_interrupt();
  catch_termination();
  SweepView view = args.view;
  if (view.figures.empty()) view.figures = args.flags.figures;
  if (args.slurm) {
    const auto stopped = run_under_slurm(plan, database, args);
    return stopped ? *stopped : show_sweep(database, view);
  }
  ProgressLine line;
  ProgressFile file(args.progress_path);
  SweepProgress last;
  SweepOptions options{.jobs = args.jobs, .shard = args.shard, .retry_crashed = args.retry, .seconds_max = args.seconds_max};
  options.finish = [](pb::Result& result) { fill_sentences(result); };
  options.progress = [&](const SweepProgress& progress) {
    last = progress;
    file.update(progress);
    line.update([&] { return sweep_progress_text(progress); });
  };
  options.stop = [] { return interrupt_flag() || termination_flag(); };
  const bool all = from_results([&] { return run_sweep(plan, database, options); });
  line.clear();
  tell_of(last, plan, database);
  if (!all) return interrupted();
  if (args.shard.shards > 1) return shard_status(last);
  return show_sweep(database, view);
}

}  // namespace mmsim
