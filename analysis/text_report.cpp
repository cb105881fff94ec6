#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/exploration.hpp"
#include "analysis/format.hpp"
#include "analysis/lookup.hpp"
#include "analysis/report.hpp"
#include "analysis/sections.hpp"
#include "analysis/sentences.hpp"

namespace mmsim {
namespace {

fmt::terminal_color colour_of(Verdict verdict) {
  switch (verdict) {
    case COMPLETED: return fmt::terminal_color::green;
    case LIMIT: return fmt::terminal_color::yellow;
    default: return fmt::terminal_color::red;
  }
}

// The verdict's word stands out; the sentence is never wrapped, so that the first line is all of it.
std::string verdict_line(const Result& result, const ReportStyle& style) {
  std::string text = result.headline().empty() ? headline(result) : result.headline();
  if (const auto colon = text.find(':'); style.colour && colon != std::string::npos)
    text = fmt::format(fmt::emphasis::bold | fmt::fg(colour_of(result.verdict())), "{}", text.substr(0, colon)) +
           text.substr(colon);
  return text + '\n';
}

// Of all that hangs, each kind once.
std::string kinds(const Result& result) {
  std::vector<std::string> words;
  for (const Finding& finding : findings_of(result)) {
    std::string kind = kind_words(finding.kind());
    if (std::find(words.begin(), words.end(), kind) == words.end()) words.push_back(std::move(kind));
  }
  return words.empty() ? std::string() : list_of(words);
}

std::string extent(const Result& result) {
  if (!is_timed(result)) return {};
  return fmt::format("{} simulated, {}", microseconds(result.elapsed_ns()), counted(result.transitions(), "step"));
}

std::string search(const Result& result) {
  const Exploration& search = result.exploration();
  if (search.strategy().empty() || is_replay(result)) return {};
  return fmt::format("{}, reduction {}, CPUs {}", search.strategy(), search.reduction() ? "on" : "off", search.cpus());
}

std::string visited(const Result& result) {
  const Exploration& search = result.exploration();
  if (result.states() == 0 && search.schedules() == 0) return {};
  std::string out;
  const auto add = [&](std::uint64_t count, const std::string& text) {
    if (count > 0) out += fmt::format("{}{}", out.empty() ? "" : ", ", text);
  };
  add(search.schedules(), grouped(search.schedules(), "schedule"));
  add(result.states(), grouped(result.states(), "state"));
  add(result.transitions(), grouped(result.transitions(), "transition"));
  add(search.depth(), fmt::format("at most {} deep", grouped(search.depth(), "step")));
  if (result.states() > 0)
    out += fmt::format("; {}, {}", grouped(search.deadlock_states(), "deadlock state"),
                       grouped(search.completed_states(), "completed state"));
  return out;
}

// Hang or no hang.
std::string rules_broken(const Result& result) {
  const auto count = static_cast<std::uint64_t>(result.rule_violations_size());
  return count == 0 ? std::string() : fmt::format("broken at {}, see below", counted(count, "place"));
}

std::string chance(const Result& result) {
  const std::string words = in_words(result.exploration().collision_probability());
  return words.empty() ? words : "that a state was missed, two having the same fingerprint: " + words;
}

std::string what_ran(const Result& result, const ReportStyle& style) {
  std::string out;
  const auto line = [&](std::string_view label, const std::string& text) {
    if (!text.empty())
      out += fmt::format("{:<10}", label) + paragraph(text, static_cast<std::size_t>(style.width), 0, 10);
  };
  const Exploration& found = result.exploration();
  const bool drawn = is_timed(result) || result.seed() != 0;
  std::string scenario = result.scenario() + (drawn ? fmt::format(", seed {}", result.seed()) : "");
  for (const std::string& set : result.set()) scenario += ", " + set;
  line("Kind", kinds(result));
  line("Claim", result.claim());
  line("Scenario", scenario);
  line("Run", extent(result));
  line("Search", search(result));
  if (result.has_exploration()) line("Covered", found.covered().empty() ? covered(result) : found.covered());
  line("Visited", visited(result));
  line("Rules", rules_broken(result));
  line("Limit", found.limit_reached());
  line("Chance", chance(result));
  line("Trace", result.trace_digest());
  return out;
}

}  // namespace

std::string title(std::string_view text, const ReportStyle& style) {
  return style.colour ? fmt::format(fmt::emphasis::bold, "{}", text) : std::string(text);
}

std::string and_more(int count, int shown, std::string_view noun, std::size_t indent) {
  if (count <= shown) return {};
  return fmt::format("{:{}}... and {} (all in --format json)\n", "", indent,
                     counted(static_cast<std::uint64_t>(count - shown), fmt::format("more {}", noun)));
}

std::string text_report(const Result& result, const ReportStyle& style) {
  std::string out = verdict_line(result, style);
  const auto section = [&](const std::string& text) {
    if (!text.empty()) out += '\n' + text;
  };
  section(what_ran(result, style));
  section(witness_section(result, style));
  section(loop_section(result, style));
  for (const Finding& finding : findings_of(result)) {
    section(knot_section(result, finding, style));
    for (int i = 0; i < finding.cycles_size() && i < kCycles_shown; ++i)
      section(cycle_section(result, result.cycles(static_cast<int>(finding.cycles(i))), style));
    section(and_more(finding.cycles_size(), kCycles_shown, "cycle", 0));
  }
  section(orphan_section(result, style));
  section(task_section(result, style));
  section(victim_section(result, style));
  section(rule_section(result, style));
  section(inversion_section(result, style));
  section(others_section(result, style));
  section(event_section(result, style));
  section(throttled_section(result, style));
  section(contention_section(result, style));
  section(counter_section(result, style));
  if (!result.reproduce().empty()) section(fmt::format("{} {}\n", title("Reproduce:", style), result.reproduce()));
  return out;
}

}  // namespace mmsim
