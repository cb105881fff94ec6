// Pictures of a sweep, drawn by gnuplot: this writes its script and its data, and nothing is drawn here.
//
// The axes with more than one value decide what is drawn: lines with error bars over one, a heat map over two, a row of heat maps over
// three, the first axis from picture to picture. Where points hang is hatched; what claims nothing is dotted, what was not run is left
// white. Colours grow lighter with the figure, and lines differ by marks and dashes, so that nothing is lost in black and white.
#pragma once

#include <string>

#include "analysis/sweep_table.hpp"

namespace mmsim {

enum class PlotKind : std::uint8_t { kAuto, kLines, kHeat };

struct PlotFiles {
  std::string picture;   // "x.svg" or "x.png", as the script names it
  std::string data;      // "x.dat", as the script names it
};

struct Plot {
  std::string script;
  std::string data;
};

// Throws std::invalid_argument where the table cannot be drawn: more than three axes have more than one value, there is no point, or
// the picture is neither SVG nor PNG. Where points were explored and `figure` is none, verdicts are drawn.
Plot plot_of(const SweepTable& table, std::optional<std::size_t> figure, PlotKind kind, const PlotFiles& files);

}  // namespace mmsim
