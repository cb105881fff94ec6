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

// Whether the verdict has to come from an exploration.
void check_proof(const ResolveContext& context, const Expect& expect) {
  if (!expect.proved()) {
    if (expect.has_explore())
      context.fail({&expect.explore()}, "explore says how to prove a verdict; expected proved: true beside it");
    for (const int field : {Expect::kRuleViolationFieldNumber, Expect::kOrderInversionFieldNumber})
      if (expect.GetReflection()->HasField(expect, expect.GetDescriptor()->FindFieldByNumber(field)))
        context.fail({&expect, field}, "only an exploration tells; expected proved: true beside it");
    return;
  }
  if (expect.verdict() == LIMIT) {
    context.fail({&expect, Expect::kProvedFieldNumber},
                 "LIMIT claims nothing that could be proved; expected COMPLETED or a hang");
  }
  if (expect.counter_size() > 0) {
    context.fail({&expect.counter(0)},
                 "a counter beside proved: true; expected one of them, as orders of steps differ in what they count");
  }
  const ExploreBounds& bounds = expect.explore();
  if (bounds.max_states() == 0)
    context.fail({&bounds, ExploreBounds::kMaxStatesFieldNumber}, "max_states is 0; expected at least 1");
}

}  // namespace

void resolve_expect(ResolveContext& context, Expect& expect) {
  context.require(expect, Expect::kVerdictFieldNumber);
  context.check_range({&expect, Expect::kSeedsFieldNumber}, expect.seeds(), 1, INT32_MAX);
  check_proof(context, expect);
  const bool hangs = expect.verdict() != COMPLETED && expect.verdict() != LIMIT;
  if (!hangs && expect.cycle_size() > 0) {
    context.fail(
        {&expect, Expect::kCycleFieldNumber},
        fmt::format("a cycle is expected, but the verdict is {}; expected a hang", Verdict_Name(expect.verdict())));
  }
  if (!hangs && expect.has_kind()) {
    context.fail({&expect, Expect::kKindFieldNumber},
                 fmt::format("a kind of hang is expected, but the verdict is {}; expected a hang", Verdict_Name(expect.verdict())));
  }
  if (expect.has_rule_violation() && context.out.rules.empty()) {
    context.fail({&expect, Expect::kRuleViolationFieldNumber},
                 "the scenario has no rule that could be broken; expected rules { order: \"outer > inner\" }");
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
