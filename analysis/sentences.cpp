#include "analysis/sentences.hpp"

#include <fmt/format.h>

#include <vector>

#include "analysis/exploration.hpp"
#include "analysis/format.hpp"
#include "analysis/headline.hpp"
#include "analysis/lock_order.hpp"
#include "analysis/lookup.hpp"

namespace mmsim {
namespace {

constexpr std::string_view kCpu = "CPU";   // as a kind of thing that is waited for

std::string since(const Result& result, std::int64_t ns) {
  return is_timed(result) ? "since " + microseconds(ns) : std::string();
}
std::string blank_since(const Result& result, std::int64_t ns) {
  return is_timed(result) ? ' ' + since(result, ns) : std::string();
}

std::string lost_wakeup(const Result& result) {
  const auto orphans = names_with(result, ORPHAN);
  if (orphans.size() != 1)
    return fmt::format("LOST_WAKEUP: {} wait{}, and nobody is left who could wake them.", list_of(orphans),
                       blank_since(result, result.closed_ns()));
  const StuckActor& orphan = *find_stuck(result, orphans.front());
  return fmt::format("LOST_WAKEUP: {} waits for {}{}, and nobody is left who could end that.", orphan.actor(),
                     orphan.waits_for(), blank_since(result, orphan.since_ns()));
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

// What an edge is about, where its name alone would be a number.
std::string resource_of(const Edge& edge) {
  return edge.wait_kind() == kCpu ? named(edge.wait_kind(), edge.resource()) : edge.resource();
}

// " (CPU 2, node1)", or nothing for an actor that has neither.
std::string place(const StuckActor* actor) {
  if (actor == nullptr) return {};
  const std::string text = place_of(actor->cpu(), actor->node());
  return text.empty() ? text : fmt::format(" ({})", text);
}

// "a has waited since 1.000 us at folio_lock(x) in f"; without a clock, "a waits at folio_lock(x) in f"
std::string waiting(const Result& result, const std::string& name, const StuckActor* actor, std::int64_t since_ns) {
  const bool spins = actor != nullptr && actor->state() == "R" && actor->wait_kind() != kCpu;
  std::string text = name + place(actor);
  text += is_timed(result) ? fmt::format(" has {} since {}", spins ? "spun" : "waited", microseconds(since_ns))
                           : fmt::format(" {}", spins ? "spins" : "waits");
  if (actor != nullptr && actor->call_trace_size() > 0) text += " at " + actor->call_trace(0);
  if (actor != nullptr && actor->call_trace_size() > 1) text += " in " + actor->call_trace(1);
  if (actor != nullptr && !actor->values().empty()) text += " while " + actor->values();
  return text;
}

// "wake_up" of "wake_up(q)"
std::string_view verb_of(std::string_view operation) { return operation.substr(0, operation.find('(')); }

// Whether a step did what would have ended the wait: "wake_up(q)", "wake_up_all(q)".
bool ends(std::string_view step, std::string_view ends_when) {
  const std::string_view verb = verb_of(ends_when);
  const auto bracket = step.find('(');
  if (!step.starts_with(verb) || bracket == step.npos || step.substr(bracket) != ends_when.substr(verb.size())) return false;
  const std::string_view rest = verb_of(step).substr(verb.size());
  return rest.empty() || rest == "_all";
}

// The last time that somebody did what the orphan waits for: too early, or for somebody else.
std::string lost(const Result& result, const StuckActor& orphan) {
  if (orphan.ends_when().find('(') == std::string::npos || orphan.behind_size() > 0) return {};
  const WitnessStep* last = nullptr;
  std::uint32_t began = 0;   // to wait
  for (const WitnessStep& step : result.exploration().witness()) {
    if (step.actor() == orphan.actor()) began = step.number();
    if (step.actor() != orphan.actor() && ends(step.step(), orphan.ends_when())) last = &step;
  }
  if (last != nullptr)
    return last->number() < began
               ? fmt::format(" {} did {} in step {}, before {} began to wait in step {}.", last->actor(), last->step(),
                             last->number(), orphan.actor(), began)
               : fmt::format(" The last {} was step {}, by {}; it did not reach {}.", last->step(), last->number(),
                             last->actor(), orphan.actor());
  for (auto event = result.last_events().rbegin(); event != result.last_events().rend(); ++event)
    if (event->actor() != orphan.actor() && ends(event->text(), orphan.ends_when()) && event->time_ns() <= orphan.since_ns())
      return fmt::format(" {} did {} at {}, before {} began to wait.", event->actor(), event->text(),
                         microseconds(event->time_ns()), orphan.actor());
  return {};
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
std::string standing(const Result& result, const Edge& edge) {
  std::string text;
  if (edge.kind() == QUEUED_BEHIND) {
    text = fmt::format("stands before it in the queue for {}", edge.resource());
  } else if (edge.held_since_ns() >= 0) {
    text = is_timed(result) ? fmt::format("has held {} since {}", resource_of(edge), microseconds(edge.held_since_ns()))
                            : fmt::format("holds {}", resource_of(edge));
    if (!edge.held_at().empty()) text += ", taken in " + edge.held_at();
  }
  if (!text.empty() && !edge.how().empty()) text += " and ";
  return text + edge.how();
}

}  // namespace

std::string headline(const Result& result) {
  if (result.has_exploration() && !is_timed(result)) return exploration_headline(result);
  const auto parties = parties_of(result);
  const char* no = parties.size() == 1 ? "makes no" : "make no";
  switch (result.verdict()) {
    case COMPLETED: return completed(result);
    case DEADLOCK: return deadlock_headline(result, since(result, result.closed_ns()), "nothing but a reboot ends it");
    case LOST_WAKEUP: return lost_wakeup(result);
    case LIVELOCK:
      return fmt::format("LIVELOCK: steps go on, but {} {} progress{}.", list_of(parties), no,
                         blank_since(result, result.closed_ns()));
    case STARVED:
      return fmt::format("STARVED: {} could proceed{} but {} never chosen.", list_of(parties),
                         blank_since(result, result.closed_ns()), parties.size() == 1 ? "is" : "are");
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
  const std::string wait = waiting(result, edge.waiter(), find_stuck(result, edge.waiter()), edge.since_ns());
  const std::string held = standing(result, edge);
  if (held.empty()) return fmt::format("{} because {}.", wait, ending(edge, introduced));
  return fmt::format("{} because {} {}; {}.", wait, introduced, held, ending(edge, itself ? "it" : edge.holder()));
}

std::string because(const Result& result, const StuckActor& orphan) {
  if (!orphan.because().empty()) return orphan.because();
  return fmt::format("{}, and no actor that still runs or will run can end the wait for {}.{}",
                     waiting(result, orphan.actor(), &orphan, orphan.since_ns()), orphan.waits_for(), lost(result, orphan));
}

void fill_sentences(Result& result) {
  fill_inversions(result);
  for (RuleViolation& violation : *result.mutable_rule_violations())
    if (violation.because().empty()) violation.set_because(because(violation));
  if (result.headline().empty()) result.set_headline(headline(result));
  if (result.has_exploration() && result.exploration().covered().empty())
    result.mutable_exploration()->set_covered(covered(result));
  for (Cycle& cycle : *result.mutable_cycles())
    for (Edge& edge : *cycle.mutable_edges())
      if (edge.because().empty()) edge.set_because(because(result, edge));
  for (Finding& finding : *result.mutable_findings())
    for (Edge& edge : *finding.mutable_waits())
      if (edge.because().empty()) edge.set_because(because(result, edge));
  for (StuckActor& actor : *result.mutable_stuck())
    if (actor.role() == ORPHAN && actor.because().empty()) actor.set_because(because(result, actor));
}

}  // namespace mmsim
