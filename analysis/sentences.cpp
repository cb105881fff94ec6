#include "analysis/sentences.hpp"

#include <fmt/format.h>

#include <vector>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"

namespace mmsim {
namespace {

// An exploration has no clock unless its witness was timed.
bool is_timed(const Result& result) { return result.states() == 0 || result.elapsed_ns() > 0; }

std::string since(const Result& result, std::int64_t ns) {
  return is_timed(result) ? " since " + microseconds(ns) : std::string();
}

std::string deadlock(const Result& result) {
  const auto parties = parties_of(result);
  const auto victims = names_with(result, VICTIM);
  const bool alone = parties.size() == 1;
  const char* how = alone                 ? "waits for itself"
                    : parties.size() == 2 ? "wait for each other"
                                          : "wait for each other in a circle";
  if (result.cycles_size() > 1) how = "are in circles of waits";
  std::string behind;
  if (!victims.empty())
    behind = fmt::format(", {} stuck behind {}",
                         victims.size() == 1 ? "1 more is" : fmt::format("{} more are", victims.size()),
                         alone ? "it" : "them");
  return fmt::format("DEADLOCK: {} {}{}{}; nothing but a reboot ends it.", list_of(parties), how,
                     since(result, result.closed_ns()), behind);
}

std::string lost_wakeup(const Result& result) {
  const auto orphans = names_with(result, ORPHAN);
  if (orphans.size() != 1)
    return fmt::format("LOST_WAKEUP: {} wait{}, and nobody is left who could wake them.", list_of(orphans),
                       since(result, result.closed_ns()));
  const StuckActor& orphan = *find_stuck(result, orphans.front());
  return fmt::format("LOST_WAKEUP: {} waits for {}{}, and nobody is left who could end that.", orphan.actor(),
                     orphan.waits_for(), since(result, orphan.since_ns()));
}

std::string completed(const Result& result) {
  if (result.states() == 0)
    return fmt::format("COMPLETED: every actor that must finish did, after {}.", microseconds(result.elapsed_ns()));
  if (result.proved()) return "COMPLETED: no interleaving hangs; every one was covered.";
  return "COMPLETED: no hang was found, but not every interleaving was covered.";
}

std::string limit(const Result& result) {
  const std::string at = is_timed(result) ? " at " + microseconds(result.elapsed_ns()) : std::string();
  if (result.limit() == "interrupted") return fmt::format("LIMIT: interrupted{}; nothing is claimed.", at);
  return fmt::format("LIMIT: {} ended it{}; nothing is claimed.", result.limit().empty() ? "a bound" : result.limit(),
                     at);
}

// " (CPU 2, node1)", or nothing for an actor that has neither.
std::string place(const StuckActor* actor) {
  if (actor == nullptr) return {};
  const std::string text = place_of(actor->cpu(), actor->node());
  return text.empty() ? text : fmt::format(" ({})", text);
}

// "a has waited since 1.000 us at folio_lock(x) in f"
std::string waiting(const std::string& name, const StuckActor* actor, std::int64_t since_ns) {
  const bool spins = actor != nullptr && actor->state() == "R";
  std::string text =
      fmt::format("{}{} has {} since {}", name, place(actor), spins ? "spun" : "waited", microseconds(since_ns));
  if (actor != nullptr && actor->call_trace_size() > 0) text += " at " + actor->call_trace(0);
  if (actor != nullptr && actor->call_trace_size() > 1) text += " in " + actor->call_trace(1);
  return text;
}

// Who could end the wait of an edge, as the last part of a sentence that may have introduced the holder already.
std::string ending(const Edge& edge, const std::string& holder) {
  const std::string by = edge.ends_when().empty() ? std::string() : ", by " + edge.ends_when();
  std::vector<std::string> all{edge.holder()};
  all.insert(all.end(), edge.beside().begin(), edge.beside().end());
  if (edge.kind() == QUEUED_BEHIND) return fmt::format("{} has to be served first", holder);
  if (edge.kind() == K_OF_N) return fmt::format("{} of {} would have to end the wait{}", edge.k(), list_of(all), by);
  if (all.size() == 1) return fmt::format("{} alone could end the wait{}", holder, by);
  if (edge.kind() == ONE_OF) return fmt::format("any one of {} could end the wait{}", list_of(all), by);
  return fmt::format("all of {} would have to end the wait{}", list_of(all), by);
}

// What the holder did to be waited for, as predicates of a sentence about it; empty where nothing is known but that it
// could end the wait.
std::string standing(const Edge& edge) {
  std::string text;
  if (edge.kind() == QUEUED_BEHIND) {
    text = fmt::format("stands before it in the queue for {}", edge.resource());
  } else if (edge.held_since_ns() >= 0) {
    text = fmt::format("has held {} since {}", edge.resource(), microseconds(edge.held_since_ns()));
    if (!edge.held_at().empty()) text += ", taken in " + edge.held_at();
  }
  if (!text.empty() && !edge.how().empty()) text += " and ";
  return text + edge.how();
}

}  // namespace

std::string headline(const Result& result) {
  const auto parties = parties_of(result);
  const char* no = parties.size() == 1 ? "makes no" : "make no";
  switch (result.verdict()) {
    case COMPLETED: return completed(result);
    case DEADLOCK: return deadlock(result);
    case LOST_WAKEUP: return lost_wakeup(result);
    case LIVELOCK:
      return fmt::format("LIVELOCK: steps go on, but {} {} progress{}.", list_of(parties), no,
                         since(result, result.closed_ns()));
    case STARVED:
      return fmt::format("STARVED: {} could proceed{} but {} never chosen.", list_of(parties),
                         since(result, result.closed_ns()), parties.size() == 1 ? "is" : "are");
    case LIMIT: return limit(result);
    default: return "No verdict.";
  }
}

std::string blocked_on(const Edge& edge) {
  const std::string what = named(edge.wait_kind(), edge.resource());
  const std::string owner = edge.holder() == edge.waiter() ? "itself" : "task " + edge.holder();
  const std::string blocked = fmt::format("INFO: task {} is blocked on {}", edge.waiter(), what);
  if (edge.kind() == QUEUED_BEHIND) return fmt::format("{} queued behind {}.", blocked, owner);
  if (edge.held_since_ns() >= 0) return fmt::format("{} owned by {}.", blocked, owner);
  return fmt::format("{} that {} has to end.", blocked, owner);
}

std::string blocked_on(const StuckActor& orphan) {
  return fmt::format("INFO: task {} is blocked on {}, but {}.", orphan.actor(),
                     named(orphan.wait_kind(), orphan.waits_for()),
                     orphan.nobody().empty() ? "nobody is left who could end the wait" : orphan.nobody());
}

std::string because(const Result& result, const Edge& edge) {
  if (!edge.because().empty()) return edge.because();
  const bool itself = edge.holder() == edge.waiter();
  const std::string introduced = itself ? "it" : edge.holder() + place(find_stuck(result, edge.holder()));
  const std::string wait = waiting(edge.waiter(), find_stuck(result, edge.waiter()), edge.since_ns());
  const std::string held = standing(edge);
  if (held.empty()) return fmt::format("{} because {}.", wait, ending(edge, introduced));
  return fmt::format("{} because {} {}; {}.", wait, introduced, held, ending(edge, itself ? "it" : edge.holder()));
}

std::string because(const StuckActor& orphan) {
  if (!orphan.because().empty()) return orphan.because();
  return fmt::format("{}, and no actor that still runs or will run can end the wait for {}.",
                     waiting(orphan.actor(), &orphan, orphan.since_ns()), orphan.waits_for());
}

void fill_sentences(Result& result) {
  if (result.headline().empty()) result.set_headline(headline(result));
  for (Cycle& cycle : *result.mutable_cycles())
    for (Edge& edge : *cycle.mutable_edges())
      if (edge.because().empty()) edge.set_because(because(result, edge));
  for (StuckActor& actor : *result.mutable_stuck())
    if (actor.role() == ORPHAN && actor.because().empty()) actor.set_because(because(actor));
}

}  // namespace mmsim
