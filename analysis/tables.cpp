// The sections that are lists: victims, other actors, throttled waits, contention, counters.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"
#include "analysis/sections.hpp"

namespace mmsim {
namespace {

constexpr auto kLeft = Table::Align::kLeft;
constexpr auto kRight = Table::Align::kRight;

std::string section(std::string_view heading, const Table& table, const ReportStyle& style) {
  return table.empty() ? std::string() : fmt::format("{}\n{}", title(heading, style), table.text(2));
}

}  // namespace

std::string victim_section(const Result& result, const ReportStyle& style) {
  std::string out;
  for (const Finding& finding : findings_of(result)) {
    if (finding.victims().empty()) continue;
    Table table({{"", kLeft}, {"", kLeft}, {"", kLeft}, {"", kRight}, {"", kLeft}});
    for (int i = 0; i < finding.victims_size() && i < kVictims_shown; ++i) {
      const StuckActor* actor = find_stuck(result, finding.victims(i));
      if (actor == nullptr) {
        table.add({finding.victims(i)});
        continue;
      }
      table.add({actor->actor(), actor->state().empty() ? "D" : actor->state(),
                 named(actor->wait_kind(), actor->waits_for()),
                 is_timed(result) ? "since " + microseconds(actor->since_ns()) : std::string(),
                 "behind " + list_of({actor->behind().begin(), actor->behind().end()}, 3)});
    }
    out += paragraph(fmt::format("of {}:", name_of(finding)), static_cast<std::size_t>(style.width), 2, 4) + table.text(4) +
           and_more(finding.victims_size(), kVictims_shown, "task", 4);
  }
  return out.empty() ? out : title("Victims, stuck behind the others:", style) + '\n' + out;
}

std::string others_section(const Result& result, const ReportStyle& style) {
  Table table({{"actor", kLeft}, {"state", kLeft}, {"at", kLeft}, {"on", kLeft}});
  int count = 0;
  for (const ActorEnd& actor : result.actors()) {
    if (actor.state() == "finished" || find_stuck(result, actor.actor()) != nullptr || ++count > kParties_shown)
      continue;
    table.add({actor.actor(), actor.state(), actor.at(), place_of(actor.cpu(), actor.node())});
  }
  return section("Not finished at the end:", table, style) + and_more(count, kParties_shown, "actor", 2);
}

std::string throttled_section(const Result& result, const ReportStyle& style) {
  if (!is_timed(result)) return {};
  Table table({{"actor", kLeft}, {"reason", kLeft}, {"count", kRight}, {"total wait", kRight}});
  for (const Throttled& wait : result.throttled())
    table.add({wait.actor(), wait.reason(), fmt::format("{}", wait.count()), microseconds(wait.total_ns())});
  return section("Throttled waits (time ends them, they are no hang):", table, style);
}

std::string contention_section(const Result& result, const ReportStyle& style) {
  if (!is_timed(result)) return {};
  std::vector<const WaitStats*> rows;
  for (const WaitStats& stats : result.waits())
    if (stats.contended() > 0) rows.push_back(&stats);
  std::stable_sort(rows.begin(), rows.end(), [](const WaitStats* a, const WaitStats* b) {
    return std::pair(-a->total_wait_ns(), a->type()) < std::pair(-b->total_wait_ns(), b->type());
  });
  Table table(
      {{"contended", kRight}, {"total wait", kRight}, {"max wait", kRight}, {"avg wait", kRight}, {"type", kLeft}});
  for (const WaitStats* stats : rows)
    table.add({fmt::format("{}", stats->contended()), microseconds(stats->total_wait_ns()),
               microseconds(stats->max_wait_ns()),
               microseconds(stats->total_wait_ns() / static_cast<std::int64_t>(stats->contended())), stats->type()});
  return section("Lock contention:", table, style);
}

std::string counter_section(const Result& result, const ReportStyle& style) {
  Table table({{"", kLeft}, {"", kRight}});
  for (const auto& [name, value] : std::map(result.counters().begin(), result.counters().end()))
    table.add({name, fmt::format("{}", value)});
  return section("Counters:", table, style);
}

}  // namespace mmsim
