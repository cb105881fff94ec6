#include "analysis/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "analysis/format.hpp"
#include "analysis/sections.hpp"

namespace mmsim {
namespace {

constexpr auto kLeft = Table::Align::kLeft;
constexpr auto kRight = Table::Align::kRight;

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, mark);) parts.push_back(part);
  return parts;
}

std::string with_unit(const std::string& name, const std::string& unit) {
  const bool said = unit.empty() || name.ends_with("_" + unit) || name.ends_with("/s");
  return said ? name : fmt::format("{} [{}]", name, unit);
}

std::string values_of(const TableAxis& axis) { return list_of(axis.values, 10); }

std::string facts(const SweepTable& table) {
  Table rows({{"", kLeft}, {"", kLeft}});
  rows.add({"Claim", table.sweep.claim});
  rows.add({"Sweep", table.sweep.scenario});
  for (std::size_t i = 0; i < table.axes.size(); ++i)
    rows.add({i == 0 ? "Axes" : "", fmt::format("{}: {}", with_unit(table.axes[i].name, table.axes[i].unit), values_of(table.axes[i]))});
  rows.add({"Results", table.path});
  return rows.text(0);
}

std::string points_table(const SweepTable& table, std::size_t rows_max) {
  std::vector<Table::Column> columns;
  for (const TableAxis& axis : table.axes) columns.push_back({with_unit(axis.name, axis.unit), axis.integer ? kRight : kLeft});
  columns.push_back({"verdict", kLeft});
  for (const TableFigure& figure : table.figures) columns.push_back({with_unit(figure.name, figure.unit), kRight});
  Table rows(columns);
  for (std::size_t i = 0; i < table.points.size() && i < rows_max; ++i) {
    const TablePoint& point = table.points[i];
    std::vector<std::string> cells;
    for (std::size_t axis = 0; axis < table.axes.size(); ++axis) cells.push_back(table.value(point, axis));
    cells.push_back(verdict_text(table, point));
    for (const Estimate& estimate : point.figures) cells.push_back(estimate_text(estimate));
    rows.add(std::move(cells));
  }
  std::string out = rows.text(0);
  if (table.points.size() > rows_max)
    out += fmt::format("... and {}: --format csv has all.\n", grouped(table.points.size() - rows_max, "more point"));
  return out;
}

std::string failures_of(const SweepTable& table, const ReportStyle& style) {
  std::string out;
  for (const RunRow& row : table.failures) {
    const auto point = std::lower_bound(table.points.begin(), table.points.end(), row.point,
                                        [](const TablePoint& p, std::uint64_t number) { return p.point < number; });
    out += fmt::format("  {}: {}: {}\n    {}\n", table.text(*point), row.ended, row.failure, reproduce_line(table, *point, row.seed));
  }
  std::uint64_t all = 0;
  for (const TablePoint& point : table.points) all += point.crashed + point.bad;
  if (all == 0) return out;
  return title(fmt::format("{} did not come to an end:", grouped(all, table.sweep.explores ? "exploration" : "run")), style) + '\n' + out +
         and_more(static_cast<int>(all), static_cast<int>(table.failures.size()), "run", 2);
}

// As it stands where it is plain, else in single quotes.
std::string as_shell_word(const std::string& word) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (word.find_first_not_of(kPlain) == word.npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// "path=value", as --set would have to be given.
std::vector<std::string> sets_of(const AxisColumn& axis, const std::string& value) {
  for (const AxisValueRow& row : axis.values)
    if (row.value == value) return split(row.sets, '\n');
  std::vector<std::string> out = split(axis.paths, ',');
  for (std::string& set : out) set += '=' + value;
  return out;
}

std::string headline_of(const SweepAnswers& answers) {
  std::vector<std::string> parts;
  const auto add = [&](std::uint64_t count, const char* one, const char* more) {
    if (count > 0) parts.push_back(fmt::format("{} {}", grouped(count), count == 1 ? one : more));
  };
  add(answers.hang(), "hangs", "hang");
  add(answers.free(), answers.explored() ? "is proved free" : "completes", answers.explored() ? "are proved free" : "complete");
  add(answers.unclear(), "claims nothing", "claim nothing");
  add(answers.not_run(), "is not run yet", "are not run yet");
  add(answers.missing(), "is not in this database", "are not in this database");
  const std::string what = answers.explored()    ? "every order of steps of each"
                           : answers.seeds() > 1 ? fmt::format("{} of each", counted(answers.seeds(), "seed"))
                                                 : "one run of each";
  return fmt::format("SWEEP: {}, {}: {}.", grouped(answers.points(), "point"), what, list_of(parts));
}

}  // namespace

std::string short_number(double value) {
  if (std::abs(value) >= 1e15) return fmt::format("{:.4g}", value);
  if (std::abs(value) >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

std::string estimate_text(const Estimate& estimate) {
  if (!estimate.known()) return "-";
  if (!estimate.has_interval()) return short_number(estimate.mean);
  return fmt::format("{} +- {}", short_number(estimate.mean), short_number(estimate.half_width));
}

std::string verdict_text(const SweepTable& table, const TablePoint& point) {
  if (point.runs == 0) return "not run";
  std::string out = point.verdict;
  if (point.hangs > 0 && point.hangs < point.runs) out += fmt::format(" {}/{}", point.hangs, point.runs);
  if (point.runs < table.sweep.seeds) out += fmt::format(" ({} of {} runs)", point.runs, table.sweep.seeds);
  return out;
}

std::string reproduce_line(const SweepTable& table, const TablePoint& point, std::uint64_t seed) {
  std::string line = table.sweep.reproduce;
  for (std::size_t i = 0; i < table.axes.size(); ++i)
    for (const std::string& set : sets_of(table.sweep.axes[i], table.value(point, i))) line += " --set " + as_shell_word(set);
  if (!table.sweep.explores && seed != 0) line += fmt::format(" --seed {}", seed);
  return line;
}

std::string sweep_report(const SweepTable& table, const SweepAnswers& answers, const ReportStyle& style, std::size_t rows_max) {
  std::string out = title(headline_of(answers), style) + "\n\n" + facts(table) + '\n' + points_table(table, rows_max);
  if (const std::string text = answers_text(answers, style); !text.empty()) out += '\n' + text;
  if (const std::string failures = failures_of(table, style); !failures.empty()) out += '\n' + failures;
  return out;
}

}  // namespace mmsim
