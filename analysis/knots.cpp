// A knot told once, as a group: its cycles would be many, and none of them the reason. Parties that wait for the same thing
// at the same place are told together.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/headline.hpp"
#include "analysis/lookup.hpp"
#include "analysis/sections.hpp"
#include "analysis/sentences.hpp"

namespace mmsim {
namespace {

std::vector<std::string> enders_of(const Edge& wait) {
  std::vector<std::string> names{wait.holder()};
  names.insert(names.end(), wait.beside().begin(), wait.beside().end());
  return names;
}

// Where a party stands and what it waits for there: those who agree in this are told together.
std::string standing(const Result& result, const Edge& wait) {
  const StuckActor* actor = find_stuck(result, wait.waiter());
  std::string text = wait.resource();
  if (actor == nullptr) return text;
  if (actor->call_trace_size() > 0) text = actor->call_trace(0);
  if (actor->call_trace_size() > 1) text += " in " + actor->call_trace(1);
  if (!actor->values().empty()) text += " while " + actor->values();
  return text;
}

struct Group {
  std::string at;
  std::vector<const Edge*> waits;
};

std::vector<Group> groups_of(const Result& result, const Finding& knot) {
  std::vector<Group> groups;
  for (const Edge& wait : knot.waits()) {
    const std::string at = standing(result, wait);
    const auto same = [&](const Group& group) {
      const Edge& other = *group.waits.front();
      return group.at == at && other.ends_when() == wait.ends_when() && other.kind() == wait.kind();
    };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(group, {at, {}});
    group->waits.push_back(&wait);
  }
  return groups;
}

// Who could end the waits of a group: all the others of the knot, or those named.
std::string enders(const Finding& knot, const Group& group) {
  std::vector<std::string> names;
  bool others = true;
  for (const Edge* wait : group.waits) {
    auto own = enders_of(*wait);
    others &= std::all_of(knot.actors().begin(), knot.actors().end(), [&](const std::string& actor) {
      return actor == wait->waiter() || std::find(own.begin(), own.end(), actor) != own.end();
    });
    for (std::string& name : own)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  if (others && knot.actors_size() > 2) return "any one of the others";
  return names.size() == 1 ? names.front() : "any one of " + list_of(names);
}

// "a has a unit since 1.000 us, taken in f": of a pool, each who holds of it.
std::string holders(const Result& result, const Finding& knot, const Edge& wait) {
  std::vector<std::string> told;
  for (const StuckActor& actor : result.stuck())
    for (const Held& held : actor.holds()) {
      const bool party = std::find(knot.actors().begin(), knot.actors().end(), actor.actor()) != knot.actors().end();
      if (!party || held.resource() != wait.resource()) continue;
      std::string text = actor.actor();
      if (is_timed(result)) text += " since " + microseconds(held.since_ns());
      if (!held.at().empty()) text += " in " + held.at();
      told.push_back(std::move(text));
    }
  if (told.empty()) return {};
  return fmt::format(" Units of {} were taken by {}.", wait.resource(), list_of(told, 8));
}

std::string told(const Result& result, const Finding& knot, const Group& group, const ReportStyle& style) {
  const Edge& first = *group.waits.front();
  std::vector<std::string> names;
  for (const Edge* wait : group.waits) names.push_back(wait->waiter());
  const bool one = names.size() == 1;
  const std::string blocked = fmt::format("INFO: {} {} {} blocked on {}.", one ? "task" : "tasks", list_of(names),
                                          one ? "is" : "are", named(first.wait_kind(), first.resource()));
  std::string why;
  if (one && enders_of(first).size() == 1) {
    why = because(result, first);
  } else {
    const std::string by = first.ends_when().empty() ? std::string() : ", by " + first.ends_when();
    why = fmt::format("{} {} at {}; {} could end that{}, but waits as well.", list_of(names), one ? "waits" : "wait",
                      group.at, enders(knot, group), by);
    if (knot.kind() == POOL_KNOT && first.held_since_ns() >= 0) why += holders(result, knot, first);
  }
  return title(blocked, style) + '\n' + paragraph(why, static_cast<std::size_t>(style.width), 6, 6);
}

}  // namespace

std::string knot_section(const Result& result, const Finding& knot, const ReportStyle& style) {
  if (knot.kind() != EVENT_KNOT && knot.kind() != POOL_KNOT) return {};
  const std::string heading = knot.kind() == EVENT_KNOT ? "Knot of event waits:" : "Pool knot:";
  const std::vector<std::string> names(knot.actors().begin(), knot.actors().end());
  std::string out = title(heading, style) + ' ' +
                    paragraph(fmt::format("{}; {}.", list_of(names, kParties_shown), knot_words(knot)),
                              static_cast<std::size_t>(style.width) - heading.size() + 5, 0, 6);
  const auto groups = groups_of(result, knot);
  const auto count = static_cast<int>(groups.size());
  for (int i = 0; i < count && i < kParties_shown; ++i)
    out += '\n' + told(result, knot, groups[static_cast<std::size_t>(i)], style);
  return out + and_more(count, kParties_shown, "group", 0);
}

}  // namespace mmsim
