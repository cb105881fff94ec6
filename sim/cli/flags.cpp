#include "sim/cli/flags.hpp"

#include <fmt/format.h>

#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <system_error>
#include <thread>

#include "sim/cli/explore_options.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

const std::vector<std::string> kFormats{"text", "json"};
const std::vector<std::string> kTableFormats{"text", "json", "markdown"};
const std::vector<std::string> kRules{"scenario", "kernel-mm", "none"};
const std::vector<std::string> kColours{"auto", "always", "never"};
const std::vector<std::string> kStrategies{"exhaustive", "random", "pct", "preemptions=K"};
const std::vector<std::string> kCpus{"any", "scenario"};
const std::vector<std::string> kMinimize{"steps", "preemptions"};
const std::vector<std::string> kEngines{"explorer", "timed"};

CLI::Validator strategy() {
  return CLI::Validator(
      [](std::string& word) -> std::string {
        ExploreOptions options;
        if (read_strategy(word, options)) return {};
        if (word.starts_with("preemptions="))
          return fmt::format("expected a whole number from 0 to {} for K, got \"{}\"", kPreemptions_max, word);
        return fmt::format("expected {}, got \"{}\"{}", fmt::join(kStrategies, " or "), word,
                           did_you_mean(word, kStrategies));
      },
      "");
}

CLI::Validator size() {
  return CLI::Validator(
      [](std::string& word) -> std::string {
        if (read_size(word)) return {};
        return fmt::format("expected a size above 0 in bytes, or with K, M, G or T as in 512M, got \"{}\"", word);
      },
      "");
}

void add_cpus(CLI::App& command, bool& scenario_cpus) {
  command
      .add_option_function<std::string>(
          "--cpus", [&scenario_cpus](const std::string& word) { scenario_cpus = word == "scenario"; },
          "any (the default): each actor as if it had a CPU of its own; scenario: those that share one take turns as "
          "the "
          "machine's preemption model says")
      ->check(one_of(kCpus))
      ->type_name("any|scenario");
}

// Where the search ends at the latest.
void add_bounds(CLI::App& explore, ExploreOptions& options) {
  explore.add_option("--max-states", options.states_max, "end the search after so many states")
      ->check(whole_number(1, UINT64_MAX))
      ->type_name("N");
  explore
      .add_option_function<std::string>(
          "--max-memory", [&options](const std::string& word) { options.memory_max_bytes = read_size(word).value(); },
          "end it when the visited states take this much: 512M, 4G")
      ->check(size())
      ->type_name("SIZE");
  explore.add_option("--max-seconds", options.seconds_max, "end it after so long; fractions will do")
      ->check(seconds())
      ->type_name("S");
  explore.add_flag("--first", options.stop_at_first, "end it with the first hang");
  CLI::Option* const checkpoint =
      explore
          .add_option("--checkpoint", options.checkpoint_path,
                      "keep the search in this file now and then and when it is ended; go on from it if it is there")
          ->type_name("FILE");
  explore
      .add_option("--checkpoint-every", options.checkpoint_pause_s,
                  "how long after it was kept the search is kept again (default: 60); longer where keeping it would take more than a "
                  "twentieth of the time")
      ->needs(checkpoint)
      ->check(seconds())
      ->type_name("S");
}

// Which orders of steps the search takes.
void add_search(CLI::App& explore, ExploreArgs& args) {
  ExploreOptions& options = args.options;
  explore
      .add_option_function<std::string>(
          "--strategy", [&options](const std::string& word) { read_strategy(word, options); },
          "exhaustive (the default): all; random: each step drawn; pct: by random priorities; preemptions=K: all with "
          "at "
          "most K preemptions")
      ->check(strategy())
      ->type_name("exhaustive|random|pct|preemptions=K");
  explore.add_option("--schedules", args.schedules, "random, pct: how many to draw (default: 10000)")
      ->check(whole_number(1, UINT64_MAX))
      ->type_name("N");
  add_seed(explore, args, "random, pct: what they are drawn with (default: 1)");
  explore.add_flag_callback(
      "--no-reduction", [&options] { options.reduction = false; },
      "visit orders that differ only in steps that do not touch each other, too");
  add_cpus(explore, options.scenario_cpus);
}

}  // namespace

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

CLI::Validator seconds() {
  return CLI::Validator(
      [](std::string& word) -> std::string {
        double value = 0;
        const char* end = word.data() + word.size();
        const auto read = std::from_chars(word.data(), end, value, std::chars_format::fixed);
        if (read.ec == std::errc() && read.ptr == end && value > 0) return {};
        return fmt::format("expected a number of seconds above 0, got \"{}\"", word);
      },
      "");
}

void add_format(CLI::App& command, CommonArgs& args, bool* markdown) {
  command
      .add_option_function<std::string>(
          "--format",
          [&args, markdown](const std::string& word) {
            args.format = word == "json" ? Format::kJson : Format::kText;
            if (markdown != nullptr) *markdown = word == "markdown";
          },
          markdown == nullptr ? "what standard output gets (default: text)"
                              : "what standard output gets (default: text); markdown: a table, bugs beside their -fixed twins")
      ->check(one_of(markdown == nullptr ? kFormats : kTableFormats))
      ->type_name(markdown == nullptr ? "text|json" : "text|json|markdown");
  add_color(command, args.colour);
}

void add_color(CLI::App& command, Colour& colour) {
  command
      .add_option_function<std::string>(
          "--color",
          [&colour](const std::string& word) {
            colour = word == "always" ? Colour::kAlways : word == "never" ? Colour::kNever : Colour::kAuto;
          },
          "auto (the default): on a terminal, unless NO_COLOR is set")
      ->check(one_of(kColours))
      ->type_name("auto|always|never");
}

void add_set(CLI::App& command, CommonArgs& args) {
  command.add_option("--set", args.set, "change a field or param of the scenario; may be repeated")
      ->type_name("PATH=VALUE")
      ->type_size(1)
      ->allow_extra_args(false);
}

void add_seed(CLI::App& command, CommonArgs& args, const char* doc) {
  command.add_option("--seed", args.seed, doc)->check(whole_number(0, UINT64_MAX))->type_name("N");
}

void add_jobs(CLI::App& command, int& jobs, const char* doc) {
  jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  command.add_option("--jobs,-j", jobs, doc)->check(whole_number(1, kJobs_max))->type_name("N");
}

void add_explore_flags(CLI::App& explore, ExploreArgs& args) {
  explore.add_option("SCENARIO", args.scenario, "scenario file (*.txtpb)")->required()->type_name("");
  add_search(explore, args);
  explore
      .add_option_function<std::string>(
          "--minimize",
          [&args](const std::string& word) {
            args.options.minimize = word == "preemptions" ? Minimize::kPreemptions : Minimize::kSteps;
          },
          "what the witness shall have fewest of (default: steps)")
      ->check(one_of(kMinimize))
      ->type_name("steps|preemptions");
  explore.add_option("--against", args.against,
                     "explore this scenario too, and say which hangs of the first are gone in it, and which are new")
      ->type_name("FIXED");
  explore
      .add_option_function<std::string>(
          "--rules",
          [&args](const std::string& word) {
            args.options.rules = word == "kernel-mm" ? RuleChoice::kKernelMm
                                 : word == "none"    ? RuleChoice::kNone
                                                     : RuleChoice::kScenario;
          },
          "rules of locking to look at: those of the scenario (the default); kernel-mm: those and what MM documents, see "
          "`mmsim list rules`; none")
      ->check(one_of(kRules))
      ->type_name("scenario|kernel-mm|none");
  add_bounds(explore, args.options);
  explore.add_option("--schedule", args.schedule_path, "write the witness of a hang to this file, for mmsim replay")
      ->type_name("FILE");
  add_jobs(explore, args.options.jobs, "threads that search (default: one per CPU)");
  add_set(explore, args);
  add_format(explore, args);
}

void add_replay_flags(CLI::App& replay, ReplayArgs& args) {
  replay.add_option("SCENARIO", args.scenario, "scenario file (*.txtpb)")->required()->type_name("");
  replay.add_option("--schedule", args.schedule_path, "a file written by mmsim explore --schedule")
      ->required()
      ->type_name("FILE");
  replay
      .add_option_function<std::string>(
          "--engine",
          [&args](const std::string& word) {
            args.options.engine = word == "timed" ? ReplayEngine::kTimed : ReplayEngine::kExplorer;
          },
          "explorer (the default): without a clock; timed: in this order under the clock")
      ->check(one_of(kEngines))
      ->type_name("explorer|timed");
  add_cpus(replay, args.options.scenario_cpus);
  replay.add_option("--trace", args.options.trace_path, "--engine timed: write every event to this file")
      ->type_name("FILE");
  add_set(replay, args);
  add_format(replay, args);
}

}  // namespace mmsim
