#include "sim/cli/expectation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

using Parties = std::set<std::string>;

std::string braced(const Parties& parties) { return fmt::format("{{{}}}", fmt::join(parties, ", ")); }

void compare_verdict(const Expect& expected, const Result& result, std::vector<std::string>& out) {
  if (result.verdict() == expected.verdict()) return;
  std::string text =
      fmt::format("verdict {}, expected {}", Verdict_Name(result.verdict()), Verdict_Name(expected.verdict()));
  const std::string& bound = result.limit().empty() ? result.exploration().limit_reached() : result.limit();
  if (!bound.empty()) text += fmt::format(" (ended by {})", bound);
  out.push_back(text);
}

// The verdict is the one expected, but is it more than one run's?
void compare_proof(const Expect& expected, const Result& result, std::vector<std::string>& out) {
  if (!expected.proved() || result.verdict() != expected.verdict()) return;
  if (result.verdict() == COMPLETED && !result.proved()) out.push_back("COMPLETED is not proved, expected a proof");
  const Exploration& found = result.exploration();
  if (result.verdict() != COMPLETED && found.witness().empty() && found.loop().empty() && result.findings().empty())
    out.push_back(fmt::format("{} has no witness, expected one", Verdict_Name(result.verdict())));
}

void compare_cycle(const Expect& expected, const Result& result, std::vector<std::string>& out) {
  const Parties wanted(expected.cycle().begin(), expected.cycle().end());
  if (wanted.empty()) return;
  std::vector<Parties> found;
  for (const Cycle& cycle : result.cycles()) {
    Parties& parties = found.emplace_back();
    for (const Edge& edge : cycle.edges()) parties.insert(edge.waiter());
  }
  for (const Finding& finding : result.findings())
    if (finding.kind() == EVENT_KNOT || finding.kind() == POOL_KNOT)
      found.emplace_back(finding.actors().begin(), finding.actors().end());
  if (std::find(found.begin(), found.end(), wanted) != found.end()) return;
  std::vector<std::string> told;
  std::transform(found.begin(), found.end(), std::back_inserter(told), braced);
  out.push_back(fmt::format("no cycle of {}; found {}", braced(wanted),
                            told.empty() ? "none" : fmt::format("{}", fmt::join(told, ", "))));
}

void compare_kind(const Expect& expected, const Result& result, std::vector<std::string>& out) {
  if (!expected.has_kind()) return;
  std::set<std::string> found;
  for (const Finding& finding : result.findings()) found.insert(HangKind_Name(finding.kind()));
  if (found.contains(HangKind_Name(expected.kind()))) return;
  out.push_back(fmt::format("kind of hang {}, expected {}", found.empty() ? "none" : fmt::format("{}", fmt::join(found, ", ")),
                            HangKind_Name(expected.kind())));
}

void compare_rules(const Expect& expected, const Result& result, std::vector<std::string>& out) {
  const bool violated = !result.rule_violations().empty();
  if (expected.has_rule_violation() && expected.rule_violation() != violated)
    out.push_back(violated ? fmt::format("a rule is broken ({}), expected none to be", result.rule_violations(0).rule())
                           : "no rule is broken, expected one to be");
  const bool inverted = !result.inversions().empty();
  if (expected.has_order_inversion() && expected.order_inversion() != inverted)
    out.push_back(inverted ? fmt::format("locks are taken both ways round ({} and {}), expected one order",
                                         result.inversions(0).edges(0).held(), result.inversions(0).edges(0).taken())
                           : "locks are taken in one order, expected an inversion");
}

// A counter that the result does not have is 0: a run lists those that counted something.
void compare_counter(const ExpectedCounter& expected, const Result& result, std::vector<std::string>& out) {
  const auto counter = result.counters().find(expected.name());
  const bool counted = counter != result.counters().end();
  const std::uint64_t value = counted ? counter->second : 0;
  std::set<std::string> names;
  for (const auto& [name, unused] : result.counters()) names.insert(name);
  const std::string hint = counted ? "" : did_you_mean(expected.name(), {names.begin(), names.end()});
  const auto expect = [&](bool holds, const char* relation, std::uint64_t bound) {
    if (!holds) out.push_back(fmt::format("{} is {}, expected {}{}{}", expected.name(), value, relation, bound, hint));
  };
  if (expected.has_equals()) expect(value == expected.equals(), "", expected.equals());
  if (expected.has_at_least()) expect(value >= expected.at_least(), "at least ", expected.at_least());
  if (expected.has_at_most()) expect(value <= expected.at_most(), "at most ", expected.at_most());
}

}  // namespace

std::vector<std::string> differences(const Expect& expected, const Result& result, bool in_full) {
  std::vector<std::string> out;
  compare_verdict(expected, result, out);
  compare_proof(expected, result, out);
  if (!in_full) return out;
  compare_cycle(expected, result, out);
  compare_kind(expected, result, out);
  compare_rules(expected, result, out);
  for (const ExpectedCounter& counter : expected.counter()) compare_counter(counter, result, out);
  return out;
}

}  // namespace mmsim
