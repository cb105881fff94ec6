#include "sim/cli/sweep_flags.hpp"

#include <fmt/format.h>

#include <CLI/Formatter.hpp>

#include "sim/cli/flags.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/sweep/shard.hpp"

namespace mmsim {
namespace {

const std::vector<std::string> kFormats{"text", "json", "csv", "jsonl"};
constexpr std::uint64_t kTasks_max = 100'000;
const std::vector<std::string> kPlotKinds{"lines", "heat"};

CLI::Validator picture_name() {
  return CLI::Validator(
      [](std::string& word) -> std::string {
        if (word.ends_with(".svg") || word.ends_with(".png")) return {};
        return fmt::format("expected a name that ends with .svg or .png, got \"{}\"", word);
      },
      "");
}

CLI::Option* add_words(CLI::App& command, const char* flag, std::vector<std::string>& words, const char* type, const char* doc) {
  return command.add_option(flag, words, doc)->type_name(type)->type_size(1)->allow_extra_args(false);
}

void add_view(CLI::App& command, SweepView& view) {
  command
      .add_option_function<std::string>(
          "--format",
          [&view](const std::string& word) {
            view.format = word == "json" ? SweepFormat::kJson : word == "csv" ? SweepFormat::kCsv : word == "jsonl" ? SweepFormat::kJsonLines : SweepFormat::kText;
          },
          "text (the default): table and answers; json: the answers; csv, jsonl: the table")
      ->check(one_of(kFormats))
      ->type_name("text|json|csv|jsonl");
  add_color(command, view.colour);
  add_words(command, "--plot", view.plots, "FILE", "draw the first figure into FILE.svg or FILE.png, script and data beside it; may be repeated")
      ->check(picture_name());
  command
      .add_option_function<std::string>(
          "--plot-as", [&view](const std::string& word) { view.plot_kind = word == "lines" ? PlotKind::kLines : PlotKind::kHeat; },
          "lines, or heat: a heat map (default: lines over one axis, heat maps over two and three)")
      ->check(one_of(kPlotKinds))
      ->type_name("lines|heat");
  command.add_option("--compare", view.compare, "two values of an axis against each other, seed by seed")->type_name("[AXIS:]A=B");
  add_words(command, "--only", view.only, "AXIS=VALUES", "show these values of an axis alone; may be repeated");
}

void add_plan(CLI::App& sweep, SweepArgs& args) {
  SweepFlags& flags = args.flags;
  add_words(sweep, "--axis", flags.axes, "PATH=VALUES", "v1,v2,... or lo..hi[:step|*factor]: an axis more, or other values of one; may be repeated");
  sweep.add_option("--where", flags.where, "run the points that meet this, instead of the file's condition")->type_name("CONDITION");
  sweep.add_option("--sample", flags.sample, "grid (the default), random:N or lhs:N: which points are run")->type_name("HOW");
  sweep.add_option("--draw", flags.draw, "what a sample is drawn with (default: 1)")->check(whole_number(0, UINT64_MAX))->type_name("N");
  sweep.add_option("--seeds", flags.seeds, "timed runs of each point, with seeds 1 to N (default: one, with seed 0)")
      ->check(whole_number(1, kSeeds_max))
      ->type_name("N");
  sweep.add_flag("--explore", flags.explore, "every order of steps of each point, instead of timed runs");
  add_words(sweep, "--figure", flags.figures, "NAME[:min|:max]", "what to show beside the verdict; may be repeated");
  add_words(sweep, "--set", args.set, "PATH=VALUE", "change a field or param of the scenario; may be repeated");
}

void add_places(CLI::App& sweep, SweepArgs& args) {
  sweep.add_option("--db", args.database, "the database of results (default: SCENARIO.sweep.db, here)")->type_name("FILE");
  sweep.add_flag("--new", args.keep_old, "keep the database that is there beside, and begin another");
  sweep.add_flag("--retry", args.retry, "run crashed points again");
  add_jobs(sweep, args.jobs, "worker processes (default: one per CPU)");
  sweep
      .add_option_function<std::string>(
          "--shard", [&args](const std::string& word) { args.shard = read_shard(word, environment_of_process); },
          "I/N: every N-th point from the I-th on, into a database of its own; auto: as the scheduler's variables say")
      ->type_name("I/N|auto[/N]");
  sweep.add_option("--progress", args.progress_path, "write \"RECORDED RUNS HANGS\" into this file, twice a second")->type_name("FILE");
  sweep.add_option("--max-seconds", args.seconds_max, "end a run that takes longer, and record it as crashed")
      ->check(seconds())
      ->type_name("S");
}

void add_slurm(CLI::App& sweep, SweepArgs& args) {
  CLI::Option* slurm = sweep.add_flag("--slurm", args.slurm, "submit it as a job array, wait, merge; what stands behind -- is for sbatch");
  for (const char* other : {"--shard", "--jobs", "--progress"}) slurm->excludes(sweep.get_option(other));
  sweep.add_option("--array", args.tasks, "tasks of the array (default: 10)")->check(whole_number(1, kTasks_max))->type_name("N")->needs(slurm);
}

}  // namespace

void add_sweep(CLI::App& app, SweepArguments& args, std::function<ExitStatus()>& chosen) {
  CLI::App& sweep = *app.add_subcommand("sweep", "every point of a scenario's axes: a table, and where it hangs");
  sweep.add_option("SCENARIO", args.sweep.scenario, "scenario file (*.txtpb)")->type_name("");
  add_plan(sweep, args.sweep);
  add_places(sweep, args.sweep);
  add_slurm(sweep, args.sweep);
  add_view(sweep, args.sweep.view);
  sweep.require_subcommand(0, 1);

  CLI::App& show = *sweep.add_subcommand("show", "what a database of results holds");
  show.add_option("DATABASE", args.show.database, "written by mmsim sweep")->required()->type_name("");
  add_words(show, "--figure", args.show.view.figures, "NAME[:min|:max]", "what to show instead of the sweep's figures; may be repeated");
  add_view(show, args.show.view);
  show.callback([&] { chosen = [&args] { return sweep_show_command(args.show); }; });

  CLI::App& merge = *sweep.add_subcommand("merge", "databases of shards, put into one; the same again changes nothing");
  merge.add_option("OUT", args.merge.out, "the database to make, or to add to")->required()->type_name("");
  merge.add_option("IN", args.merge.in, "databases of shards of the same sweep")->required()->type_name("");
  merge.callback([&] { chosen = [&args] { return sweep_merge_command(args.merge); }; });

  CLI::App& schema = *sweep.add_subcommand("schema", "the tables of a database of results, as SQL with comments");
  schema.callback([&] { chosen = [] { return sweep_schema_command(); }; });

  sweep.callback([&] {
    if (!sweep.get_subcommands().empty()) return;
    if (args.sweep.scenario.empty()) throw ScenarioError("mmsim sweep: SCENARIO is required");
    chosen = [&args] { return sweep_command(args.sweep); };
  });
}

}  // namespace mmsim
