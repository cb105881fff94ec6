// What the kinds of pictures share. Private to sweep_plot*.cpp.
#pragma once

#include <string>
#include <vector>

#include "analysis/sweep_plot.hpp"

namespace mmsim {

// A table as it is to be drawn.
class PlotBuilder {
 public:
  PlotBuilder(const SweepTable& table, std::optional<std::size_t> figure, PlotKind kind, const PlotFiles& files);
  Plot build();

 private:
  // sweep_plot_lines.cpp
  void lines();
  void add_series(std::size_t x, std::optional<std::size_t> series);
  bool by_number(std::size_t axis) const;
  double place(const TablePoint& point, std::size_t x) const;
  std::string band(const TablePoint& point, std::size_t x) const;
  // sweep_plot_heat.cpp
  void heat();
  int class_of(const TablePoint& point) const;
  std::vector<const TablePoint*> cells(std::size_t panel, int of) const;
  std::string cell_label(const TablePoint& point) const;
  void add_cells(std::size_t panel);
  std::vector<std::size_t> panels() const;
  void say_multiplot(std::size_t panels);
  void say_y(bool with_words);
  void say_panel(const std::vector<std::size_t>& panels, std::size_t at);
  void say_key(const std::vector<std::size_t>& panels, std::string& plots);

  void head(int width, int height);
  void say(const std::string& line) { out_.script += line + '\n'; }
  void say_ticks(const char* which, std::size_t axis, const std::vector<double>& places, bool with_words = true);
  void say_places(const char* which, std::size_t axis, bool with_words = true);
  bool drawn(const TablePoint& point) const { return figure_ && point.figures[*figure_].known() && point.state != PointState::kHangs; }
  double value(const TablePoint& point) const { return point.figures[*figure_].mean / scale_; }
  std::string title_of(std::size_t columns) const;
  void say_title(std::size_t columns, int height);
  std::string axis_label(std::size_t axis) const;
  std::string figure_label() const;
  void choose_scale();

  const SweepTable& table_;
  std::optional<std::size_t> figure_;
  PlotKind kind_;
  PlotFiles files_;
  std::vector<std::size_t> axes_;   // those with more than one value, or the last one
  double scale_ = 1;                // of nanoseconds
  std::string unit_;
  std::size_t columns_ = 1;         // of small multiples
  double low_ = 0;                  // of all values
  double high_ = 0;
  Plot out_;
};

// As gnuplot reads it, with \n for lines that end.
std::string plot_string(const std::string& text);
// "4.73M", "12k", "0.5": three digits.
std::string si_number(double value);

}  // namespace mmsim
