// A lock whose waiters spin on their CPU, first come first served, as the queued spinlock of the kernel.
//
// The holder is not preempted; with irq_safe it takes no interrupt either (spin_lock_irqsave()), with bh_safe no softirq
// (spin_lock_bh()). So it is already while it spins. Holding one and sleeping is a bug of the modelled code, which the
// wait-for graph shows as what it is: spinners that never give up their CPU.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

class Spinlock final : public Object {
 public:
  Spinlock(Name n, bool irqs_off, bool bhs_off = false) : Object(n), irq_safe(irqs_off), bh_safe(bhs_off) {}
  static constexpr LockClass kClass{"spinlock", "spin_lock", "spin_trylock", "spin_unlock", "", "", true};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override {
    if (holder.held()) visit(context, holder.holding());
  }
  void disable(Actor& actor) const {
    ++actor.preempt_off;
    if (irq_safe) ++actor.irq_off;
    if (bh_safe) ++actor.bh_off;
  }
  void enable(Actor& actor) const {
    --actor.preempt_off;
    if (irq_safe) --actor.irq_off;
    if (bh_safe) --actor.bh_off;
    const bool enables = actor.preempt_off == 0 || (irq_safe && actor.irq_off == 0) || (bh_safe && actor.bh_off == 0);
    if (enables && actor.world.cpus != nullptr && actor.cpu >= 0) actor.world.cpus->enabled(actor);
  }
  Holder holder;
  bool irq_safe;
  bool bh_safe;
};

class SpinLock : public Operation {
 public:
  SpinLock(Actor& s, Spinlock& l) : Operation(s), lock_(l) {}
  bool can_complete() const override { return granted() || (!lock_.holder.held() && lock_.waiters.empty()); }
  void complete() override {
    if (!waited) lock_.disable(self);
    if (!granted()) lock_.holder.take(self);
    self.world.record(Event::kAcquire, self, &lock_);
  }
  void enqueue() override {
    begin_to_spin();
    lock_.waiters.push_back(self.wait);
  }
  void begin_to_spin() override { lock_.disable(self); }   // a spinner is not preempted
  bool masks_interrupts() const override { return lock_.irq_safe || lock_.bh_safe; }
  bool spins() const override { return true; }
  QuickEnd quick_end() const override { return lock_.holder.quick_end(); }
  void describe(Wait& wait) const override {
    wait.noun = Spinlock::kClass.noun;
    lock_.holder.describe(wait);
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return Spinlock::kClass.acquire; }
  Discipline discipline() const override { return Discipline::kAcquire; }
  const void* lock_cell() const override { return lock_.holder.cell(); }
  void result() {}

 private:
  Spinlock& lock_;
};

class SpinTrylock : public InstantOperation {
 public:
  SpinTrylock(Actor& s, Spinlock& l) : InstantOperation(s), lock_(l) {}
  void complete() override {
    taken_ = !lock_.holder.held();
    if (taken_) {
      lock_.disable(self);
      lock_.holder.take(self);
    }
    self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &lock_, 0, taken_);
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return Spinlock::kClass.try_acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  Spinlock& lock_;
  bool taken_ = false;
};

class SpinUnlock : public InstantOperation {
 public:
  SpinUnlock(Actor& s, Spinlock& l) : InstantOperation(s), lock_(l) {}
  void complete() override {
    MMSIM_CHECK(lock_.holder.held_by(self), "spin_unlock() by an actor that does not hold it");
    lock_.holder.drop();
    self.world.record(Event::kRelease, self, &lock_);
    if (Waiter* first = lock_.waiters.head()) {
      first->granted = true;
      lock_.holder.take(first->actor);
      self.world.wake(lock_, *first);
    }
    lock_.enable(self);
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return Spinlock::kClass.release; }
  Discipline discipline() const override { return Discipline::kRelease; }
  const void* lock_cell() const override { return lock_.holder.cell(); }

 private:
  Spinlock& lock_;
};

inline Await<SpinLock> spin_lock(Actor& self, Spinlock& lock) { return {self, lock}; }
inline Await<SpinTrylock> spin_trylock(Actor& self, Spinlock& lock) { return {self, lock}; }
inline Await<SpinUnlock> spin_unlock(Actor& self, Spinlock& lock) { return {self, lock}; }

}  // namespace mmsim
