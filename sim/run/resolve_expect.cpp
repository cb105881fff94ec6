// What a scenario expects of a run.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/run/counter_names.hpp"
#include "sim/run/resolve_context.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

std::string actor_name(const ActorSpec& actor) {
  return actor.instance == kNoIndex ? actor.base : fmt::format("{}[{}]", actor.base, actor.instance);
}

void check_counter(const ResolveContext& context, const ExpectedCounter& counter) {
  context.require(counter, ExpectedCounter::kNameFieldNumber);
  const auto& names = counter_names();
  if (std::find(names.begin(), names.end(), counter.name()) == names.end())
    context.fail({&counter, ExpectedCounter::kNameFieldNumber},
                 fmt::format("there is no counter \"{}\"; expected one of a report{}", counter.name(),
                             did_you_mean(counter.name(), names)));
  const bool bounded = counter.has_at_least() || counter.has_at_most();
  if (!bounded && !counter.has_equals()) {
    context.fail({&counter},
                 fmt::format("counter {} has no condition; expected equals, at_least or at_most", counter.name()));
  }
  if (bounded && counter.has_equals()) {
    context.fail({&counter, ExpectedCounter::kEqualsFieldNumber}, "equals stands beside a bound; expected one of them");
  }
  if (counter.has_at_least() && counter.has_at_most() && counter.at_least() > counter.at_most()) {
    context.fail(
        {&counter, ExpectedCounter::kAtLeastFieldNumber},
        fmt::format("at_least is {}; expected no more than at_most, {}", counter.at_least(), counter.at_most()));
  }
}

}  // namespace

void resolve_expect(ResolveContext& context, Expect& expect) {
  context.require(expect, Expect::kVerdictFieldNumber);
  context.check_range({&expect, Expect::kSeedsFieldNumber}, expect.seeds(), 1, INT32_MAX);
  const bool hangs = expect.verdict() != COMPLETED && expect.verdict() != LIMIT;
  if (!hangs && expect.cycle_size() > 0) {
    context.fail(
        {&expect, Expect::kCycleFieldNumber},
        fmt::format("a cycle is expected, but the verdict is {}; expected a hang", Verdict_Name(expect.verdict())));
  }
  std::vector<std::string> parties;
  std::set<std::uint32_t> seen;
  for (int i = 0; i < expect.cycle_size(); ++i) {
    const At at{&expect, Expect::kCycleFieldNumber, i};
    const Span span = context.refer(at, expect.cycle(i), context.globals(), {Thing::kActor});
    for (std::uint32_t actor = span.first; actor <= span.last; ++actor) {
      parties.push_back(actor_name(context.out.actors[actor]));
      if (!seen.insert(actor).second)
        context.fail(at, fmt::format("{} is listed twice; expected each party once", parties.back()));
    }
  }
  for (const ExpectedCounter& counter : expect.counter()) check_counter(context, counter);
  expect.mutable_cycle()->Assign(parties.begin(), parties.end());
}

}  // namespace mmsim
