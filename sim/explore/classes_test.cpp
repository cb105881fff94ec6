// Schedules counted up to the order of independent steps, against counts known from the literature: what a step is seen to
// use must be all that others depend on, and no more.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/explored_world.hpp"
#include "sim/explore/known_answers.hpp"
#include "sim/explore/scenario_builder.hpp"

namespace mmsim {
namespace {

bool writes(const Access& access) { return (access.modes & (kWrites | kAcquires | kReleases)) != 0; }

bool independent(const Outcome& a, const Outcome& b) {
  if (a.actor == b.actor) return false;
  return std::none_of(a.accesses.begin(), a.accesses.end(), [&](const Access& mine) {
    return std::any_of(b.accesses.begin(), b.accesses.end(), [&](const Access& its) {
      return mine.cell == its.cell && (writes(mine) || writes(its));
    });
  });
}

// Sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", LNCS 1032, 1996, chapter 5):
// of the schedules of a class exactly one is run to its end. No state is stored.
class Classes {
 public:
  explicit Classes(Expander& expander) : expander_(expander) { run(expander.initial(), {}); }
  std::uint64_t all = 0;
  std::uint64_t deadlocked = 0;

 private:
  // `asleep`: steps whose classes others count.
  void run(const State& state, std::vector<const Outcome*> asleep) {
    Expansion expansion;
    expander_.expand(state, expansion);
    if (expansion.enabled.empty()) {
      ++all;
      if (expansion.deadlock()) ++deadlocked;
      return;
    }
    for (const std::uint32_t actor : expansion.enabled) {
      const Outcome* step = expansion.outcomes[actor];
      if (std::find(asleep.begin(), asleep.end(), step) != asleep.end()) continue;
      std::vector<const Outcome*> then;
      std::copy_if(asleep.begin(), asleep.end(), std::back_inserter(then), [&](const Outcome* other) { return independent(*other, *step); });
      State next;
      expander_.successor(state, *step, next);
      run(next, std::move(then));
      asleep.push_back(step);
    }
  }

  Expander& expander_;
};

// Readers of one lock are left out: each is written into the list of its holders, so the order in which they come counts as
// one of steps that depend on each other.
TEST(Classes, AreAsManyAsIsKnown) {
  for (const KnownClasses& known : class_answers()) {
    if (known.scenario.rwsem_size() != 0) continue;
    SCOPED_TRACE(known.name);
    const Resolved scenario = resolved(known.scenario);
    ExploredWorld world(scenario, false);
    const Classes found(world.expander());
    EXPECT_EQ(found.all, known.classes);
    EXPECT_EQ(found.deadlocked, known.deadlocked);
  }
}

}  // namespace
}  // namespace mmsim
