// mmsim check PATH...: every scenario below each PATH against its own `expect`.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <system_error>

#include "analysis/check_table.hpp"
#include "analysis/format.hpp"
#include "analysis/report.hpp"
#include "analysis/sentences.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/expectation.hpp"
#include "sim/cli/explore_options.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/process_pool.hpp"
#include "sim/core/check.hpp"
#include "sim/run/load.hpp"
#include "sim/run/run.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;

void add_scenarios_below(const std::string& directory, std::set<std::string>& found) {
  const auto before = found.size();
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".txtpb" && entry->is_regular_file(error))
      found.insert(entry->path().lexically_normal());
  if (error) throw ScenarioError(fmt::format("{}: {}", directory, error.message()));
  if (found.size() == before) throw ScenarioError(fmt::format("{}: no scenario (*.txtpb) is below it", directory));
}

std::vector<std::string> scenarios_of(const std::vector<std::string>& paths) {
  std::set<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status)) throw ScenarioError(fmt::format("{}: no such file or directory", path));
    if (fs::is_directory(status)) {
      add_scenarios_below(path, found);
    } else {
      found.insert(fs::path(path).lexically_normal());
    }
  }
  return {found.begin(), found.end()};
}

// What the row says of a result.
void tell(const Result& result, CheckRow& row) {
  row.set_verdict(result.verdict());
  row.set_headline(result.headline());
  row.clear_kinds();
  for (const Finding& finding : result.findings()) row.add_kinds(finding.kind());
}

void run_seeds(const Loaded& loaded, const CheckArgs& args, CheckRow& row) {
  const Expect& expected = loaded.scenario.expect();
  const std::uint64_t first = args.seed.value_or(0);
  const std::uint64_t end = args.seed ? first + 1 : std::max<std::uint64_t>(expected.seeds(), 1);
  RunOptions options;
  options.interrupted = &interrupt_flag();
  row.set_status(AS_EXPECTED);
  for (options.seed = first; options.seed != end && row.status() == AS_EXPECTED; ++options.seed) {
    Result result = run_scenario(loaded.resolved, options);
    fill_sentences(result);
    if (interrupt_flag()) return row.set_status(INTERRUPTED);
    tell(result, row);
    row.set_seeds(row.seeds() + 1);
    for (const std::string& difference : differences(expected, result, options.seed == first)) {
      row.add_differences(end - first > 1 ? fmt::format("seed {}: {}", options.seed, difference) : difference);
      row.set_status(NOT_AS_EXPECTED);
      row.set_reproduce(result.reproduce());
    }
  }
}

// Instead of seeds, every order of steps. The clock is no bound here: the same file gives the same row on every
// machine.
void run_exploration(const Loaded& loaded, CheckRow& row) {
  const Expect& expected = loaded.scenario.expect();
  ExploreOptions options;
  options.scenario_cpus = expected.explore().on_cpus() == SCENARIO_CPUS;
  options.states_max = expected.explore().max_states();
  options.interrupted = &interrupt_flag();
  Result result = explore_scenario(loaded.resolved, options);
  fill_sentences(result);
  if (interrupt_flag()) return row.set_status(INTERRUPTED);
  tell(result, row);
  row.set_proved(result.proved());
  row.set_states(result.states());
  row.set_witness_steps(static_cast<std::uint32_t>(result.exploration().witness_size()));
  row.set_status(AS_EXPECTED);
  for (const std::string& difference : differences(expected, result, true)) {
    row.add_differences(difference);
    row.set_status(NOT_AS_EXPECTED);
    row.set_reproduce(explore_line(row.scenario(), loaded.resolved.set, options));
  }
}

CheckRow check_scenario(const std::string& path, const CheckArgs& args) {
  CheckRow row;
  row.set_scenario(path);
  set_check_context(fmt::format("mmsim run {}", path).c_str());
  try {
    const Loaded loaded = load_scenario(path, args.set);
    const Expect& expected = loaded.scenario.expect();
    *row.mutable_source() = loaded.scenario.source();
    row.set_claim(loaded.scenario.claim());
    if (expected.proved()) {
      set_check_context(fmt::format("mmsim explore {}", path).c_str());
      run_exploration(loaded, row);
    } else if (expected.has_verdict()) {
      run_seeds(loaded, args, row);
    } else {
      row.set_status(NOT_AS_EXPECTED);
      row.add_differences("it does not say what verdict to expect (expect { verdict: ... })");
    }
  } catch (const ScenarioError& error) {
    row.set_status(BAD_SCENARIO);
    row.add_differences(error.what());
  }
  return row;
}

// With what it took by the wall clock.
TimedCheckRow timed_check(const std::string& path, const CheckArgs& args) {
  const auto begun = std::chrono::steady_clock::now();
  TimedCheckRow timed;
  *timed.mutable_row() = check_scenario(path, args);
  timed.set_seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  return timed;
}

TimedCheckRow row_from(const std::string& path, const WorkResult& result) {
  TimedCheckRow timed;
  if (result.failure.empty() && timed.ParseFromString(result.bytes)) return timed;
  CheckRow& row = *timed.mutable_row();
  row.Clear();
  row.set_scenario(path);
  row.set_status(BUG);
  row.add_differences(fmt::format("mmsim failed ({})", result.failure.empty() ? "no result" : result.failure));
  row.set_reproduce("mmsim run " + path);
  return timed;
}

// How far the verdict holds: "", " with 200 seeds", ", proved over 3654 states", ", witness of 17 steps".
std::string extent(const CheckRow& row) {
  if (row.proved()) return fmt::format(", proved over {}", counted(row.states(), "state"));
  if (row.witness_steps() > 0) return fmt::format(", witness of {}", counted(row.witness_steps(), "step"));
  return row.seeds() > 1 ? fmt::format(" with {} seeds", row.seeds()) : "";
}

std::string row_text(const CheckRow& row) {
  switch (row.status()) {
    case AS_EXPECTED: return fmt::format("ok    {}: {}{}\n", row.scenario(), Verdict_Name(row.verdict()), extent(row));
    case BAD_SCENARIO: return fmt::format("BAD   {}\n", row.differences(0));
    case INTERRUPTED: return fmt::format("?     {}: interrupted\n", row.scenario());
    default: break;
  }
  std::string out = fmt::format("{}  {}: {}\n", row.status() == BUG ? "BUG " : "FAIL", row.scenario(),
                                fmt::join(row.differences(), "; "));
  if (!row.reproduce().empty()) out += fmt::format("      {}\n", row.reproduce());
  return out;
}

void count(const CheckRow& row, CheckReport& report) {
  switch (row.status()) {
    case AS_EXPECTED: return report.set_as_expected(report.as_expected() + 1);
    case NOT_AS_EXPECTED: return report.set_not_as_expected(report.not_as_expected() + 1);
    case INTERRUPTED: return report.set_interrupted(true);
    default: report.set_bad(report.bad() + 1);
  }
}

std::string summary(const CheckReport& report, std::size_t scenarios) {
  std::string out = fmt::format("{}: {} as expected, {} not", counted(scenarios, "scenario"), report.as_expected(),
                                report.not_as_expected());
  if (report.bad() > 0) out += fmt::format(", {} bad", report.bad());
  if (report.interrupted()) out += ", interrupted";
  return out + ".\n";
}

ExitStatus status_of(const CheckReport& report) {
  for (const CheckRow& row : report.rows())
    if (row.status() == BUG) return ExitStatus::kBug;
  if (report.bad() > 0) return ExitStatus::kBadInput;
  if (report.not_as_expected() > 0) return ExitStatus::kFinding;
  return report.interrupted() ? ExitStatus::kLimit : ExitStatus::kGood;
}

}  // namespace

ExitStatus check_command(const CheckArgs& args) {
  const auto paths = scenarios_of(args.paths);
  const auto total = static_cast<int>(paths.size());
  const auto path_of = [&](int i) { return paths[static_cast<std::size_t>(i)]; };
  CheckReport report;
  std::vector<TimedCheckRow> rows;
  const bool text = args.format == Format::kText && !args.markdown;
  ProgressLine line;
  catch_interrupt();
  const int done = run_in_processes(
      total, args.jobs, [&](int i) { return timed_check(path_of(i), args).SerializeAsString(); },
      [&](int i, const WorkResult& result) {
        const TimedCheckRow& timed = rows.emplace_back(row_from(path_of(i), result));
        const CheckRow& row = *report.add_rows() = timed.row();
        count(row, report);
        line.clear();
        if (text) print(row_text(row));
        line.update([&] { return fmt::format("{} of {} scenarios", i + 1, total); });
      },
      [] { return interrupt_flag().load(); });
  line.clear();
  if (done < total) report.set_interrupted(true);
  print(args.markdown ? check_table(rows) : text ? summary(report, paths.size()) : json_report(report));
  return status_of(report);
}

}  // namespace mmsim
