#include "sim/cli/expectation.hpp"

#include <fmt/format.h>

#include <algorithm>
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
  if (!result.limit().empty()) text += fmt::format(" (ended by {})", result.limit());
  out.push_back(text);
}

void compare_cycle(const Expect& expected, const Result& result, std::vector<std::string>& out) {
  const Parties wanted(expected.cycle().begin(), expected.cycle().end());
  if (wanted.empty()) return;
  std::vector<std::string> found;
  for (const Cycle& cycle : result.cycles()) {
    Parties parties;
    for (const Edge& edge : cycle.edges()) parties.insert(edge.waiter());
    if (parties == wanted) return;
    found.push_back(braced(parties));
  }
  out.push_back(fmt::format("no cycle of {}; found {}", braced(wanted),
                            found.empty() ? "none" : fmt::format("{}", fmt::join(found, ", "))));
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
  if (!in_full) return out;
  compare_cycle(expected, result, out);
  for (const ExpectedCounter& counter : expected.counter()) compare_counter(counter, result, out);
  return out;
}

}  // namespace mmsim
