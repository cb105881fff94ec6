// Pictures of a sweep as files: what gnuplot draws, and beside it the script and the data it drew from.
#pragma once

#include <string>

#include "analysis/sweep_plot.hpp"

namespace mmsim {

// Draws PATH, and leaves PATH.gnuplot and PATH.dat beside it. Throws ScenarioError if that cannot be done.
void draw_picture(const std::string& path, const SweepTable& table, std::optional<std::size_t> figure, PlotKind kind);

}  // namespace mmsim
