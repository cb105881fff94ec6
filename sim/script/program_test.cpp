// Every kind of instruction, alone and against a second program.
#include "sim/script/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/script/testing.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;
using Op = OpCode;

constexpr ObjectRef kLockKinds[] = {{ObjectKind::kMutex, 1}, {ObjectKind::kSpinlock, 1}, {ObjectKind::kFolio, 1}, {ObjectKind::kBufferHead, 1}};
constexpr ObjectRef kSem{ObjectKind::kSemaphore, 0};
constexpr ObjectRef kRw{ObjectKind::kRwsem, 0};
constexpr ObjectRef kDone{ObjectKind::kCompletion, 0};
constexpr ObjectRef kQueue{ObjectKind::kWaitQueue, 0};

Instruction spend_step(std::int64_t ns) { return step(Op::kSpend, {}, ns); }

TEST(Program, ALockKeepsOthersOutUntilItIsUnlocked) {
  for (const ObjectRef lock : kLockKinds) {
    ScriptWorld w;
    w.program("a", {step(Op::kLock, lock), spend_step(100), step(Op::kUnlock, lock)});
    w.program("b", {step(Op::kLock, lock), spend_step(100), step(Op::kUnlock, lock)}, 10);
    EXPECT_EQ(w.run(), RunEnd::kAllDone);
    EXPECT_THAT(w.when(Event::kAcquire, &w.objects.at(lock)), ElementsAre("0 a", "100 b"));
    EXPECT_THAT(w.when(Event::kRelease, &w.objects.at(lock)), ElementsAre("100 a", "200 b"));
    EXPECT_EQ(w.world.now_ns, 200);
  }
}

TEST(Program, ATrylockThatFailsGoesToItsTarget) {
  for (const ObjectRef lock : kLockKinds) {
    ScriptWorld w;
    w.program("owner", {step(Op::kLock, lock), spend_step(100), step(Op::kUnlock, lock)});
    // if (trylock) { unlock; spend 1000; } else { spend 5; }
    const Code tries{jump(Op::kTrylock, 4, lock), step(Op::kUnlock, lock), spend_step(1000), jump(Op::kJump, 5), spend_step(5)};
    const Actor& fails = w.program("fails", tries, 10);
    const Actor& takes = w.program("takes", tries, 200);
    w.run();
    EXPECT_THAT(w.when(Event::kTryFailed), ElementsAre("10 fails"));
    EXPECT_THAT(w.when(Event::kFinish), ElementsAre("15 fails", "100 owner", "1200 takes"));
    EXPECT_EQ(fails.state, ActorState::kFinished);
    EXPECT_EQ(takes.state, ActorState::kFinished);
  }
}

TEST(Program, AWriteTrylockOfARwsemFailsWhileItIsRead) {
  ScriptWorld w;
  w.program("reader", {step(Op::kDownRead, kRw), spend_step(100), step(Op::kUpRead, kRw)});
  w.program("tries", {jump(Op::kTrylock, 2, kRw), step(Op::kUpWrite, kRw)}, 10);
  w.program("later", {jump(Op::kTrylock, 2, kRw), step(Op::kUpWrite, kRw)}, 200);
  w.run();
  EXPECT_THAT(w.when(Event::kTryFailed), ElementsAre("10 tries"));
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("200 later"));
}

TEST(Program, ReadersShareARwsemAndAWriterDoesNot) {
  ScriptWorld w;
  const Code read{step(Op::kDownRead, kRw), spend_step(100), step(Op::kUpRead, kRw)};
  w.program("r1", read);
  w.program("r2", read, 50);
  w.program("w", {step(Op::kDownWrite, kRw), spend_step(100), step(Op::kUpWrite, kRw)}, 60);
  w.program("r3", read, 70);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kFinish), ElementsAre("100 r1", "150 r2", "250 w", "350 r3"));
}

TEST(Program, ASemaphoreOfOneLetsOneIn) {
  ScriptWorld w;
  const Code code{step(Op::kDown, kSem), spend_step(100), step(Op::kUp, kSem)};
  w.program("a", code);
  w.program("b", code, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kFinish), ElementsAre("100 a", "200 b"));
}

TEST(Program, WakeLetsOneThroughAndWakeAllEverybody) {
  for (const ObjectRef event : {kDone, kQueue})
    for (const bool all : {false, true}) {
      ScriptWorld w;
      for (const char* name : {"a", "b"}) w.program(name, {step(Op::kWait, event)});
      w.program("waker", {spend_step(100), step(all ? Op::kWakeAll : Op::kWake, event), spend_step(100), step(Op::kWake, event)});
      EXPECT_EQ(w.run(), RunEnd::kAllDone);
      if (all)
        EXPECT_THAT(w.when(Event::kFinish), ElementsAre("100 a", "100 b", "200 waker"));
      else
        EXPECT_THAT(w.when(Event::kFinish), testing::UnorderedElementsAre("100 a", "200 b", "200 waker"));
    }
}

TEST(Program, SpendingSleepingAndYieldingTakeTheTimeTheySay) {
  ScriptWorld w;
  w.program("a", {spend_step(7), step(Op::kSleep, {}, 11), step(Op::kYield), step(Op::kCondResched), spend_step(0)});
  w.run();
  EXPECT_EQ(w.world.now_ns, 18);
}

TEST(Program, NestedLoopsMultiply) {
  ScriptWorld w;
  // repeat 3 { spend 1; repeat 4 { spend 10 } }
  w.program("a", {jump(Op::kRepeat, 0, {}, 0, 3), spend_step(1), jump(Op::kRepeat, 0, {}, 1, 4), spend_step(10),
                  jump(Op::kRepeatEnd, 3, {}, 1), jump(Op::kRepeatEnd, 1, {}, 0)});
  w.run();
  EXPECT_EQ(w.world.now_ns, 3 * (1 + 4 * 10));
}

TEST(Program, ALoopForEverEndsAtTheBounds) {
  for (const Instruction& body : {spend_step(0), step(Op::kYield), spend_step(3)}) {
    ScriptWorld w;
    w.program("a", {jump(Op::kRepeat, 0, {}, 0, 0), body, jump(Op::kRepeatEnd, 1, {}, 0)});
    EXPECT_EQ(w.run({.steps_max = 1000}), RunEnd::kSteps);
    EXPECT_LE(w.world.steps, 1001U);
  }
}

TEST(Program, WhoWaitsForOrHoldsAFolioLockHasAReference) {
  ScriptWorld w;
  constexpr ObjectRef kFolio{ObjectKind::kFolio, 0};
  const Folio& folio = *w.mm.slots[0];
  w.program("a", {step(Op::kLock, kFolio), spend_step(100), step(Op::kUnlock, kFolio)});
  w.program("b", {step(Op::kLock, kFolio), step(Op::kUnlock, kFolio)}, 10);
  w.program("c", {spend_step(500), jump(Op::kTrylock, 3, kFolio), spend_step(100), step(Op::kUnlock, kFolio)});
  w.run({.time_max_ns = 50});
  EXPECT_EQ(folio.extra_refs, 2);
  w.run({.time_max_ns = 550});
  EXPECT_EQ(folio.extra_refs, 1);
  w.run();
  EXPECT_EQ(folio.extra_refs, 0);
}

TEST(Program, UnlockingWhatIsNotHeldStopsTheWorldAtItsLine) {
  for (const ObjectRef lock : kLockKinds) {
    ScriptWorld w;
    Instruction bad = step(Op::kUnlock, lock);
    bad.line = 42;
    w.program("owner", {step(Op::kLock, lock), spend_step(1000), step(Op::kUnlock, lock)});
    const Actor& thief = w.program("thief", {spend_step(10), bad, spend_step(10)});
    EXPECT_EQ(w.run(), RunEnd::kHalted);
    EXPECT_TRUE(w.objects.fault.happened);
    EXPECT_EQ(w.objects.fault.line, 42);
    EXPECT_EQ(w.objects.fault.actor, &thief);
    EXPECT_EQ(w.objects.fault.object, &w.objects.at(lock));
    EXPECT_STREQ(w.objects.fault.what, "unlocks");
    EXPECT_EQ(w.world.now_ns, 10);
  }
}

TEST(Program, ReleasingARwsemTheOtherWayStopsTheWorldToo) {
  for (const auto& [take, release, what] : {std::tuple{Op::kDownRead, Op::kUpWrite, "up_write"}, std::tuple{Op::kDownWrite, Op::kUpRead, "up_read"}}) {
    ScriptWorld w;
    Instruction bad = step(release, kRw);
    bad.line = 7;
    w.program("a", {step(take, kRw), bad});
    EXPECT_EQ(w.run(), RunEnd::kHalted);
    EXPECT_EQ(w.objects.fault.line, 7);
    EXPECT_STREQ(w.objects.fault.what, what);
  }
}

TEST(Program, AWaiterHopesForAWakeThatIsTheFirstStepOfAProgramYetToBegin) {
  ScriptWorld w;
  w.program("sleeper", {step(Op::kWait, kQueue)});
  w.program("waker", {step(Op::kWake, kQueue)}, 1000);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kFinish), ElementsAre("1000 waker", "1000 sleeper"));
}

TEST(Program, AWaiterIsLostOnceTheLastWakeHasGoneBy) {
  ScriptWorld w;
  const Actor& waiter = w.program("waiter", {step(Op::kWait, kQueue)}, 50);
  w.program("waker", {step(Op::kWake, kQueue), spend_step(1000)});   // too early
  w.run();
  EXPECT_TRUE(waiter.stuck);
  EXPECT_EQ(w.world.closed_ns, 50);
}

}  // namespace
}  // namespace mmsim
