// References to folios, copies that fault, reserves and oom_lock, from the text of a scenario to the end of its run.
#include <gtest/gtest.h>

#include "sim/run/language_testing.hpp"

namespace mmsim {
namespace {

// An actor that does the steps and then waits for ever unless the condition holds.
std::string checked(const std::string& declarations, const std::string& steps, const std::string& condition) {
  return "completion { name: \"never\" } var { name: \"x\" }\n" + declarations + "\nactor { name: \"a\" program { " + steps + " step { if { cond: \"" + condition +
         "\" else { wait: \"never\" } } } } }";
}
bool holds(const std::string& declarations, const std::string& steps, const std::string& condition) {
  const pb::Verdict verdict = run_text(checked(declarations, steps, condition)).verdict();
  EXPECT_TRUE(verdict == pb::COMPLETED || verdict == pb::LOST_WAKEUP) << pb::Verdict_Name(verdict);
  return verdict == pb::COMPLETED;
}
std::string fault_of_steps(const std::string& steps) {
  return fault_of("folios { name: \"f\" }\nactor { name: \"a\" program { " + steps + " } }");
}

const std::string kFolio = "folios { name: \"f\" }";
std::string told(const std::string& step, const std::string& fields) {
  return "step { " + step + " { folio: \"f\" " + fields + " then { set: \"x = x + 1\" } else { set: \"x = x + 10\" } } } ";
}

TEST(References, AreCountedAsRefsTells) {
  EXPECT_TRUE(holds(kFolio, "step { folio_get: \"f\" } step { folio_get: \"f\" } step { folio_put: \"f\" }", "refs(f) == 1"));
  EXPECT_TRUE(holds(kFolio, "step { lock: \"f\" }", "refs(f) == 1"));   // whoever has it locked has looked it up
}

TEST(References, FreezeOnlyWhereThereAreAsManyAsExpected) {
  EXPECT_TRUE(holds(kFolio, told("folio_ref_freeze", ""), "x == 1"));
  EXPECT_TRUE(holds(kFolio, "step { folio_get: \"f\" } " + told("folio_ref_freeze", ""), "x == 10"));
  EXPECT_TRUE(holds(kFolio, "step { folio_get: \"f\" } " + told("folio_ref_freeze", "refs: \"1\""), "x == 1"));
  EXPECT_TRUE(holds(kFolio, told("folio_ref_freeze", "") + told("folio_ref_freeze", ""), "x == 11"));   // only one may
}

TEST(References, AreNotGivenWhileTheCountIsFrozen) {
  EXPECT_TRUE(holds(kFolio, told("folio_try_get", ""), "x == 1 && refs(f) == 1"));
  EXPECT_TRUE(holds(kFolio, told("folio_ref_freeze", "") + told("folio_try_get", ""), "x == 11 && refs(f) == 0"));
  EXPECT_TRUE(holds(kFolio, told("folio_ref_freeze", "") + "step { folio_ref_unfreeze: \"f\" } " + told("folio_try_get", ""), "x == 2 && refs(f) == 1"));
}

TEST(References, WhatCannotBeIsAFaultAtItsPlace) {
  EXPECT_EQ(fault_of_steps("step { folio_put: \"f\" }"),
            "t.txtpb:3:29: a folio_put of f, to which nobody has a reference; expected folio_get before at 1400 ns");
  EXPECT_EQ(fault_of_steps("step { folio_ref_unfreeze: \"f\" }"),
            "t.txtpb:3:29: a folio_ref_unfreeze of f, whose count is not frozen; expected folio_ref_freeze before at 1400 ns");
  EXPECT_EQ(fault_of_steps("step { folio_ref_freeze { folio: \"f\" } } step { folio_get: \"f\" }"),
            "t.txtpb:3:70: a folio_get of f, whose count is frozen; expected folio_try_get at 1415 ns");
}

TEST(References, PutAndWaitHoldsNoneWhileItWaits) {
  const std::string holder = kFolio + "\nactor { name: \"holder\" program { step { lock: \"f\" } step { sleep_ns: \"50000\" } step { set: \"x = refs(f)\" } step { unlock: \"f\" } } }";
  EXPECT_TRUE(holds(holder, "step { sleep_ns: \"10000\" } step { folio_get: \"f\" } step { folio_put_wait_locked: \"f\" }", "x == 1 && locked(f) == 0"));
}

// --- copies

const std::string kFault =
    "rwsem { name: \"mmap_lock\" } var { name: \"pte\" } procedure { name: \"handle_mm_fault\" step { set: \"x = x + 100 + held(mmap_lock)\" } step { set: \"pte = 1\" } }";
const std::string kCopy =
    "step { copy_from_user { present: \"pte\" mmap_lock: \"mmap_lock\" fault: \"handle_mm_fault\" then { set: \"x = x + 10\" } else { set: \"x = x + 1000\" } } } ";

TEST(Copies, FaultWhereThePageIsNotThereWithMmapLockHeldForRead) {
  EXPECT_TRUE(holds(kFault, "step { set: \"pte = 1\" } " + kCopy, "x == 10"));
  EXPECT_TRUE(holds(kFault, kCopy, "x == 111 && held(mmap_lock) == 0"));
  EXPECT_TRUE(holds(kFault, kCopy + kCopy, "x == 121"));   // the second one finds it there
}

TEST(Copies, FailInsteadWherePageFaultsAreDisabled) {
  EXPECT_TRUE(holds(kFault, "step { pagefault_disable {} } " + kCopy + "step { pagefault_enable {} }", "x == 1000 && pagefault_disabled == 0"));
  EXPECT_TRUE(holds(kFault, "step { set: \"pte = 1\" } step { pagefault_disable {} } " + kCopy, "x == 10 && pagefault_disabled"));
  EXPECT_TRUE(holds(kFault, "step { pagefault_disable {} } step { pagefault_disable {} } step { pagefault_enable {} } " + kCopy, "x == 1000"));
}

TEST(Copies, OfATaskThatHasMmapLockForWriteHangIfTheyFault) {
  const std::string copy = "step { copy_to_user { present: \"pte\" mmap_lock: \"mmap_lock\" fault: \"handle_mm_fault\" } }";
  const pb::Result result = run_text(checked(kFault, "step { down_write: \"mmap_lock\" } " + copy, "1"));
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  ASSERT_EQ(result.stuck_size(), 1);
  std::string trace;
  for (const std::string& frame : result.stuck(0).call_trace()) trace += frame.substr(0, frame.find(' ')) + " ";
  EXPECT_EQ(trace, "down_read(mmap_lock) do_user_addr_fault copy_to_user program ");
  EXPECT_EQ(run_text(checked(kFault, "step { down_write: \"mmap_lock\" } step { set: \"pte = 1\" } " + copy, "1")).verdict(), pb::COMPLETED);
}

// --- reserves

TEST(PoolReserve, IsLeftToOthers) {
  const std::string pool = "pool { name: \"p\" size: \"3\" }";
  const auto tries = [](const std::string& fields) { return "step { try_take { pool: \"p\" " + fields + " then { set: \"x = x + 1\" } else { set: \"x = x + 10\" } } } "; };
  EXPECT_TRUE(holds(pool, tries("reserve: \"2\"") + tries("reserve: \"2\"") + tries("reserve: \"1\"") + tries(""), "x == 13 && free(p) == 0"));
}

TEST(PoolReserve, MakesATakeWaitForSoManyMore) {
  const std::string pool = "pool { name: \"p\" size: \"2\" }\n";
  const std::string take = "actor { name: \"a\" start_ns: \"10\" program { step { take { pool: \"p\" reserve: \"1\" } } } }\n";
  EXPECT_EQ(run_text(pool + take + "actor { name: \"b\" program { step { take { pool: \"p\" } } step { sleep_ns: \"5000\" } step { give { pool: \"p\" } } } }").verdict(), pb::COMPLETED);
  const pb::Result lost = run_text(pool + take + "actor { name: \"b\" program { step { take { pool: \"p\" } } } }");
  EXPECT_EQ(lost.verdict(), pb::LOST_WAKEUP);
  ASSERT_EQ(lost.stuck_size(), 1);
}

// --- the OOM killer

std::string oom(const std::string& kind) {
  return "mutex { name: \"oom_lock\" } memory { name: \"z\" kind: " + kind + " pages: \"4\" used_pages: \"4\" oom: \"out\" oom_lock: \"oom_lock\" }\n"
         "procedure { name: \"out\" step { set: \"x = x + 10 + held(oom_lock)\" } step { free { to: \"z\" } } }";
}
const std::string kAlloc = "step { alloc { from: \"z\" gfp: GFP_KERNEL then { set: \"x = x + 100\" } } } ";

TEST(OomLock, IsHeldAroundTheOomKiller) {
  EXPECT_TRUE(holds(oom("ZONE"), kAlloc, "x == 111 && locked(oom_lock) == 0"));
  EXPECT_TRUE(holds(oom("MEMCG"), kAlloc, "x == 111 && locked(oom_lock) == 0"));
}

TEST(OomLock, OfAZoneIsLeftToWhoHasItWhoseRoomIsUsed) {
  const std::string other = "\nactor { name: \"other\" program { step { lock: \"oom_lock\" } step { sleep_ns: \"100000\" } step { free { to: \"z\" } } step { unlock: \"oom_lock\" } } }";
  EXPECT_TRUE(holds(oom("ZONE") + other, "step { sleep_ns: \"10000\" } " + kAlloc, "x == 100"));
  EXPECT_TRUE(holds(oom("MEMCG") + other, "step { sleep_ns: \"10000\" } " + kAlloc, "x == 100"));   // waits, and looks once more
}

}  // namespace
}  // namespace mmsim
