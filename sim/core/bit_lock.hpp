// A lock that is one bit, with the kernel's folio wait queue (folio_wait_bit_common() and wake_page_function() in
// mm/filemap.c, v6.6): the folio lock, and with other words the buffer lock.
//
// 1. The kernel records no owner. The holder here is who will unlock it: the one who locked it, or the one that was given the
//    work at whose end it is unlocked (a folio that is being read in). There may be no single one.
// 2. Waiters queue at the tail. EXCLUSIVE wants the bit; SHARED and DROP want to see it clear once, and hold nothing.
// 3. An unlock clears the bit and walks the queue: shared waiters are woken until the first exclusive one, which is
//    woken too and ends the walk. (The kernel also ends it where the bit was set meanwhile; here a walk is one step.)
// 4. An exclusive waiter may be overtaken: a wake leaves the bit free. It queues again at the tail, and when that has
//    happened `unfairness` times (vm.page_lock_unfairness) the waker sets the bit on its behalf.
// DIFFERS: each bit has a queue of its own, not one of 256 shared by hash.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

class BitLock : public Object {
 public:
  using Object::Object;
  void holdings(void (*visit)(void*, const Holding&), void* context) const final {
    if (holder.held() && !handed_over()) visit(context, holder.holding());
  }
  bool locked() const { return holder.held(); }
  // The one who locked it has nothing to do with its end any more.
  virtual bool handed_over() const { return false; }
  // Of a wait for it.
  virtual QuickEnd quick_end() const { return holder.quick_end(); }
  virtual void describe(Wait& wait) const { holder.describe(wait); }
  Holder holder;

 protected:
  ~BitLock() = default;
};

enum class WaitBehavior : std::uint8_t { kExclusive, kShared, kDrop };

class BitLockWait : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  BitLockWait(Actor& s, BitLock& l, WaitBehavior behavior)
      : Operation(s), lock_(l), unfairness_(s.world.page_lock_unfairness), behavior_(behavior) {}

  bool can_complete() const override { return granted() || !lock_.holder.held(); }
  void complete() override {
    if (behavior_ != WaitBehavior::kExclusive) return;
    if (!granted()) lock_.holder.take(self);
    self.world.record(Event::kAcquire, self, &lock_);
  }
  void enqueue() override {
    self.wait.tag = !exclusive() ? kSeesItClear : --unfairness_ < 0 ? kIsHandedIt : kTakesIt;
    lock_.waiters.push_back(self.wait);
  }
  QuickEnd quick_end() const override { return lock_.quick_end(); }
  void describe(Wait& wait) const override {
    wait.noun = lock_.lock_class().noun;
    lock_.describe(wait);
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return exclusive() ? lock_.lock_class().acquire : lock_.lock_class().acquire_shared; }
  // A shared waiter is let go by one unlock, even if the bit is taken again before it runs.
  bool joins() const override { return !exclusive(); }
  Discipline discipline() const override { return exclusive() ? Discipline::kAcquire : Discipline::kOther; }
  const void* lock_cell() const override { return lock_.holder.cell(); }
  void result() {}

  // wake_page_function(): false ends the walk.
  static bool wake_function(BitLock& lock, Waiter& waiter) {
    const std::uint8_t tag = waiter.tag;
    if (tag == kIsHandedIt) lock.holder.take(waiter.actor);
    if (tag == kTakesIt)
      lock.holder.bequeath(waiter.actor);
    else
      waiter.granted = true;
    waiter.actor.world.wake(lock, waiter);
    return tag == kSeesItClear;
  }
  // folio_wake_bit(), once the bit is clear.
  static void wake_waiters(BitLock& lock) {
    while (Waiter* first = lock.waiters.head())
      if (!wake_function(lock, *first)) break;
  }

 private:
  enum Tag : std::uint8_t { kSeesItClear, kTakesIt, kIsHandedIt };   // the last: the waker takes the bit on its behalf
  bool exclusive() const { return behavior_ == WaitBehavior::kExclusive; }

  BitLock& lock_;
  std::int32_t unfairness_;
  WaitBehavior behavior_;
};

class BitTrylock : public InstantOperation {
 public:
  BitTrylock(Actor& s, BitLock& l) : InstantOperation(s), lock_(l) {}
  void complete() override {
    taken_ = !lock_.holder.held();
    if (taken_) lock_.holder.take(self);
    self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &lock_, 0, taken_);
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return lock_.lock_class().try_acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  BitLock& lock_;
  bool taken_ = false;
};

class BitUnlock : public InstantOperation {
 public:
  BitUnlock(Actor& s, BitLock& l) : InstantOperation(s), lock_(l) {}
  void complete() override {
    MMSIM_CHECK(lock_.holder.held(), "unlock of a bit that is not locked");
    lock_.holder.drop();
    self.world.record(Event::kRelease, self, &lock_);
    BitLockWait::wake_waiters(lock_);
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return lock_.lock_class().release; }
  Discipline discipline() const override { return Discipline::kRelease; }
  const void* lock_cell() const override { return lock_.holder.cell(); }

 private:
  BitLock& lock_;
};

inline Await<BitLockWait> bit_lock(Actor& self, BitLock& lock) { return {self, lock, WaitBehavior::kExclusive}; }
inline Await<BitLockWait> bit_wait(Actor& self, BitLock& lock) { return {self, lock, WaitBehavior::kShared}; }
inline Await<BitTrylock> bit_trylock(Actor& self, BitLock& lock) { return {self, lock}; }
inline Await<BitUnlock> bit_unlock(Actor& self, BitLock& lock) { return {self, lock}; }

}  // namespace mmsim
