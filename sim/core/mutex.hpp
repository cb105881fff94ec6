// A sleeping lock with one holder, as kernel/locking/mutex.c.
//
// An unlock frees the mutex and wakes the first waiter, which competes with whoever comes by; a waiter that was woken
// in vain stays first and makes the next unlock hand the mutex over to it.
// DIFFERS: waiters do not spin while the holder runs on another CPU (optimistic spinning): they sleep at once.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

class Mutex final : public Object {
 public:
  using Object::Object;
  static constexpr LockClass kClass{"mutex", "mutex_lock", "mutex_trylock", "mutex_unlock"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override {
    if (holder.held()) visit(context, holder.holding());
  }
  Holder holder;
  Shared<Waiter*> competitor;        // the first waiter, woken, that has not run yet
  Shared<bool> handoff = false;              // the next unlock gives it to the first waiter
};

class MutexLock : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  MutexLock(Actor& s, Mutex& m) : Operation(s), mutex_(m) {}
  bool can_complete() const override { return granted() || !mutex_.holder.held(); }
  void complete() override {
    if (!granted()) mutex_.holder.take(self);
    if (waited && mutex_.competitor == &self.wait) mutex_.competitor = nullptr;
    self.world.record(Event::kAcquire, self, &mutex_);
  }
  void enqueue() override {
    if (!woken()) return mutex_.waiters.push_back(self.wait);
    mutex_.competitor = nullptr;
    mutex_.waiters.push_front(self.wait);
    mutex_.handoff = true;
  }
  QuickEnd quick_end() const override { return mutex_.holder.quick_end(); }
  void describe(Wait& wait) const override {
    wait.noun = Mutex::kClass.noun;
    mutex_.holder.describe(wait);
  }
  void abandon() override {
    if (mutex_.competitor == &self.wait) mutex_.competitor = nullptr;
    Operation::abandon();
  }
  Object* object() const override { return &mutex_; }
  const char* verb() const override { return Mutex::kClass.acquire; }
  Discipline discipline() const override { return Discipline::kAcquire; }
  const void* lock_cell() const override { return mutex_.holder.cell(); }
  void result() {}

 private:
  Mutex& mutex_;
};

class MutexTrylock : public InstantOperation {
 public:
  MutexTrylock(Actor& s, Mutex& m) : InstantOperation(s), mutex_(m) {}
  void complete() override {
    taken_ = !mutex_.holder.held();
    if (taken_) mutex_.holder.take(self);
    self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &mutex_, 0, taken_);
  }
  Object* object() const override { return &mutex_; }
  const char* verb() const override { return Mutex::kClass.try_acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  Mutex& mutex_;
  bool taken_ = false;
};

class MutexUnlock : public InstantOperation {
 public:
  MutexUnlock(Actor& s, Mutex& m) : InstantOperation(s), mutex_(m) {}
  void complete() override {
    MMSIM_CHECK(mutex_.holder.held_by(self), "mutex_unlock() by an actor that does not hold it");
    mutex_.holder.drop();
    self.world.record(Event::kRelease, self, &mutex_);
    if (Waiter* competitor = mutex_.competitor; competitor != nullptr) return mutex_.holder.bequeath(competitor->actor);
    Waiter* first = mutex_.waiters.head();
    if (first == nullptr) return;
    if (mutex_.handoff) {
      first->granted = true;
      mutex_.holder.take(first->actor);
    } else {
      mutex_.holder.bequeath(first->actor);
      mutex_.competitor = first;
    }
    mutex_.handoff = false;
    self.world.wake(mutex_, *first);
  }
  Object* object() const override { return &mutex_; }
  const char* verb() const override { return Mutex::kClass.release; }
  Discipline discipline() const override { return Discipline::kRelease; }
  const void* lock_cell() const override { return mutex_.holder.cell(); }

 private:
  Mutex& mutex_;
};

inline Await<MutexLock> mutex_lock(Actor& self, Mutex& mutex) { return {self, mutex}; }
inline Await<MutexTrylock> mutex_trylock(Actor& self, Mutex& mutex) { return {self, mutex}; }
inline Await<MutexUnlock> mutex_unlock(Actor& self, Mutex& mutex) { return {self, mutex}; }

}  // namespace mmsim
