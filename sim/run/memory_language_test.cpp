// Steps on memory, from the text of a scenario to the end of its run and of its exploration.
#include <gtest/gtest.h>

#include "sim/run/language_testing.hpp"

namespace mmsim {
namespace {

std::string actor(const std::string& name, const std::string& steps) {
  return "actor { name: \"" + name + "\" program { " + steps + " } }\n";
}

// Completes if the condition holds in the end, and waits for ever otherwise.
std::string then_check(const std::string& condition) {
  return " step { if { cond: \"" + condition + "\" else { wait: \"never\" } } }";
}
const std::string kNever = "completion { name: \"never\" }\n";

TEST(PoolLanguage, WhatIsTakenIsMissingUntilItIsGivenBack) {
  const std::string pool = kNever + "pool { name: \"p\" count: \"2\" size: \"2+2\" }\n";
  EXPECT_EQ(run_text(pool + actor("a", "step { take { pool: \"p[1]\" units: \"3\" } }" + then_check("free(p[0]) == 4 && free(p[1]) == 1"))).verdict(), pb::COMPLETED);
  EXPECT_EQ(run_text(pool + actor("a", "step { take { pool: \"p[1]\" units: \"3\" } } step { give { pool: \"p[1]\" } }" + then_check("free(p[1]) == 2"))).verdict(),
            pb::COMPLETED);
}

TEST(PoolLanguage, ATryTellsWhetherThereWereEnough) {
  const std::string text = kNever + "var { name: \"x\" } pool { name: \"p\" size: \"2\" }\n";
  const std::string tries = "step { try_take { pool: \"p\" units: \"2\" then { set: \"x = x + 1\" } else { set: \"x = x + 10\" } } } ";
  EXPECT_EQ(run_text(text + actor("a", tries + tries + then_check("x == 11 && free(p) == 0"))).verdict(), pb::COMPLETED);
}

TEST(PoolLanguage, AThrottledTakeEndsByItselfAndIsToldAsThrottled) {
  const std::string text = kNever + "var { name: \"x\" } pool { name: \"p\" size: \"1\" kind: DIRTY }\n" +
                           actor("a", "step { take { pool: \"p\" } } step { take { pool: \"p\" throttle_ns: \"20000000\" then { set: \"x = 1\" } else { set: \"x = 2\" } } }" +
                                          then_check("x == 2 && free(p) == 0"));
  const pb::Result result = run_text(text);
  EXPECT_EQ(result.verdict(), pb::COMPLETED);
  ASSERT_EQ(result.throttled_size(), 1);
  EXPECT_EQ(result.throttled(0).reason(), "balance_dirty_pages");
  EXPECT_EQ(result.throttled(0).total_ns(), 20'000'000);
}

TEST(PoolLanguage, WhatComesBackDuringTheNapIsTaken) {
  const std::string text = kNever + "var { name: \"x\" } pool { name: \"p\" size: \"1\" }\n" +
                           actor("holder", "step { take { pool: \"p\" } } step { sleep_ns: \"1000\" } step { give { pool: \"p\" } }") +
                           "actor { name: \"a\" start_ns: \"10\" program { step { take { pool: \"p\" throttle_ns: \"5000\" then { set: \"x = 1\" } } }" +
                           then_check("x == 1 && free(p) == 0") + " } }";
  EXPECT_EQ(run_text(text).verdict(), pb::COMPLETED);
}

TEST(PoolLanguage, SigkillEndsAKillableTakeWithoutUnits) {
  const std::string text = kNever + "var { name: \"x\" } pool { name: \"p\" size: \"1\" }\n" +
                           "actor { name: \"w\" program { step { take { pool: \"p\" } } step { take { pool: \"p\" killable: true then { set: \"x = 1\" } else { set: \"x = 2\" } } }" +
                           then_check("x == 2 && free(p) == 0") + " } }\n" + actor("k", "step { sleep_ns: \"5000\" } step { kill: \"w\" }");
  EXPECT_EQ(run_text(text).verdict(), pb::COMPLETED);
}

TEST(PoolLanguage, TheKindGivesTheWords) {
  const pb::Result result = run_text("pool { name: \"fs_bio_set\" size: \"1\" kind: BIOSET }\n" +
                                     actor("a", "step { take { pool: \"fs_bio_set\" } } step { take { pool: \"fs_bio_set\" } } step { give { pool: \"fs_bio_set\" units: \"1\" } }"));
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  ASSERT_EQ(result.stuck_size(), 1);
  EXPECT_EQ(result.stuck(0).wait_kind(), "bioset");
  EXPECT_EQ(result.stuck(0).call_trace(0), "bio_alloc_bioset(fs_bio_set)");
}

TEST(PoolLanguage, ATaskThatTookTheUnitAndNeverGivesItBackCannotEndTheWait) {
  const std::string pool = "pool { name: \"p\" size: \"1\" }\n";
  const std::string waiter = "actor { name: \"w\" start_ns: \"10\" program { step { take { pool: \"p\" } } step { give { pool: \"p\" } } } }\n";
  const pb::Result lost = run_text(pool + waiter + actor("leaks", "step { take { pool: \"p\" } } step { sleep_ns: \"1000000\" }"));
  EXPECT_EQ(lost.verdict(), pb::LOST_WAKEUP);
  EXPECT_LT(lost.closed_ns(), 10'000);   // not when the other has finished, but at once
  ASSERT_EQ(lost.stuck_size(), 1);
  EXPECT_EQ(lost.stuck(0).role(), pb::ORPHAN);
  EXPECT_EQ(lost.stuck(0).nobody(), "nobody is left who could give it back");
  EXPECT_EQ(run_text(pool + waiter + actor("gives", "step { take { pool: \"p\" } } step { sleep_ns: \"1000000\" } step { give { pool: \"p\" } }")).verdict(), pb::COMPLETED);
}

TEST(PoolLanguage, AnotherMayGiveBackWhatATaskTook) {
  const std::string text = "pool { name: \"p\" size: \"1\" }\n" + actor("a", "step { take { pool: \"p\" } } step { take { pool: \"p\" } }");
  EXPECT_EQ(run_text(text).verdict(), pb::LOST_WAKEUP);
  EXPECT_EQ(run_text(text + actor("endio", "step { sleep_ns: \"5000\" } step { give { pool: \"p\" } }")).verdict(), pb::COMPLETED);
}

// A loop that gives back what it took each round cannot give back what others have: they are told apart while it runs on.
TEST(PoolLanguage, AKnotIsFoundWhileALoopOverTheSamePoolRunsOn) {
  const std::string text = "pool { name: \"p\" size: \"2\" }\n" + actor("a", "step { take { pool: \"p\" } } step { sleep_ns: \"100\" } step { take { pool: \"p\" } } step { give { pool: \"p\" units: \"2\" } }") +
                           actor("b", "step { take { pool: \"p\" } } step { sleep_ns: \"100\" } step { take { pool: \"p\" } } step { give { pool: \"p\" units: \"2\" } }") +
                           "actor { name: \"looper\" background: true program { step { repeat { times: \"0\" step { sleep_ns: \"100000\" } step { take { pool: \"p\" } } step { give { pool: \"p\" } } } } } }";
  const pb::Result result = run_text(text);
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  EXPECT_LT(result.closed_ns(), 10'000);
}

TEST(PoolLanguage, GivingBackMoreThanIsOutIsAFaultAtItsPlace) {
  EXPECT_EQ(fault_of("pool { name: \"p\" size: \"2\" }\n" + actor("a", "step { take { pool: \"p\" } } step { give { pool: \"p\" units: \"2\" } }")),
            "t.txtpb:3:64: a gives back more than was taken of p at 1430 ns");
}

}  // namespace
}  // namespace mmsim
