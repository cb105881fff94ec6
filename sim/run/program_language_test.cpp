// Branches, loops, procedures and variables of programs, from the text of a scenario to the end of its run.
#include <gtest/gtest.h>

#include "sim/run/language_testing.hpp"

namespace mmsim {
namespace {

// A program that completes if what it computes is right, and waits for ever otherwise.
pb::Verdict verdict_of(const std::string& declarations, const std::string& steps, const std::string& condition) {
  return run_text(declarations + "completion { name: \"never\" }\nactor { name: \"a\" program { " + steps + " step { if { cond: \"" + condition +
                  "\" else { wait: \"never\" } } } } }")
      .verdict();
}

TEST(ProgramLanguage, AVariableIsWhatWasWrittenLast) {
  EXPECT_EQ(verdict_of("var { name: \"x\" value: \"3\" }", "step { set: \"x = x * 2 + 1\" }", "x == 7"), pb::COMPLETED);
  EXPECT_EQ(verdict_of("var { name: \"x\" value: \"3\" }", "step { set: \"x = x * 2 + 1\" }", "x == 6"), pb::LOST_WAKEUP);
}

TEST(ProgramLanguage, ElementsOfACountedVariableAreApart) {
  EXPECT_EQ(verdict_of("var { name: \"x\" count: \"3\" value: \"10 * i\" }", "step { set: \"x[1] = x[2] + 1\" }",
                       "x[0] == 0 && x[1] == 21 && x[2] == 20"),
            pb::COMPLETED);
}

TEST(ProgramLanguage, AVariableOfItsOwnHidesTheSharedOne) {
  EXPECT_EQ(verdict_of("var { name: \"x\" value: \"3\" }", "var { name: \"x\" value: \"5\" } step { set: \"x = x + 1\" }", "x == 6"), pb::COMPLETED);
}

TEST(ProgramLanguage, LoopsEndWhereTheySay) {
  const std::string n = "var { name: \"n\" }";
  EXPECT_EQ(verdict_of(n, "step { repeat { while: \"n < 4\" step { set: \"n = n + 1\" } } }", "n == 4"), pb::COMPLETED);
  EXPECT_EQ(verdict_of(n, "step { repeat { until: \"n > 9\" step { set: \"n = n + 4\" } } }", "n == 12"), pb::COMPLETED);
  EXPECT_EQ(verdict_of(n, "step { repeat { while: \"0\" step { set: \"n = 1\" } } }", "n == 0"), pb::COMPLETED);
  EXPECT_EQ(verdict_of(n, "step { repeat { times: \"3\" while: \"n < 100\" step { set: \"n = n + 1\" } } }", "n == 3"), pb::COMPLETED);
}

TEST(ProgramLanguage, BreakAndContinueAreOfTheInnermostLoop) {
  EXPECT_EQ(verdict_of("var { name: \"n\" } var { name: \"m\" }",
                       "step { repeat { times: \"3\" step { set: \"n = n + 1\" } "
                       "step { repeat { times: \"0\" step { set: \"m = m + 1\" } step { if { cond: \"m % 2 == 0\" then { break {} } } } } } "
                       "step { continue {} } step { set: \"n = 100\" } } }",
                       "n == 3 && m == 6"),
            pb::COMPLETED);
}

TEST(ProgramLanguage, AProcedureWorksOnWhatItIsCalledWith) {
  const std::string add =
      "var { name: \"x\" } var { name: \"y\" count: \"2\" }\n"
      "procedure { name: \"add\" param: \"to\" param: \"n\" var { name: \"left\" value: \"n\" } "
      "step { repeat { while: \"left > 0\" step { set: \"to = to + 1\" } step { set: \"left = left - 1\" } } } }";
  EXPECT_EQ(verdict_of(add,
                       "var { name: \"own\" } step { call { procedure: \"add\" arg: \"x\" arg: \"2\" } } step { call { procedure: \"add\" arg: \"y[1]\" "
                       "arg: \"1+2\" } } step { call { procedure: \"add\" arg: \"own\" arg: \"4\" } } step { call { procedure: \"add\" arg: \"x\" arg: \"1\" } }",
                       "x == 3 && y[0] == 0 && y[1] == 3 && own == 4"),
            pb::COMPLETED);
}

TEST(ProgramLanguage, ReturnLeavesTheProcedureOutOfItsLoops) {
  EXPECT_EQ(verdict_of("var { name: \"x\" } procedure { name: \"p\" step { repeat { times: \"5\" step { set: \"x = x + 1\" } "
                       "step { if { cond: \"x == 2\" then { return {} } } } } } step { set: \"x = 100\" } }",
                       "step { call { procedure: \"p\" } } step { repeat { times: \"3\" step { set: \"x = x + 10\" } } }", "x == 32"),
            pb::COMPLETED);
}

TEST(ProgramLanguage, ForEachGoesThroughThingsAndNumbersInOrder) {
  EXPECT_EQ(verdict_of("var { name: \"x\" count: \"4\" } var { name: \"sum\" }",
                       "step { for_each { var: \"k\" in: \"1..3\" step { set: \"x[k] = 10 * k\" } } } "
                       "step { for_each { var: \"one\" in: \"x[2..3]\" in: \"x[0]\" step { set: \"sum = sum * 2 + one\" } } }",
                       "sum == (20 * 2 + 30) * 2"),
            pb::COMPLETED);
}

TEST(ProgramLanguage, DividingByZeroWhileItRunsIsAFaultAtItsPlace) {
  try {
    run_text("var { name: \"x\" }\nactor { name: \"a\" program { step { set: \"x = 1 / x\" } } }");
    FAIL() << "it ran";
  } catch (const ScenarioError& error) {
    EXPECT_STREQ(error.what(), "t.txtpb:3:29: a divides by zero at 1400 ns");
  }
}

TEST(ProgramLanguage, AConditionIsWaitedForUntilSomebodyMakesItHold) {
  const std::string waiter = "var { name: \"x\" } actor { name: \"w\" program { step { wait_until: \"x >= 2\" } } }\n";
  EXPECT_EQ(run_text(waiter + "actor { name: \"a\" program { step { sleep_ns: \"50\" } step { set: \"x = 1\" } step { sleep_ns: \"50\" } step { set: \"x = 2\" } } }")
                .verdict(),
            pb::COMPLETED);
  const pb::Result stuck = run_text(waiter + "actor { name: \"a\" program { step { set: \"x = 1\" } } }");
  EXPECT_EQ(stuck.verdict(), pb::LOST_WAKEUP);
}

TEST(ProgramLanguage, AnEmptyLoopForEverMeetsTheBoundsOfTheRun) {
  const pb::Result result =
      run_text("bounds { steps: 1000 } actor { name: \"a\" program { var { name: \"x\" } step { repeat { times: \"0\" step { set: \"x = x + 1 - 1\" } } } } }");
  EXPECT_EQ(result.verdict(), pb::LIMIT);
}

TEST(ProgramLanguage, SigkillEndsAKillableWaitAndNoOther) {
  const std::string others =
      "mutex { name: \"m\" }\nactor { name: \"holder\" program { step { lock: \"m\" } step { sleep_ns: \"1000000\" } step { kill: \"w\" } step { sleep_ns: \"1000000\" } "
      "step { unlock: \"m\" } } }\n";
  const pb::Result killed = run_text("var { name: \"eintr\" }" + others +
                                     "actor { name: \"w\" start_ns: \"100\" program { step { lock_killable { lock: \"m\" then { unlock: \"m\" } else { set: \"eintr = 1\" } } } "
                                     "step { if { cond: \"eintr == 0\" then { repeat { times: \"0\" step { yield {} } } } } } } }");
  EXPECT_EQ(killed.verdict(), pb::COMPLETED);
  const pb::Result waits = run_text(others + "actor { name: \"w\" start_ns: \"100\" program { step { lock: \"m\" } step { unlock: \"m\" } } }");
  EXPECT_EQ(waits.verdict(), pb::COMPLETED);
  EXPECT_GT(waits.elapsed_ns(), 2'000'000);
}

}  // namespace
}  // namespace mmsim
