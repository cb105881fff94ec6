#include "analysis/sweep_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/format.hpp"
#include "analysis/sweep_plot_internal.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kAxes_max = 3;

bool ends_with(const std::string& text, const char* end) { return std::string_view(text).ends_with(end); }

}  // namespace

std::string plot_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + '"';
}

std::string si_number(double value) {
  constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T"};
  std::size_t prefix = 0;
  while (std::abs(value) >= 999.5 && prefix + 1 < std::size(kPrefixes)) {
    value /= 1000;
    ++prefix;
  }
  return fmt::format("{:.3g}{}", value, kPrefixes[prefix]);
}

PlotBuilder::PlotBuilder(const SweepTable& table, std::optional<std::size_t> figure, PlotKind kind, const PlotFiles& files)
    : table_(table), figure_(figure), kind_(kind), files_(files) {
  if (table.points.empty()) throw std::invalid_argument("there is no point to draw");
  for (std::size_t i = 0; i < table.axes.size(); ++i) {
    const auto differs = [&](const TablePoint& point) { return point.at[i] != table.points.front().at[i]; };
    if (std::any_of(table.points.begin(), table.points.end(), differs)) axes_.push_back(i);
  }
  if (axes_.size() > kAxes_max) {
    std::vector<std::string> names;
    for (const std::size_t axis : axes_) names.push_back(table.axes[axis].name);
    throw std::invalid_argument(fmt::format("a picture has at most three axes, and {} vary; expected --only AXIS=VALUE for the others", list_of(names)));
  }
  if (axes_.empty()) axes_.push_back(table.axes.size() - 1);
  choose_scale();
}

// Nanoseconds are drawn in the unit that suits them.
void PlotBuilder::choose_scale() {
  if (!figure_) return;
  bool first = true;
  for (const TablePoint& point : table_.points) {
    if (!drawn(point)) continue;
    const double mean = point.figures[*figure_].mean;
    low_ = first ? mean : std::min(low_, mean);
    high_ = first ? mean : std::max(high_, mean);
    first = false;
  }
  unit_ = table_.figures[*figure_].unit;
  if (unit_ != "ns") return;
  const double most = std::max(std::abs(low_), std::abs(high_));
  if (most >= 1e9) scale_ = 1e9, unit_ = "s";
  else if (most >= 1e6) scale_ = 1e6, unit_ = "ms";
  else if (most >= 1e3) scale_ = 1e3, unit_ = "us";
  low_ /= scale_;
  high_ /= scale_;
}

// The claim, and what stands still.
std::string PlotBuilder::title_of(std::size_t columns) const {
  std::string out = fmt::format("{}", fmt::join(wrap(table_.sweep.claim, columns), "\n"));
  std::string still;
  for (std::size_t i = 0; i < table_.axes.size(); ++i)
    if (std::find(axes_.begin(), axes_.end(), i) == axes_.end())
      still += fmt::format("{}{}={}", still.empty() ? "\n" : ", ", table_.axes[i].name, table_.value(table_.points.front(), i));
  return out + still;
}

std::string PlotBuilder::axis_label(std::size_t axis) const {
  const TableAxis& of = table_.axes[axis];
  if (of.unit.empty()) return of.name;
  const std::string end = "_" + of.unit;
  const bool said = ends_with(of.name, end.c_str());
  return fmt::format("{} [{}]", said ? of.name.substr(0, of.name.size() - end.size()) : of.name, of.unit);
}

std::string PlotBuilder::figure_label() const {
  if (!figure_) return "verdict";
  std::string name = table_.figures[*figure_].name;
  if (table_.figures[*figure_].unit == "ns") name = name.substr(0, name.rfind("_ns"));
  const std::string seeds = table_.sweep.seeds > 1 ? fmt::format(", mean of {} seeds", table_.sweep.seeds) : "";
  return unit_.empty() || ends_with(name, "/s") ? name + seeds : fmt::format("{} [{}]{}", name, unit_, seeds);
}

// Over the whole picture: the plot itself may stand aside.
void PlotBuilder::say_title(std::size_t columns, int height) {
  constexpr double kAbove_px = 24;
  constexpr double kLine_px = 18;
  const std::string title = title_of(columns);
  const double lines = 1 + static_cast<double>(std::count(title.begin(), title.end(), '\n'));
  say(fmt::format("set label 1 {} at screen 0.5,{:.3f} center font \",11\"", plot_string(title), 1 - kAbove_px / height));
  say(fmt::format("set tmargin at screen {:.3f}", 1 - (kAbove_px + kLine_px * lines) / height));
}

void PlotBuilder::head(int width, int height) {
  const bool svg = ends_with(files_.picture, ".svg");
  if (!svg && !ends_with(files_.picture, ".png")) throw std::invalid_argument(fmt::format("{}: expected a name that ends with .svg or .png", files_.picture));
  say(fmt::format("# gnuplot {}; its data is in {}", files_.picture, files_.data));
  say(svg ? fmt::format("set terminal svg size {},{} font \"DejaVu Sans,13\" noenhanced background \"white\"", width, height)
          : fmt::format("set terminal pngcairo size {},{} font \"DejaVu Sans,11\" noenhanced", width, height));
  say("set output " + plot_string(files_.picture));
  say("set encoding utf8");
  say("set border 3 lw 1");
  say("set tics nomirror out");
}

// Values that are drawn, at the places that they have; not more than can be read.
void PlotBuilder::say_ticks(const char* which, std::size_t axis, const std::vector<double>& places, bool with_words) {
  constexpr std::size_t kTicks_max = 24;
  const TableAxis& of = table_.axes[axis];
  const std::size_t every = (of.values.size() + kTicks_max - 1) / kTicks_max;
  std::string ticks;
  for (std::size_t i = 0; i < of.values.size(); i += every) ticks += fmt::format("{}{} {}", ticks.empty() ? "" : ", ", plot_string(with_words ? of.values[i] : ""), places[i]);
  std::size_t longest = 0;
  for (const std::string& value : of.values) longest = std::max(longest, value.size());
  const bool slanted = *which == 'x' && longest > 3 && longest * of.values.size() > 60;
  say(fmt::format("set {}tics ({}){}", which, ticks, slanted ? " rotate by 35 right" : ""));
}

// Side by side, however far apart they are.
void PlotBuilder::say_places(const char* which, std::size_t axis, bool with_words) {
  std::vector<double> places;
  for (std::size_t i = 0; i < table_.axes[axis].values.size(); ++i) places.push_back(static_cast<double>(i));
  say_ticks(which, axis, places, with_words);
  say(fmt::format("set {}range [-0.5:{}]", which, static_cast<double>(places.size()) - 0.5));
}

Plot PlotBuilder::build() {
  const bool heat_map = kind_ == PlotKind::kHeat || (kind_ == PlotKind::kAuto && axes_.size() > 1) || !figure_;
  if (heat_map) heat();
  else lines();
  return std::move(out_);
}

Plot plot_of(const SweepTable& table, std::optional<std::size_t> figure, PlotKind kind, const PlotFiles& files) {
  return PlotBuilder(table, figure, kind, files).build();
}

}  // namespace mmsim
