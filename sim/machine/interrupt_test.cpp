#include "sim/machine/cpus_test.hpp"

namespace mmsim {
namespace {

using Log = std::vector<std::string>;

TEST(Interrupt, ASpendIsLongerByExactlyWhatItsInterruptsTake) {
  Machine m({0});
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {100}), 0);
  m.interrupt_at(50, 0, 7);
  m.interrupt_at(52, 0, 9);   // while the first is handled
  m.run();
  EXPECT_EQ(m.finished_ns(a), 110 + 7 + 9);
  EXPECT_EQ(m.cpus.times(0).interrupt_ns, 16);
}

TEST(Interrupt, ASwitchIsLongerToo) {
  Machine m({0});
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {100}), 0);
  m.interrupt_at(5, 0, 7);
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 17", "a finish 117"}));
}

TEST(Interrupt, AnIdleCpuHandlesItAndSwitchesAfterwards) {
  Machine m({0});
  Actor& a = m.actor(0);
  m.interrupt_at(20, 0, 30);
  m.world.start(a, spends(a, {100}), 40);
  m.run();
  EXPECT_EQ(m.log({Event::kInterrupt, Event::kRun}), (Log{"- interrupt 20", "a run 60"}));
  EXPECT_EQ(m.cpus.times(0).idle_ns, 20);
}

TEST(Interrupt, AHandlerUnderWayComesBeforeASwitchThatTakesNoTime) {
  CpuCosts costs = kTestCosts;
  costs.context_switch_ns = 0;
  Machine m({0}, Preemption::kFull, costs);
  Actor& a = m.actor(0);
  m.interrupt_at(20, 0, 30);
  m.world.start(a, spends(a, {100}), 40);
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 50", "a finish 150"}));
}

TEST(Interrupt, APreemptedActorOwesOnlyItsOwnTime) {
  Machine m({0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, spends(a, {150}), 0);
  m.world.start(b, spends(b, {20}), 0);
  m.interrupt_at(105, 0, 30);   // the slice ends at 110, the handler at 135
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "a preempt 110", "b run 145", "b finish 165", "a run 175", "a finish 230"}));
}

Task<> locks_twice(Actor& self, Spinlock& outer, Spinlock& inner) {
  co_await spin_lock(self, outer);
  co_await spin_lock(self, inner);
  co_await spend(self, 100);
  co_await spin_unlock(self, inner);
  co_await spend(self, 50);
  co_await spin_unlock(self, outer);
  co_await spend(self, 20);
}

// Whether the locks turn interrupts off, and when the interrupt of date 50 is then taken.
TEST(Interrupt, OneHeldBackIsTakenAsInterruptsAreTurnedOn) {
  struct Case {
    bool outer;
    bool inner;
    const char* taken;
  };
  for (const Case& c : {Case{false, false, "a interrupt 50"}, {false, true, "a interrupt 110"},
                        {true, false, "a interrupt 160"}, {true, true, "a interrupt 160"}}) {
    Machine m({0});
    Actor& a = m.actor(0);
    m.world.start(a, locks_twice(a, m.add<Spinlock>("outer", c.outer), m.add<Spinlock>("inner", c.inner)), 0);
    m.interrupt_at(50, 0, 7);
    m.run();
    EXPECT_EQ(m.log({Event::kInterrupt}), (Log{c.taken}));
    EXPECT_EQ(m.finished_ns(a), 10 + 170 + 7);
  }
}

Task<> sleeps_with_lock(Actor& self, Spinlock& lock) {
  co_await spin_lock(self, lock);
  co_await spend(self, 100);
  co_await sleep_ns(self, 100);
  co_await spin_unlock(self, lock);
}

TEST(Interrupt, OneHeldBackIsTakenAsItsActorLeavesTheCpu) {
  Machine m({0});
  Actor& a = m.actor(0);
  auto& lock = m.add<Spinlock>("lock", true);
  m.world.start(a, sleeps_with_lock(a, lock), 0);
  m.interrupt_at(50, 0, 7);
  m.run();
  EXPECT_EQ(m.log({Event::kInterrupt}), (Log{"- interrupt 110"}));
}

TEST(Interrupt, OneHeldBackIsTakenBeforeTheSwitchToTheNextActor) {
  Machine m({0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, sleeps_with_lock(a, m.add<Spinlock>("lock", true)), 0);
  m.world.start(b, spends(b, {5}), 0);
  m.interrupt_at(50, 0, 7);
  m.run();
  EXPECT_EQ(m.log({Event::kInterrupt}), (Log{"b interrupt 110"}));
  EXPECT_EQ(m.finished_ns(b), 110 + 7 + 10 + 5);
}

Task<> section(Actor& self, Spinlock& lock) {
  co_await spin_lock(self, lock);
  co_await spend(self, 100);
  co_await spin_unlock(self, lock);
}

TEST(Interrupt, ASpinnerHandlesItWithoutLoss) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  auto& lock = m.add<Spinlock>("lock", false);
  m.world.start(a, section(a, lock), 0);
  m.world.start(b, section(b, lock), 5);   // spins from 15 to 110
  m.interrupt_at(50, 1, 7);
  m.interrupt_at(105, 1, 7);               // two of its nanoseconds are left when the lock comes
  m.run();
  EXPECT_EQ(m.finished_ns(b), 112 + 100);
}

}  // namespace
}  // namespace mmsim
