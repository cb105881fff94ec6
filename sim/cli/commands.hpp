// The commands, one file each, and what the command line tells them. Results go to standard output; progress and
// warnings to standard error. A ScenarioError that leaves a command is bad input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/sweep_plot.hpp"
#include "sim/cli/exit_status.hpp"
#include "sim/explore/explore.hpp"
#include "sim/sweep/plan.hpp"

namespace mmsim {

enum class Format : std::uint8_t { kText, kJson };
enum class Colour : std::uint8_t { kAuto, kAlways, kNever };

struct CommonArgs {
  std::vector<std::string> set;  // every --set, in order
  std::optional<std::uint64_t> seed;
  Format format = Format::kText;
  Colour colour = Colour::kAuto;
};

struct RunArgs : CommonArgs {
  std::string scenario;
  std::string trace_path;  // empty: no trace is written
};

struct ExploreArgs : CommonArgs {
  std::string scenario;
  ExploreOptions options;                  // without what the command itself adds: progress, interrupt
  std::optional<std::uint64_t> schedules;  // --schedules, where it was given
  std::string schedule_path;               // where the witness goes; empty: nowhere
  std::string against;                     // a second scenario to compare with; empty: none
};

struct ReplayArgs : CommonArgs {
  std::string scenario;
  std::string schedule_path;
  ReplayOptions options;
};

struct CheckArgs : CommonArgs {
  std::vector<std::string> paths;
  bool markdown = false;  // the rows as a table, instead of text
  int jobs = 1;
};

struct ListArgs : CommonArgs {
  std::string filter;  // a section or the start of a name; empty: everything
};

enum class TraceFormat : std::uint8_t { kFtrace, kPerfetto };

struct TraceArgs {
  std::string trace;
  TraceFormat format = TraceFormat::kFtrace;
  std::string output;  // empty: standard output, which takes text only
};

enum class SweepFormat : std::uint8_t { kText, kJson, kCsv, kJsonLines };

// What of a sweep is shown, and how.
struct SweepView {
  SweepFormat format = SweepFormat::kText;
  Colour colour = Colour::kAuto;
  std::vector<std::string> figures;        // instead of the sweep's
  std::vector<std::string> only;           // "axis=value,value"
  std::string compare;                     // "a=b", or empty
  std::vector<std::string> plots;          // pictures to draw
  PlotKind plot_kind = PlotKind::kAuto;
};

struct SweepArgs {
  std::string scenario;
  std::vector<std::string> set;            // every --set, in order
  SweepFlags flags;
  std::string database;                    // empty: named after the scenario
  Shard shard;
  int jobs = 1;
  double seconds_max = 0;
  bool keep_old = false;                   // --new
  bool retry = false;
  std::string progress_path;               // empty: nowhere
  bool slurm = false;
  std::uint64_t tasks = 0;                 // of the array; 0: as many as there were, or ten
  std::vector<std::string> sbatch;         // options for it
  SweepView view;
};

struct SweepShowArgs {
  std::string database;
  SweepView view;
};

struct SweepMergeArgs {
  std::string out;
  std::vector<std::string> in;
};

ExitStatus run_command(const RunArgs& args);
ExitStatus explore_command(const ExploreArgs& args);
ExitStatus explore_against(const ExploreArgs& args);
ExitStatus replay_command(const ReplayArgs& args);
ExitStatus check_command(const CheckArgs& args);
ExitStatus list_command(const ListArgs& args);
ExitStatus trace_command(const TraceArgs& args);
ExitStatus sweep_command(const SweepArgs& args);
ExitStatus sweep_show_command(const SweepShowArgs& args);
ExitStatus sweep_merge_command(const SweepMergeArgs& args);
ExitStatus sweep_schema_command();

}  // namespace mmsim
