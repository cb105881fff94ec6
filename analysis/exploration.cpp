#include "analysis/exploration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/headline.hpp"
#include "analysis/lookup.hpp"

namespace mmsim {
namespace {

constexpr std::string_view kPreemptions = "preemptions=";

bool is_sample(const Exploration& search) { return search.strategy() == "random" || search.strategy() == "pct"; }

// The K of "preemptions=K"; empty for other strategies.
std::string preemptions_max(const Exploration& search) {
  return search.strategy().starts_with(kPreemptions) ? search.strategy().substr(kPreemptions.size()) : std::string();
}

std::string plural(const std::string& count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == "1" ? "" : "s");
}

std::string after_steps(const Result& result) {
  return "after " + grouped(static_cast<std::uint64_t>(result.exploration().witness_size()), "step");
}

// Since when it was too late, as the end of a sentence.
std::string too_late(const Result& result) {
  const Exploration& found = result.exploration();
  if (never_completes(result)) return "no order of steps completes";
  if (found.no_return() == 0) return "nothing but a reboot ends it";
  return fmt::format("no order {} completes from step {} on",
                     found.no_return_exact() ? "of steps" : "that was searched", found.no_return());
}

std::string lost_wakeup(const Result& result) {
  const auto orphans = names_with(result, ORPHAN);
  const std::string end = too_late(result);
  if (orphans.size() != 1)
    return fmt::format("LOST_WAKEUP: {} wait {}, and nobody is left who could wake them; {}.", list_of(orphans),
                       after_steps(result), end);
  return fmt::format("LOST_WAKEUP: {} waits for {} {}, and nobody is left who could end that; {}.", orphans.front(),
                     find_stuck(result, orphans.front())->waits_for(), after_steps(result), end);
}

std::vector<std::string> in_loop(const Result& result) {
  std::vector<std::string> names;
  for (const WitnessStep& step : result.exploration().loop())
    if (std::find(names.begin(), names.end(), step.actor()) == names.end()) names.push_back(step.actor());
  return names;
}

std::string endless(const Result& result) {
  auto names = parties_of(result);   // whom the loop keeps from progress
  const auto looping = in_loop(result);
  if (names.empty()) names = looping;
  const std::string loop = grouped(static_cast<std::uint64_t>(result.exploration().loop_size()), "step");
  if (result.verdict() == STARVED)
    return fmt::format("STARVED: {} {} can be passed over for ever, while {} under a fair scheduler.",
                       after_steps(result), list_of(names), loop + (result.exploration().loop_size() == 1 ? " repeats" : " repeat"));
  return fmt::format("LIVELOCK: {} {} can repeat {} for ever under a fair scheduler and make no progress.",
                     after_steps(result), list_of(looping.empty() ? names : looping), loop);
}

std::string completed(const Result& result) {
  const Exploration& search = result.exploration();
  if (is_replay(result)) return fmt::format("COMPLETED: every actor that must finish did, {}.", after_steps(result));
  if (result.proved())
    return fmt::format("PROVED FREE: in every order of steps{} each actor that must finish does: {}, {}visited.",
                       search.cpus() == "scenario" ? " that its CPUs allow" : "", grouped(result.states(), "state"),
                       result.states() == 1 ? "" : "all of them ");
  if (is_sample(search))
    return fmt::format("NOT FOUND within {} ({}, seed {}): no hang; other orders of steps may have one.",
                       grouped(search.schedules(), "schedule"), search.strategy(), result.seed());
  if (const std::string most = preemptions_max(search); !most.empty() && search.complete())
    return fmt::format("NOT FOUND within {}: no order of steps with so few hangs; with more, one may.",
                       plural(most, "preemption"));
  return fmt::format("NOT FOUND within {}: no hang; there are more.", grouped(result.states(), "state"));
}

std::string limit(const Result& result) {
  const Exploration& search = result.exploration();
  if (is_replay(result))
    return fmt::format("LIMIT: the schedule ends {}, and somebody can still go on; nothing is claimed.",
                       after_steps(result));
  const std::string& bound = search.limit_reached().empty() ? result.limit() : search.limit_reached();
  const std::string extent =
      is_sample(search) ? grouped(search.schedules(), "schedule") : grouped(result.states(), "state");
  if (bound == "interrupted") return fmt::format("LIMIT: interrupted after {}; nothing is claimed.", extent);
  return fmt::format("LIMIT: {} ended it after {}; nothing is claimed.", bound.empty() ? "a bound" : bound, extent);
}

std::string cpus_covered(const Exploration& search) {
  return search.cpus() == "scenario" ? "actors that share a CPU take turns as the machine's preemption model lets them"
                                     : "whatever each step lasts, and as if every actor had a CPU of its own";
}

}  // namespace

bool is_replay(const Result& result) { return result.exploration().strategy() == "replay"; }

bool never_completes(const Result& result) {
  const Exploration& search = result.exploration();
  return result.verdict() != COMPLETED && search.strategy() == "exhaustive" && search.complete() &&
         result.states() > 0 && search.completed_states() == 0;
}

std::string exploration_headline(const Result& result) {
  switch (result.verdict()) {
    case COMPLETED: return completed(result);
    case DEADLOCK: return deadlock_headline(result, after_steps(result), too_late(result));
    case LOST_WAKEUP: return lost_wakeup(result);
    case LIVELOCK:
    case STARVED: return endless(result);
    case LIMIT: return limit(result);
    default: return "No verdict.";
  }
}

std::string covered(const Result& result) {
  const Exploration& search = result.exploration();
  if (is_replay(result)) return "One order of steps, that of the schedule.";
  if (is_sample(search))
    return fmt::format("{} of steps, drawn at random ({}, seed {}); {}.",
                       search.schedules() == 1 ? "1 order" : grouped(search.schedules()) + " orders", search.strategy(),
                       result.seed(), cpus_covered(search));
  const std::string most = preemptions_max(search);
  const std::string which = most.empty() ? "" : fmt::format(" with at most {}", plural(most, "preemption"));
  std::string text =
      search.complete()
          ? fmt::format("Every order of steps{}", which)
          : fmt::format("Some orders of steps{}, as far as {}", which,
                        search.limit_reached().empty() ? "the first hang" : search.limit_reached() + " let it");
  text += "; " + cpus_covered(search);
  if (search.reduction()) text += "; of orders that differ only in steps that do not touch each other, one";
  return text + '.';
}

std::string in_words(double probability) {
  if (probability <= 0) return {};
  if (probability > 0.1) return "not known to be below 1 in 10";
  int exponent = 1;
  for (double scaled = probability * 100; scaled <= 1 && exponent < 300; scaled *= 10) ++exponent;
  return exponent < 4 ? fmt::format("at most 1 in 1{:0>{}}", "", exponent)
                      : fmt::format("at most 1 in 10^{}", exponent);
}

}  // namespace mmsim
