// What kind of hang it is, who its parties are and who hangs behind them: from the text of a scenario to its findings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/explore/explore.hpp"
#include "sim/run/load.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

pb::Result explored_text(const std::string& text, ExploreOptions options = {}) {
  const Loaded loaded = load_scenario_text("t.txtpb", "claim: \"c\"\n" + text, {});
  return explore_scenario(loaded.resolved, options);
}

std::vector<std::string> list(const google::protobuf::RepeatedPtrField<std::string>& names) { return {names.begin(), names.end()}; }

std::string task(const std::string& name, const std::string& steps) {
  return "actor { name: \"" + name + "\" program { " + steps + " } }\n";
}
std::string pair_of(const std::string& name, const std::string& a, const std::string& b) {
  return task(name, "step { lock: \"" + a + "\" } step { lock: \"" + b + "\" } step { unlock: \"" + b + "\" } step { unlock: \"" + a + "\" }");
}
const std::string kAb = "mutex { name: \"a\" } mutex { name: \"b\" }\n";

TEST(Findings, ACycleHasItsVictimsBehindIt) {
  const pb::Result result = explored_text(kAb + pair_of("ab", "a", "b") + pair_of("ba", "b", "a") +
                                          task("late", "step { lock: \"a\" } step { unlock: \"a\" }"));
  ASSERT_EQ(result.findings_size(), 1);
  const pb::Finding& finding = result.findings(0);
  EXPECT_EQ(finding.kind(), pb::CYCLE);
  EXPECT_THAT(list(finding.actors()), UnorderedElementsAre("ab", "ba"));
  EXPECT_THAT(list(finding.victims()), ElementsAre("late"));
  EXPECT_EQ(finding.signature(), "CYCLE: ab waits for mutex b in program; ba waits for mutex a in program");
}

TEST(Findings, TwoCyclesAreTwoFindings) {
  const pb::Result result = explored_text("mutex { name: \"a\" } mutex { name: \"b\" } mutex { name: \"c\" }\n" + pair_of("ab", "a", "b") +
                                          pair_of("ba", "b", "a") + pair_of("cc", "c", "c"));
  ASSERT_EQ(result.findings_size(), 2);
  EXPECT_EQ(result.cycles_size(), 2);
  EXPECT_THAT(list(result.findings(1).actors()), ElementsAre("cc"));
}

TEST(Findings, AnOrphanIsToldByItselfAndWhatItHoldsStopsOthers) {
  const pb::Result result = explored_text("mutex { name: \"m\" } completion { name: \"never\" }\n" +
                                          task("sleeper", "step { lock: \"m\" } step { wait: \"never\" } step { unlock: \"m\" }") +
                                          task("other", "step { lock: \"m\" } step { unlock: \"m\" }"));
  EXPECT_EQ(result.verdict(), pb::LOST_WAKEUP);
  ASSERT_EQ(result.findings_size(), 1);
  EXPECT_EQ(result.findings(0).kind(), pb::ORPHANED_EVENT);
  EXPECT_THAT(list(result.findings(0).actors()), ElementsAre("sleeper"));
}

// Everybody may wake everybody: the cycles of pairs are no reason, and none is listed.
TEST(Findings, AKnotOfEventWaitsIsToldOnce) {
  std::string text = "wait_queue { name: \"q\" }\n";
  for (const char* name : {"x", "y", "z"}) text += task(name, "step { wait: \"q\" } step { wake: \"q\" }");
  const pb::Result result = explored_text(text);
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  ASSERT_EQ(result.findings_size(), 1);
  const pb::Finding& knot = result.findings(0);
  EXPECT_EQ(knot.kind(), pb::EVENT_KNOT);
  EXPECT_THAT(list(knot.actors()), ElementsAre("x", "y", "z"));
  EXPECT_EQ(result.cycles_size(), 0);
  ASSERT_EQ(knot.waits_size(), 3);
  EXPECT_EQ(knot.waits(0).ends_when(), "wake_up(q)");
  EXPECT_THAT(list(knot.waits(0).beside()), ElementsAre("z"));
}

TEST(Findings, TwoWhoWaitForTheEventOfEachOtherAreACycle) {
  const pb::Result result = explored_text("completion { name: \"one\" } completion { name: \"two\" }\n" +
                                          task("x", "step { wait: \"two\" } step { wake: \"one\" }") +
                                          task("y", "step { wait: \"one\" } step { wake: \"two\" }"));
  ASSERT_EQ(result.findings_size(), 1);
  EXPECT_EQ(result.findings(0).kind(), pb::CYCLE);
}

std::string pool_task(const std::string& name, int units) {
  std::string steps;
  for (int i = 0; i < units; ++i) steps += "step { down: \"pool\" } ";
  for (int i = 0; i < units; ++i) steps += "step { up: \"pool\" } ";
  return task(name, steps);
}

TEST(Findings, WhoHoldsAllUnitsAndWaitsForMoreIsAPoolKnot) {
  const std::string pool = "semaphore { name: \"pool\" value: 2 }\n";
  const pb::Result two = explored_text(pool + pool_task("x", 2) + pool_task("y", 2));
  ASSERT_EQ(two.findings_size(), 1);
  EXPECT_EQ(two.findings(0).kind(), pb::POOL_KNOT);
  const pb::Result alone = explored_text(pool + pool_task("x", 3));
  ASSERT_EQ(alone.findings_size(), 1);
  EXPECT_EQ(alone.findings(0).kind(), pb::POOL_KNOT);
  EXPECT_EQ(explored_text(pool + pool_task("x", 2)).verdict(), pb::COMPLETED);
}

TEST(Findings, ALoopNamesWhoGoesRound) {
  const auto retry = [](const std::string& own, const std::string& other) {
    return "step { lock: \"" + own + "\" } step { repeat { times: \"0\" step { trylock { lock: \"" + other + "\" then { unlock: \"" + other +
           "\" } } } } }";
  };
  const pb::Result result = explored_text(kAb + task("ab", retry("a", "b")) + task("ba", retry("b", "a")));
  EXPECT_EQ(result.verdict(), pb::LIVELOCK);
  ASSERT_EQ(result.findings_size(), 1);
  EXPECT_EQ(result.findings(0).kind(), pb::NO_PROGRESS_LOOP);
  EXPECT_THAT(list(result.findings(0).actors()), UnorderedElementsAre("ab", "ba"));
  EXPECT_THAT(list(result.findings(0).victims()), IsEmpty());
}

TEST(Findings, ASpinnerOnTheCpuOfTheHolderStarvesIt) {
  ExploreOptions options;
  options.scenario_cpus = true;
  const pb::Result result = explored_text(
      "machine { node { cpus: 1 } preemption: PREEMPT_FULL } spinlock { name: \"lock\" }\n"
      "actor { name: \"holder\" cpu: \"0\" program { step { lock: \"lock\" } step { sleep_ns: \"10\" } step { unlock: \"lock\" } } }\n"
      "actor { name: \"spinner\" cpu: \"0\" program { step { lock: \"lock\" } step { unlock: \"lock\" } } }",
      options);
  ASSERT_EQ(result.findings_size(), 1);
  EXPECT_EQ(result.findings(0).kind(), pb::STARVED_BY_SPINNER);
  EXPECT_THAT(list(result.findings(0).by()), ElementsAre("spinner"));
}

TEST(Findings, TheValuesOfAConditionAreCarriedAlong) {
  const pb::Result result = explored_text("var { name: \"nr_dirty\" value: \"5\" }\n" + task("throttled", "step { wait_until: \"nr_dirty < 3\" }"));
  ASSERT_EQ(result.stuck_size(), 1);
  EXPECT_EQ(result.stuck(0).values(), "nr_dirty is 5");
}

TEST(CallTrace, EachFrameHasTheLineOfItsOwnCall) {
  const pb::Result result = explored_text(
      "completion { name: \"never\" }\n"
      "procedure { name: \"inner\"\n"
      "  step { wait: \"never\" }\n"
      "}\n"
      "procedure { name: \"outer\"\n"
      "  step { call { procedure: \"inner\" } }\n"
      "}\n" +
      task("t", "step { spend_ns: \"1\" }\nstep { call { procedure: \"outer\" } }"));
  ASSERT_EQ(result.stuck_size(), 1);
  EXPECT_THAT(list(result.stuck(0).call_trace()),
              ElementsAre("wait_for_completion(never)", "inner (line 4)", "outer (line 7)", "program (line 10)"));
}

TEST(Witness, SaysWhatWasWrittenWhatHeldAndWhoWasWoken) {
  const pb::Result result = explored_text(
      "var { name: \"x\" } wait_queue { name: \"q\" }\n" +
      task("t", "step { set: \"x = 7\" } step { if { cond: \"x == 7\" then { wake: \"q\" } } } step { if { cond: \"x == 8\" then { wake: \"q\" } } } step { wait: \"q\" }"));
  std::vector<std::string> told;
  for (const pb::WitnessStep& step : result.exploration().witness()) told.push_back(step.step() + " " + step.outcome());
  EXPECT_THAT(told, ElementsAre("WRITE_ONCE(x) = 7", "test(x == 7) holds", "wake_up(q) wakes nobody", "test(x == 8) does not hold",
                                "wait_event(q) joins the queue"));
}

// --- every hang

std::vector<std::string> signatures(const pb::Result& result) {
  std::vector<std::string> out;
  for (const pb::Hang& hang : result.hangs()) out.push_back(hang.finding().signature());
  return out;
}

ExploreOptions all_hangs(bool reduction) {
  ExploreOptions options;
  options.reduction = reduction;
  options.hang_states_max = 100;
  return options;
}

TEST(AllHangs, AreFoundWithAndWithoutReduction) {
  const std::string text = kAb + "mutex { name: \"c\" }\n" + pair_of("ab", "a", "b") + pair_of("bc", "b", "c") + pair_of("ca", "c", "a") + pair_of("ba", "b", "a");
  const std::string ring = "CYCLE: ab waits for mutex b in program; bc waits for mutex c in program; ca waits for mutex a in program";
  const std::string two = "CYCLE: ab waits for mutex b in program; ba waits for mutex a in program";
  for (const bool reduction : {false, true}) {
    const pb::Result result = explored_text(text, all_hangs(reduction));
    EXPECT_THAT(signatures(result), UnorderedElementsAre(ring, two));
    EXPECT_TRUE(result.exploration().all_hangs());
    EXPECT_EQ(result.exploration().hang_states(), result.exploration().deadlock_states());
  }
}

TEST(AllHangs, DoNotDependOnTheNumberOfWorkers) {
  const std::string text = kAb + pair_of("ab", "a", "b") + pair_of("ba", "b", "a") + pair_of("bb", "b", "b");
  ExploreOptions two = all_hangs(true);
  two.jobs = 2;
  EXPECT_EQ(signatures(explored_text(text, two)), signatures(explored_text(text, all_hangs(true))));
}

TEST(AllHangs, SayWhereSomeWereLeftOut) {
  ExploreOptions few = all_hangs(false);
  few.hang_states_max = 1;
  const pb::Result result = explored_text("mutex { name: \"a\" count: \"2\" }\n" + pair_of("x", "a[0]", "a[1]") + pair_of("y", "a[1]", "a[0]") +
                                              task("z", "step { spend_ns: \"1\" } step { lock: \"a[0]\" } step { unlock: \"a[0]\" }"), few);
  EXPECT_EQ(result.exploration().hang_states(), 1U);
  EXPECT_EQ(result.exploration().all_hangs(), result.exploration().deadlock_states() == 1);
}

TEST(AllHangs, IncludeThoseBesideSomebodyWhoGoesOnForEver) {
  const std::string server = "mutex { name: \"s\" } actor { name: \"server\" background: true program { step { repeat { times: \"0\" step { lock: \"s\" } step { unlock: \"s\" } } } } }\n";
  for (const bool reduction : {false, true})
    EXPECT_THAT(signatures(explored_text(kAb + server + pair_of("ab", "a", "b") + pair_of("ba", "b", "a") + pair_of("bb", "b", "b"), all_hangs(reduction))),
                testing::IsSupersetOf({std::string("CYCLE: bb waits for mutex b in program")}));
}

// --- rules of locking

pb::Result with_rules(const std::string& rules, const std::string& text) { return explored_text("rules { " + rules + " }\n" + text); }

std::vector<std::string> broken(const pb::Result& result) {
  std::vector<std::string> out;
  for (const pb::RuleViolation& violation : result.rule_violations()) {
    std::string held;
    for (const pb::Held& one : violation.held()) held += " " + one.resource();
    out.push_back(violation.actor() + " " + violation.step() + " with" + held);
  }
  return out;
}

TEST(Rules, AnOrderIsBrokenWithoutAnyHang) {
  for (const std::string order : {"order: \"b > a\"", "order: \"c > b > a\""}) {
    const std::string locks = kAb + "mutex { name: \"c\" }\n";
    const pb::Result result = with_rules(order, locks + pair_of("ab", "a", "b"));
    EXPECT_EQ(result.verdict(), pb::COMPLETED);
    EXPECT_TRUE(result.proved());
    EXPECT_THAT(broken(result), ElementsAre("ab mutex_lock(b) with a"));
    ASSERT_EQ(result.rule_violations(0).path_size(), 1);
    EXPECT_EQ(result.rule_violations(0).path(0).step(), "mutex_lock(a)");
    EXPECT_THAT(result.rule_violations(0).call_trace(0), HasSubstr("program"));
  }
  EXPECT_THAT(broken(with_rules("order: \"a > b\"", kAb + pair_of("ab", "a", "b"))), IsEmpty());
}

TEST(Rules, WhatWasTakenByTryingCountsButTryingBreaksNothing) {
  EXPECT_THAT(broken(with_rules("order: \"b > a\"", kAb + task("t", "step { lock: \"a\" } step { trylock { lock: \"b\" then { unlock: \"b\" } } } step { unlock: \"a\" }"))),
              IsEmpty());
  EXPECT_THAT(broken(with_rules("order: \"b > a\"",
                                kAb + task("t", "step { trylock { lock: \"a\" then { lock: \"b\" } then { unlock: \"b\" } then { unlock: \"a\" } } }"))),
              ElementsAre("t mutex_lock(b) with a"));
}

TEST(Rules, AClassIsASetAMappingOrAllFolios) {
  const std::string world = "mapping { name: \"bdev\" kind: ANON } folios { name: \"blocks\" count: \"2\" mapping: \"bdev\" } mutex { name: \"m\" count: \"2\" }\n";
  for (const char* name : {"blocks", "bdev", "folio"})
    EXPECT_THAT(broken(with_rules("order: \"m > " + std::string(name) + "\"", world + pair_of("t", "blocks[1]", "m[0]"))),
                ElementsAre("t mutex_lock(m[0]) with blocks[1]"))
        << name;
  EXPECT_THAT(broken(with_rules("order: \"mmap_lock > folio\"",
                                "mm { name: \"app\" } folios { name: \"f\" }\n" +
                                    task("t", "step { lock: \"f\" } step { down_read: \"app.mmap_lock\" } step { up_read: \"app.mmap_lock\" } step { unlock: \"f\" }"))),
              ElementsAre("t down_read(app.mmap_lock) with f"));
}

TEST(Rules, NoWaitWhileAnotherFolioIsLocked) {
  const std::string rule = "no_wait_with_folio_locked: true";
  const std::string world = "folios { name: \"f\" count: \"2\" } mutex { name: \"m\" } completion { name: \"c\" }\n";
  EXPECT_THAT(broken(with_rules(rule, world + pair_of("t", "f[0]", "f[1]"))), ElementsAre("t folio_lock(f[1]) with f[0]"));
  EXPECT_THAT(broken(with_rules(rule, world + task("t", "step { wake: \"c\" } step { lock: \"f[0]\" } step { wait: \"c\" } step { unlock: \"f[0]\" }"))),
              ElementsAre("t wait_for_completion(c) with f[0]"));
  EXPECT_THAT(broken(with_rules(rule, world + pair_of("t", "f[0]", "m"))), IsEmpty());   // an order says that
  EXPECT_THAT(broken(with_rules(rule, world + task("t", "step { lock: \"f[0]\" } step { unlock: \"f[0]\" } step { lock: \"f[1]\" } step { unlock: \"f[1]\" }"))),
              IsEmpty());
}

TEST(Rules, TheBuiltInOnesAreAddedOrAllAreLeftOut) {
  const std::string text = "rwsem { name: \"i_rwsem\" } rwsem { name: \"mmap_lock\" }\n" +
                           task("t", "step { down_read: \"mmap_lock\" } step { down_write: \"i_rwsem\" } step { up_write: \"i_rwsem\" } step { up_read: \"mmap_lock\" }");
  ExploreOptions options;
  EXPECT_THAT(broken(explored_text(text, options)), IsEmpty());
  options.rules = RuleChoice::kKernelMm;
  EXPECT_THAT(broken(explored_text(text, options)), ElementsAre("t down_write(i_rwsem) with mmap_lock"));
  EXPECT_THAT(broken(with_rules("use: KERNEL_MM", text)), ElementsAre("t down_write(i_rwsem) with mmap_lock"));
  options.rules = RuleChoice::kNone;
  EXPECT_THAT(broken(explored_text("rules { use: KERNEL_MM }\n" + text, options)), IsEmpty());
}

TEST(Rules, AreLookedAtByEveryStrategy) {
  ExploreOptions options;
  for (const SearchStrategy strategy : {SearchStrategy::kRandom, SearchStrategy::kPct, SearchStrategy::kPreemptions}) {
    options.strategy = strategy;
    options.schedules = 10;
    EXPECT_EQ(explored_text("rules { order: \"b > a\" }\n" + kAb + pair_of("ab", "a", "b"), options).rule_violations_size(), 1);
  }
}

// --- the order in which locks are nested

TEST(LockOrder, IsToldWhereLocksAreTakenBothWaysRound) {
  const std::string both = "step { lock: \"a\" } step { lock: \"b\" } step { unlock: \"b\" } step { unlock: \"a\" } "
                           "step { lock: \"b\" } step { lock: \"a\" } step { unlock: \"a\" } step { unlock: \"b\" }";
  const pb::Result result = explored_text(kAb + "mutex { name: \"gate\" }\n" +
                                          task("t", "step { lock: \"gate\" } " + both + " step { unlock: \"gate\" }"));
  ASSERT_EQ(result.lock_order_size(), 2);
  EXPECT_EQ(result.lock_order(0).held(), "a");
  EXPECT_EQ(result.lock_order(0).taken(), "b");
  EXPECT_THAT(list(result.lock_order(0).gates()), ElementsAre("gate"));
  EXPECT_EQ(explored_text(kAb + pair_of("x", "a", "b") + pair_of("y", "a", "b")).lock_order_size(), 0);
}

}  // namespace
}  // namespace mmsim
