#include "analysis/sweep_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/hang_region.hpp"
#include "analysis/knee.hpp"

namespace mmsim {
namespace {

// The point without some of its axes: "mode=MIGRATE_SYNC cpus=4".
std::string text_without(const SweepTable& table, const TablePoint& point, std::size_t axis) {
  std::string out;
  for (std::size_t i = 0; i < table.axes.size(); ++i)
    if (i != axis) out += fmt::format("{}{}={}", out.empty() ? "" : " ", table.axes[i].name, table.value(point, i));
  return out;
}

void count(const SweepTable& table, SweepAnswers& out) {
  out.set_scenario(table.sweep.scenario);
  out.set_claim(table.sweep.claim);
  out.set_explored(table.sweep.explores);
  out.set_seeds(table.sweep.explores ? 0 : table.sweep.seeds);
  out.set_points(table.points.size());
  out.set_missing(table.sweep.points - table.points_recorded);
  for (const TablePoint& point : table.points) {
    if (point.runs == 0) out.set_not_run(out.not_run() + 1);
    else if (point.state == PointState::kHangs) out.set_hang(out.hang() + 1);
    else if (point.state == PointState::kFree) out.set_free(out.free() + 1);
    else out.set_unclear(out.unclear() + 1);
  }
}

void check_claim(const SweepTable& table, SweepAnswers& out) {
  constexpr int kDiffer_max = 12;
  if (table.sweep.hangs_iff.empty()) return;
  SweepClaim& claim = *out.mutable_claimed();
  claim.set_hangs_iff(table.sweep.hangs_iff);
  for (const TablePoint& point : table.points) {
    if (point.state == PointState::kUnclear || !point.claimed) continue;
    const bool hangs = point.state == PointState::kHangs;
    if (hangs == *point.claimed) {
      claim.set_agree(claim.agree() + 1);
      continue;
    }
    claim.set_differ_count(claim.differ_count() + 1);
    if (claim.differ_size() < kDiffer_max) claim.add_differ(fmt::format("{} {}", table.text(point), hangs ? "hangs" : "does not hang"));
  }
}

void find_best(const SweepTable& table, std::size_t figure, SweepAnswers& out) {
  const bool higher = table.figures[figure].higher_is_better;
  const TablePoint* best = nullptr;
  for (const TablePoint& point : table.points) {
    if (!point.figures[figure].known() || point.state == PointState::kHangs) continue;
    const double value = point.figures[figure].mean;
    if (best == nullptr || (higher ? value > best->figures[figure].mean : value < best->figures[figure].mean)) best = &point;
  }
  if (best == nullptr) return;
  const Estimate& estimate = best->figures[figure];
  BestPoint& told = *out.add_best();
  told.set_figure(table.figures[figure].name);
  told.set_point(table.text(*best));
  told.set_value(estimate.mean);
  told.set_half_width(estimate.half_width);
  for (const TablePoint& point : table.points) {
    const Estimate& other = point.figures[figure];
    if (&point == best || !other.known() || point.state == PointState::kHangs) continue;
    if (higher ? other.high() >= estimate.low() : other.low() <= estimate.high()) told.set_tied(told.tied() + 1);
  }
}

// The curves of a figure over one axis: a line for each setting of the others.
void find_knees(const SweepTable& table, std::size_t figure, std::size_t axis, SweepAnswers& out) {
  struct Line {
    std::string where;
    std::vector<const TablePoint*> points;
  };
  std::map<std::vector<std::uint32_t>, Line> lines;
  for (const TablePoint& point : table.points) {
    if (!point.figures[figure].known() || point.state == PointState::kHangs) continue;
    auto key = point.at;
    key.erase(key.begin() + static_cast<std::ptrdiff_t>(axis));
    Line& line = lines[key];
    if (line.points.empty()) line.where = text_without(table, point, axis);
    line.points.push_back(&point);
  }
  std::map<std::int64_t, Knee> knees;   // by where they are
  for (auto& [key, line] : lines) {
    std::sort(line.points.begin(), line.points.end(), [&](const TablePoint* a, const TablePoint* b) { return a->at[axis] < b->at[axis]; });
    std::vector<double> x;
    std::vector<double> y;
    double noise = 0;
    for (const TablePoint* point : line.points) {
      x.push_back(static_cast<double>(table.axes[axis].numbers[point->at[axis]]));
      y.push_back(point->figures[figure].mean);
      noise = std::max(noise, point->figures[figure].half_width);
    }
    const auto at = knee_of(x, y, noise);
    if (!at) continue;
    Knee& knee = knees[table.axes[axis].numbers[line.points[*at]->at[axis]]];
    knee.set_figure(table.figures[figure].name);
    knee.set_axis(table.axes[axis].name);
    knee.set_at(table.value(*line.points[*at], axis));
    knee.add_where(line.where);
  }
  for (auto& [at, knee] : knees) *out.add_knees() = std::move(knee);
}

}  // namespace

SweepAnswers answers_of(const SweepTable& table) {
  SweepAnswers out;
  count(table, out);
  if (out.hang() > 0 && out.free() > 0) *out.mutable_region() = hang_region(table);
  check_claim(table, out);
  if (table.sweep.explores) return out;   // how many states it took says nothing of the kernel
  for (std::size_t figure = 0; figure < table.figures.size(); ++figure) {
    find_best(table, figure, out);
    for (std::size_t axis = 0; axis < table.axes.size(); ++axis)
      if (table.axes[axis].integer) find_knees(table, figure, axis, out);
  }
  return out;
}

}  // namespace mmsim
