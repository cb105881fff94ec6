#include "sim/machine/ipi.hpp"

#include "sim/machine/cpus_test.hpp"

namespace mmsim {
namespace {

using Log = std::vector<std::string>;

// Lives as long as the arena: senders that are stuck never end.
const CpuSet& cpu_set(Arena& arena, const std::vector<int>& cpus) {
  CpuSet& out = *arena.make<CpuSet>(arena);
  for (const int cpu : cpus) out.add(cpu);
  return out;
}
const CpuSet& cpu_set(Machine& m, const std::vector<int>& cpus) { return cpu_set(*m.arena, cpus); }

Task<> sends(Actor& self, Cpus& cpus, const CpuSet& targets, std::int64_t after_ns = 0) {
  co_await smp_call_function_many(self, cpus, targets);
  co_await spend(self, after_ns);
}

Task<> sends_locked(Actor& self, Cpus& cpus, const CpuSet& targets, Spinlock& lock, std::int64_t before_ns) {
  co_await spin_lock(self, lock);
  co_await spend(self, before_ns);
  co_await smp_call_function_many(self, cpus, targets);
  co_await spin_unlock(self, lock);
}

Task<> section(Actor& self, Spinlock& lock, std::int64_t inside_ns) {
  co_await spin_lock(self, lock);
  co_await spend(self, inside_ns);
  co_await spin_unlock(self, lock);
}

std::vector<int> cpus_up_to(int last) {
  std::vector<int> out;
  for (int cpu = 0; cpu <= last; ++cpu) out.push_back(cpu);
  return out;
}

// How long a call from CPU 0 to idle CPUs takes. base 500, per CPU 20, remote 30, handler 7.
std::int64_t call_ns(const std::vector<int>& node_of_cpu, const std::vector<int>& targets) {
  Machine m(node_of_cpu);
  Actor& a = m.actor(0);
  m.world.start(a, sends(a, m.cpus, cpu_set(m, targets)), 0);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  return m.finished_ns(a) - 10;
}

TEST(CpuSet, IsWalkedInAscendingOrder) {
  const Arena::Owner arena = Arena::create();
  CpuSet set = cpu_set(*arena, {8191, 64, 0, 63, 5});
  set.remove(5);
  set.remove(500);
  set.add_all(cpu_set(*arena, {127}));
  std::vector<int> walked;
  for (int cpu = set.next(CpuSet::kNone); cpu != CpuSet::kNone; cpu = set.next(cpu)) walked.push_back(cpu);
  EXPECT_EQ(walked, (std::vector<int>{0, 63, 64, 127, 8191}));
}

// ------------------------------------------------------------------------------------------ closed forms

TEST(Ipi, ACallTakesTheBaseAShareForEachReceiverAndOneHandler) {
  const std::vector<int> one_node(100, 0);
  for (const int k : {1, 2, 3, 99}) EXPECT_EQ(call_ns(one_node, cpus_up_to(k)), 500 + k * 20 + 7);
}

TEST(Ipi, ReceiversOnAnotherNodeCostMore) {
  std::vector<int> node_of_cpu(8, 0);
  node_of_cpu.resize(16, 1);
  EXPECT_EQ(call_ns(node_of_cpu, {8}), 500 + 30 + 7);
  EXPECT_EQ(call_ns(node_of_cpu, cpus_up_to(15)), 500 + 7 * 20 + 8 * 30 + 7);
}

TEST(Ipi, AnEmptySetAndTheOwnCpuTakeNoTime) {
  EXPECT_EQ(call_ns({0, 0}, {}), 0);
  EXPECT_EQ(call_ns({0, 0}, {0}), 0);
}

TEST(Ipi, ReceiversAreInterruptedOneAfterTheOther) {
  Machine m({0, 0, 1});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  Actor& c = m.actor(2);
  m.world.start(a, sends(a, m.cpus, cpu_set(m, {1, 2})), 0);
  m.world.start(b, spends(b, {1000}), 0);
  m.world.start(c, spends(c, {1000}), 0);
  m.run();
  EXPECT_EQ(m.log({Event::kInterrupt, Event::kFinish}),
            (Log{"b interrupt 530", "c interrupt 560", "a finish 567", "b finish 1017", "c finish 1017"}));
}

// ------------------------------------------------------------------------------------------ delays

TEST(Ipi, InterruptsOffDelayTheAcknowledgementUntilTheyAreOn) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  auto& lock = m.add<Spinlock>("lock", true);
  m.world.start(a, sends(a, m.cpus, cpu_set(m, {1})), 0);
  m.world.start(b, section(b, lock, 2000), 0);
  m.run();
  EXPECT_EQ(m.finished_ns(a), 2010 + 7);
}

TEST(Ipi, ACpuAcknowledgesAfterTheHandlersBeforeIt) {
  Machine m({0, 0, 0});
  Actor& a = m.actor(0);
  m.world.start(a, sends(a, m.cpus, cpu_set(m, {1, 2})), 0);
  m.interrupt_at(520, 1, 100);
  m.run();
  EXPECT_EQ(m.finished_ns(a), 620 + 7);
}

TEST(Ipi, SendersAnswerEachOtherWhileTheySpin) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  m.world.start(a, sends(a, m.cpus, cpu_set(m, {1})), 0);
  m.world.start(b, sends(b, m.cpus, cpu_set(m, {0})), 0);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.log({Event::kFinish}), (Log{"a finish 537", "b finish 537"}));
  EXPECT_EQ(m.stuck(), "");
}

TEST(Ipi, ASenderIsNotPreemptedUntilItHasSpun) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(0);
  m.world.start(a, sends(a, m.cpus, cpu_set(m, {1}), 50), 0);
  m.world.start(b, spends(b, {5}), 0);
  m.run();
  EXPECT_EQ(m.log(), (Log{"a run 10", "a preempt 537", "b run 547", "b finish 552", "a run 562", "a finish 612"}));
}

// ------------------------------------------------------------------------------------------ deadlock

// a holds the lock and wants an answer from b's CPU; b spins for the lock.
struct SendsWithLock {
  SendsWithLock(bool irq_safe, std::int64_t a_sends_ns, std::int64_t b_starts_ns) {
    auto& lock = m.add<Spinlock>("lock", irq_safe);
    m.world.start(a, sends_locked(a, m.cpus, cpu_set(m, {1, 2}), lock, a_sends_ns - 10), 0);
    m.world.start(b, section(b, lock, 50), b_starts_ns - 10);
    m.world.start(c, spends(c, {5000}), 0);
    end = m.run();
  }
  Machine m{{0, 0, 0}};
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  Actor& c = m.actor(2);
  RunEnd end;
};

TEST(Ipi, ASenderThatHoldsALockForWhichAReceiverSpinsWithInterruptsOffIsDeadlocked) {
  const SendsWithLock spins_later(true, 100, 300);
  EXPECT_EQ(spins_later.m.stuck(), "ab");
  EXPECT_EQ(spins_later.m.world.closed_ns, 300);
  const SendsWithLock sends_later(true, 300, 100);
  EXPECT_EQ(sends_later.m.stuck(), "ab");
  EXPECT_EQ(sends_later.m.world.closed_ns, 300);
  EXPECT_EQ(sends_later.m.finished_ns(sends_later.c), 10 + 5000 + 7);   // the third goes on, and has answered
}

TEST(Ipi, OneReceiverThatNeverAnswersIsEnough) {
  Machine m({0, 0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  Actor& c = m.actor(2);
  auto& lock = m.add<Spinlock>("lock", true);
  m.world.start(a, sends_locked(a, m.cpus, cpu_set(m, {1, 2}), lock, 300), 0);
  m.world.start(b, section(b, lock, 50), 100);
  m.world.start(c, section(c, m.add<Spinlock>("other", true), 5000), 0);   // turns interrupts on in the end
  m.run();
  EXPECT_EQ(m.stuck(), "ab");
  EXPECT_EQ(m.world.closed_ns, 310);
}

TEST(Ipi, AReceiverThatSpinsWithInterruptsOnAnswers) {
  const SendsWithLock s(false, 300, 100);
  EXPECT_EQ(s.end, RunEnd::kAllDone);
  EXPECT_EQ(s.m.stuck(), "");
  EXPECT_EQ(s.m.finished_ns(s.a), 300 + 500 + 40 + 7);
  EXPECT_EQ(s.m.finished_ns(s.b), s.m.finished_ns(s.a) + 50);
}

TEST(Ipi, TheDeadlockIsACycleThatSaysWhoRunsWithInterruptsOff) {
  SendsWithLock s(true, 300, 100);
  const WaitGraph graph = WaitGraph::all(s.m.world);
  const auto cycles = graph.cycles(graph.stuck_set());
  ASSERT_EQ(cycles.size(), 1u);
  ASSERT_EQ(cycles[0].size(), 2u);
  Wait wait;
  ASSERT_TRUE(describe_wait(s.a, wait));
  ASSERT_EQ(wait.edges.size(), 1u);
  EXPECT_EQ(wait.edges[0].holder, &s.b);
  EXPECT_STREQ(wait.edges[0].how, "runs with interrupts off");
  EXPECT_STREQ(wait.noun, "IPI acknowledgement");
}

Task<> sleeps_with_lock(Actor& self, Spinlock& lock) {
  co_await spin_lock(self, lock);
  co_await sleep_ns(self, 2000);
  co_await spin_unlock(self, lock);
}

// b's CPU answers no more, as b spins for a's lock; a's turn never comes, as c spins for an answer on a's CPU.
TEST(Ipi, ASenderCanKeepTheHolderFromItsCpu) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  Actor& c = m.actor(0);
  auto& lock = m.add<Spinlock>("lock", true);
  m.world.start(a, sleeps_with_lock(a, lock), 0);
  m.world.start(b, section(b, lock, 5), 5);
  m.world.start(c, sends(c, m.cpus, cpu_set(m, {1})), 100);
  m.run();
  EXPECT_EQ(m.stuck(), "abc");
  EXPECT_EQ(m.world.closed_ns, 2010);
}

TEST(Ipi, SendersWithInterruptsOffDeadlockEachOther) {
  Machine m({0, 0});
  Actor& a = m.actor(0);
  Actor& b = m.actor(1);
  m.world.start(a, sends_locked(a, m.cpus, cpu_set(m, {1}), m.add<Spinlock>("one", true), 10), 0);
  m.world.start(b, sends_locked(b, m.cpus, cpu_set(m, {0}), m.add<Spinlock>("two", true), 20), 0);
  m.run();
  EXPECT_EQ(m.stuck(), "ab");
  EXPECT_EQ(m.world.closed_ns, 30);
}

TEST(Ipi, TwoRunsHaveTheSameDigest) {
  const auto digest = [] {
    SendsWithLock s(false, 300, 100);
    return s.m.digest();
  };
  EXPECT_EQ(digest(), digest());
}

}  // namespace
}  // namespace mmsim
