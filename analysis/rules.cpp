// What the locking of a scenario is short of, hang or no hang: rules that were broken, and locks taken both ways round.
#include <fmt/format.h>

#include <vector>

#include "analysis/format.hpp"
#include "analysis/lock_order.hpp"
#include "analysis/lookup.hpp"
#include "analysis/sections.hpp"
#include "analysis/sentences.hpp"

namespace mmsim {
namespace {

constexpr int kViolations_shown = 8;
constexpr int kPaths_shown = 1;       // of violations: the others are in the JSON form
constexpr int kInversions_shown = 5;

std::string circle_of(const Inversion& inversion) {
  std::string text;
  for (const LockNesting& edge : inversion.edges()) text += edge.held() + " -> ";
  return text + inversion.edges(0).held();
}

}  // namespace

std::string because(const RuleViolation& violation) {
  if (!violation.because().empty()) return violation.because();
  std::vector<std::string> held;
  for (const Held& one : violation.held())
    held.push_back(named(one.kind(), one.resource()) + (one.at().empty() ? "" : fmt::format(" (taken in {})", one.at())));
  std::string where = violation.at();
  if (violation.line() > 0) where += fmt::format("{}line {}", where.empty() ? "" : ", ", violation.line());
  std::string text = fmt::format("{} calls {}", violation.actor(), violation.step());
  if (!where.empty()) text += fmt::format(" in {}", where);
  if (!held.empty()) text += fmt::format(" with {} held", list_of(held));
  return text + '.';
}

std::string rule_section(const Result& result, const ReportStyle& style) {
  if (result.rule_violations().empty()) return {};
  const auto width = static_cast<std::size_t>(style.width);
  std::string out;
  for (int i = 0; i < result.rule_violations_size() && i < kViolations_shown; ++i) {
    const RuleViolation& violation = result.rule_violations(i);
    if (i > 0) out += '\n';
    out += title("Rule broken:", style) + ' ' + paragraph(violation.rule(), width - 7, 0, 6) +
           paragraph(because(violation), width, 6, 6);
    if (i < kPaths_shown && !violation.path().empty()) out += "    after these steps:\n" + steps_table(violation.path(), style);
  }
  return out + and_more(result.rule_violations_size(), kViolations_shown, "broken rule", 0);
}

std::string inversion_section(const Result& result, const ReportStyle& style) {
  std::string out;
  const auto inversions = inversions_of(result);
  const auto count = static_cast<int>(inversions.size());
  for (int i = 0; i < count && i < kInversions_shown; ++i) {
    const Inversion& inversion = inversions[static_cast<std::size_t>(i)];
    if (inversion.edges().empty()) continue;
    if (!out.empty()) out += '\n';
    const auto width = static_cast<std::size_t>(style.width);
    out += title("Possible deadlock:", style) + ' ' + paragraph("lock order " + circle_of(inversion), width - 13, 0, 6) +
           paragraph(inversion_sentence(inversion), width, 6, 6);
  }
  return out + and_more(count, kInversions_shown, "inversion", 0);
}

}  // namespace mmsim
