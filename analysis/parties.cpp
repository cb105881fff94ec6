// Why nobody can go on: the cycle told three ways, as sentences, as DEPT's event contexts, and as the task dump of a
// hung kernel. Who reads one of them daily finds the rest by it.
#include <fmt/format.h>

#include <vector>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"
#include "analysis/sections.hpp"
#include "analysis/sentences.hpp"

namespace mmsim {
namespace {

std::string info(const std::string& blocked, const std::string& why, const ReportStyle& style) {
  // The first line stays whole, however long, so that it can be found with the habits (and the scripts) of dmesg.
  return title(blocked, style) + '\n' + paragraph(why, static_cast<std::size_t>(style.width), 6, 6);
}

std::string chain(const Cycle& cycle, const ReportStyle& style) {
  std::string text = title("Cycle:", style) + ' ';
  std::string names;
  for (const Edge& edge : cycle.edges()) names += edge.waiter() + " -> ";
  names += cycle.edges(0).waiter();
  return text + paragraph(names, static_cast<std::size_t>(style.width), 0, 7);
}

// "    [S] folio lock x (since 1.000 us, in f)"; without a clock, "    [S] folio lock x (in f)"
std::string letter(char which, const std::string& what, const std::string& since, const std::string& procedure,
                   const ReportStyle& style) {
  std::string when = since;
  if (!procedure.empty()) when += fmt::format("{}in {}", when.empty() ? "" : ", ", procedure);
  return paragraph(fmt::format("[{}] {}{}", which, what, when.empty() ? "" : fmt::format(" ({})", when)),
                   static_cast<std::size_t>(style.width), 4, 8);
}

// "f, line 12" of a call trace's "f (line 12)", for where it stands in brackets itself.
std::string unbracketed(std::string procedure) {
  if (const auto bracket = procedure.find(" ("); bracket != procedure.npos && procedure.ends_with(')')) {
    procedure.replace(bracket, 2, ", ");
    procedure.pop_back();
  }
  return procedure;
}

// One block per party. `held` is the edge that ends at the party: what it holds, or stands in the way of.
std::string context(const Result& result, const Edge& wait, const Edge& held, int number, const ReportStyle& style) {
  const StuckActor* actor = find_stuck(result, wait.waiter());
  const std::string place = actor == nullptr ? std::string() : place_of(actor->cpu(), actor->node());
  const std::string procedure = actor == nullptr || actor->call_trace_size() < 2 ? std::string() : unbracketed(actor->call_trace(1));
  const bool queued = held.kind() == QUEUED_BEHIND;
  const auto since = [&](std::int64_t ns) { return is_timed(result) ? "since " + microseconds(ns) : std::string(); };
  std::string out = fmt::format("context {}: task {}{}{}\n", static_cast<char>('A' + number), wait.waiter(),
                                place.empty() ? "" : ", ", place);
  if (queued) {
    out += letter('S', "queue for " + held.resource(), since(wait.since_ns()), procedure, style);
  } else if (held.held_since_ns() >= 0) {
    out += letter('S', named(held.wait_kind(), held.resource()), since(held.held_since_ns()), held.held_at(), style);
  } else if (!held.how().empty()) {
    out += letter('S', fmt::format("{} {}", wait.waiter(), held.how()), {}, {}, style);
  }
  out += letter('W', named(wait.wait_kind(), wait.resource()), since(wait.since_ns()), procedure, style);
  const std::string release = (queued ? "its turn on " : "release of ") + held.resource();
  return out + fmt::format("    [E] {}\n", held.ends_when().empty() ? release : held.ends_when());
}

std::string contexts(const Result& result, const Cycle& cycle, const ReportStyle& style) {
  const int count = cycle.edges_size();
  std::string out = title(count == 1 ? "*** AA DEADLOCK ***" : "*** DEADLOCK ***", style) + "\n\n";
  for (int i = 0; i < count && i < kParties_shown; ++i)
    out += context(result, cycle.edges(i), cycle.edges((i + count - 1) % count), i, style);
  out += and_more(count, kParties_shown, "context", 0);
  return out + "\n[S]: start of the event context\n[W]: the wait blocked\n[E]: the event not reachable\n";
}

std::string locks_held(const Result& result, const StuckActor& actor) {
  if (actor.holds().empty()) return fmt::format("no locks held by {}.\n", actor.actor());
  std::string out =
      fmt::format("{} held by {}:\n", counted(static_cast<std::uint64_t>(actor.holds_size()), "lock"), actor.actor());
  Table table({{"", Table::Align::kRight}, {"", Table::Align::kLeft}, {"", Table::Align::kLeft}});
  int number = 0;
  for (const Held& held : actor.holds()) {
    if (number == kFrames_shown) break;
    std::string where = is_timed(result) ? "since " + microseconds(held.since_ns()) : std::string();
    if (!held.at().empty()) where += fmt::format("{}at: {}", where.empty() ? "" : ", ", held.at());
    table.add({fmt::format("#{}:", number++), named(held.kind(), held.resource()), where});
  }
  return out + table.text(1) + and_more(actor.holds_size(), kFrames_shown, "lock", 1);
}

std::string task_dump(const Result& result, const StuckActor& actor) {
  std::string out = fmt::format("task:{:<15} state:{}", actor.actor(), actor.state().empty() ? "D" : actor.state());
  if (actor.cpu() >= 0) out += fmt::format(" cpu:{}", actor.cpu());
  if (!actor.node().empty()) out += " node:" + actor.node();
  if (actor.call_trace_size() > 0) {
    out += "\nCall Trace:\n <TASK>\n";
    for (int i = 0; i < actor.call_trace_size() && i < kFrames_shown; ++i)
      out += fmt::format(" {}\n", actor.call_trace(i));
    out += and_more(actor.call_trace_size(), kFrames_shown, "frame", 1) + " </TASK>";
  }
  return out + '\n' + locks_held(result, actor);
}

}  // namespace

std::string cycle_section(const Result& result, const Cycle& cycle, const ReportStyle& style) {
  if (cycle.edges().empty()) return {};
  std::string out = chain(cycle, style);
  for (int i = 0; i < cycle.edges_size() && i < kParties_shown; ++i)
    out += '\n' + info(blocked_on(cycle.edges(i)), because(result, cycle.edges(i)), style);
  return out + and_more(cycle.edges_size(), kParties_shown, "wait", 0) + '\n' + contexts(result, cycle, style);
}

std::string orphan_section(const Result& result, const ReportStyle& style) {
  std::string out;
  int count = 0;
  for (const StuckActor& actor : result.stuck()) {
    if (actor.role() != ORPHAN || ++count > kParties_shown) continue;
    if (!out.empty()) out += '\n';
    out += info(blocked_on(actor), because(result, actor), style);
  }
  return out + and_more(count, kParties_shown, "orphan", 0);
}

std::string task_section(const Result& result, const ReportStyle& style) {
  std::string out;
  int count = 0;
  for (const StuckActor& actor : result.stuck()) {
    if (actor.role() == VICTIM || ++count > kParties_shown) continue;
    out += '\n' + task_dump(result, actor);
  }
  if (out.empty()) return out;
  return title("Blocked state:", style) + '\n' + out + and_more(count, kParties_shown, "task", 0);
}

}  // namespace mmsim
