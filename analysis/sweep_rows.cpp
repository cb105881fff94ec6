// A sweep as CSV and as JSON lines.
#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>

#include "analysis/sweep_report.hpp"

namespace mmsim {
namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

// The shortest text that reads back as the same number.
std::string exact(double value) { return fmt::format("{}", value); }

std::string csv_names(const SweepTable& table) {
  std::string out = "point";
  for (const TableAxis& axis : table.axes) out += ',' + axis.name;
  out += ",verdict,runs,hangs,limits,crashed";
  for (const TableFigure& figure : table.figures) out += fmt::format(",{0},{0}_ci95,{0}_min,{0}_max", csv_field(figure.name));
  return out + '\n';
}

std::string csv_row(const SweepTable& table, const TablePoint& point) {
  std::string out = std::to_string(point.point);
  for (std::size_t i = 0; i < table.axes.size(); ++i) out += ',' + csv_field(table.value(point, i));
  out += fmt::format(",{},{},{},{},{}", point.verdict, point.runs, point.hangs, point.limits, point.crashed + point.bad);
  for (const Estimate& estimate : point.figures) {
    if (!estimate.known()) {
      out += ",,,,";
      continue;
    }
    out += fmt::format(",{},{},{},{}", exact(estimate.mean), estimate.has_interval() ? exact(estimate.half_width) : "",
                       exact(estimate.min), exact(estimate.max));
  }
  return out + '\n';
}

std::string json_row(const SweepTable& table, const TablePoint& point) {
  google::protobuf::Struct row;
  auto& fields = *row.mutable_fields();
  const auto number = [&](const std::string& name, double value) { fields[name].set_number_value(value); };
  number("point", static_cast<double>(point.point));
  for (std::size_t i = 0; i < table.axes.size(); ++i) {
    const TableAxis& axis = table.axes[i];
    if (axis.integer) number(axis.name, static_cast<double>(axis.numbers[point.at[i]]));
    else fields[axis.name].set_string_value(table.value(point, i));
  }
  if (!point.verdict.empty()) fields["verdict"].set_string_value(point.verdict);
  number("runs", point.runs);
  number("hangs", point.hangs);
  number("limits", point.limits);
  number("crashed", point.crashed + point.bad);
  for (std::size_t i = 0; i < table.figures.size(); ++i) {
    const Estimate& estimate = point.figures[i];
    const std::string& name = table.figures[i].name;
    if (!estimate.known()) continue;
    number(name, estimate.mean);
    if (estimate.has_interval()) number(name + "_ci95", estimate.half_width);
    number(name + "_min", estimate.min);
    number(name + "_max", estimate.max);
  }
  return json_line(row);
}

}  // namespace

void write_csv(const SweepTable& table, const TextSink& out) {
  out(csv_names(table));
  for (const TablePoint& point : table.points) out(csv_row(table, point));
}

void write_json_lines(const SweepTable& table, const TextSink& out) {
  for (const TablePoint& point : table.points) out(json_row(table, point));
}

}  // namespace mmsim
