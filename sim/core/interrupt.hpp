// Handlers of interrupts and softirqs as actors.
//
// 1. A handler runs on top of whatever its CPU does: while it has come and not returned, nothing below it takes a step.
// 2. A hardirq comes on top of a task, a softirq or an idle CPU, unless that has interrupts off; a softirq on top of a task
//    or an idle CPU, unless that has interrupts or bottom halves off. A hardirq runs with interrupts off, a softirq with
//    bottom halves off: so one of a kind at a time, and no task that it wakes runs before it returns.
// 3. Who runs when is the engine's: Cpus in a timed run, the Expander in an exploration. What is in here only says where a
//    handler begins and ends.
// DIFFERS: softirqs come at any time that the CPU allows; they need not be raised, and ksoftirqd does not run them.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

// What a handler waits for to come.
class InterruptSource final : public Object {
 public:
  using Object::Object;
  static constexpr LockClass kClass{"interrupt", "irq_enter", "", "irq_exit"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}
};

class EnterInterrupt : public InstantOperation {
 public:
  EnterInterrupt(Actor& s, InterruptSource& source) : InstantOperation(s), source_(source) {}
  void complete() override {
    ++self.preempt_off;
    if (self.context == Context::kHardirq)
      ++self.irq_off;
    else
      ++self.bh_off;
  }
  bool enters_interrupt() const override { return true; }
  Object* object() const override { return &source_; }
  const char* verb() const override { return self.context == Context::kHardirq ? "irq_enter" : "__do_softirq"; }

 private:
  InterruptSource& source_;
};

// REQUIRES: self.context is not kTask, and it is on its CPU or about to be explored.
inline Await<EnterInterrupt> enter_interrupt(Actor& self, InterruptSource& source) { return {self, source}; }

// The handler has run: a part of its last step.
inline void leave_interrupt(Actor& self) {
  --self.preempt_off;
  if (self.context == Context::kHardirq)
    --self.irq_off;
  else
    --self.bh_off;
}

// Timed runs: off the CPU until the next interrupt, in `ns`. An exploration lets it come at any time.
class [[nodiscard]] UntilNextInterrupt {
 public:
  UntilNextInterrupt(Actor& self, std::int64_t ns) : self_(self), ns_(ns) {}
  bool await_ready() const { return self_.world.exploring; }
  void await_suspend(std::coroutine_handle<> frame) {
    self_.leaf = frame;
    ++self_.world.steps;
    self_.world.sleep(self_, ns_);
  }
  void await_resume() const {}

 private:
  Actor& self_;
  std::int64_t ns_;
};

}  // namespace mmsim
