// The command line: what may be written, and what is said when it is written wrongly.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/commands.hpp"
#include "sim/cli/flags.hpp"
#include "sim/cli/sweep_flags.hpp"
#include "sim/core/check.hpp"
#include "sim/machine/shared_flows.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/run/shell_word.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

constexpr const char* kFooter = R"(
Examples:
  mmsim run scenarios/litmus/abba.txtpb                   can this hang, and why
  mmsim run scenarios/litmus/dining.txtpb --set param.n=3 with a parameter changed
  mmsim explore scenarios/litmus/abba.txtpb               every order of steps: is it free of hangs
  mmsim explore S.txtpb --schedule w; mmsim replay S.txtpb --schedule w
                                                          the shortest way to a hang, and again
  mmsim explore S.txtpb --against S-fixed.txtpb           which hangs are gone, and is any new
  mmsim run S.txtpb --format json | jq .verdict           for a script
  mmsim sweep S.txtpb --axis n=2..6                       a table over values of a field
  mmsim check scenarios                                   all scenarios against what they expect
  mmsim list costs                                        what can be set, with unit and source
  mmsim run S.txtpb --trace t && mmsim trace t            what happened, as ftrace prints it

Exit status: 0 completed or proved free (check: all as expected); 1 a hang was found (check: a row
is not as expected); 2 bad usage, a bad scenario, schedule or trace; 3 a bug in mmsim; 4 a bound
ended it, nothing is claimed.)";

const std::vector<std::string> kTraceFormats{"ftrace", "perfetto"};

void add_trace(CLI::App& app, TraceArgs& args) {
  CLI::App& trace = *app.add_subcommand("trace", "what `run --trace` wrote, in the formats of ftrace and of Perfetto");
  trace.add_option("FILE", args.trace, "a file written by mmsim run --trace")->required()->type_name("");
  trace
      .add_option_function<std::string>(
          "--format",
          [&args](const std::string& word) {
            args.format = word == "perfetto" ? TraceFormat::kPerfetto : TraceFormat::kFtrace;
          },
          "ftrace (the default): text as in /sys/kernel/tracing/trace, times in seconds with nine decimals; "
          "perfetto: protobuf for ui.perfetto.dev, needs --output")
      ->check(one_of(kTraceFormats))
      ->type_name("ftrace|perfetto");
  trace.add_option("--output", args.output, "write to this file instead of standard output")->type_name("OUT");
}

// The command line as one would type it.
std::string typed(int argc, char** argv) {
  std::string out = "mmsim";
  for (int i = 1; i < argc; ++i) out += ' ' + shell_word(argv[i]);
  return out;
}

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

// "mmsim", "mmsim run", "mmsim sweep merge"
std::string name_of(const CLI::App& command) {
  return command.get_parent() == nullptr ? "mmsim" : name_of(*command.get_parent()) + ' ' + command.get_name();
}

std::string unknown_flag(const CLI::App& app, const CLI::App& command, const std::string& flag) {
  if (&command == &app) {
    for (const CLI::App* sub : app.get_subcommands({}))
      for (const std::string& known : flags_of(*sub))
        if (known == flag)
          return fmt::format("mmsim: {} comes after the command: mmsim {} ... {}", flag, sub->get_name(), flag);
  }
  const auto flags = flags_of(command);
  return fmt::format("{}: unknown flag {}; expected one of {}{}", name_of(command), flag, fmt::join(flags, ", "),
                     did_you_mean(flag, flags));
}

// What was wrong with the command line, in terms of what was expected.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::vector<const CLI::App*> levels{&app};   // what stands before the command, then the command, then one below it
  for (auto parsed = app.get_subcommands(); !parsed.empty(); parsed = parsed.front()->get_subcommands()) levels.push_back(parsed.front());
  const CLI::App& command = *levels.back();
  for (const CLI::App* level : levels)
    for (const std::string& word : level->remaining())
      if (word.starts_with("-")) return unknown_flag(app, *level, word.substr(0, word.find('=')));
  const auto rest = command.remaining();
  if (levels.size() == 1) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
    const std::string expected = fmt::format("expected {}", fmt::join(names, ", "));
    if (rest.empty()) return fmt::format("mmsim: no command; {}", expected);
    return fmt::format("mmsim: unknown command \"{}\"; {}{}", rest.front(), expected,
                       did_you_mean(rest.front(), names));
  }
  if (!rest.empty()) return fmt::format("{}: unexpected argument \"{}\"", name_of(command), rest.front());
  return fmt::format("{}: {}", name_of(command), error.what());
}

// Everything that can be said on the command line, and which command was.
struct Arguments {
  RunArgs run;
  ExploreArgs explore;
  ReplayArgs replay;
  CheckArgs check;
  ListArgs list;
  TraceArgs trace;
  SweepArguments sweep;
};

void add_commands(CLI::App& app, Arguments& args, std::function<ExitStatus()>& chosen) {
  CLI::App& run = *app.add_subcommand("run", "one timed run of a scenario: verdict, who waits for whom, counters");
  run.add_option("SCENARIO", args.run.scenario, "scenario file (*.txtpb)")->required()->type_name("");
  add_set(run, args.run);
  add_seed(run, args.run, "of what the scenario leaves open; 0 (the default): ties in the order of the file");
  run.add_option("--trace", args.run.trace_path, "write every event to this file")->type_name("FILE");
  add_format(run, args.run);
  run.callback([&] { chosen = [&args] { return run_command(args.run); }; });

  CLI::App& explore =
      *app.add_subcommand("explore", "every order of a scenario's steps: a proof that it cannot hang, or how");
  add_explore_flags(explore, args.explore);
  explore.callback([&] { chosen = [&args] { return explore_command(args.explore); }; });

  CLI::App& replay = *app.add_subcommand("replay", "one order of steps again, that of a schedule file");
  add_replay_flags(replay, args.replay);
  replay.callback([&] { chosen = [&args] { return replay_command(args.replay); }; });

  add_sweep(app, args.sweep, chosen);

  CLI::App& check = *app.add_subcommand("check", "every scenario below each path against its own `expect`");
  check.add_option("PATH", args.check.paths, "scenario files, or directories searched for *.txtpb")
      ->required()
      ->type_name("");
  add_set(check, args.check);
  add_seed(check, args.check, "this seed only, instead of those the scenario asks for");
  add_jobs(check, args.check.jobs, "scenarios to run at once (default: one per CPU)");
  add_format(check, args.check, &args.check.markdown);
  check.callback([&] { chosen = [&args] { return check_command(args.check); }; });

  CLI::App& list = *app.add_subcommand("list", "actors, steps, locks, costs and other parameters, a line each");
  list.add_option("WHAT", args.list.filter, "a section (actors, steps, conditions, locks, costs, ...) or a name in one")
      ->type_name("");
  add_format(list, args.list);
  list.callback([&] { chosen = [&args] { return list_command(args.list); }; });

  add_trace(app, args.trace);
  app.get_subcommand("trace")->callback([&] { chosen = [&args] { return trace_command(args.trace); }; });
}

// Takes what stands behind "--" of `sweep` off the line: it is not for us to read.
std::vector<std::string> words_for_sbatch(int& argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != "sweep") return {};
  char** const end = argv + argc;
  char** const mark = std::find_if(argv, end, [](const char* word) { return std::string_view(word) == "--"; });
  argc = static_cast<int>(mark - argv);
  return mark == end ? std::vector<std::string>() : std::vector<std::string>(mark + 1, end);
}

ExitStatus dispatch(int argc, char** argv) {
  CLI::App app("mmsim: can this locking protocol of Linux memory management hang?", "mmsim");
  app.set_version_flag("--version", "mmsim " MMSIM_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  Arguments args;
  std::function<ExitStatus()> chosen;
  add_commands(app, args, chosen);
  app.footer(kFooter);  // after the commands, which would take it over
  args.sweep.sweep.sbatch = words_for_sbatch(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success);
    return ExitStatus::kGood;
  } catch (const CLI::ParseError& error) {
    throw ScenarioError(usage_error(app, error));
  }
  if (!args.sweep.sweep.sbatch.empty() && !args.sweep.sweep.slurm)
    throw ScenarioError("mmsim sweep: what stands behind -- is for sbatch; expected --slurm before it");
  return chosen();
}

int main_of(int argc, char** argv) {
  set_check_context(typed(argc, argv).c_str());
  try {
    return static_cast<int>(dispatch(argc, argv));
  } catch (const ScenarioError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(ExitStatus::kBadInput);
  } catch (const NoSharedFlows& error) {
    fmt::print(stderr, "mmsim: {}\n", error.what());
    return static_cast<int>(ExitStatus::kBadInput);
  } catch (const std::exception& error) {
    fmt::print(stderr, "mmsim: a bug in mmsim: {}\nReproduce: {}\n", error.what(), typed(argc, argv));
    return static_cast<int>(ExitStatus::kBug);
  }
}

}  // namespace
}  // namespace mmsim

int main(int argc, char** argv) { return mmsim::main_of(argc, argv); }
