#include "sim/machine/cpus_test.hpp"

namespace mmsim {
namespace {

using Log = std::vector<std::string>;

constexpr Preemption kModels[] = {Preemption::kNone, Preemption::kVoluntary, Preemption::kFull};

TEST(Cpus, AnActorAloneStartsAfterASwitchAndItsSpendsFollowEachOther) {
  Machine m({0});
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {250, 250}), 40);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.log(), (Log{"a run 50", "a finish 550"}));
}

// ------------------------------------------------------------------------------------------ preemption models

Task<> passes_every_point(Actor& self) {
  co_await spend(self, 250);
  co_await MightSleep{self};
  co_await spend(self, 50);
  co_await cond_resched(self);
  co_await spend(self, 20);
}

Log two_share_a_cpu(Preemption preemption) {
  Machine m({0}, preemption);
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, passes_every_point(a), 0);
  m.world.start(b, spends(b, {120}), 0);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  return m.log();
}

TEST(Cpus, WithoutPreemptionAnActorMakesRoomAtCondResched) {
  EXPECT_EQ(two_share_a_cpu(Preemption::kNone),
            (Log{"a run 10", "b run 320", "b finish 440", "a run 450", "a finish 470"}));
}

TEST(Cpus, WithVoluntaryPreemptionAnActorMakesRoomWhereItMightSleep) {
  EXPECT_EQ(two_share_a_cpu(Preemption::kVoluntary),
            (Log{"a run 10", "b run 270", "b finish 390", "a run 400", "a finish 470"}));
}

TEST(Cpus, WithFullPreemptionAnActorMakesRoomWhereItsSliceEndsAndGoesOnWhereItWas) {
  EXPECT_EQ(two_share_a_cpu(Preemption::kFull),
            (Log{"a run 10", "a preempt 110", "b run 120", "b preempt 220", "a run 230", "a preempt 330", "b run 340",
                 "b finish 360", "a run 370", "a finish 490"}));
}

Task<> locks_between(Actor& self, Mutex& mutex) {
  co_await spend(self, 250);
  co_await mutex_lock(self, mutex);
  co_await spend(self, 50);
  co_await mutex_unlock(self, mutex);
}

TEST(Cpus, ALockThatMightSleepIsAPointOfVoluntaryPreemptionEvenWhereItIsFree) {
  for (const auto& [preemption, log] :
       {std::pair{Preemption::kNone, Log{"a run 10", "a finish 310", "b run 320", "b finish 440"}},
        {Preemption::kVoluntary, Log{"a run 10", "b run 270", "b finish 390", "a run 400", "a finish 450"}}}) {
    Machine m({0}, preemption);
    Actor& a = m.actor(0);
    Actor& b = m.actor(0);
    m.world.start(a, locks_between(a, m.add<Mutex>("mutex")), 0);
    m.world.start(b, spends(b, {120}), 0);
    m.run();
    EXPECT_EQ(m.log(), log);
    EXPECT_TRUE(m.world.wait_stats.empty());   // nobody waited for the mutex
  }
}

TEST(Cpus, ActorsOnCpusOfTheirOwnDoNotInterfere) {
  for (const Preemption preemption : kModels) {
    Machine m({0, 0}, preemption);
    Actor& a = m.actor(0);
    Actor& b = m.actor(1);
    m.world.start(a, passes_every_point(a), 0);
    m.world.start(b, passes_every_point(b), 0);
    m.run();
    EXPECT_EQ(m.log(), (Log{"a run 10", "b run 10", "a finish 330", "b finish 330"}));
  }
}

TEST(Cpus, TheSliceUnderWayWhenTheFirstWaiterComesIsTheLast) {
  for (const auto& [b_starts_ns, a_preempted_ns] : {std::pair{255, "310"}, {309, "310"}, {310, "410"}}) {
    Machine m({0});
    Actor& a = m.actor(0);
    Actor& b = m.actor(0);
    m.world.start(a, spends(a, {1000}), 0);
    m.world.start(b, spends(b, {5}), b_starts_ns);
    m.run();
    EXPECT_EQ(m.log().at(1), std::string("a preempt ") + a_preempted_ns);
    EXPECT_EQ(m.finished_ns(a), 10 + 1000 + 10 + 5 + 10);
  }
}

TEST(Cpus, ASpendThatEndsWithItsSliceIsNotCut) {
  Machine m({0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, spends(a, {100, 30}), 0);
  m.world.start(b, spends(b, {100}), 0);
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "a preempt 110", "b run 120", "b finish 220", "a run 230", "a finish 260"}));
}

Task<> spends_in_section(Actor& self, Spinlock& lock, std::int64_t inside_ns, std::int64_t after_ns) {
  co_await spin_lock(self, lock);
  co_await spend(self, inside_ns);
  co_await spin_unlock(self, lock);
  co_await spend(self, after_ns);
}

TEST(Cpus, AHolderOfASpinlockIsPreemptedOnlyAfterItsUnlock) {
  for (const bool irq_safe : {false, true}) {
    Machine m({0});
    Actor& a = m.actor(0);
    Actor& b = m.actor(0);
    auto& lock = m.add<Spinlock>("lock", irq_safe);
    m.world.start(a, spends_in_section(a, lock, 300, 40), 0);
    m.world.start(b, spends(b, {10}), 0);
    m.run();
    EXPECT_EQ(m.log(), (Log{"a run 10", "a preempt 310", "b run 320", "b finish 330", "a run 340", "a finish 380"}));
  }
}

TEST(Cpus, ASliceThatIsOverStaysOverWhoeverComes) {
  Machine m({0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  Actor& c = m.actor(0);
  m.world.start(a, spends_in_section(a, m.add<Spinlock>("lock", false), 290, 40), 0);
  m.world.start(b, spends(b, {10}), 0);     // the slice is over at 110
  m.world.start(c, spends(c, {10}), 250);
  m.run();
  EXPECT_EQ(m.log({Event::kPreempt}), (Log{"a preempt 300"}));
}

Task<> spends_with_interrupts_off(Actor& self) {
  ++self.irq_off;
  co_await spend(self, 300);
  --self.irq_off;
  self.world.cpus->enabled(self);
  co_await spend(self, 40);
}

TEST(Cpus, WithInterruptsOffNoTimerEndsASlice) {
  Machine m({0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, spends_with_interrupts_off(a), 0);
  m.world.start(b, spends(b, {10}), 0);
  m.run();
  EXPECT_EQ(m.log({Event::kPreempt}), (Log{"a preempt 310"}));
}

TEST(Cpus, WhoComesDuringASwitchWaitsForAFullSlice) {
  Machine m({0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  Actor& c = m.actor(0);
  m.world.start(a, spends(a, {95}), 0);
  m.world.start(b, spends(b, {150}), 0);
  m.world.start(c, spends(c, {5}), 107);    // the slice of a would have ended at 110
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "a finish 105", "b run 115", "b preempt 215", "c run 225", "c finish 230",
                          "b run 240", "b finish 290"}));
}

// ------------------------------------------------------------------------------------------ sleeping and yielding

Task<> sleeps(Actor& self, std::int64_t ns) {
  co_await spend(self, 20);
  co_await sleep_ns(self, ns);
  co_await spend(self, 20);
}

TEST(Cpus, ASleeperGetsItsCpuAfterTheWakeUpLatencyAndASwitch) {
  Machine m({0});
  Actor& a = m.actor(0);
  m.world.start(a, sleeps(a, 500), 0);
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "a run 1540", "a finish 1560"}));
  EXPECT_EQ(m.cpus.times(0).idle_ns, 1500);
}

TEST(Cpus, AWokenActorWaitsForTheEndOfTheSliceUnderWay) {
  Machine m({0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, sleeps(a, 5), 0);          // sleeps at 30, wakes at 35, queues at 1035
  m.world.start(b, spends(b, {2000}), 0);     // runs from 40 on: slices end at 140, ..., 1040
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "b run 40", "b preempt 1040", "a run 1050", "a finish 1070", "b run 1080",
                          "b finish 2080"}));
}

Task<> mutex_section(Actor& self, Mutex& mutex) {
  co_await mutex_lock(self, mutex);
  co_await spend(self, 100);
  co_await mutex_unlock(self, mutex);
}

TEST(Cpus, AMutexHandedOverCostsItsWaiterLatencyAndSwitch) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  auto& mutex = m.add<Mutex>("mutex");
  m.world.start(a, mutex_section(a, mutex), 0);
  m.world.start(b, mutex_section(b, mutex), 0);
  m.run();
  EXPECT_EQ(m.finished_ns(a), 110);
  EXPECT_EQ(m.finished_ns(b), 110 + 1000 + 10 + 100);
}

Task<> yields(Actor& self) {
  co_await spend(self, 30);
  co_await yield(self);
  co_await spend(self, 30);
}

TEST(Cpus, AYieldLetsAllOthersOfItsCpuRunFirst) {
  Machine m({0}, Preemption::kNone);
  Actor* actors[] = {&m.actor(0), &m.actor(0), &m.actor(0)};
  for (Actor* actor : actors) m.world.start(*actor, yields(*actor), 0);
  m.run();
  EXPECT_EQ(m.log({Event::kRun}),
            (Log{"a run 10", "b run 50", "c run 90", "a run 130", "b run 170", "c run 210"}));
}

TEST(Cpus, AYieldWhereNobodyWaitsTakesNoTime) {
  Machine m({0});
  Actor& a = m.actor(0);
  m.world.start(a, yields(a), 0);
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "a finish 70"}));
}

Task<> offers_its_cpu(Actor& self) {
  for (int i = 0; i < 3; ++i) {
    co_await spend(self, 60);
    co_await cond_resched(self);
  }
}

TEST(Cpus, CondReschedGoesOnUntilTheSliceIsOver) {
  Machine m({0}, Preemption::kNone);
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, offers_its_cpu(a), 0);
  m.world.start(b, spends(b, {5}), 0);
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "b run 140", "b finish 145", "a run 155", "a finish 215"}));
}

// ------------------------------------------------------------------------------------------ spinners

Task<> yields_with_lock(Actor& self, Spinlock& lock) {
  co_await spin_lock(self, lock);
  co_await yield(self);
  co_await spin_unlock(self, lock);
}

Task<> sleeps_with_lock(Actor& self, Spinlock& lock) {
  co_await spin_lock(self, lock);
  co_await sleep_ns(self, 50);
  co_await spin_unlock(self, lock);
}

struct Spinning {
  explicit Spinning(int cpu_of_spinner) : b(m.actor(cpu_of_spinner)) {}
  Machine m{{0, 0}};
  Actor& a = m.actor(0);
  Actor& b;
  Spinlock& lock = m.add<Spinlock>("lock", false);
};

TEST(Cpus, ASpinnerThatKeepsTheHolderFromItsCpuIsStuckAsItBeginsToSpin) {
  Spinning s(0);
  s.m.world.start(s.a, yields_with_lock(s.a, s.lock), 0);
  s.m.world.start(s.b, spends_in_section(s.b, s.lock, 1, 1), 0);
  s.m.run();
  EXPECT_EQ(s.m.stuck(), "ab");
  EXPECT_EQ(s.m.world.closed_ns, 20);
}

TEST(Cpus, ASpinnerIsStuckAsTheSleepingHolderWakesBehindIt) {
  Spinning s(0);
  s.m.world.start(s.a, sleeps_with_lock(s.a, s.lock), 0);
  s.m.world.start(s.b, spends_in_section(s.b, s.lock, 1, 1), 0);
  s.m.run();
  EXPECT_EQ(s.m.stuck(), "ab");
  EXPECT_EQ(s.m.world.closed_ns, 60);
}

TEST(Cpus, ASpinnerOnAnotherCpuGetsTheLock) {
  for (const auto holder : {yields_with_lock, sleeps_with_lock}) {
    Spinning s(1);
    s.m.world.start(s.a, holder(s.a, s.lock), 0);
    s.m.world.start(s.b, spends_in_section(s.b, s.lock, 1, 1), 0);
    EXPECT_EQ(s.m.run(), RunEnd::kAllDone);
    EXPECT_EQ(s.m.stuck(), "");
  }
}

TEST(Cpus, ASpinnerKeepsItsCpuAndMakesRoomAfterItsSection) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  Actor& c = m.actor(1);
  auto& lock = m.add<Spinlock>("lock", false);
  m.world.start(a, spends_in_section(a, lock, 500, 1), 0);
  m.world.start(b, spends_in_section(b, lock, 20, 40), 5);
  m.world.start(c, spends(c, {30}), 5);
  m.run();
  EXPECT_EQ(m.log({Event::kRun, Event::kPreempt}),
            (Log{"a run 10", "b run 15", "b preempt 530", "c run 540", "b run 580"}));
}

}  // namespace
}  // namespace mmsim
