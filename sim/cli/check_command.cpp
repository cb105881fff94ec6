// mmsim check PATH...: every scenario below each PATH against its own `expect`.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "analysis/format.hpp"
#include "analysis/report.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/expectation.hpp"
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

void run_seeds(const Loaded& loaded, const CheckArgs& args, CheckRow& row) {
  const Expect& expected = loaded.scenario.expect();
  const std::uint64_t first = args.seed.value_or(0);
  const std::uint64_t end = args.seed ? first + 1 : std::max<std::uint64_t>(expected.seeds(), 1);
  RunOptions options;
  options.interrupted = &interrupt_flag();
  row.set_status(AS_EXPECTED);
  for (options.seed = first; options.seed != end && row.status() == AS_EXPECTED; ++options.seed) {
    const Result result = run_scenario(loaded.resolved, options);
    if (interrupt_flag()) return row.set_status(INTERRUPTED);
    row.set_verdict(result.verdict());
    row.set_seeds(row.seeds() + 1);
    for (const std::string& difference : differences(expected, result, options.seed == first)) {
      row.add_differences(end - first > 1 ? fmt::format("seed {}: {}", options.seed, difference) : difference);
      row.set_status(NOT_AS_EXPECTED);
      row.set_reproduce(result.reproduce());
    }
  }
}

CheckRow check_scenario(const std::string& path, const CheckArgs& args) {
  CheckRow row;
  row.set_scenario(path);
  set_check_context(fmt::format("mmsim run {}", path).c_str());
  try {
    const Loaded loaded = load_scenario(path, args.set);
    if (loaded.scenario.expect().has_verdict()) {
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

CheckRow row_from(const std::string& path, const WorkResult& result) {
  CheckRow row;
  if (result.failure.empty() && row.ParseFromString(result.bytes)) return row;
  row.set_scenario(path);
  row.set_status(BUG);
  row.add_differences(fmt::format("mmsim failed ({})", result.failure.empty() ? "no result" : result.failure));
  row.set_reproduce("mmsim run " + path);
  return row;
}

std::string row_text(const CheckRow& row) {
  switch (row.status()) {
    case AS_EXPECTED:
      return fmt::format("ok    {}: {}{}\n", row.scenario(), Verdict_Name(row.verdict()),
                         row.seeds() > 1 ? fmt::format(" with {} seeds", row.seeds()) : "");
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
  ProgressLine line;
  catch_interrupt();
  const int done = run_in_processes(
      total, args.jobs, [&](int i) { return check_scenario(path_of(i), args).SerializeAsString(); },
      [&](int i, const WorkResult& result) {
        CheckRow& row = *report.add_rows() = row_from(path_of(i), result);
        count(row, report);
        line.clear();
        if (args.format == Format::kText) print(row_text(row));
        line.update([&] { return fmt::format("{} of {} scenarios", i + 1, total); });
      },
      [] { return interrupt_flag().load(); });
  line.clear();
  if (done < total) report.set_interrupted(true);
  print(args.format == Format::kJson ? json_report(report) : summary(report, paths.size()));
  return status_of(report);
}

}  // namespace mmsim
