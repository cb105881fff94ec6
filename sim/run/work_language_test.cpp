// Work queues, priorities and interrupts, from the text of a scenario to the end of its run against the clock.
#include <gtest/gtest.h>

#include "sim/run/language_testing.hpp"

namespace mmsim {
namespace {

// Completes if the condition holds then, and waits for ever otherwise.
std::string check(const std::string& condition) { return " step { if { cond: \"" + condition + "\" else { wait: \"never\" } } }"; }

const std::string kOneCpu = "machine { node { cpus: 1 } preemption: PREEMPT_FULL } completion { name: \"never\" } var { name: \"x\" }\n";

std::string work(const std::string& name, const std::string& queue, const std::string& steps) {
  return "work { name: \"" + name + "\" queue: \"" + queue + "\" program { " + steps + " } }\n";
}
std::string actor(const std::string& name, const std::string& steps, const std::string& more = "") {
  return "actor { name: \"" + name + "\" " + more + " program { " + steps + " } }\n";
}

TEST(WorkLanguage, AnItemRunsOncePerQueueingAndIsOverAfterAFlush) {
  const std::string text = kOneCpu + "workqueue { name: \"q\" }\n" + work("w", "q", "step { spend_ns: \"100\" } step { set: \"x = x + 1\" }");
  EXPECT_EQ(run_text(text + actor("a", "step { queue_work: \"w\" } step { queue_work: \"w\" } step { flush_work: \"w\" }" + check("x == 1") +
                                           " step { queue_work: \"w\" } step { flush_work: \"w\" }" + check("x == 2")))
                .verdict(),
            pb::COMPLETED);
}

TEST(WorkLanguage, ARunLastsUntilItsItemsHaveEnded) {
  const std::string text = kOneCpu + "workqueue { name: \"q\" }\n" + actor("a", "step { queue_work: \"w\" }");
  EXPECT_GE(run_text(text + work("w", "q", "step { sleep_ns: \"5000\" }")).elapsed_ns(), 5000);
  EXPECT_EQ(run_text(text + work("w", "q", "step { wait: \"never\" }")).verdict(), pb::LOST_WAKEUP);
  EXPECT_EQ(run_text(text + "work { name: \"w\" queue: \"q\" background: true program { step { wait: \"never\" } } }").verdict(), pb::COMPLETED);
}

TEST(WorkLanguage, ItemsOfAnOrderedQueueDoNotOverlapWhereOthersDo) {
  const auto both = [](const std::string& flags) {
    const std::string sleeps = "step { set: \"x = x + 1\" } step { sleep_ns: \"1000\" }" + check("x == 1") + " step { set: \"x = x - 1\" }";
    return run_text(kOneCpu + "workqueue { name: \"q\" " + flags + " }\n" + work("v", "q", sleeps) + work("w", "q", sleeps) +
                    actor("a", "step { queue_work: \"v\" } step { queue_work: \"w\" } step { flush_workqueue: \"q\" }"))
        .verdict();
  };
  EXPECT_EQ(both("ordered: true"), pb::COMPLETED);
  EXPECT_EQ(both("max_active: 1"), pb::COMPLETED);
  EXPECT_NE(both(""), pb::COMPLETED);
  EXPECT_NE(both("unbound: true"), pb::COMPLETED);
}

TEST(WorkLanguage, APerCpuPoolRunsOneItemUntilItSleepsAndAnUnboundOneAll) {
  const auto verdict = [](const std::string& flags, const std::string& waits) {
    return run_text(kOneCpu + "workqueue { name: \"q\" " + flags + " }\n" + work("waits", "q", "step { " + waits + ": \"x == 1\" }") +
                    work("does", "q", "step { set: \"x = 1\" }") + actor("a", "step { queue_work: \"waits\" } step { queue_work: \"does\" }"))
        .verdict();
  };
  EXPECT_EQ(verdict("", "wait_until"), pb::COMPLETED);
  EXPECT_NE(verdict("", "spin_until"), pb::COMPLETED);
  EXPECT_EQ(verdict("unbound: true", "spin_until"), pb::COMPLETED);
  EXPECT_EQ(verdict("cpu_intensive: true", "wait_until"), pb::COMPLETED);
}

TEST(WorkLanguage, CancelTakesOffWhatIsPendingAndWaitsForWhatRuns) {
  const std::string text = kOneCpu + "workqueue { name: \"q\" ordered: true }\n" + work("first", "q", "step { sleep_ns: \"100000\" } step { set: \"x = x + 1\" }") +
                           work("second", "q", "step { set: \"x = x + 10\" }");
  EXPECT_EQ(run_text(text + actor("a", "step { queue_work: \"first\" } step { queue_work: \"second\" } step { sleep_ns: \"50000\" } step { cancel_work_sync: \"second\" }"
                                       " step { cancel_work_sync: \"first\" }" + check("x == 1")))
                .verdict(),
            pb::COMPLETED);
}

TEST(WorkLanguage, ARescuerRunsWhatNoWorkerCanBeCreatedFor) {
  const auto result = [](const std::string& flags) {
    return run_text(kOneCpu + "semaphore { name: \"s\" value: 0 } workqueue { name: \"q\" " + flags + " }\n" + work("w", "q", "step { up: \"s\" }") +
                    "worker_pool { workers: 1 create_worker { step { down: \"s\" } } }\n" + actor("a", "step { queue_work: \"w\" } step { flush_work: \"w\" }"));
  };
  EXPECT_NE(result("").verdict(), pb::COMPLETED);
  const pb::Result rescued = result("mem_reclaim: true");
  EXPECT_EQ(rescued.verdict(), pb::COMPLETED);
  EXPECT_GE(rescued.elapsed_ns(), 10'000'000) << "MAYDAY_INITIAL_TIMEOUT";
}

TEST(WorkLanguage, AnItemHasToGiveBackWhatItTakes) {
  const std::string text = kOneCpu + "mutex { name: \"m\" } workqueue { name: \"q\" }\n" + actor("a", "step { queue_work: \"w\" }");
  EXPECT_NE(fault_of(text + work("w", "q", "step { lock: \"m\" }")).find("returns from a work item with m held"), std::string::npos)
      << fault_of(text + work("w", "q", "step { lock: \"m\" }"));
  EXPECT_NE(fault_of(text + work("w", "q", "step { preempt_disable {} }")).find("with preemption or interrupts off"), std::string::npos);
}

TEST(CpuLanguage, OfTwoTasksTheOneOfHigherPriorityRunsFirst) {
  const auto verdict = [](const std::string& first, const std::string& second) {
    return run_text(kOneCpu + actor("first", check("x == 1"), "cpu: \"0\" start_ns: \"10\" " + first) +
                    actor("second", "step { set: \"x = 1\" }", "cpu: \"0\" start_ns: \"10\" " + second) +
                    actor("busy", "step { spend_ns: \"100\" }", "cpu: \"0\""))
        .verdict();
  };
  EXPECT_EQ(verdict("", "rt_priority: 1"), pb::COMPLETED);
  EXPECT_EQ(verdict("rt_priority: 1", "rt_priority: 2"), pb::COMPLETED);
  EXPECT_NE(verdict("rt_priority: 1", ""), pb::COMPLETED);
}

TEST(CpuLanguage, AHandlerComesInTheMiddleOfASpendUnlessInterruptsAreOff) {
  const auto verdict = [](const std::string& before, const std::string& context) {
    return run_text(kOneCpu + actor("task", before + " step { spend_ns: \"1000\" }" + check("x == 1"), "cpu: \"0\"") +
                    actor("irq", "step { set: \"x = 1\" }", "interrupt { on: \"task\" context: " + context + " } start_ns: \"500\""))
        .verdict();
  };
  EXPECT_EQ(verdict("", "HARDIRQ"), pb::COMPLETED);
  EXPECT_NE(verdict("step { local_irq_disable {} }", "HARDIRQ"), pb::COMPLETED);
  EXPECT_EQ(verdict("step { local_bh_disable {} }", "HARDIRQ"), pb::COMPLETED);
  EXPECT_NE(verdict("step { local_bh_disable {} }", "SOFTIRQ"), pb::COMPLETED);
  EXPECT_EQ(verdict("step { local_bh_disable {} } step { local_bh_enable {} }", "SOFTIRQ"), pb::COMPLETED);
}

TEST(CpuLanguage, AnIpiIsAcknowledgedOnceInterruptsAreOnAgain) {
  const std::string text = "machine { node { cpus: 2 } preemption: PREEMPT_NONE } completion { name: \"never\" } var { name: \"x\" }\n" +
                           actor("off", "step { local_irq_disable {} } step { spend_ns: \"5000\" } step { set: \"x = 1\" } step { local_irq_enable {} } step { spend_ns: \"100\" }", "cpu: \"1\"") +
                           actor("sender", "step { smp_call_function { on: \"off\" } }" + check("x == 1"), "cpu: \"0\" start_ns: \"100\"");
  EXPECT_EQ(run_text(text).verdict(), pb::COMPLETED);
}

TEST(CpuLanguage, WhatWasNotTurnedOffCannotBeTurnedOn) {
  EXPECT_NE(fault_of(kOneCpu + actor("a", "step { preempt_enable {} }")).find("preempt_enable without preempt_disable before it"), std::string::npos);
  EXPECT_NE(fault_of(kOneCpu + actor("a", "step { local_bh_enable {} }")).find("local_bh_enable without local_bh_disable before it"), std::string::npos);
}

}  // namespace
}  // namespace mmsim
