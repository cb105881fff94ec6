// What work queues, priorities and interrupts can have wrong.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

const std::string kQueue = "workqueue { name: \"q\" }\n";
const std::string kItem = "work { name: \"w\" queue: \"q\" program { step { spend_ns: \"1\" } } }\n";

const BadInput kWorks[] = {
    {"OrderedQueueOfTwo", R"(workqueue { name: "q" ordered: true max_active: 2 })",
     R"(2:49: an ordered work queue runs one item at a time; expected no max_active)"},
    {"QueueOfNone", R"(workqueue { name: "q" max_active: 0 })", R"(2:35: max_active is 0; expected at least 1)"},
    {"WorkWithoutQueue", R"(work { name: "w" program { step { spend_ns: "1" } } })", R"(2:1: message Work needs the field "queue")"},
    {"WorkOnUnknownQueue", kQueue + R"(work { name: "w" queue: "qq" program { step { spend_ns: "1" } } })", R"(3:25: no work queue is called "qq"; did you mean "q"?)"},
    {"WorkOnACpuOfAnUnboundQueue", R"(workqueue { name: "u" unbound: true } work { name: "w" queue: "u" cpu: "0" program { step { spend_ns: "1" } } })",
     R"(2:72: work queue "u" is unbound; expected no cpu)"},
    {"QueueOfMutex", kMutex + program(R"(step { queue_work: "x" })"), R"(3:48: "x" is a mutex; expected a work item)"},
    {"FlushOfAnItemAsAQueue", kQueue + kItem + program(R"(step { flush_workqueue: "w" })"), R"(4:53: "w" is a work item; expected a work queue)"},
    {"PoolThatCreatesNothing", kQueue + kItem + "worker_pool { workers: 1 }\n" + program(R"(step { queue_work: "w" })"),
     R"(4:1: message WorkerPool needs the field "create_worker")"},
    {"NameOfAKworker", kQueue + kItem + R"(mutex { name: "kworker/0:0" })" "\n" + program(R"(step { queue_work: "w" })"),
     R"(4:1: "kworker/0:0" is the name of a kworker; expected another)"},
    {"PriorityBeyondAll", R"(actor { name: "h" rt_priority: 100 program { step { spend_ns: "1" } } })", R"(2:32: rt_priority is 100; expected at most 99)"},
    {"HandlerOfNobody", R"(actor { name: "h" interrupt { context: HARDIRQ } program { step { spend_ns: "1" } } })", R"(2:19: message Interrupt needs the field "on")"},
    {"HandlerWithoutContext", R"(actor { name: "h" interrupt { on: "h" } program { step { spend_ns: "1" } } })", R"(2:19: message Interrupt needs the field "context"; expected one of HARDIRQ, SOFTIRQ)"},
    {"HandlerThatSleeps", kMutex + R"(actor { name: "t" program { step { spend_ns: "1" } } } actor { name: "h" interrupt { on: "t" context: HARDIRQ } program { step { lock: "x" } } })",
     R"(3:123: "h" is the handler of an interrupt, where nothing may sleep; expected a spinlock, a trylock, or work that is queued)"},
    {"HandlerOfAHandler",
     R"(actor { name: "t" program { step { spend_ns: "1" } } } actor { name: "h" interrupt { on: "t" context: HARDIRQ } program { step { spend_ns: "1" } } } actor { name: "b" interrupt { on: "h" context: SOFTIRQ } program { step { spend_ns: "1" } } })",
     R"(2:150: "b" is to interrupt "h", which is a handler itself; expected a task)"},
    {"HandlerOnACpu", R"(actor { name: "t" program { step { spend_ns: "1" } } } actor { name: "h" cpu: "0" interrupt { on: "t" context: HARDIRQ } program { step { spend_ns: "1" } } })",
     R"(2:79: a handler comes on the CPU of the actor it is on; expected no cpu)"},
    {"IpiToNobody", program(R"(step { smp_call_function { } })"), R"(2:36: smp_call_function interrupts nobody; expected on or cpu)"},
    {"BhSafeMutex", R"(mutex { name: "m" bh_safe: true })", R"(2:28: bh_safe on a mutex; expected it on a spinlock only)"},
};

INSTANTIATE_TEST_SUITE_P(Works, BadInputTest, testing::ValuesIn(kWorks), bad_input_name);

}  // namespace
}  // namespace mmsim
