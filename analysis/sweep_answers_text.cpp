// What follows from a sweep, as text.
#include <fmt/format.h>

#include <cmath>

#include "analysis/format.hpp"
#include "analysis/sections.hpp"
#include "analysis/sweep_report.hpp"

namespace mmsim {
namespace {

constexpr auto kLeft = Table::Align::kLeft;
constexpr auto kRight = Table::Align::kRight;

std::string with_interval(double value, double half_width) {
  return half_width > 0 ? fmt::format("{} +- {}", short_number(value), short_number(half_width)) : short_number(value);
}

std::string region_section(const SweepAnswers& answers, const ReportStyle& style) {
  if (!answers.has_region()) return {};
  const HangRegion& region = answers.region();
  const std::uint64_t tested = answers.hang() + answers.free();
  std::string out = region.rule().empty()
                        ? fmt::format("The {} that hang fit no short rule.", grouped(answers.hang(), "point"))
                        : fmt::format("Hangs iff {}, on the {} tested.", region.rule(), grouped(tested, "point"));
  out = title(out, style) + '\n';
  if (answers.unclear() > 0) out += fmt::format("{} claim nothing, and take no part.\n", grouped(answers.unclear(), "point"));
  Table edge({{"hangs first at", kLeft}, {"passes with", kLeft}});
  for (const BoundaryPoint& point : region.boundary())
    edge.add({point.point(), fmt::format("{}", fmt::join(point.passing(), ", "))});
  if (!edge.empty()) out += edge.text(2) + fmt::format("  Show it: {}\n", region.boundary(0).reproduce());
  return out;
}

std::string claim_section(const SweepAnswers& answers, const ReportStyle& style) {
  if (!answers.has_claimed()) return {};
  const SweepClaim& claim = answers.claimed();
  if (claim.differ_count() == 0)
    return title(fmt::format("As claimed: hangs iff {}, on {}.", claim.hangs_iff(), grouped(claim.agree(), "point")), style) + '\n';
  std::string out = title(fmt::format("Not as claimed, hangs iff {}: {} of {} differ.", claim.hangs_iff(), grouped(claim.differ_count()),
                                      grouped(claim.agree() + claim.differ_count(), "point")), style) + '\n';
  for (const std::string& point : claim.differ()) out += fmt::format("  {}\n", point);
  return out + and_more(static_cast<int>(claim.differ_count()), claim.differ_size(), "point", 2);
}

std::string best_section(const SweepAnswers& answers, const ReportStyle& style) {
  if (answers.points() < 2) return {};
  Table rows({{"", kLeft}, {"", kRight}, {"", kLeft}, {"", kLeft}});
  for (const BestPoint& best : answers.best()) {
    const std::string tied = best.tied() == 0 ? "" : fmt::format("(and {} that cannot be told from it)", grouped(best.tied()));
    rows.add({best.figure(), with_interval(best.value(), best.half_width()), "at " + best.point(), tied});
  }
  return rows.empty() ? std::string() : title("Best:", style) + '\n' + rows.text(2);
}

std::string knee_section(const SweepAnswers& answers, const ReportStyle& style) {
  constexpr std::size_t kLines_shown = 4;
  std::string out;
  for (const Knee& knee : answers.knees()) {
    const std::vector<std::string> where(knee.where().begin(), knee.where().end());
    const bool alone = where.size() == 1 && where.front().empty();
    out += fmt::format("  {} over {} at {}{}\n", knee.figure(), knee.axis(), knee.at(), alone ? "" : ": " + list_of(where, kLines_shown));
  }
  return out.empty() ? out : title("Bends:", style) + '\n' + out;
}

std::string comparison_section(const SweepAnswers& answers, const ReportStyle& style) {
  if (!answers.has_comparison()) return {};
  const PairedComparison& comparison = answers.comparison();
  std::string out = title(fmt::format("{}: {} against {}, the same seeds of both:", comparison.axis(), comparison.b(), comparison.a()), style) + '\n';
  for (const ComparedFigure& figure : comparison.figures()) {
    Table rows({{figure.figure(), kLeft}, {comparison.a(), kRight}, {comparison.b(), kRight}, {"difference", kRight}, {"%", kRight}, {"", kLeft}});
    for (const ComparedPoint& point : figure.points()) {
      const bool clear = point.pairs() > 1 && std::abs(point.difference()) > point.half_width();
      const std::string percent = point.a() == 0 ? "" : fmt::format("{:+.1f}", point.difference() / point.a() * 100);
      rows.add({point.where(), short_number(point.a()), short_number(point.b()), with_interval(point.difference(), point.half_width()), percent,
                clear ? "*" : ""});
    }
    if (rows.empty()) {
      out += fmt::format("  {}: no point has a value for both.\n", figure.figure());
      continue;
    }
    out += rows.text(2) + fmt::format("  {:+.1f} % on average, {:+.1f} to {:+.1f} %.\n", figure.percent(), figure.percent_min(), figure.percent_max());
  }
  return out + "  *: the 95 % confidence interval of the paired differences leaves out 0.\n";
}

}  // namespace

std::string answers_text(const SweepAnswers& answers, const ReportStyle& style) {
  std::string out;
  for (const auto& section : {region_section, claim_section, best_section, knee_section, comparison_section}) {
    const std::string text = section(answers, style);
    if (!text.empty()) out += (out.empty() ? "" : "\n") + text;
  }
  return out;
}

}  // namespace mmsim
