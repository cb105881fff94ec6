#include "results/figure.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

namespace mmsim {
namespace {

struct Percentile {
  std::string_view part;
  double quantile;
};
constexpr Percentile kPercentiles[] = {{"p50_ns", 0.5}, {"p90_ns", 0.9}, {"p99_ns", 0.99}, {"p999_ns", 0.999}};

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Width of the bucket that begins at `low`: see core/histogram.hpp.
std::int64_t width_at(std::int64_t low) {
  const auto bits = std::bit_width(static_cast<std::uint64_t>(low));
  return bits <= 5 ? 1 : std::int64_t{1} << (bits - 5);
}

}  // namespace

const std::vector<std::string>& run_figures() {
  static const std::vector<std::string> kNames{"elapsed_ns", "steps", "states", "witness_steps"};
  return kNames;
}

const std::vector<std::string>& wait_parts() {
  static const std::vector<std::string> kParts{"contended", "total_ns", "max_ns", "avg_ns", "p50_ns", "p90_ns", "p99_ns", "p999_ns"};
  return kParts;
}

std::optional<FigureName> parse_figure(const std::string& name) {
  using Of = FigureName::Of;
  if (const auto dot = name.find('.'); dot != name.npos) {
    const std::string part = name.substr(dot + 1);
    const auto& parts = wait_parts();
    if (!is_word(name.substr(0, dot)) || std::find(parts.begin(), parts.end(), part) == parts.end()) return {};
    FigureName out{Of::kWait, name.substr(0, dot), part, 0};
    for (const Percentile& percentile : kPercentiles)
      if (part == percentile.part) out.quantile = percentile.quantile;
    return out;
  }
  const bool rate = name.size() > 2 && name.ends_with("/s");
  const std::string word = rate ? name.substr(0, name.size() - 2) : name;
  if (!is_word(word)) return {};
  if (rate) return FigureName{Of::kRate, word, {}, 0};
  const auto& columns = run_figures();
  const bool column = std::find(columns.begin(), columns.end(), word) != columns.end();
  return FigureName{column ? Of::kRun : Of::kCounter, word, {}, 0};
}

std::string unit_of(const FigureName& figure) {
  if (figure.of == FigureName::Of::kRate) return "1/s";
  const std::string& last = figure.of == FigureName::Of::kWait ? figure.part : figure.name;
  return last.ends_with("_ns") ? "ns" : "";
}

bool higher_is_better(const FigureName& figure) {
  return figure.of == FigureName::Of::kRate || (figure.of == FigureName::Of::kCounter && figure.name == "pgmigrate_success");
}

double quantile_of(const std::map<std::int64_t, std::uint64_t>& histogram, double quantile) {
  std::uint64_t total = 0;
  for (const auto& [low, count] : histogram) total += count;
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(total))));
  std::uint64_t seen = 0;
  for (const auto& [low, count] : histogram) {
    seen += count;
    if (seen >= rank) return static_cast<double>(low) + static_cast<double>(width_at(low) - 1) / 2;
  }
  return 0;
}

}  // namespace mmsim
