// Waits that SIGKILL ends, as TASK_KILLABLE: the operation is then over without its effect, and says so.
//
// Whoever was handed what it waits for takes it even if a signal is pending, as the kernel's slow paths do, which look at the
// signal only when they would sleep (again).
#pragma once

#include "sim/core/world.hpp"

namespace mmsim {

// Whoever may still send it SIGKILL could end the wait alone; then any of those that are waited for counts as able to, too.
void add_killers(const Actor& waiter, Wait& wait);

template <class Op>
class Killable : public Op {
 public:
  using Op::Op;
  bool can_complete() const override { return Op::can_complete() || this->self.fatal_signal; }
  void complete() override {
    taken_ = Op::can_complete();
    if (taken_) return Op::complete();
    this->abandon();
    this->self.world.record(Event::kTryFailed, this->self, this->object(), 0, 0);
  }
  void describe(Wait& wait) const override {
    Op::describe(wait);
    add_killers(this->self, wait);
  }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? Op::outcome() : "is killed"; }
  bool result() const { return taken_; }

 private:
  bool taken_ = false;
};

// Sends SIGKILL.
class Kill : public Operation {
 public:
  Kill(Actor& s, Actor& target) : Operation(s), target_(target) {}
  bool can_complete() const override { return true; }
  void complete() override;
  void enqueue() override { MMSIM_CHECK(false, "a signal does not wait"); }
  void describe(Wait& wait) const override { wait.time_will = true; }
  Object* object() const override { return nullptr; }
  const Actor* target() const override { return &target_; }
  const char* verb() const override { return "send_sig_SIGKILL"; }
  void result() {}

 private:
  Actor& target_;
};
inline Await<Kill> send_sigkill(Actor& self, Actor& target) { return {self, target}; }

}  // namespace mmsim
