// Two variants of a sweep against each other, seed by seed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "analysis/format.hpp"
#include "analysis/sweep_answers.hpp"

namespace mmsim {
namespace {

struct Pair {
  std::size_t axis = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

std::uint32_t index_in(const TableAxis& axis, const std::string& value) {
  return static_cast<std::uint32_t>(std::find(axis.values.begin(), axis.values.end(), value) - axis.values.begin());
}

Pair pair_of(const SweepTable& table, const std::string& word) {
  const auto colon = word.find(':');
  const std::string axis = colon == word.npos ? "" : word.substr(0, colon);
  const std::string values = colon == word.npos ? word : word.substr(colon + 1);
  const auto equals = values.find('=');
  if (equals == values.npos) throw std::invalid_argument(fmt::format("{}: expected A=B, two values of an axis, or AXIS:A=B", word));
  const std::string a = values.substr(0, equals);
  const std::string b = values.substr(equals + 1);
  std::vector<Pair> found;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.axes.size(); ++i) {
    const TableAxis& of = table.axes[i];
    const std::size_t size = of.values.size();
    const Pair pair{i, index_in(of, a), index_in(of, b)};
    if ((!axis.empty() && axis != of.name) || pair.a == size || pair.b == size) continue;
    found.push_back(pair);
    names.push_back(of.name);
  }
  if (found.empty()) {
    std::vector<std::string> known;
    for (const TableAxis& of : table.axes) known.push_back(fmt::format("{} ({})", of.name, list_of(of.values)));
    throw std::invalid_argument(fmt::format("{}: no axis has both values; expected two of {}", word, list_of(known)));
  }
  if (found.size() > 1) throw std::invalid_argument(fmt::format("{}: {} have both values; expected AXIS:{}", word, list_of(names), word));
  return found.front();
}

// The points of the pair with the same other axes.
struct Match {
  std::string where;
  const TablePoint* a = nullptr;
  const TablePoint* b = nullptr;
};

std::vector<Match> matches_of(const SweepTable& table, const Pair& pair) {
  std::map<std::vector<std::uint32_t>, Match> by_rest;
  for (const TablePoint& point : table.points) {
    if (point.at[pair.axis] != pair.a && point.at[pair.axis] != pair.b) continue;
    auto rest = point.at;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(pair.axis));
    Match& match = by_rest[rest];
    (point.at[pair.axis] == pair.a ? match.a : match.b) = &point;
    match.where.clear();
    for (std::size_t i = 0; i < table.axes.size(); ++i)
      if (i != pair.axis) match.where += fmt::format("{}{}={}", match.where.empty() ? "" : " ", table.axes[i].name, table.value(point, i));
  }
  std::vector<Match> out;
  for (auto& [rest, match] : by_rest)
    if (match.a != nullptr && match.b != nullptr) out.push_back(std::move(match));
  return out;
}

}  // namespace

PairedComparison compare_values(ResultsReader& reader, const SweepTable& table, const std::string& word) {
  const Pair pair = pair_of(table, word);
  PairedComparison out;
  out.set_axis(table.axes[pair.axis].name);
  out.set_a(table.axes[pair.axis].values[pair.a]);
  out.set_b(table.axes[pair.axis].values[pair.b]);
  const std::vector<Match> matches = matches_of(table, pair);
  std::set<std::uint64_t> wanted;
  for (const Match& match : matches) wanted.insert({match.a->point, match.b->point});
  for (const TableFigure& figure : table.figures) {
    std::map<std::uint64_t, std::map<std::uint64_t, double>> values;   // by point, by seed
    reader.for_each_value(figure.form, [&](std::uint64_t point, std::uint64_t seed, double value) {
      if (wanted.count(point) > 0) values[point][seed] = value;
    });
    ComparedFigure& compared = *out.add_figures();
    compared.set_figure(figure.name);
    Estimator percents;
    for (const Match& match : matches) {
      Estimator a, b, difference;
      for (const auto& [seed, of_a] : values[match.a->point]) {
        const auto of_b = values[match.b->point].find(seed);
        if (of_b == values[match.b->point].end()) continue;
        a.add(of_a);
        b.add(of_b->second);
        difference.add(of_b->second - of_a);
      }
      if (!difference.estimate().known()) continue;
      ComparedPoint& told = *compared.add_points();
      told.set_where(match.where);
      told.set_a(a.estimate().mean);
      told.set_b(b.estimate().mean);
      told.set_difference(difference.estimate().mean);
      told.set_half_width(difference.estimate().half_width);
      told.set_pairs(difference.estimate().n);
      if (told.a() != 0) percents.add(told.difference() / told.a() * 100);
    }
    const Estimate percent = percents.estimate();
    compared.set_percent(percent.mean);
    compared.set_percent_min(percent.min);
    compared.set_percent_max(percent.max);
  }
  return out;
}

}  // namespace mmsim
