// Interrupt handlers that are actors, on top of what their CPU does.
#include <gmock/gmock.h>

#include "sim/core/interrupt.hpp"
#include "sim/machine/cpus_test.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;

Task<> section(Actor& self, Spinlock& lock, std::int64_t before_ns, std::int64_t inside_ns) {
  co_await spend(self, before_ns);
  co_await spin_lock(self, lock);
  co_await spend(self, inside_ns);
  co_await spin_unlock(self, lock);
  co_await spend(self, 5);
}
Task<> handles(Actor& self, InterruptSource& source, std::int64_t ns) {
  co_await enter_interrupt(self, source);
  co_await spend(self, ns);
  leave_interrupt(self);
}
Task<> handles_locked(Actor& self, InterruptSource& source, Spinlock& lock, std::int64_t ns) {
  co_await enter_interrupt(self, source);
  co_await spin_lock(self, lock);
  co_await spend(self, ns);
  co_await spin_unlock(self, lock);
  leave_interrupt(self);
}
Task<> handles_thrice(Actor& self, InterruptSource& source, std::int64_t every_ns) {
  for (int i = 0; i < 3; ++i) {
    if (i > 0) co_await UntilNextInterrupt(self, every_ns);
    co_await enter_interrupt(self, source);
    co_await spend(self, 1);
    leave_interrupt(self);
  }
}

struct HandlerMachine : Machine {
  HandlerMachine() : Machine({0, 0}) {}
  Actor& handler(const Actor& task, Context context = Context::kHardirq) {
    Actor& out = actor(task.cpu);
    out.context = context;
    out.interrupts = &task;
    return out;
  }
  InterruptSource& source() { return add<InterruptSource>("source"); }
  // Who waits for whom in the cycles of the stuck set.
  std::vector<std::string> cycle() {
    const WaitGraph graph = WaitGraph::all(world);
    std::vector<std::string> out;
    for (const auto& found : graph.cycles(graph.stuck_set()))
      for (const auto& edge : found)
        out.push_back(world.text(*graph.graph()[source_of(edge, graph)].actor) + " -> " + world.text(*graph.graph()[edge].holder) + ": " +
                      graph.graph()[edge].how);
    return out;
  }
  static std::size_t source_of(const WaitGraph::Graph::edge_descriptor& edge, const WaitGraph& graph) {
    return boost::source(edge, graph.graph());
  }
};

TEST(Handler, cuts_a_spend_which_goes_on_when_it_has_returned) {
  HandlerMachine m;
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {100}), 0);
  Actor& b = m.handler(a);
  m.world.start(b, handles(b, m.source(), 30), 50);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.finished_ns(b), 80);
  EXPECT_EQ(m.finished_ns(a), 10 + 100 + 30);   // a switch, its own time, the handler's
  EXPECT_EQ(m.cpus.times(0).spend_ns, 100);
  EXPECT_EQ(m.cpus.times(0).interrupt_ns, 30);
}

TEST(Handler, comes_at_once_on_an_idle_cpu_and_those_woken_meanwhile_run_after_it) {
  HandlerMachine m;
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {100}), 60);
  Actor& b = m.handler(a);
  m.world.start(b, handles(b, m.source(), 30), 50);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.finished_ns(b), 80);
  EXPECT_EQ(m.finished_ns(a), 80 + 10 + 100);
  EXPECT_EQ(m.cpus.times(0).idle_ns, 50);
}

TEST(Handler, waits_until_the_task_turns_interrupts_on) {
  for (const bool irq_safe : {false, true}) {
    HandlerMachine m;
    Actor& a = m.actor(0);
    m.world.start(a, section(a, m.add<Spinlock>("lock", irq_safe), 10, 100), 0);
    Actor& b = m.handler(a);
    m.world.start(b, handles(b, m.source(), 30), 50);
    EXPECT_EQ(m.run(), RunEnd::kAllDone);
    EXPECT_EQ(m.finished_ns(b), irq_safe ? 10 + 10 + 100 + 30 : 80);   // in the spend behind the section
  }
}

TEST(Handler, of_a_softirq_waits_for_bottom_halves_and_lets_a_hardirq_on_top) {
  HandlerMachine m;
  Actor& a = m.actor(0);
  m.world.start(a, section(a, m.add<Spinlock>("lock", false, true), 10, 100), 0);
  Actor& b = m.handler(a, Context::kSoftirq);
  m.world.start(b, handles(b, m.source(), 30), 50);
  Actor& c = m.handler(a);
  m.world.start(c, handles(c, m.source(), 7), 60);    // the section has bottom halves off, not interrupts
  Actor& d = m.handler(a);
  m.world.start(d, handles(d, m.source(), 7), 130);   // while the softirq runs
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.finished_ns(c), 67);
  EXPECT_EQ(m.finished_ns(d), 137);
  EXPECT_EQ(m.finished_ns(b), 10 + 10 + 100 + 7 + 7 + 30);
}

TEST(Handler, does_not_come_on_top_of_another_of_its_kind) {
  HandlerMachine m;
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {100}), 0);
  Actor& b = m.handler(a);
  m.world.start(b, handles(b, m.source(), 30), 50);
  Actor& c = m.handler(a);
  m.world.start(c, handles(c, m.source(), 30), 60);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.finished_ns(b), 80);
  EXPECT_EQ(m.finished_ns(c), 110);
}

TEST(Handler, comes_again_as_often_as_it_is_to) {
  HandlerMachine m;
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {1000}), 0);
  Actor& b = m.handler(a);
  m.world.start(b, handles_thrice(b, m.source(), 100), 50);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.finished_ns(b), 50 + 1 + 100 + 1 + 100 + 1);
  EXPECT_EQ(m.finished_ns(a), 10 + 1000 + 3);
}

TEST(Handler, that_spins_for_the_lock_of_the_task_below_it_hangs_with_it) {
  HandlerMachine m;
  auto& lock = m.add<Spinlock>("lock", false);
  Actor& a = m.actor(0);
  m.world.start(a, section(a, lock, 10, 100), 0);
  Actor& b = m.handler(a);
  m.world.start(b, handles_locked(b, m.source(), lock, 5), 50);
  EXPECT_EQ(m.run(1'000'000), RunEnd::kAllDone);   // all are stuck
  EXPECT_EQ(m.stuck(), "ab");
  EXPECT_EQ(m.world.closed_ns, 50);
  EXPECT_THAT(m.cycle(), ElementsAre("a -> b: runs there in interrupt context", "b -> a: "));
}

TEST(Handler, does_not_meet_the_lock_held_below_it_if_that_is_irq_safe) {
  HandlerMachine m;
  auto& lock = m.add<Spinlock>("lock", true);
  Actor& a = m.actor(0);
  m.world.start(a, section(a, lock, 10, 100), 0);
  Actor& b = m.handler(a);
  m.world.start(b, handles_locked(b, m.source(), lock, 5), 50);
  EXPECT_EQ(m.run(1'000'000), RunEnd::kAllDone);
  EXPECT_EQ(m.stuck(), "");
}

// The spinner of CPU 0 is granted its lock while the handler runs on top of it, and takes it only then.
TEST(Handler, keeps_a_spinner_below_it_from_what_it_was_granted) {
  HandlerMachine m;
  auto& lock = m.add<Spinlock>("lock", false);
  Actor& a = m.actor(1);
  m.world.start(a, section(a, lock, 10, 100), 0);     // holds it until 120
  Actor& b = m.actor(0);
  m.world.start(b, section(b, lock, 50, 100), 0);     // spins from 60 on
  Actor& c = m.handler(b);
  m.world.start(c, handles(c, m.source(), 80), 70);   // until 150
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.finished_ns(b), 150 + 100 + 5);
}

Task<> spends_at(Actor& self, std::int64_t first_ns, std::int64_t then_ns) {
  co_await spend(self, first_ns);
  co_await cond_resched(self);
  co_await spend(self, then_ns);
}

TEST(Priority, of_a_task_that_is_woken_takes_the_cpu_from_a_lower_one) {
  struct Case {
    Preemption preemption;
    std::int64_t high_done_ns;
  };
  for (const Case c : {Case{Preemption::kFull, 50 + 10 + 20}, Case{Preemption::kNone, 10 + 90 + 10 + 20}}) {
    Machine m({0}, c.preemption);
    Actor& low = m.actor(0);
    m.world.start(low, spends_at(low, 90, 1000), 0);
    Actor& high = m.actor(0);
    high.priority = 1;
    m.world.start(high, spends(high, {20}), 50);
    EXPECT_EQ(m.run(), RunEnd::kAllDone);
    EXPECT_EQ(m.finished_ns(high), c.high_done_ns);
    EXPECT_EQ(m.finished_ns(low), 10 + 90 + 1000 + 10 + 20 + 10);
  }
}

TEST(Priority, is_kept_for_longer_than_a_slice) {
  Machine m({0});
  Actor& high = m.actor(0);
  high.priority = 1;
  m.world.start(high, spends_at(high, 500, 500), 0);
  Actor& low = m.actor(0);
  m.world.start(low, spends(low, {20}), 50);
  Actor& equal = m.actor(0);
  equal.priority = 1;
  m.world.start(equal, spends(equal, {20}), 50);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.log({Event::kFinish}), (std::vector<std::string>{"a finish 1010", "c finish 1040", "b finish 1070"}));
}

TEST(Priority, of_one_that_was_preempted_lets_it_go_on_before_its_equals) {
  Machine m({0});
  const int priorities[] = {1, 1, 2};
  for (int i = 0; i < 3; ++i) {
    Actor& actor = m.actor(0);
    actor.priority = static_cast<std::int16_t>(priorities[i]);
    m.world.start(actor, spends(actor, {100}), i * 20);
  }
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.log({Event::kFinish}), (std::vector<std::string>{"c finish 150", "a finish 230", "b finish 340"}));
}

}  // namespace
}  // namespace mmsim
