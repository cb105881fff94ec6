// Tables of sweeps made by hand, for tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/sweep_table.hpp"

namespace mmsim {

inline TableAxis number_axis(const std::string& name, const std::vector<std::int64_t>& numbers) {
  TableAxis axis{name, "", true, {}, numbers};
  for (const std::int64_t number : numbers) axis.values.push_back(std::to_string(number));
  return axis;
}
inline TableAxis word_axis(const std::string& name, const std::vector<std::string>& words) { return {name, "", false, words, {}}; }

// Every combination; `fill` says what became of it.
inline SweepTable table_of(const std::vector<TableAxis>& axes, const std::function<void(TablePoint&)>& fill) {
  SweepTable table;
  table.axes = axes;
  table.path = "x.db";
  table.sweep.scenario = "s.txtpb";
  table.sweep.claim = "It hangs.";
  table.sweep.reproduce = "mmsim explore s.txtpb";
  for (const TableAxis& axis : axes) {
    AxisColumn column{axis.name, axis.integer, axis.unit, axis.name, {}};
    if (!axis.integer)
      for (const std::string& word : axis.values) column.values.push_back({word, axis.name + "=" + word});
    table.sweep.axes.push_back(column);
  }
  std::vector<std::uint32_t> at(axes.size());
  for (std::uint64_t number = 0;; ++number) {
    TablePoint point;
    point.point = number;
    point.at = at;
    point.runs = 1;
    point.state = PointState::kFree;
    point.verdict = "COMPLETED";
    fill(point);
    table.points.push_back(point);
    std::size_t axis = axes.size();
    while (axis > 0 && ++at[axis - 1] == axes[axis - 1].values.size()) at[--axis] = 0;
    if (axis == 0) break;
  }
  table.sweep.points = table.points_recorded = table.points.size();
  table.runs_due = table.runs = table.points.size();
  return table;
}

// The same where only hangs matter; `hangs` is told the index of each axis's value.
inline SweepTable hang_table(const std::vector<TableAxis>& axes, const std::function<bool(const std::vector<std::uint32_t>&)>& hangs) {
  SweepTable table = table_of(axes, [&](TablePoint& point) {
    if (!hangs(point.at)) return;
    point.state = PointState::kHangs;
    point.hangs = 1;
    point.verdict = "DEADLOCK";
  });
  table.sweep.explores = true;
  return table;
}

}  // namespace mmsim
