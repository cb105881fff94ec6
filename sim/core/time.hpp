// Operations that time alone ends: using the CPU, sleeping, yielding.
#pragma once

#include <algorithm>

#include "sim/core/holder.hpp"

namespace mmsim {

// Uses the actor's CPU for ns; ns <= 0 takes a step and no time.
class [[nodiscard]] Spend {
 public:
  Spend(Actor& self, std::int64_t ns) : self_(self), ns_(ns) {}
  bool await_ready() const {
    World& world = self_.world;
    ++world.steps;
    return ns_ <= 0 && world.steps < world.inline_until;
  }
  void await_suspend(std::coroutine_handle<> frame) {
    self_.leaf = frame;
    if (ns_ <= 0) return self_.world.dispatch(self_);
    self_.world.record(Event::kSpend, self_, nullptr, ns_);
    self_.world.spend(self_, ns_);
  }
  void await_resume() const {}

 private:
  Actor& self_;
  std::int64_t ns_;
};

// Gives up the CPU for ns, or for an instant if ns <= 0. With a reason it is a throttled wait, and counted as one.
class [[nodiscard]] Sleep {
 public:
  Sleep(Actor& self, std::int64_t ns, const char* throttled_by) : self_(self), ns_(std::max<std::int64_t>(ns, 0)) {
    if (throttled_by == nullptr) return;
    self.throttled.reason = throttled_by;
    self.throttled.total_ns += ns_;
    ++self.throttled.count;
  }
  bool await_ready() const { return false; }
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

// Lets others of this CPU run first: always (yield()), or where its slice is over (cond_resched()).
class [[nodiscard]] Yield {
 public:
  Yield(Actor& self, bool only_if_due) : self_(self), only_if_due_(only_if_due) {}
  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> frame) {
    World& world = self_.world;
    self_.leaf = frame;
    ++world.steps;
    if (world.cpus != nullptr && self_.cpu >= 0) {
      if (world.cpus->yield(self_, only_if_due_)) {
        world.record(Event::kYield, self_, nullptr);
        return true;
      }
      if (world.steps < world.inline_until) return false;
      world.dispatch(self_);
      return true;
    }
    if (only_if_due_ && world.steps < world.inline_until) return false;
    world.record(Event::kYield, self_, nullptr);
    world.dispatch(self_);   // behind those ready at this instant
    return true;
  }
  void await_resume() const {}

 private:
  Actor& self_;
  bool only_if_due_;
};

inline Spend spend(Actor& self, std::int64_t ns) { return {self, ns}; }
inline Sleep sleep_ns(Actor& self, std::int64_t ns) { return {self, ns, nullptr}; }
inline Sleep throttle(Actor& self, std::int64_t ns, const char* reason) { return {self, ns, reason}; }
inline Yield yield(Actor& self) { return {self, false}; }
inline Yield cond_resched(Actor& self) { return {self, true}; }

}  // namespace mmsim
