// The last events as lockdep draws its unsafe scenario: one column per actor, time going down.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"
#include "analysis/sections.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kColumn_min = 20;  // narrower than this a column is left out rather than squeezed
constexpr std::size_t kGap = 2;

struct Column {
  std::string actor;
  std::size_t width = 0;
};

// Parties first, then orphans, victims, and the others as they stand in the scenario; only those that did something.
std::vector<std::string> actors_by_interest(const Result& result) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    const bool acts = std::any_of(result.last_events().begin(), result.last_events().end(),
                                  [&](const TraceEvent& event) { return event.actor() == name; });
    if (acts && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const std::string& name : parties_of(result)) add(name);
  for (const Role role : {PARTY, ORPHAN, VICTIM})
    for (const std::string& name : names_with(result, role)) add(name);
  for (const ActorEnd& actor : result.actors()) add(actor.actor());
  for (const TraceEvent& event : result.last_events()) add(event.actor());
  return names;
}

// As many columns as fit; each as wide as it needs, up to an equal share of the space.
std::vector<Column> columns_for(const Result& result, std::size_t space) {
  const auto names = actors_by_interest(result);
  const std::size_t fitting = std::max<std::size_t>(1, space / (kColumn_min + kGap));
  std::vector<Column> columns;
  for (const std::string& name : names) {
    if (columns.size() == fitting) break;
    columns.push_back({name, name.size()});
  }
  const std::size_t share = columns.empty() ? 0 : space / columns.size() - kGap;
  for (Column& column : columns) {
    for (const TraceEvent& event : result.last_events())
      if (event.actor() == column.actor) column.width = std::max(column.width, event.text().size());
    column.width = std::clamp<std::size_t>(column.width, 4, share);
  }
  return columns;
}

// One row of the table: `text` stands in column `at`, wrapped within it.
std::string row(const std::string& time, std::size_t time_width, const std::vector<Column>& columns, std::size_t at,
                const std::string& text) {
  std::size_t indent = 2 + time_width + kGap;
  for (std::size_t i = 0; i < at; ++i) indent += columns[i].width + kGap;
  std::string out;
  for (const std::string& line : wrap(text, columns[at].width)) {
    const std::string start = out.empty() ? fmt::format("  {:>{}}", time, time_width) : std::string();
    out += fmt::format("{:<{}}{}\n", start, indent, line);
  }
  return out;
}

std::string heading(std::size_t time_width, const std::vector<Column>& columns) {
  std::string names(2 + time_width, ' ');
  std::string rule = names;
  for (const Column& column : columns) {
    names += fmt::format("  {:<{}}", column.actor.substr(0, column.width), column.width);
    rule += fmt::format("  {:<{}}", std::string(std::min(column.actor.size(), column.width), '-'), column.width);
  }
  names.resize(names.find_last_not_of(' ') + 1);
  rule.resize(rule.find_last_not_of(' ') + 1);
  return names + '\n' + rule + '\n';
}

}  // namespace

std::string event_section(const Result& result, const ReportStyle& style) {
  if (result.last_events().empty() || !is_timed(result)) return {};
  std::size_t time_width = 0;
  for (const TraceEvent& event : result.last_events())
    time_width = std::max(time_width, microseconds(event.time_ns()).size());
  const auto width = static_cast<std::size_t>(style.width);
  const auto columns = columns_for(result, width > time_width + 2 ? width - time_width - 2 : kColumn_min);

  std::vector<std::pair<const TraceEvent*, std::size_t>> shown;
  std::vector<std::string> left_out;
  std::uint64_t left_out_count = 0;
  for (const TraceEvent& event : result.last_events()) {
    const auto column =
        std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.actor == event.actor(); });
    if (column != columns.end()) {
      shown.emplace_back(&event, static_cast<std::size_t>(column - columns.begin()));
      continue;
    }
    ++left_out_count;
    if (std::find(left_out.begin(), left_out.end(), event.actor()) == left_out.end()) left_out.push_back(event.actor());
  }
  if (shown.size() > kEvents_shown) shown.erase(shown.begin(), shown.end() - kEvents_shown);

  std::string out = title("Last events, time going down:", style) + '\n' + heading(time_width, columns);
  for (const auto& [event, column] : shown)
    out += row(microseconds(event->time_ns()), time_width, columns, column, event->text());
  if (left_out_count > 0)
    out += fmt::format("  (no column for {} of {})\n", counted(left_out_count, "event"), list_of(left_out));
  return out;
}

}  // namespace mmsim
