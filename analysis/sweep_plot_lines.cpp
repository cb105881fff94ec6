// Lines with error bars: over one axis, or over one of two with a line for each value of the other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/format.hpp"
#include "analysis/knee.hpp"
#include "analysis/sweep_plot_internal.hpp"

namespace mmsim {
namespace {

// Readable on white, apart from each other for those who see no red or no green, and of different darkness (Okabe and Ito 2008).
constexpr const char* kColours[] = {"#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};
constexpr int kMarks[] = {7, 5, 9, 11, 13, 6, 4};

}  // namespace

void PlotBuilder::lines() {
  if (axes_.size() > 2) throw std::invalid_argument("lines show one axis, or two; expected --only AXIS=VALUE for the others");
  // Numbers make the better line; of two such the one with more values.
  std::size_t x = axes_.back();
  if (axes_.size() == 2) {
    const TableAxis& first = table_.axes[axes_.front()];
    const TableAxis& last = table_.axes[axes_.back()];
    if (first.integer != last.integer ? first.integer : first.values.size() > last.values.size()) x = axes_.front();
  }
  std::optional<std::size_t> series;
  for (const std::size_t axis : axes_)
    if (axis != x) series = axis;
  const TableAxis& of = table_.axes[x];
  const std::vector<double> numbers(of.numbers.begin(), of.numbers.end());
  constexpr int kHeight_px = 480;
  head(760, kHeight_px);
  say_title(84, kHeight_px);
  say("set xlabel " + plot_string(axis_label(x)));
  say("set ylabel " + plot_string(figure_label()));
  say("set grid ytics lc rgb \"#dddddd\"");
  say("set key outside bottom center horizontal reverse Left samplen 3 height 0.7");
  say("set y2range [0:1]");
  if (!by_number(x)) {
    say_places("x", x);
  } else {
    if (is_geometric(numbers)) say(fmt::format("set logscale x\nset xrange [{}:{}]", numbers.front() / 1.2, numbers.back() * 1.2));
    else say(fmt::format("set xrange [{0}-0.04*({1}-{0}):{1}+0.04*({1}-{0})]", numbers.front(), std::max(numbers.back(), numbers.front() + 1)));
    say_ticks("x", x, numbers);
  }
  if (low_ >= 0 && low_ < high_ / 2) say("set yrange [0:*]");
  out_.data = "# x, mean, low, high; a block for each line, then one for where it hangs\n\n\n";
  out_.script += "plot ";
  add_series(x, series);
}

// False for words, and for numbers of which some would lie upon each other.
bool PlotBuilder::by_number(std::size_t axis) const {
  constexpr double kCloseness_max = 60;
  const TableAxis& of = table_.axes[axis];
  if (!of.integer) return false;
  const std::vector<double> numbers(of.numbers.begin(), of.numbers.end());
  if (is_geometric(numbers)) return true;
  double closest = numbers.back() - numbers.front();
  for (std::size_t i = 1; i < numbers.size(); ++i) closest = std::min(closest, numbers[i] - numbers[i - 1]);
  return closest * kCloseness_max >= numbers.back() - numbers.front();
}

double PlotBuilder::place(const TablePoint& point, std::size_t x) const {
  return by_number(x) ? static_cast<double>(table_.axes[x].numbers[point.at[x]]) : point.at[x];
}

// Over the whole height, half the way to the neighbours.
std::string PlotBuilder::band(const TablePoint& point, std::size_t x) const {
  const TableAxis& of = table_.axes[x];
  const double at = place(point, x);
  if (!by_number(x)) return fmt::format("{} 0.5 {} {} 0 1\n", at, at - 0.5, at + 0.5);
  const std::vector<double> numbers(of.numbers.begin(), of.numbers.end());
  const bool geometric = is_geometric(numbers);
  const auto between = [&](double a, double b) { return geometric ? std::sqrt(a * b) : (a + b) / 2; };
  const std::size_t i = point.at[x];
  const double first = i > 0 ? numbers[i - 1] : geometric ? at / 1.44 : at - (i + 1 < numbers.size() ? numbers[i + 1] - at : 1);
  const double last = i + 1 < numbers.size() ? numbers[i + 1] : geometric ? at * 1.44 : 2 * at - first;
  return fmt::format("{} 0.5 {} {} 0 1\n", at, between(first, at), between(at, last));
}

void PlotBuilder::add_series(std::size_t x, std::optional<std::size_t> series) {
  const std::size_t count = series ? table_.axes[*series].values.size() : 1;
  std::string plots;
  int block = 0;
  const auto add = [&](const std::string& plot) { plots += (plots.empty() ? "" : ", \\\n     ") + plot; };
  for (std::size_t s = 0; s < count; ++s) {
    std::string means;
    std::string hangs;
    for (const TablePoint& point : table_.points) {
      if (series && point.at[*series] != s) continue;
      const double at = place(point, x);
      if (drawn(point)) {
        const Estimate& estimate = point.figures[*figure_];
        means += fmt::format("{} {} {} {}\n", at, value(point), estimate.low() / scale_, estimate.high() / scale_);
      } else if (point.state == PointState::kHangs) {
        if (!means.empty() && !means.ends_with("\n\n")) means += '\n';   // the line does not go on across it
        hangs += series ? fmt::format("{} {}\n", at, 0.03 + 0.05 * static_cast<double>(s)) : band(point, x);
      }
    }
    const std::string name = series ? fmt::format("{}={}", table_.axes[*series].name, table_.axes[*series].values[s]) : "mean, 95 % interval";
    const char* colour = kColours[s % std::size(kColours)];
    if (!means.empty()) {
      out_.data += means + "\n\n";
      add(fmt::format("{} index {} using 1:2:3:4 with yerrorlines lc rgb \"{}\" pt {} ps 0.9 lw 1.5 dt {} title {}", plot_string(files_.data), block++,
                      colour, kMarks[s % std::size(kMarks)], s % 5 + 1, plot_string(name)));
    }
    if (hangs.empty()) continue;
    out_.data += hangs + "\n\n";
    if (series)
      add(fmt::format("{} index {} using 1:2 axes x1y2 with points lc rgb \"{}\" pt 2 ps 1.6 lw 2 title {}", plot_string(files_.data), block++, colour,
                      plot_string(name + " hangs")));
    else
      add(fmt::format("{} index {} using 1:2:3:4:5:6 axes x1y2 with boxxyerror fs pattern 5 border lc rgb \"#888888\" fc rgb \"#888888\" title \"hangs\"",
                      plot_string(files_.data), block++));
  }
  if (plots.empty()) throw std::invalid_argument(fmt::format("no point has a value of {}; expected another figure", table_.figures[*figure_].name));
  say(plots);
}

}  // namespace mmsim
