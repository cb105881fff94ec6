// Waits that somebody else's action ends: counting semaphore, completion, wait queue.
//
// Nobody owns these. Who can end a wait is, for a program of a scenario, every actor that may still come to the step
// that wakes (see Foresight), and besides those the actors declared as producers. If none is left, the wake-up is lost.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

class EventObject : public Object {
 public:
  EventObject(Name n, Arena& arena) : Object(n), producers(ArenaAllocator<Actor*>(arena)) {}
  void holdings(void (*)(void*, const Holding&), void*) const override {}
  // One edge per actor that could wake `waiter`.
  void describe(const Actor& waiter, Wait& wait, const char* how, const char* ends_by) const;
  // True if `actor` is declared a producer, or knows that it may still come to the step that wakes.
  bool may_signal(const Actor& actor) const;
  // Somebody who can act and could wake `waiter`, if there is one.
  QuickEnd quick_end(const Actor& waiter) const;

  ArenaVector<Actor*> producers;   // actors that may signal it, without foresight

 protected:
  ~EventObject() = default;
};

// As kernel/locking/semaphore.c: up() hands the unit to the first waiter.
class Semaphore final : public EventObject {
 public:
  Semaphore(Name n, Arena& arena, std::uint32_t units)
      : EventObject(n, arena), count(units), takers(ArenaAllocator<Holder>(arena)) {}
  static constexpr LockClass kClass{"semaphore", "down", "down_trylock", "up"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override {
    for (const Holder& taker : takers) visit(context, taker.holding());
  }
  const Holder* unit_of(const Actor& actor) const;
  std::uint32_t count;
  ArenaVector<Holder> takers;      // took a unit and have not put one back; anybody may put one back for them
};

// As kernel/sched/completion.c: complete() lets one waiter through, now or later; complete_all() everybody for ever.
class Completion final : public EventObject {
 public:
  using EventObject::EventObject;
  static constexpr LockClass kClass{"completion", "wait_for_completion", "try_wait_for_completion", "complete"};
  static constexpr std::uint32_t kAll = 0xffffffff;
  const LockClass& lock_class() const override { return kClass; }
  std::uint32_t done = 0;
};

// As kernel/sched/wait.c without a condition: a wake reaches only those who sleep already.
class WaitQueue final : public EventObject {
 public:
  using EventObject::EventObject;
  static constexpr LockClass kClass{"wait queue", "wait_event", "", "wake_up"};
  const LockClass& lock_class() const override { return kClass; }
};

class SemaphoreDown : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  SemaphoreDown(Actor& s, Semaphore& m) : Operation(s), semaphore_(m) {}
  bool can_complete() const override { return granted_ || (semaphore_.count > 0 && semaphore_.waiters.empty()); }
  void complete() override {
    if (!granted_) {
      --semaphore_.count;
      semaphore_.takers.emplace_back().take(self);
    }
    self.world.record(Event::kAcquire, self, &semaphore_);
  }
  void enqueue() override { semaphore_.waiters.push_back(*this); }
  QuickEnd quick_end() const override { return semaphore_.quick_end(self); }
  void describe(Wait& wait) const override;
  Object* object() const override { return &semaphore_; }
  const char* verb() const override { return Semaphore::kClass.acquire; }
  // Whoever waits behind has to know at once who has the unit.
  void grant() {
    granted_ = true;
    semaphore_.takers.emplace_back().take(self);
  }
  void result() {}

 private:
  Semaphore& semaphore_;
  bool granted_ = false;
};

class SemaphoreUp : public InstantOperation {
 public:
  SemaphoreUp(Actor& s, Semaphore& m) : InstantOperation(s), semaphore_(m) {}
  void complete() override;
  Object* object() const override { return &semaphore_; }
  const char* verb() const override { return Semaphore::kClass.release; }

 private:
  Semaphore& semaphore_;
};

class CompletionWait : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  CompletionWait(Actor& s, Completion& c) : Operation(s), completion_(c) {}
  bool can_complete() const override { return completion_.done > 0; }
  void complete() override {
    if (completion_.done != Completion::kAll) --completion_.done;
    self.world.record(Event::kAcquire, self, &completion_);
  }
  void enqueue() override { completion_.waiters.push_back(*this); }
  QuickEnd quick_end() const override { return completion_.quick_end(self); }
  void describe(Wait& wait) const override {
    wait.noun = Completion::kClass.noun;
    completion_.describe(self, wait, "is the one to complete it", "complete");
  }
  Object* object() const override { return &completion_; }
  const char* verb() const override { return Completion::kClass.acquire; }
  void result() {}

 private:
  Completion& completion_;
};

class Complete : public InstantOperation {
 public:
  Complete(Actor& s, Completion& c, bool all) : InstantOperation(s), completion_(c), all_(all) {}
  void complete() override;
  Object* object() const override { return &completion_; }
  const char* verb() const override { return all_ ? "complete_all" : "complete"; }

 private:
  Completion& completion_;
  bool all_;
};

class WaitQueueSleep : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  WaitQueueSleep(Actor& s, WaitQueue& q) : Operation(s), queue_(q) {}
  bool can_complete() const override { return woken; }
  void complete() override { self.world.record(Event::kAcquire, self, &queue_); }
  void enqueue() override { queue_.waiters.push_back(*this); }
  QuickEnd quick_end() const override { return queue_.quick_end(self); }
  void describe(Wait& wait) const override {
    wait.noun = WaitQueue::kClass.noun;
    queue_.describe(self, wait, "is the one to wake it", "wake_up");
  }
  Object* object() const override { return &queue_; }
  const char* verb() const override { return WaitQueue::kClass.acquire; }
  void result() {}

 private:
  WaitQueue& queue_;
};

class WakeUp : public InstantOperation {
 public:
  WakeUp(Actor& s, WaitQueue& q, bool all) : InstantOperation(s), queue_(q), all_(all) {}
  void complete() override {
    self.world.record(all_ ? Event::kWakeAll : Event::kWake, self, &queue_);
    while (Operation* first = queue_.waiters.head()) {
      self.world.wake(*first);
      if (!all_) break;
    }
  }
  Object* object() const override { return &queue_; }
  const char* verb() const override { return all_ ? "wake_up_all" : "wake_up"; }

 private:
  WaitQueue& queue_;
  bool all_;
};

inline Await<SemaphoreDown> down(Actor& self, Semaphore& semaphore) { return {self, semaphore}; }
inline Await<SemaphoreUp> up(Actor& self, Semaphore& semaphore) { return {self, semaphore}; }
inline Await<CompletionWait> wait_for_completion(Actor& self, Completion& c) { return {self, c}; }
inline Await<Complete> complete(Actor& self, Completion& c) { return {self, c, false}; }
inline Await<Complete> complete_all(Actor& self, Completion& c) { return {self, c, true}; }
inline Await<WaitQueueSleep> sleep_on(Actor& self, WaitQueue& queue) { return {self, queue}; }
inline Await<WakeUp> wake_up(Actor& self, WaitQueue& queue) { return {self, queue, false}; }
inline Await<WakeUp> wake_up_all(Actor& self, WaitQueue& queue) { return {self, queue, true}; }

}  // namespace mmsim
