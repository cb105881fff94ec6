// The searches of a benchmark run side by side: a row per case.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "sim/explore/explore_bench_child.hpp"

namespace mmsim {

enum class Tool { kSpinFull, kSpinReduced, kFull, kReduced, kFullByTwo, kReducedByTwo };
inline constexpr std::array kTools{Tool::kSpinFull, Tool::kSpinReduced, Tool::kFull,
                                   Tool::kReduced,  Tool::kFullByTwo,   Tool::kReducedByTwo};

inline const char* tool_name(Tool tool) {
  constexpr const char* kNames[] = {"SPIN", "SPIN with reduction", "mmsim", "mmsim with reduction", "mmsim, two jobs",
                                    "mmsim with reduction, two jobs"};
  return kNames[static_cast<int>(tool)];
}
inline bool is_spin(Tool tool) { return tool == Tool::kSpinFull || tool == Tool::kSpinReduced; }
inline bool by_two(Tool tool) { return tool == Tool::kFullByTwo || tool == Tool::kReducedByTwo; }
inline bool is_reduced(Tool tool) {
  return tool == Tool::kSpinReduced || tool == Tool::kReduced || tool == Tool::kReducedByTwo;
}

class ResultTable {
 public:
  // Returns in what it differs from the searches of the same case before it; empty: in nothing that counts.
  std::string add(const std::string& name, Tool tool, const Measured& measured) {
    Row& row = rows_[name];
    const auto differs = [&](Tool other, std::uint64_t Measured::*count) {
      const auto& known = row[static_cast<std::size_t>(other)];
      return !known.empty() && known.front().*count != measured.*count;
    };
    for (const Tool other : kTools) {
      if (differs(other, &Measured::deadlocks)) return "the number of deadlocks is not the same";
      const bool comparable = is_reduced(tool) == is_reduced(other) && (!is_reduced(tool) || is_spin(tool) == is_spin(other));
      if (comparable && differs(other, &Measured::states)) return "the number of states is not the same";
    }
    row[static_cast<std::size_t>(tool)].push_back(measured);
    return {};
  }

  // Two jobs are compared with one, by the clock on the wall.
  void print() const {
    fmt::print("\n| Case | search | states | CPU s | wall s | MiB | states/s | times SPIN's | times as fast | memory of SPIN's |\n");
    fmt::print("|---|---|---|---|---|---|---|---|---|---|\n");
    for (const auto& [name, row] : rows_)
      for (const Tool tool : kTools) print(name, row, tool);
  }

 private:
  using Row = std::array<std::vector<Measured>, kTools.size()>;

  // The run of median time.
  static Measured median(const Row& row, Tool tool) {
    std::vector<Measured> runs = row[static_cast<std::size_t>(tool)];
    if (runs.empty()) return {};
    std::sort(runs.begin(), runs.end(), [](const Measured& a, const Measured& b) { return a.seconds < b.seconds; });
    return runs[runs.size() / 2];
  }

  static double rate(const Measured& run) { return static_cast<double>(run.states) / run.seconds; }

  static void print(const std::string& name, const Row& row, Tool tool) {
    const Measured run = median(row, tool);
    if (!run.complete) return;
    fmt::print("| {} | {} | {} | {:.2f} | {:.2f} | {:.0f} | {:.2e} | {} |\n", name, tool_name(tool), run.states, run.seconds,
               run.wall_seconds, run.peak_MiB, rate(run), ratios(row, tool, run));
  }

  static std::string ratios(const Row& row, Tool tool, const Measured& run) {
    if (by_two(tool)) {
      const Measured alone = median(row, is_reduced(tool) ? Tool::kReduced : Tool::kFull);
      if (alone.complete) return fmt::format("| {:.2f} |", alone.wall_seconds / run.wall_seconds);
    } else if (!is_spin(tool)) {
      const Measured spin = median(row, is_reduced(tool) ? Tool::kSpinReduced : Tool::kSpinFull);
      if (spin.complete)
        return fmt::format("{:.2f} | {:.1f} | {:.2f}", rate(run) / rate(spin), spin.seconds / run.seconds,
                           run.peak_MiB / spin.peak_MiB);
    }
    return "| |";
  }

  std::map<std::string, Row> rows_;
};

}  // namespace mmsim
