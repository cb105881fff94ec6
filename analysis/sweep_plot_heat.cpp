// Heat maps: one over two axes, or a row of them over three.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/format.hpp"
#include "analysis/sweep_plot_internal.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kLabels_max = 120;   // cells of a panel, beyond which numbers in them cannot be read
// Lighter with the value in every printer (viridis, by van der Walt and Smith).
constexpr const char* kPalette = "set palette defined (0 \"#440154\", 0.25 \"#3b528b\", 0.5 \"#21918c\", 0.75 \"#5ec962\", 1 \"#fde725\")";

enum Class : int { kDrawn, kFree, kHang, kUnclear };
struct ClassLook {
  Class of;
  const char* look;
  const char* name;
};
constexpr ClassLook kLooks[] = {
    {kDrawn, "fs solid noborder fc palette", "figures"},
    {kFree, "fs solid 1.0 border lc rgb \"#888888\" fc rgb \"#e8f0f8\"", "free of hangs"},
    {kHang, "fs pattern 5 border lc rgb \"black\" fc rgb \"black\"", "hangs"},
    {kUnclear, "fs pattern 2 border lc rgb \"#888888\" fc rgb \"#888888\"", "nothing claimed"},
};

// Blocks of the data are found by their name, which stands above them.
std::string block_name(std::size_t panel, const ClassLook& look) { return fmt::format("panel {}: {}", panel, look.name); }

}  // namespace

std::string PlotBuilder::cell_label(const TablePoint& point) const {
  if (drawn(point)) return si_number(value(point));
  if (point.state == PointState::kHangs && point.hangs < point.runs) return fmt::format("{}/{}", point.hangs, point.runs);
  return "";
}

int PlotBuilder::class_of(const TablePoint& point) const {
  if (drawn(point)) return kDrawn;
  return point.state == PointState::kHangs ? kHang : point.state == PointState::kFree ? kFree : kUnclear;
}

// The points of a panel that were run and are of a class.
std::vector<const TablePoint*> PlotBuilder::cells(std::size_t panel, int of) const {
  std::vector<const TablePoint*> out;
  for (const TablePoint& point : table_.points)
    if (point.runs > 0 && (axes_.size() < 3 || point.at[axes_.front()] == panel) && class_of(point) == of) out.push_back(&point);
  return out;
}

// A block per class: middle, edges, value, label, colour of the label.
void PlotBuilder::add_cells(std::size_t panel) {
  for (const ClassLook& look : kLooks) {
    const auto points = cells(panel, look.of);
    if (points.empty()) continue;
    out_.data += fmt::format("# {}\n", block_name(panel, look));
    for (const TablePoint* point : points) {
      const double x = point->at[axes_.back()];
      const double y = axes_.size() > 1 ? point->at[axes_[axes_.size() - 2]] : 0;
      const double shown = look.of == kDrawn ? value(*point) : 0;
      const bool dark = look.of == kDrawn && high_ > low_ && (shown - low_) / (high_ - low_) < 0.55;
      out_.data += fmt::format("{} {} {} {} {} {} {} {} {}\n", x, y, x - 0.5, x + 0.5, y - 0.5, y + 0.5, shown,
                               plot_string(cell_label(*point)), dark ? 0xffffff : 0x000000);
    }
    out_.data += "\n\n";
  }
}

// The words of the y axis stand at the left end of each row.
void PlotBuilder::say_y(bool with_words) {
  const std::size_t y = axes_[axes_.size() - 2];
  say_places("y", y, with_words);
  say(with_words ? "set ylabel " + plot_string(axis_label(y)) : "unset ylabel");
}

// Values of the first of three axes that there are points of.
std::vector<std::size_t> PlotBuilder::panels() const {
  if (axes_.size() < 3) return {0};
  std::set<std::size_t> out;
  for (const TablePoint& point : table_.points) out.insert(point.at[axes_.front()]);
  return {out.begin(), out.end()};
}

void PlotBuilder::say_panel(const std::vector<std::size_t>& panels, std::size_t at) {
  const std::size_t panel = panels[at];
  if (panels.size() > 1) say("set title " + plot_string(fmt::format("{} = {}", table_.axes[axes_.front()].name, table_.axes[axes_.front()].values[panel])));
  if (at == 1) say("unset key\nunset colorbox");
  if (axes_.size() > 1) say_y(at % columns_ == 0);
  std::string plots;
  const auto add = [&](const std::string& plot) { plots += (plots.empty() ? "plot " : ", \\\n     ") + plot; };
  std::size_t count = 0;
  for (const ClassLook& look : kLooks) count += cells(panel, look.of).size();
  for (const ClassLook& look : kLooks) {
    if (cells(panel, look.of).empty()) continue;
    const std::string block = fmt::format("{} index {}", plot_string(files_.data), plot_string(block_name(panel, look)));
    add(fmt::format("{} using 1:2:3:4:5:6{} with boxxyerror {} notitle", block, look.of == kDrawn ? ":7" : "", look.look));
    const bool labels = count * (panels.size() > 1 ? 2 : 1) <= kLabels_max && (look.of == kDrawn || look.of == kHang);
    if (labels)
      add(fmt::format("{} using 1:(strlen(strcol(8)) > 0 ? $2 : NaN):8:9 with labels {}tc rgb variable font \",9\" notitle", block,
                      look.of == kHang ? "boxed " : ""));
  }
  if (at == 0) say_key(panels, plots);
  say(plots.empty() ? "plot NaN notitle" : plots);
}

// One key for all panels: what occurs in any of them.
void PlotBuilder::say_key(const std::vector<std::size_t>& panels, std::string& plots) {
  for (const ClassLook& look : kLooks) {
    bool occurs = false;
    for (const std::size_t panel : panels) occurs |= !cells(panel, look.of).empty();
    if (occurs && look.of != kDrawn) plots += fmt::format("{}keyentry with boxes {} title {}", plots.empty() ? "plot " : ", \\\n     ", look.look, plot_string(look.name));
  }
}

// Small multiples: as many columns as rows, or one more, up to three.
void PlotBuilder::say_multiplot(std::size_t panels) {
  const std::size_t columns = panels < 4 ? panels : panels == 4 ? 2 : 3;
  const std::size_t rows = (panels + columns - 1) / columns;
  std::size_t longest = 0;
  for (const std::string& value : table_.axes[axes_[1]].values) longest = std::max(longest, value.size());
  const double left = 70 + 8 * static_cast<double>(longest);
  const double width = left + 300 * static_cast<double>(columns) + (figure_ ? 150 : 30);
  const std::string title = title_of(46 * columns);
  const double top = 75 + 18 * static_cast<double>(std::count(title.begin(), title.end(), '\n'));
  const double height = 330 * static_cast<double>(rows) + 45 + top;
  const double right = figure_ ? 150 : 30;
  columns_ = columns;
  head(static_cast<int>(width), static_cast<int>(height));
  say(fmt::format("set multiplot layout {},{} title {} font \",12\" margins {:.3f},{:.3f},{:.3f},{:.3f} spacing {:.3f},{:.3f}", rows, columns,
                  plot_string(title), left / width, 1 - right / width, 110 / height, 1 - top / height, 30 / width, 110 / height));
  if (figure_) say(fmt::format("set colorbox user origin {:.3f},0.25 size {:.3f},0.5", 1 - 130 / width, 16 / width));
}

void PlotBuilder::heat() {
  const std::vector<std::size_t> panels = this->panels();
  out_.data = "# x, y, left, right, bottom, top, value, label, colour of the label\n\n\n";
  for (const std::size_t panel : panels) add_cells(panel);
  const bool many = panels.size() > 1;
  if (many) {
    say_multiplot(panels.size());
  } else {
    const int height = axes_.size() == 1 ? 260 : 460;
    head(760, height);
    say_title(84, height);
    say(fmt::format("set bmargin at screen {:.3f}", 105.0 / height));
    if (figure_) say("set rmargin at screen 0.82");
  }
  say(kPalette);
  say("set style textbox opaque noborder fillcolor \"white\" margins 0.5,0.3");
  if (figure_)
    say(fmt::format("set cblabel {} offset 2\nset cbrange [{}:{}]\nset format cb \"{}\"", plot_string(figure_label()), low_, high_ > low_ ? high_ : low_ + 1,
                    high_ >= 1000 ? "%.1s%c" : "%g"));
  say("set key at screen 0.5,0.01 center bottom horizontal maxrows 1 samplen 2");
  say("set xlabel " + plot_string(axis_label(axes_.back())));
  say_places("x", axes_.back());
  if (axes_.size() == 1) say("set yrange [-0.5:0.5]\nunset ytics");
  for (std::size_t at = 0; at < panels.size(); ++at) say_panel(panels, at);
  if (many) say("unset multiplot");
}

}  // namespace mmsim
