// What the properties of the explorer draw is worth drawing: it loads, is small, and half of it hangs.
#include "sim/explore/random_program.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/explore/brute_force.hpp"

namespace mmsim {
namespace {

RC_GTEST_PROP(RandomProgram, LoadsAndIsSmall, ()) {
  const pb::Scenario scenario = RandomProgram().make();
  RC_LOG() << scenario.DebugString();
  RC_ASSERT(resolved(scenario).actors.size() >= 2U);
  const BruteForceAnswer answer = brute_force(scenario);
  RC_CLASSIFY(answer.deadlock_states > 0, "hangs");
  RC_CLASSIFY(answer.states > 100, "more than 100 states");
  RC_ASSERT(answer.deadlock_states + answer.finished_states > 0U);
  RC_ASSERT(answer.states < 200'000U);
}

}  // namespace
}  // namespace mmsim
