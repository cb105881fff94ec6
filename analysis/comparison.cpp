#include "analysis/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"
#include "analysis/sections.hpp"

namespace mmsim {
namespace {

constexpr int kShapes_shown = 8;   // of each fate

ComparedSearch search_of(const Result& result) {
  ComparedSearch out;
  out.set_verdict(result.verdict());
  out.set_proved(result.proved());
  out.set_states(result.states());
  out.set_deadlock_states(result.exploration().deadlock_states());
  out.set_limit_reached(result.exploration().limit_reached());
  out.set_all_hangs(result.exploration().all_hangs());
  return out;
}

bool has(const Result& result, const Hang& hang) {
  return std::any_of(result.hangs().begin(), result.hangs().end(), [&](const Hang& other) {
    return other.finding().signature() == hang.finding().signature();
  });
}

void add(Comparison& out, HangFate fate, const Hang& hang) {
  ComparedHang& row = *out.add_hangs();
  row.set_fate(fate);
  *row.mutable_hang() = hang;
}

std::string hangs(std::uint32_t count) { return counted(count, "hang"); }

std::string bounded_headline(const Comparison& comparison) {
  const bool first = !comparison.before().limit_reached().empty();
  return fmt::format("LIMIT: {} ended the search of {}; nothing is claimed.",
                     first ? comparison.before().limit_reached() : comparison.after().limit_reached(),
                     first ? comparison.scenario() : comparison.against());
}

std::string headline(const Comparison& comparison) {
  if (is_bounded(comparison)) return bounded_headline(comparison);
  const std::uint32_t had = comparison.gone() + comparison.remain();
  const std::string& before = comparison.scenario();
  const std::string& after = comparison.against();
  if (had == 0 && comparison.appeared() == 0) return fmt::format("NOTHING TO MEND: {} has no hang, nor has {}.", before, after);
  const std::string fresh = comparison.appeared() == 0 ? "no new one came up"
                            : comparison.appeared() == 1 ? "a new one came up"
                                                         : fmt::format("{} new ones came up", comparison.appeared());
  if (had == 0) return fmt::format("NEW: {} has no hang; in {} {}.", before, after, fresh);
  if (comparison.remain() == 0) {
    const std::string which = had == 1 ? "the hang" : fmt::format("all {}", hangs(had));
    return fmt::format("{}: {} of {} {} gone in {}, {} {}.", comparison.appeared() == 0 ? "GONE" : "NEW", which, before,
                       had == 1 ? "is" : "are", after, comparison.appeared() == 0 ? "and" : "but", fresh);
  }
  const std::string which = had == 1 ? "the hang" : fmt::format("{} of {}", comparison.remain(), hangs(had));
  return fmt::format("REMAINS: {} of {} {} still in {}, and {}.", which, before, comparison.remain() == 1 ? "is" : "are", after, fresh);
}

// The signature with all numbers of instances alike.
std::string shape_of(const Hang& hang) {
  std::string out;
  bool inside = false;
  for (const char c : hang.finding().signature()) {
    if (c == ']') inside = false;
    if (!inside) out += c;
    if (c == '[') inside = true;
  }
  return out;
}

// Hangs of one shape: the first stands for all.
struct Shape {
  const Hang* first;
  int count;
};

std::vector<Shape> shapes_of(const Comparison& comparison, HangFate fate) {
  std::vector<Shape> shapes;
  std::map<std::string, std::size_t> place;
  for (const ComparedHang& row : comparison.hangs()) {
    if (row.fate() != fate) continue;
    const auto [known, added] = place.try_emplace(shape_of(row.hang()), shapes.size());
    if (added)
      shapes.push_back({&row.hang(), 1});
    else
      ++shapes[known->second].count;
  }
  return shapes;
}

std::string parties(const Hang& hang, const ReportStyle& style) {
  const auto width = static_cast<std::size_t>(style.width);
  std::string out;
  for (const StuckActor& actor : hang.stuck()) {
    std::string text = fmt::format("{} waits for {}", actor.actor(), named(actor.wait_kind(), actor.waits_for()));
    if (!actor.at().empty()) text += " in " + actor.at();
    if (actor.line() > 0) text += fmt::format(", line {}", actor.line());
    out += paragraph(text, width, 6, 8);
  }
  if (hang.loop().empty()) return out;
  return out + paragraph(fmt::format("{} repeat after {}", counted(static_cast<std::uint64_t>(hang.loop_size()), "step"),
                                     counted(static_cast<std::uint64_t>(hang.witness_size()), "step")), width, 6, 8);
}

std::string told(const Shape& shape, const ReportStyle& style) {
  const Hang& hang = *shape.first;
  const std::vector<std::string> actors(hang.finding().actors().begin(), hang.finding().actors().end());
  std::string text = fmt::format("{} of {}, after {}", kind_words(hang.finding().kind()), list_of(actors),
                                 counted(static_cast<std::uint64_t>(hang.witness_size()), "step"));
  if (shape.count > 1) text += fmt::format("; {} more that differ in numbers of instances alone", shape.count - 1);
  return paragraph(text, static_cast<std::size_t>(style.width), 2, 4) + parties(hang, style);
}

std::string fate_section(const Comparison& comparison, HangFate fate, std::string_view heading, const ReportStyle& style) {
  const auto shapes = shapes_of(comparison, fate);
  if (shapes.empty()) return {};
  std::string out = '\n' + title(heading, style) + '\n';
  const auto count = static_cast<int>(shapes.size());
  for (int i = 0; i < count && i < kShapes_shown; ++i) out += told(shapes[static_cast<std::size_t>(i)], style);
  out += and_more(count, kShapes_shown, "kind", 2);
  const auto& steps = shapes.front().first->witness();
  if (fate != GONE && !steps.empty()) out += "    the way to the first of these:\n" + steps_table(steps, style);
  return out;
}

std::string search_line(std::string_view label, const std::string& scenario, const ComparedSearch& search, const ReportStyle& style) {
  std::string text = fmt::format("{}: {}{}, {}, {}", scenario, Verdict_Name(search.verdict()), search.proved() ? " (proved)" : "",
                                 grouped(search.states(), "state"), grouped(search.deadlock_states(), "deadlock state"));
  if (!search.limit_reached().empty()) text += ", ended by " + search.limit_reached();
  if (search.limit_reached().empty() && !search.all_hangs()) text += ", not all of which were looked at";
  return fmt::format("{:<10}", label) + paragraph(text, static_cast<std::size_t>(style.width), 0, 10);
}

}  // namespace

bool is_bounded(const Comparison& comparison) {
  return !comparison.before().limit_reached().empty() || !comparison.after().limit_reached().empty();
}

bool is_mended(const Comparison& comparison) {
  return !is_bounded(comparison) && comparison.gone() > 0 && comparison.remain() == 0 && comparison.appeared() == 0;
}

Comparison compare(const Result& before, const Result& after) {
  Comparison out;
  out.set_scenario(before.scenario());
  out.set_against(after.scenario());
  *out.mutable_set() = before.set();
  *out.mutable_before() = search_of(before);
  *out.mutable_after() = search_of(after);
  for (const Hang& hang : before.hangs())
    if (!has(after, hang)) add(out, GONE, hang);
  out.set_gone(static_cast<std::uint32_t>(out.hangs_size()));
  for (const Hang& hang : before.hangs())
    if (has(after, hang)) add(out, REMAINS, hang);
  out.set_remain(static_cast<std::uint32_t>(out.hangs_size()) - out.gone());
  for (const Hang& hang : after.hangs())
    if (!has(before, hang)) add(out, APPEARED, hang);
  out.set_appeared(static_cast<std::uint32_t>(out.hangs_size()) - out.gone() - out.remain());
  out.set_headline(headline(out));
  return out;
}

std::string comparison_report(const Comparison& comparison, const ReportStyle& style) {
  std::string out = comparison.headline() + "\n\n";
  out += search_line("Before", comparison.scenario(), comparison.before(), style);
  out += search_line("After", comparison.against(), comparison.after(), style);
  out += fate_section(comparison, GONE, "Gone:", style);
  out += fate_section(comparison, REMAINS, "Remains:", style);
  out += fate_section(comparison, APPEARED, "New:", style);
  if (!comparison.reproduce().empty()) out += fmt::format("\n{} {}\n", title("Reproduce:", style), comparison.reproduce());
  return out;
}

}  // namespace mmsim
