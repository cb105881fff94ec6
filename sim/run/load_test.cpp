// What good scenarios become, field by field.
#include "sim/run/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mmsim {
namespace {

using testing::ElementsAre;

Resolved load(const std::string& text, const std::vector<std::string>& sets = {}) {
  return load_scenario_text("t.txtpb", text, sets).resolved;
}

constexpr const char* kPhilosophers = R"(claim: "Left fork first"
param { name: "n" value: 3 }
param { name: "rounds" value: 2 }
mutex { name: "fork" count: "n" }
actor {
  name: "phil"
  count: "n"
  start_ns: "10*i"
  program {
    step { repeat { times: "rounds"
      step { lock: "fork[i]" }
      step { spend_ns: "1000" }
      step { lock: "fork[(i+1)%n]" }
      step { unlock: "fork[(i+1)%n]" }
      step { unlock: "fork[i]" }
    } }
  }
}
expect { verdict: DEADLOCK cycle: "phil" }
)";

const std::vector<Instruction>& code_of(const Resolved& resolved, std::size_t actor) {
  return std::get<ProgramSpec>(resolved.actors[actor].kind).text.code;
}

std::vector<OpCode> ops_of(const Resolved& resolved, std::size_t actor) {
  std::vector<OpCode> ops;
  for (const Instruction& instruction : code_of(resolved, actor)) ops.push_back(instruction.op);
  return ops;
}

TEST(Philosophers, AreExpanded) {
  const Resolved resolved = load(kPhilosophers);
  EXPECT_EQ(resolved.path, "t.txtpb");
  EXPECT_EQ(resolved.claim, "Left fork first");
  ASSERT_EQ(resolved.locks.size(), 3U);
  EXPECT_EQ(resolved.locks[2].kind, ObjectKind::kMutex);
  EXPECT_EQ(resolved.locks[2].base, "fork");
  EXPECT_EQ(resolved.locks[2].instance, 2);
  ASSERT_EQ(resolved.actors.size(), 3U);
  EXPECT_EQ(resolved.actors[2].base, "phil");
  EXPECT_EQ(resolved.actors[2].instance, 2);
  EXPECT_EQ(resolved.actors[2].start_ns, 20);
  EXPECT_EQ(resolved.actors[2].cpu, 2);
}

TEST(Philosophers, WithoutAMachineHaveACpuEach) {
  const Resolved resolved = load(kPhilosophers);
  ASSERT_EQ(resolved.nodes.size(), 1U);
  EXPECT_EQ(resolved.nodes[0].name, "node0");
  EXPECT_EQ(resolved.nodes[0].cpus, 3);
  EXPECT_EQ(resolved.nodes[0].pages, 262144);
  EXPECT_THAT(resolved.nodes[0].distance, ElementsAre(10));
  EXPECT_DOUBLE_EQ(resolved.nodes[0].channel_Bps, 175700e6);
  EXPECT_TRUE(resolved.links.empty());
}

TEST(Philosophers, TakeForksRoundTheTable) {
  const Resolved resolved = load(kPhilosophers);
  EXPECT_THAT(ops_of(resolved, 2), ElementsAre(OpCode::kRepeat, OpCode::kLock, OpCode::kSpend, OpCode::kLock,
                                               OpCode::kUnlock, OpCode::kUnlock, OpCode::kRepeatEnd, OpCode::kEnd));
  const auto& code = code_of(resolved, 2);
  EXPECT_EQ(code[0].value, 2);
  EXPECT_EQ(code[0].line, 10);
  EXPECT_EQ(code[1].object, (ObjectRef{ObjectKind::kMutex, 2}));
  EXPECT_EQ(code[1].line, 11);
  EXPECT_EQ(code[2].value, 1000);
  EXPECT_EQ(code[3].object, (ObjectRef{ObjectKind::kMutex, 0}));
  EXPECT_EQ(code[6].target, 1);
}

TEST(Philosophers, CanBeSetInNumberAndRounds) {
  const Resolved resolved = load(kPhilosophers, {"param.n=5", "rounds=0"});
  EXPECT_EQ(resolved.actors.size(), 5U);
  EXPECT_EQ(resolved.locks.size(), 5U);
  EXPECT_EQ(resolved.nodes[0].cpus, 5);
  EXPECT_EQ(code_of(resolved, 4)[0].value, 0);
  EXPECT_EQ(code_of(resolved, 4)[3].object.index, 0U);
  EXPECT_THAT(resolved.set, ElementsAre("param.n=5", "rounds=0"));
}

TEST(Philosophers, AreAllExpectedInTheCycle) {
  const Loaded loaded = load_scenario_text("t.txtpb", kPhilosophers, {});
  EXPECT_THAT(loaded.scenario.expect().cycle(), ElementsAre("phil[0]", "phil[1]", "phil[2]"));
}

TEST(Expected, AProofIsBoundedByStatesAloneUnlessToldOtherwise) {
  const Loaded plain = load_scenario_text("t.txtpb", kPhilosophers, {});
  EXPECT_FALSE(plain.scenario.expect().proved());
  const Loaded proved = load_scenario_text("t.txtpb", kPhilosophers, {"expect.proved=true"});
  EXPECT_TRUE(proved.scenario.expect().proved());
  EXPECT_EQ(proved.scenario.expect().explore().max_states(), 50'000'000U);
  EXPECT_EQ(proved.scenario.expect().explore().on_cpus(), pb::ANY_CPU);
  const Loaded bounded =
      load_scenario_text("t.txtpb", kPhilosophers, {"expect.proved=true", "expect.explore.on_cpus=SCENARIO_CPUS"});
  EXPECT_EQ(bounded.scenario.expect().explore().on_cpus(), pb::SCENARIO_CPUS);
}

TEST(Costs, AreThoseOfTheProtoFile) {
  const Resolved resolved = load(kPhilosophers, {"costs.lock_ns=7"});
  EXPECT_EQ(resolved.costs.lock_ns, 7);
  EXPECT_EQ(resolved.costs.wakeup_ns, 4000);
  EXPECT_DOUBLE_EQ(resolved.costs.copy_Bps, 10700e6);
  EXPECT_EQ(resolved.page_lock_unfairness, 5);
  EXPECT_EQ(resolved.steps_max, 10'000'000U);
  EXPECT_EQ(resolved.time_max_ns, 60'000'000'000);
  EXPECT_EQ(load(kPhilosophers, {"vm.page_lock_unfairness=0"}).page_lock_unfairness, 0);
}

std::string with_steps(const std::string& steps) {
  return "claim: \"c\" mutex { name: \"a\" } mutex { name: \"b\" } rwsem { name: \"sem\" }\n"
         "semaphore { name: \"units\" value: 2 } folios { name: \"f\" count: \"4\" }\n"
         "actor { name: \"p\" program { " +
         steps + " } }";
}

TEST(Program, TrylockJumpsOverWhatItDoesNotDo) {
  const Resolved resolved = load(with_steps(R"(
    step { trylock { lock: "b" then { spend_ns: "1" } then { unlock: "b" } else { yield {} } } }
    step { cond_resched {} })"));
  EXPECT_THAT(ops_of(resolved, 0), ElementsAre(OpCode::kTrylock, OpCode::kSpend, OpCode::kUnlock, OpCode::kJump,
                                               OpCode::kYield, OpCode::kCondResched, OpCode::kEnd));
  EXPECT_EQ(code_of(resolved, 0)[0].target, 4);
  EXPECT_EQ(code_of(resolved, 0)[0].object, (ObjectRef{ObjectKind::kMutex, 1}));
  EXPECT_EQ(code_of(resolved, 0)[3].target, 5);
}

TEST(Program, TrylockWithoutElseNeedsNoJump) {
  const Resolved resolved = load(with_steps(R"(step { trylock { lock: "sem" then { up_write: "sem" } } })"));
  EXPECT_THAT(ops_of(resolved, 0), ElementsAre(OpCode::kTrylock, OpCode::kUpWrite, OpCode::kEnd));
  EXPECT_EQ(code_of(resolved, 0)[0].target, 2);
}

TEST(Program, NestedRepeatsCountApart) {
  const Resolved resolved = load(with_steps(R"(
    step { repeat { times: "2" step { repeat { times: "3" step { yield {} } } } step { repeat { times: "0" step { sleep_ns: "5" } } } } })"));
  const auto& code = code_of(resolved, 0);
  EXPECT_THAT(ops_of(resolved, 0),
              ElementsAre(OpCode::kRepeat, OpCode::kRepeat, OpCode::kYield, OpCode::kRepeatEnd, OpCode::kRepeat,
                          OpCode::kSleep, OpCode::kRepeatEnd, OpCode::kRepeatEnd, OpCode::kEnd));
  EXPECT_EQ(code[0].slot, 0);
  EXPECT_EQ(code[1].slot, 1);
  EXPECT_EQ(code[4].slot, 1);
  EXPECT_EQ(code[3].target, 2);
  EXPECT_EQ(code[7].target, 1);
}

TEST(Program, NamesThingsByTheirKind) {
  const Resolved resolved =
      load(with_steps(R"(step { down: "units" } step { lock: "f[2]" } step { down_read: "sem" })"));
  EXPECT_EQ(code_of(resolved, 0)[0].object, (ObjectRef{ObjectKind::kSemaphore, 0}));
  EXPECT_EQ(code_of(resolved, 0)[1].object, (ObjectRef{ObjectKind::kFolio, 2}));
  EXPECT_EQ(code_of(resolved, 0)[2].object, (ObjectRef{ObjectKind::kRwsem, 0}));
  EXPECT_EQ(resolved.locks[3].value, 2U);
}

// Only what cannot be held is refused: the rest is for the run to find.
TEST(Program, MayUnlockWhatItMayHold) {
  for (
      const char* steps : {
          R"(step { lock: "a" } step { lock: "a" } step { unlock: "a" } step { unlock: "a" })",
          R"(step { trylock { lock: "a" } } step { unlock: "a" })",
          R"(step { trylock { lock: "a" else { lock: "b" } } } step { unlock: "b" })",
          R"(step { repeat { times: "2" step { trylock { lock: "a" then { unlock: "b" } else { lock: "b" } } } } })",
          R"(step { repeat { times: "9" step { down_read: "sem" } } } step { repeat { times: "9" step { up_read: "sem" } } })",
          R"(step { down_read: "sem" } step { down_read: "sem" } step { up_read: "sem" } step { up_read: "sem" })",
          R"(step { repeat { times: "0" step { lock: "a" } step { unlock: "a" } } } step { unlock: "b" })",
          R"(step { up: "units" })",
          R"(step { repeat { times: "0" step { lock: "a" } step { unlock: "a" } } })",
      }) {
    EXPECT_NO_THROW(load(with_steps(steps))) << steps;
  }
}

constexpr const char* kMachine = R"(claim: "Writeback against migration"
machine {
  node { cpus: 2 pages: 4096 channel_MBps: 1000 distance: [10, 21, 31] }
  node { name: "far" cpus: 2 distance: [21, 10, 21] }
  node { name: "cxl" cpus: 0 distance: [31, 21, 10] }
  link { from: "far" to: "node0" MBps: 500 }
  link_MBps: 100
  preemption: PREEMPT_FULL
}
disk { name: "sda" write_MBps: 200 queue_depth: 8 }
mapping { name: "inode" kind: BDEV device: "sda" }
mm { name: "task" }
folios { name: "anon" node: "far" mapped_by: "task" order: 2 }
folios { name: "file" count: "8" mapping: "inode" first_index: 16 dirty: true }
spinlock { name: "tree" irq_safe: true }
actor {
  name: "migrate"
  migrate_pages {
    variant: RFC_2022_09_FIX_B mode: MIGRATE_SYNC folios: ["file[6]", "anon", "file[1..3]"] walk: BACKWARD
    to_node: "cxl"
  }
}
actor { name: "flush" cpu: "3"
  writeback { profile: IOEND sync_mode: WB_SYNC_ALL folios: "file" keep_folios: 4 plug: true times: "2" } }
actor { name: "touch" count: "2" mm: "task" page_fault { folios: "anon" times: "0" } background: true }
actor { name: "stride" mm: "task" page_fault { folios: "anon" stride: 2 } memalloc: true }
)";

TEST(Machine, NodesAndLinks) {
  const Resolved resolved = load(kMachine);
  ASSERT_EQ(resolved.nodes.size(), 3U);
  EXPECT_EQ(resolved.nodes[0].name, "node0");
  EXPECT_EQ(resolved.nodes[0].pages, 4096);
  EXPECT_DOUBLE_EQ(resolved.nodes[0].channel_Bps, 1000e6);
  EXPECT_THAT(resolved.nodes[2].distance, ElementsAre(31, 21, 10));
  EXPECT_EQ(resolved.nodes[2].cpus, 0);
  EXPECT_EQ(resolved.preemption, PreemptionModel::kFull);
  ASSERT_EQ(resolved.links.size(), 3U);
  EXPECT_EQ(resolved.links[0].from, 1);
  EXPECT_EQ(resolved.links[0].to, 0);
  EXPECT_DOUBLE_EQ(resolved.links[0].bandwidth_Bps, 500e6);
  EXPECT_EQ(resolved.links[2].from, 1);
  EXPECT_EQ(resolved.links[2].to, 2);
  EXPECT_DOUBLE_EQ(resolved.links[2].bandwidth_Bps, 100e6);
}

TEST(Machine, CpusInTurn) {
  const Resolved resolved = load(kMachine);
  std::vector<int> cpus;
  for (const ActorSpec& actor : resolved.actors) cpus.push_back(actor.cpu);
  EXPECT_THAT(cpus, ElementsAre(0, 3, 2, 3, 0));
}

TEST(Storage, FoliosOfAllSetsAreNumbered) {
  const Resolved resolved = load(kMachine);
  ASSERT_EQ(resolved.folio_sets.size(), 2U);
  const FolioSetSpec& anon = resolved.folio_sets[0];
  EXPECT_EQ(anon.count, 1U);
  EXPECT_FALSE(anon.counted);
  EXPECT_EQ(anon.order, 2);
  EXPECT_EQ(anon.node, 1);
  EXPECT_EQ(anon.mapping, kNoIndex);
  EXPECT_EQ(anon.mm, 0);
  EXPECT_TRUE(anon.uptodate);
  const FolioSetSpec& file = resolved.folio_sets[1];
  EXPECT_EQ(file.first_folio, 1U);
  EXPECT_EQ(file.count, 8U);
  EXPECT_TRUE(file.counted);
  EXPECT_EQ(file.mapping, 0);
  EXPECT_EQ(file.first_index, 16);
  EXPECT_EQ(file.mm, kNoIndex);
  EXPECT_TRUE(file.dirty);
  EXPECT_EQ(resolved.mappings[0].type, MappingType::kBdev);
  EXPECT_EQ(resolved.mappings[0].disk, 0);
  EXPECT_EQ(resolved.mappings[0].loop, kNoIndex);
  EXPECT_DOUBLE_EQ(resolved.disks[0].write_Bps, 200e6);
  EXPECT_EQ(resolved.disks[0].queue_depth, 8);
  EXPECT_TRUE(resolved.locks[0].irq_safe);
}

TEST(Actors, DoWhatIsWritten) {
  const Resolved resolved = load(kMachine);
  const auto& migrate = std::get<MigratePagesSpec>(resolved.actors[0].kind);
  EXPECT_EQ(migrate.variant, Variant::kRfcFixB);
  EXPECT_EQ(migrate.mode, Mode::kSync);
  EXPECT_THAT(migrate.folios, ElementsAre(4, 3, 2, 0, 7));
  EXPECT_EQ(migrate.to_node, 2);
  EXPECT_EQ(migrate.batch_pages, 512U);
  EXPECT_EQ(migrate.times, 1);
  const auto& flush = std::get<WritebackSpec>(resolved.actors[1].kind);
  EXPECT_EQ(flush.profile, Profile::kIoend);
  EXPECT_TRUE(flush.sync_all);
  EXPECT_THAT(flush.folios, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(flush.keep_folios, 4U);
  EXPECT_TRUE(flush.plug);
  EXPECT_EQ(flush.times, 2);
  const auto& touch = std::get<PageFaultSpec>(resolved.actors[3].kind);
  EXPECT_THAT(touch.folios, ElementsAre(0));
  EXPECT_EQ(touch.times, 0);
  EXPECT_EQ(touch.think_ns, 100);
  EXPECT_TRUE(resolved.actors[3].background);
  EXPECT_EQ(resolved.actors[3].mm, 0);
  EXPECT_TRUE(resolved.actors[4].flags.memalloc);
}

TEST(Actors, StrideComesAfterTheWalk) {
  const Resolved resolved = load(R"(claim: "c" mm { name: "m" } folios { name: "f" count: "6" mapped_by: "m" }
    actor { name: "a" mm: "m" page_fault { folios: "f" walk: BACKWARD stride: 2 } })");
  EXPECT_THAT(std::get<PageFaultSpec>(resolved.actors[0].kind).folios, ElementsAre(5, 3, 1));
}

TEST(Loop, BackingAndWorker) {
  const Resolved resolved = load(R"(claim: "c" disk { name: "sda" } loop { name: "loop0" backing: "image" }
    mapping { name: "below" kind: FILE device: "sda" } mapping { name: "above" kind: FILE device: "loop0" }
    folios { name: "file" count: "4" mapping: "above" } folios { name: "image" count: "4" mapping: "below" }
    actor { name: "worker" loop_worker { device: "loop0" } })");
  EXPECT_EQ(resolved.loops[0].backing_set, 1);
  EXPECT_EQ(resolved.mappings[1].loop, 0);
  EXPECT_EQ(std::get<LoopWorkerSpec>(resolved.actors[0].kind).loop, 0);
}

TEST(Set, ReachesEveryKindOfField) {
  const Loaded loaded =
      load_scenario_text("t.txtpb", kMachine,
                         {"machine.node[0].distance=10,22,31", "machine.node[far].distance=22,10,21",
                          "migrate.migrate_pages.mode=MIGRATE_ASYNC", "actor[flush].writeback.plug=false", "claim=a, b",
                          "migrate.migrate_pages.folios=file[0],anon"});
  EXPECT_THAT(loaded.resolved.nodes[1].distance, ElementsAre(22, 10, 21));
  EXPECT_EQ(std::get<MigratePagesSpec>(loaded.resolved.actors[0].kind).mode, Mode::kAsync);
  EXPECT_THAT(std::get<MigratePagesSpec>(loaded.resolved.actors[0].kind).folios, ElementsAre(0, 1));
  EXPECT_FALSE(std::get<WritebackSpec>(loaded.resolved.actors[1].kind).plug);
  EXPECT_EQ(loaded.scenario.claim(), "a, b");
}

}  // namespace
}  // namespace mmsim
