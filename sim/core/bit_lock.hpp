// A lock that is one bit, with the kernel's folio wait queue (folio_wait_bit_common() and wake_page_function() in
// mm/filemap.c, v6.6): the folio lock, and with other words the buffer lock.
//
// 1. The kernel records no owner. The holder here is who will unlock it: the one who locked it.
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
    if (holder.held()) visit(context, holder.holding());
  }
  bool locked() const { return holder.held(); }
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

  bool can_complete() const override { return done_ || !lock_.holder.held(); }
  void complete() override {
    if (behavior_ != WaitBehavior::kExclusive) return;
    if (!done_) lock_.holder.take(self);
    self.world.record(Event::kAcquire, self, &lock_);
  }
  void enqueue() override {
    custom_ = exclusive() && --unfairness_ < 0;
    lock_.waiters.push_back(*this);
  }
  QuickEnd quick_end() const override { return lock_.holder.quick_end(); }
  void describe(Wait& wait) const override {
    wait.noun = lock_.lock_class().noun;
    lock_.holder.describe(wait);
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return exclusive() ? lock_.lock_class().acquire : lock_.lock_class().acquire_shared; }
  void result() {}

  // wake_page_function(): false ends the walk.
  bool wake_function() {
    if (custom_) {
      lock_.holder.take(self);
      done_ = true;
    } else if (exclusive()) {
      lock_.holder.bequeath(self);
    } else {
      done_ = true;   // saw it clear
    }
    self.world.wake(*this);
    return !exclusive();
  }

 private:
  bool exclusive() const { return behavior_ == WaitBehavior::kExclusive; }

  BitLock& lock_;
  std::int32_t unfairness_;
  WaitBehavior behavior_;
  bool custom_ = false;   // the waker is to take the bit on our behalf
  bool done_ = false;     // it has, or a shared waiter has seen the bit clear
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
    while (Operation* first = lock_.waiters.head())
      if (!static_cast<BitLockWait*>(first)->wake_function()) break;
  }
  Object* object() const override { return &lock_; }
  const char* verb() const override { return lock_.lock_class().release; }

 private:
  BitLock& lock_;
};

inline Await<BitLockWait> bit_lock(Actor& self, BitLock& lock) { return {self, lock, WaitBehavior::kExclusive}; }
inline Await<BitLockWait> bit_wait(Actor& self, BitLock& lock) { return {self, lock, WaitBehavior::kShared}; }
inline Await<BitTrylock> bit_trylock(Actor& self, BitLock& lock) { return {self, lock}; }
inline Await<BitUnlock> bit_unlock(Actor& self, BitLock& lock) { return {self, lock}; }

}  // namespace mmsim
