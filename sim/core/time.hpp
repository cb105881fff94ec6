// Operations that time alone ends: using the CPU, sleeping, yielding.
//
// An exploration has no clock: whatever only takes time is over at once and is no step, unless the CPU given up, or what an
// actor does before it sleeps, makes a difference to others.
#pragma once

#include <algorithm>

#include "sim/core/holder.hpp"

namespace mmsim {

// What Sleep and Yield are to an exploration.
class Pause : public Operation {
 public:
  explicit Pause(Actor& s) : Operation(s) {}
  bool can_complete() const override { return true; }
  void complete() override {}
  void enqueue() override { MMSIM_CHECK(false, "what time alone ends was made to wait"); }
  QuickEnd quick_end() const final { return {QuickEnd::By::kTime, nullptr}; }
  void describe(Wait& wait) const final { wait.time_will = true; }
  Object* object() const override { return nullptr; }
  bool gives_up_cpu() const override { return true; }
  bool take_time() final {
    if (waited) return false;   // it has slept
    self.pending = nullptr;
    ++self.world.steps;
    begin();
    return true;
  }

 protected:
  ~Pause() = default;
  // True if it makes no difference. An endless loop of such steps must not go on inside one step for ever.
  bool passes_unseen() {
    if (self.world.explores_cpus || self.sleep_shows()) return false;
    return ++self.unseen <= kUnseen_most;
  }
  virtual void begin() = 0;   // timed runs: its time begins
  bool seen_ = false;         // it is a step to the explorer, or to whoever replays what that found
  static constexpr std::uint32_t kUnseen_most = 1024;
};

// Uses the actor's CPU for ns; ns <= 0 takes a step and no time.
class [[nodiscard]] Spend final : public Pause {
 public:
  Spend(Actor& s, std::int64_t ns) : Pause(s), ns_(ns) {}
  bool await_ready() {
    World& world = self.world;
    if (world.supervised) [[unlikely]] {
      seen_ = ++self.unseen > kUnseen_most;
      if (world.exploring || seen_) return !seen_;
    }
    ++world.steps;
    return ns_ <= 0 && world.steps < world.inline_until;
  }
  void await_suspend(std::coroutine_handle<> frame) {
    self.leaf = frame;
    if (seen_) [[unlikely]] return self.world.come_to(*this);
    begin();
  }
  void begin() override {
    if (ns_ <= 0) return self.world.dispatch(self);
    self.world.record(Event::kSpend, self, nullptr, ns_);
    self.world.spend(self, ns_);
  }
  void await_resume() const {}
  const char* verb() const override { return "spend"; }
  bool gives_up_cpu() const override { return false; }

 private:
  std::int64_t ns_;
};

// Gives up the CPU for ns, or for an instant if ns <= 0. With a reason it is a throttled wait, and counted as one.
// Where somebody is told of it, to fall asleep and to wake up are two steps of an exploration.
class [[nodiscard]] Sleep final : public Pause {
 public:
  Sleep(Actor& s, std::int64_t ns, const char* throttled_by) : Pause(s), ns_(std::max<std::int64_t>(ns, 0)) {
    if (throttled_by == nullptr) return;
    s.throttled.reason = throttled_by;
    s.throttled.total_ns += ns_;
    ++s.throttled.count;
  }
  bool await_ready() {
    seen_ = self.world.supervised && !passes_unseen();
    return self.world.exploring && !seen_;
  }
  void await_suspend(std::coroutine_handle<> frame) {
    self.leaf = frame;
    if (seen_) return self.world.come_to(*this);
    ++self.world.steps;
    begin();
  }
  void begin() override { self.world.sleep(self, ns_); }
  void await_resume() const {}
  bool can_complete() const override { return waited || self.sleep_observer == nullptr; }
  void complete() override {
    if (!waited) self.fall_asleep();
  }
  void enqueue() override { self.world.calendar.set(self.timer, self.world.now_ns + ns_); }
  bool sleeps() const override { return true; }
  const char* verb() const override { return "sleep"; }

 private:
  std::int64_t ns_;
};

// Lets others of this CPU run first: always (yield()), or where its slice is over (cond_resched()).
class [[nodiscard]] Yield final : public Pause {
 public:
  Yield(Actor& s, bool only_if_due) : Pause(s), only_if_due_(only_if_due) {}
  bool await_ready() {
    World& world = self.world;
    if (!world.supervised) return false;
    seen_ = world.explores_cpus || ++self.unseen > kUnseen_most;
    return world.exploring && !seen_;
  }
  bool await_suspend(std::coroutine_handle<> frame) {
    World& world = self.world;
    self.leaf = frame;
    if (seen_) [[unlikely]] {
      world.come_to(*this);
      return true;
    }
    ++world.steps;
    if (makes_room()) return true;
    if (world.steps < world.inline_until) return false;
    world.dispatch(self);
    return true;
  }
  void begin() override {
    if (!makes_room()) self.world.dispatch(self);
  }
  void await_resume() const {}
  const char* verb() const override { return only_if_due_ ? "cond_resched" : "yield"; }

 private:
  // False: nobody else is to run first.
  bool makes_room() {
    World& world = self.world;
    const bool on_cpu = world.cpus != nullptr && self.cpu >= 0;
    if (on_cpu ? !world.cpus->yield(self, only_if_due_) : only_if_due_) return false;
    world.record(Event::kYield, self, nullptr);
    if (!on_cpu) world.dispatch(self);   // behind those ready at this instant
    return true;
  }

  bool only_if_due_;
};

inline Spend spend(Actor& self, std::int64_t ns) { return {self, ns}; }
inline Sleep sleep_ns(Actor& self, std::int64_t ns) { return {self, ns, nullptr}; }
inline Sleep throttle(Actor& self, std::int64_t ns, const char* reason) { return {self, ns, reason}; }
inline Yield yield(Actor& self) { return {self, false}; }
inline Yield cond_resched(Actor& self) { return {self, true}; }

}  // namespace mmsim
