#include <fmt/color.h>
#include <fmt/format.h>

#include <initializer_list>

#include "analysis/format.hpp"
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

std::string extent(const Result& result) {
  if (result.states() == 0)
    return fmt::format("{} simulated, {}", microseconds(result.elapsed_ns()), counted(result.transitions(), "step"));
  return fmt::format("{}, {}, {}", counted(result.states(), "state"), counted(result.transitions(), "transition"),
                     result.proved() ? "every interleaving" : "not every interleaving");
}

std::string what_ran(const Result& result, const ReportStyle& style) {
  std::string out;
  const auto line = [&](std::string_view label, const std::string& text) {
    if (!text.empty())
      out += fmt::format("{:<10}", label) + paragraph(text, static_cast<std::size_t>(style.width), 0, 10);
  };
  std::string scenario = fmt::format("{}, seed {}", result.scenario(), result.seed());
  for (const std::string& set : result.set()) scenario += ", " + set;
  line("Claim", result.claim());
  line("Scenario", scenario);
  line("Run", extent(result));
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
  for (int i = 0; i < result.cycles_size() && i < kCycles_shown; ++i)
    section(cycle_section(result, result.cycles(i), style));
  section(and_more(result.cycles_size(), kCycles_shown, "cycle", 0));
  section(orphan_section(result, style));
  section(task_section(result, style));
  section(victim_section(result, style));
  section(others_section(result, style));
  section(event_section(result, style));
  section(throttled_section(result, style));
  section(contention_section(result, style));
  section(counter_section(result, style));
  if (!result.reproduce().empty()) section(fmt::format("{} {}\n", title("Reproduce:", style), result.reproduce()));
  return out;
}

}  // namespace mmsim
