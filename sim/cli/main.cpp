// The command line: what may be written, and what is said when it is written wrongly.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "sim/cli/commands.hpp"
#include "sim/core/check.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

constexpr const char* kFooter = R"(
Examples:
  mmsim run scenarios/litmus/abba.txtpb                   can this hang, and why
  mmsim run scenarios/litmus/dining.txtpb --set param.n=3 with a parameter changed
  mmsim run S.txtpb --format json | jq .verdict           for a script
  mmsim check scenarios                                   all scenarios against what they expect
  mmsim list costs                                        what can be set, with unit and source
  mmsim run S.txtpb --trace t && mmsim trace t            what happened, as ftrace prints it

Exit status: 0 completed (check: all as expected); 1 a hang was found (check: a row is not as
expected); 2 bad usage, a bad scenario or a bad trace; 3 a bug in mmsim; 4 a bound ended it, nothing
is claimed.)";

constexpr std::uint64_t kJobs_max = 1024;
const std::vector<std::string> kFormats{"text", "json"};
const std::vector<std::string> kTraceFormats{"ftrace", "perfetto"};
const std::vector<std::string> kColours{"auto", "always", "never"};

CLI::Validator one_of(const std::vector<std::string>& words) {
  return CLI::Validator(
      [words](std::string& word) -> std::string {
        if (std::find(words.begin(), words.end(), word) != words.end()) return {};
        return fmt::format("expected {}, got \"{}\"{}", fmt::join(words, " or "), word, did_you_mean(word, words));
      },
      "");
}

CLI::Validator whole_number(std::uint64_t min, std::uint64_t max) {
  return CLI::Validator(
      [min, max](std::string& word) -> std::string {
        std::uint64_t value = 0;
        const char* end = word.data() + word.size();
        const auto read = std::from_chars(word.data(), end, value);
        if (read.ec == std::errc() && read.ptr == end && value >= min && value <= max) return {};
        return fmt::format("expected a whole number from {} to {}, got \"{}\"", min, max, word);
      },
      "");
}

void add_format(CLI::App& command, CommonArgs& args) {
  command
      .add_option_function<std::string>(
          "--format",
          [&args](const std::string& word) { args.format = word == "json" ? Format::kJson : Format::kText; },
          "what standard output gets (default: text)")
      ->check(one_of(kFormats))
      ->type_name("text|json");
  command
      .add_option_function<std::string>(
          "--color",
          [&args](const std::string& word) {
            args.colour = word == "always" ? Colour::kAlways : word == "never" ? Colour::kNever : Colour::kAuto;
          },
          "auto (the default): on a terminal, unless NO_COLOR is set")
      ->check(one_of(kColours))
      ->type_name("auto|always|never");
}

void add_world(CLI::App& command, CommonArgs& args, const char* seed_doc) {
  command.add_option("--set", args.set, "change a field or param of the scenario; may be repeated")
      ->type_name("PATH=VALUE")
      ->type_size(1)
      ->allow_extra_args(false);
  command.add_option("--seed", args.seed, seed_doc)->check(whole_number(0, UINT64_MAX))->type_name("N");
}

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
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$&|;<>()*?[]{}#~`!") == std::string::npos;
    std::string quoted;
    for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    out += plain ? " " + word : " '" + quoted + "'";
  }
  return out;
}

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

std::string unknown_flag(const CLI::App& app, const CLI::App& command, const std::string& flag) {
  if (&command == &app) {
    for (const CLI::App* sub : app.get_subcommands({}))
      for (const std::string& known : flags_of(*sub))
        if (known == flag)
          return fmt::format("mmsim: {} comes after the command: mmsim {} ... {}", flag, sub->get_name(), flag);
  }
  const std::string name = &command == &app ? "mmsim" : "mmsim " + command.get_name();
  const auto flags = flags_of(command);
  return fmt::format("{}: unknown flag {}; expected one of {}{}", name, flag, fmt::join(flags, ", "),
                     did_you_mean(flag, flags));
}

// What was wrong with the command line, in terms of what was expected.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto parsed = app.get_subcommands();
  const CLI::App& command = parsed.empty() ? app : *parsed.front();
  for (const CLI::App* level : {&app, &command})  // what stands before the command, then what stands after it
    for (const std::string& word : level->remaining())
      if (word.starts_with("-")) return unknown_flag(app, *level, word.substr(0, word.find('=')));
  const auto rest = command.remaining();
  if (parsed.empty()) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
    const std::string expected = fmt::format("expected {}", fmt::join(names, ", "));
    if (rest.empty()) return fmt::format("mmsim: no command; {}", expected);
    return fmt::format("mmsim: unknown command \"{}\"; {}{}", rest.front(), expected,
                       did_you_mean(rest.front(), names));
  }
  if (!rest.empty()) return fmt::format("mmsim {}: unexpected argument \"{}\"", command.get_name(), rest.front());
  return fmt::format("mmsim {}: {}", command.get_name(), error.what());
}

// Everything that can be said on the command line, and which command was.
struct Arguments {
  RunArgs run;
  CheckArgs check;
  ListArgs list;
  TraceArgs trace;
};

void add_commands(CLI::App& app, Arguments& args, std::function<ExitStatus()>& chosen) {
  CLI::App& run = *app.add_subcommand("run", "one timed run of a scenario: verdict, who waits for whom, counters");
  run.add_option("SCENARIO", args.run.scenario, "scenario file (*.txtpb)")->required()->type_name("");
  add_world(run, args.run, "of what the scenario leaves open; 0 (the default): ties in the order of the file");
  run.add_option("--trace", args.run.trace_path, "write every event to this file")->type_name("FILE");
  add_format(run, args.run);
  run.callback([&] { chosen = [&args] { return run_command(args.run); }; });

  CLI::App& check = *app.add_subcommand("check", "every scenario below each path against its own `expect`");
  check.add_option("PATH", args.check.paths, "scenario files, or directories searched for *.txtpb")
      ->required()
      ->type_name("");
  add_world(check, args.check, "this seed only, instead of those the scenario asks for");
  args.check.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  check.add_option("--jobs,-j", args.check.jobs, "scenarios to run at once (default: one per CPU)")
      ->check(whole_number(1, kJobs_max))
      ->type_name("N");
  add_format(check, args.check);
  check.callback([&] { chosen = [&args] { return check_command(args.check); }; });

  CLI::App& list = *app.add_subcommand("list", "actors, steps, locks, costs and other parameters, a line each");
  list.add_option("WHAT", args.list.filter, "a section (actors, steps, locks, costs, ...) or a name in one")
      ->type_name("");
  add_format(list, args.list);
  list.callback([&] { chosen = [&args] { return list_command(args.list); }; });

  add_trace(app, args.trace);
  app.get_subcommand("trace")->callback([&] { chosen = [&args] { return trace_command(args.trace); }; });
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
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success);
    return ExitStatus::kGood;
  } catch (const CLI::ParseError& error) {
    throw ScenarioError(usage_error(app, error));
  }
  return chosen();
}

int main_of(int argc, char** argv) {
  set_check_context(typed(argc, argv).c_str());
  try {
    return static_cast<int>(dispatch(argc, argv));
  } catch (const ScenarioError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(ExitStatus::kBadInput);
  } catch (const std::exception& error) {
    fmt::print(stderr, "mmsim: a bug in mmsim: {}\nReproduce: {}\n", error.what(), typed(argc, argv));
    return static_cast<int>(ExitStatus::kBug);
  }
}

}  // namespace
}  // namespace mmsim

int main(int argc, char** argv) { return mmsim::main_of(argc, argv); }
