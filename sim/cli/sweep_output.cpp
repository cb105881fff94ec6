#include "sim/cli/sweep_output.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "analysis/format.hpp"
#include "analysis/sweep_answers.hpp"
#include "analysis/sweep_report.hpp"
#include "results/merge.hpp"
#include "results/schema.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/picture.hpp"

namespace mmsim {
namespace {

Only only_of(const SweepView& view) {
  Only out;
  for (const std::string& word : view.only) {
    const auto equals = word.find('=');
    if (equals == word.npos) throw ScenarioError(fmt::format("--only {}: expected AXIS=VALUE,VALUE,...", word));
    std::string rest = word.substr(equals + 1) + ',';
    for (auto comma = rest.find(','); comma != rest.npos; rest.erase(0, comma + 1), comma = rest.find(','))
      out[word.substr(0, equals)].insert(rest.substr(0, comma));
  }
  return out;
}

SweepTable table_of(const std::string& database, const SweepView& view, SweepAnswers& answers) {
  const Only only = only_of(view);
  return from_results([&] {
    ResultsReader reader(database);
    try {
      SweepTable table = read_table(reader, view.figures, only);
      if (view.format == SweepFormat::kText || view.format == SweepFormat::kJson) answers = answers_of(table);
      if (!view.compare.empty()) *answers.mutable_comparison() = compare_values(reader, table, view.compare);
      return table;
    } catch (const std::invalid_argument& error) {
      throw ScenarioError(fmt::format("{}: {}", database, error.what()));
    }
  });
}

ExitStatus status_of(const SweepTable& table) {
  ExitStatus status = table.points_recorded < table.sweep.points ? ExitStatus::kLimit : ExitStatus::kGood;
  for (const TablePoint& point : table.points) {
    if (point.crashed > 0) return ExitStatus::kBug;
    if (point.bad > 0) status = ExitStatus::kBadInput;
    if (status == ExitStatus::kBadInput) continue;
    if (point.state == PointState::kHangs) status = ExitStatus::kFinding;
    if (point.state == PointState::kUnclear && status == ExitStatus::kGood) status = ExitStatus::kLimit;
  }
  return status;
}

}  // namespace

std::string sweep_progress_text(const SweepProgress& progress) {
  const double done = progress.runs == 0 ? 1 : static_cast<double>(progress.recorded) / static_cast<double>(progress.runs);
  const auto now = static_cast<double>(progress.recorded - progress.before);
  const double rate = progress.seconds > 0 ? now / progress.seconds : 0;
  constexpr int kWidth = 10;
  const auto filled = static_cast<std::size_t>(done * kWidth);
  std::string out = fmt::format("[{}{}] {:.0f} %", std::string(filled, '#'), std::string(kWidth - filled, '-'), done * 100);
  if (rate > 0) out += fmt::format(", about {:.0f} s left", static_cast<double>(progress.runs - progress.recorded) / rate);
  out += fmt::format(": {} of {}, {:.0f}/s", grouped(progress.recorded), grouped(progress.runs, "run"), rate);
  if (progress.hangs > 0) out += fmt::format(", {} hang", grouped(progress.hangs));
  if (progress.crashed > 0) out += fmt::format(", {} crashed", grouped(progress.crashed));
  return out;
}

ExitStatus show_sweep(const std::string& database, const SweepView& view) {
  SweepAnswers answers;
  const SweepTable table = table_of(database, view, answers);
  switch (view.format) {
    case SweepFormat::kText: print(sweep_report(table, answers, style_for(view.colour))); break;
    case SweepFormat::kJson: print(json_report(answers)); break;
    case SweepFormat::kCsv: write_csv(table, [](std::string_view text) { print(text); }); break;
    case SweepFormat::kJsonLines: write_json_lines(table, [](std::string_view text) { print(text); }); break;
  }
  // Explorations are about verdicts, unless a figure is asked for by name.
  const bool figure = !table.sweep.explores || !view.figures.empty();
  for (const std::string& path : view.plots) draw_picture(path, table, figure ? std::optional<std::size_t>(0) : std::nullopt, view.plot_kind);
  return status_of(table);
}

ExitStatus sweep_show_command(const SweepShowArgs& args) { return show_sweep(args.database, args.view); }

ExitStatus sweep_merge_command(const SweepMergeArgs& args) {
  const MergeResult merged = from_results([&] { return merge_databases(args.out, args.in); });
  fmt::print(stderr, "{} added to {}, which has {} of {} now", grouped(merged.added, "run"), args.out, grouped(merged.runs), grouped(merged.runs_due));
  if (merged.have < merged.points) fmt::print(stderr, "; {} in none of its shards", grouped(merged.points - merged.have, "point"));
  fmt::print(stderr, ".\n");
  return ExitStatus::kGood;
}

ExitStatus sweep_schema_command() {
  print(schema_text({"\"AXIS\" INTEGER NOT NULL,         -- or TEXT: one of these for each axis, called like it"}));
  return ExitStatus::kGood;
}

}  // namespace mmsim
