// Allocations that may reclaim, from the text of a scenario to the end of its run.
#include <gtest/gtest.h>

#include "sim/run/load.hpp"
#include "sim/run/run.hpp"

namespace mmsim {
namespace {

// An actor that does the steps and then waits for ever unless the condition holds. `x` counts what it was told.
pb::Result result_of(const std::string& declarations, const std::string& steps, const std::string& condition, const std::string& task = "") {
  const Loaded loaded = load_scenario_text("t.txtpb",
                                           "claim: \"c\" completion { name: \"never\" } var { name: \"x\" }\n" + declarations + "\nactor { name: \"a\" " + task +
                                               " program { " + steps + " step { if { cond: \"" + condition + "\" else { wait: \"never\" } } } } }",
                                           {});
  return run_scenario(loaded.resolved, {});
}
bool holds(const std::string& declarations, const std::string& steps, const std::string& condition, const std::string& task = "") {
  const pb::Verdict verdict = result_of(declarations, steps, condition, task).verdict();
  EXPECT_TRUE(verdict == pb::COMPLETED || verdict == pb::LOST_WAKEUP) << pb::Verdict_Name(verdict);
  return verdict == pb::COMPLETED;
}

// A memory `z` whose reclaim counts in x who calls it, by tens, and frees a page each time.
std::string zone(const std::string& fields, const std::string& kind = "ZONE") {
  return "memory { name: \"z\" kind: " + kind + " " + fields + " reclaim: \"shrink\" } procedure { name: \"shrink\" step { set: \"x = x + 10\" } step { free { to: \"z\" } } }";
}
std::string alloc(const std::string& fields) {
  return "step { alloc { from: \"z\" " + fields + " then { set: \"x = x + 1\" } else { set: \"x = x + 100\" } } } ";
}

TEST(AllocLanguage, PagesAreTakenWhileTheWatermarkIsKept) {
  const std::string z = zone("pages: \"4\" used_pages: \"1\" min_pages: \"1\"");
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL pages: \"2\""), "x == 1 && free(z) == 1"));
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL pages: \"3\""), "x == 11 && free(z) == 1"));   // reclaims one, and goes down to min
}

TEST(AllocLanguage, TheSlowPathReclaimsUntilThereIsEnough) {
  EXPECT_TRUE(holds(zone("pages: \"8\" used_pages: \"8\" min_pages: \"2\""), alloc("gfp: GFP_KERNEL pages: \"2\""), "x == 41 && free(z) == 2"));
}

TEST(AllocLanguage, WhoMayNotWaitDoesNotReclaim) {
  const std::string z = zone("pages: \"8\" used_pages: \"6\" min_pages: \"2\"");
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_NOWAIT"), "x == 100 && free(z) == 2"));
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_ATOMIC"), "x == 1 && free(z) == 1"));                            // half of the reserve
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_ATOMIC") + alloc("gfp: GFP_ATOMIC"), "x == 101 && free(z) == 1"));
}

TEST(AllocLanguage, PfMemallocUsesTheReserveAndDoesNotReclaim) {
  const std::string z = zone("pages: \"8\" used_pages: \"6\" min_pages: \"2\"");
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL pages: \"2\""), "x == 1 && free(z) == 0", "flags: PF_MEMALLOC"));
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL pages: \"3\""), "x == 100", "flags: PF_MEMALLOC"));
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL"), "x == 1 && free(z) == 1", "flags: PF_KSWAPD"));
  EXPECT_TRUE(holds(z, "step { memalloc_noreclaim_save {} } " + alloc("gfp: GFP_KERNEL") + "step { memalloc_noreclaim_restore {} } " + alloc("gfp: GFP_KERNEL"),
                    "x == 22 && free(z) == 2"));
}

TEST(AllocLanguage, WhatReclaimAllocatesComesFromTheReserveAndDoesNotReclaimAgain) {
  const std::string z =
      "memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"6\" min_pages: \"2\" reclaim: \"shrink\" } procedure { name: \"shrink\" step { set: \"x = x + 10\" } "
      "step { alloc { from: \"z\" gfp: GFP_NOFS then { free { to: \"z\" pages: \"2\" } } } } }";
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL"), "x == 11 && free(z) == 2"));
}

TEST(AllocLanguage, ScopesTakeFromTheMaskAndNest) {
  const std::string z =
      "memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"8\" reclaim: \"shrink\" } "
      "procedure { name: \"shrink\" step { set: \"x = x * 10 + 1 + 2 * gfp_fs + 4 * gfp_io\" } step { free { to: \"z\" } } }";
  const auto seen = [&](const std::string& before, const std::string& gfp, const std::string& x, const std::string& task = "") {
    return holds(z, before + " step { alloc { from: \"z\" gfp: " + gfp + " } }", "x == " + x, task);
  };
  EXPECT_TRUE(seen("", "GFP_KERNEL", "7"));
  EXPECT_TRUE(seen("", "GFP_NOFS", "5"));
  EXPECT_TRUE(seen("", "GFP_NOIO", "1"));
  EXPECT_TRUE(seen("step { memalloc_nofs_save {} }", "GFP_KERNEL", "5"));
  EXPECT_TRUE(seen("step { memalloc_noio_save {} }", "GFP_KERNEL", "1"));
  EXPECT_TRUE(seen("step { memalloc_nofs_save {} } step { memalloc_nofs_save {} } step { memalloc_nofs_restore {} }", "GFP_KERNEL", "5"));
  EXPECT_TRUE(seen("step { memalloc_noio_save {} } step { memalloc_noio_restore {} }", "GFP_KERNEL", "7"));
  EXPECT_TRUE(seen("", "GFP_KERNEL", "5", "flags: PF_MEMALLOC_NOFS"));
  EXPECT_TRUE(seen("", "GFP_KERNEL", "1", "flags: PF_MEMALLOC_NOIO"));
}

TEST(AllocLanguage, ReclaimTellsWhetherItFreedAnything) {
  const std::string step = "step { reclaim { memory: \"z\" then { set: \"x = x + 1\" } else { set: \"x = x + 100\" } } }";
  EXPECT_TRUE(holds(zone("pages: \"8\" used_pages: \"8\""), step, "x == 11 && free(z) == 1"));
  EXPECT_TRUE(holds("memory { name: \"z\" kind: ZONE pages: \"8\" }", step, "x == 100"));
}

TEST(AllocLanguage, ItKnowsWhoAsks) {
  EXPECT_TRUE(holds("", "step { set: \"x = pf_kswapd + 10 * pf_kcompactd + 100 * pf_memalloc\" }", "x == 101", "flags: PF_KSWAPD"));
  EXPECT_TRUE(holds("", "step { set: \"x = pf_kswapd + 10 * pf_kcompactd + 100 * pf_memalloc\" }", "x == 10", "flags: PF_KCOMPACTD"));
  EXPECT_TRUE(holds("", "step { set: \"x = pf_kswapd + 10 * pf_kcompactd + 100 * pf_memalloc\" }", "x == 0"));
}

// Where reclaim frees nothing.
TEST(AllocLanguage, TheModifiersSayWhetherItGivesUp) {
  const std::string z = "memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"8\" reclaim: \"shrink\" } procedure { name: \"shrink\" step { set: \"x = x + 10\" } }";
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL noretry: true"), "x == 110"));
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL retry_mayfail: true"), "x == 110"));
  const std::string big = "memory { name: \"z\" kind: ZONE pages: \"16\" used_pages: \"8\" reclaim: \"shrink\" } procedure { name: \"shrink\" step { set: \"x = x + 10\" } }";
  EXPECT_TRUE(holds(big, alloc("gfp: GFP_KERNEL pages: \"9\""), "x == 110"));   // beyond PAGE_ALLOC_COSTLY_ORDER
}

TEST(AllocLanguage, ASmallAllocationIsTriedAgainUntilSomebodyElseFrees) {
  const std::string z = "memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"8\" }\nactor { name: \"exits\" start_ns: \"500000\" program { step { free { to: \"z\" } } } }";
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL"), "x == 1 && free(z) == 0"));
}

TEST(AllocLanguage, TheOomKillerIsAskedWhereReclaimFreedNothing) {
  const std::string z = "memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"8\" oom: \"kill\" } procedure { name: \"kill\" step { set: \"x = x + 10\" } step { free { to: \"z\" pages: \"3\" } } }";
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL"), "x == 11 && free(z) == 2"));
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL noretry: true"), "x == 100"));   // not for these
}

// "The OOM killer does not compensate for IO-less reclaim": zones only.
TEST(AllocLanguage, WithoutFsNobodyIsKilledForAZone) {
  const std::string oom = "used_pages: \"8\" oom: \"kill\" } procedure { name: \"kill\" step { set: \"x = x + 10\" } step { free { to: \"z\" } } }";
  const std::string exits = "\nactor { name: \"exits\" start_ns: \"500000\" program { step { free { to: \"z\" } } } }";
  EXPECT_TRUE(holds("memory { name: \"z\" kind: ZONE pages: \"8\" " + oom + exits, alloc("gfp: GFP_NOFS"), "x == 1"));
  EXPECT_TRUE(holds("memory { name: \"z\" kind: MEMCG pages: \"8\" " + oom, alloc("gfp: GFP_NOFS"), "x == 11"));
}

TEST(AllocLanguage, AMemoryCgroupFailsWithoutAnOomKillerAndIsOverchargedWhereItMayNot) {
  const std::string z = "memory { name: \"z\" kind: MEMCG pages: \"8\" used_pages: \"8\" }";
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_KERNEL"), "x == 100 && free(z) == 0"));
  EXPECT_TRUE(holds(z, "step { alloc { from: \"z\" gfp: GFP_KERNEL nofail: true then { set: \"x = x + 1\" } } }", "x == 1 && free(z) == -1"));
  EXPECT_TRUE(holds(z, alloc("gfp: GFP_ATOMIC"), "x == 1 && free(z) == -1"));
}

TEST(AllocLanguage, AKilledTaskIsNotMadeToWait) {
  const std::string z = "memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"8\" }";
  EXPECT_TRUE(holds(z, "step { kill: \"a\" } " + alloc("gfp: GFP_KERNEL"), "x == 100"));
  const std::string reserve = "memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"6\" min_pages: \"2\" }";
  EXPECT_TRUE(holds(reserve, "step { kill: \"a\" } " + alloc("gfp: GFP_KERNEL"), "x == 1"));   // has a share of the reserve
}

TEST(AllocLanguage, KswapdIsWoken) {
  const std::string z = "wait_queue { name: \"kswapd_wait\" } memory { name: \"z\" kind: ZONE pages: \"8\" used_pages: \"5\" min_pages: \"1\" low_pages: \"3\" kswapd_wait: \"kswapd_wait\" }\n"
                        "actor { name: \"kswapd0\" flags: PF_KSWAPD program { step { wait: \"kswapd_wait\" } step { set: \"x = x + 10\" } } }";
  EXPECT_TRUE(holds(z, "step { sleep_ns: \"1000000\" } " + alloc("gfp: GFP_KERNEL") + " step { wait_until: \"x == 11\" }", "free(z) == 2"));
}

TEST(AllocLanguage, ACallTraceNamesWhatReclaims) {
  const std::string z = "mutex { name: \"lock\" } memory { name: \"z\" kind: MEMCG pages: \"8\" used_pages: \"8\" reclaim: \"shrink\" } procedure { name: \"shrink\" step { lock: \"lock\" } step { unlock: \"lock\" } }";
  const pb::Result result = result_of(z, "step { lock: \"lock\" } " + alloc("gfp: GFP_KERNEL"), "0");
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  ASSERT_EQ(result.stuck_size(), 1);
  std::string trace;
  for (const std::string& frame : result.stuck(0).call_trace()) trace += frame.substr(0, frame.find(' ')) + " ";
  EXPECT_EQ(trace, "mutex_lock(lock) shrink try_to_free_mem_cgroup_pages try_charge_memcg program ");
}

}  // namespace
}  // namespace mmsim
