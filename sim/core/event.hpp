// Waits that somebody else's action ends: counting semaphore, completion, wait queue.
//
// Nobody owns these. Who can end a wait is, for a program of a scenario, every actor that may still come to the step
// that wakes (see Foresight), and besides those the actors declared as producers. If none is left, the wake-up is lost.
#pragma once

#include "sim/core/holder.hpp"
#include "sim/core/telling.hpp"

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
      : EventObject(n, arena), count(units), takers(ArenaAllocator<Holding>(arena)) {}
  static constexpr LockClass kClass{"semaphore", "down", "down_trylock", "up"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override {
    for (const Holding& taker : takers) visit(context, taker);
  }
  const Holding* unit_of(const Actor& actor) const;
  void take_unit(Actor& actor);
  void put_unit_back(Actor& actor);
  Shared<std::uint32_t> count;
  // Took a unit and have not put one back; anybody may put one back for them. A note: nothing depends on it.
  ArenaVector<Holding> takers;
};

// As kernel/sched/completion.c: complete() lets one waiter through, now or later; complete_all() everybody for ever.
class Completion final : public EventObject {
 public:
  using EventObject::EventObject;
  static constexpr LockClass kClass{"completion", "wait_for_completion", "try_wait_for_completion", "complete"};
  static constexpr std::uint32_t kAll = 0xffffffff;
  const LockClass& lock_class() const override { return kClass; }
  Shared<std::uint32_t> done = 0;
};

// As kernel/sched/wait.c: a wake reaches only those who have joined already. Those who are not exclusive stand at the head and
// are all woken by any wake; of the others it wakes the first. Whoever is woken has left the queue (autoremove_wake_function()).
class WaitQueue final : public EventObject {
 public:
  using EventObject::EventObject;
  static constexpr LockClass kClass{"wait queue", "wait_event", "", "wake_up"};
  enum Tag : std::uint8_t { kNotExclusive, kExclusive };
  const LockClass& lock_class() const override { return kClass; }
};

class SemaphoreDown : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  SemaphoreDown(Actor& s, Semaphore& m) : Operation(s), semaphore_(m) {}
  bool can_complete() const override { return granted() || (semaphore_.count > 0 && semaphore_.waiters.empty()); }
  void complete() override {
    if (!granted()) {
      --semaphore_.count;
      semaphore_.take_unit(self);
    }
    self.world.record(Event::kAcquire, self, &semaphore_);
  }
  void enqueue() override { semaphore_.waiters.push_back(self.wait); }
  QuickEnd quick_end() const override { return semaphore_.quick_end(self); }
  void describe(Wait& wait) const override;
  Object* object() const override { return &semaphore_; }
  const char* verb() const override { return Semaphore::kClass.acquire; }
  void result() {}

 private:
  Semaphore& semaphore_;
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
  void enqueue() override { completion_.waiters.push_back(self.wait); }
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
  bool can_complete() const override { return woken(); }
  void complete() override { self.world.record(Event::kAcquire, self, &queue_); }
  void enqueue() override {
    self.wait.tag = WaitQueue::kExclusive;
    queue_.waiters.push_back(self.wait);
  }
  bool joins() const override { return true; }
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

class WakeUp : public InstantOperation, public Telling {
 public:
  WakeUp(Actor& s, WaitQueue& q, bool all) : InstantOperation(s), queue_(q), all_(all) {}
  void complete() override;
  Object* object() const override { return &queue_; }
  const char* verb() const override { return all_ ? "wake_up_all" : "wake_up"; }
  std::string told() const override;   // "wakes a, b and 3 others", "wakes nobody"

 private:
  static constexpr std::size_t kTold = 3;
  WaitQueue& queue_;
  bool all_;
  // Notes for reports: nothing depends on them.
  const Actor* woken_[kTold] = {};
  std::size_t woken_count_ = 0;
};

// Joins the queue, or stays in it. What comes before schedule() need not sleep.
// DIFFERS: a task can be in one queue at a time this way.
class PrepareToWait : public InstantOperation {
 public:
  PrepareToWait(Actor& s, WaitQueue& q, bool exclusive) : InstantOperation(s), queue_(q), exclusive_(exclusive) {}
  void complete() override;
  Object* object() const override { return &queue_; }
  const char* verb() const override { return exclusive_ ? "prepare_to_wait_exclusive" : "prepare_to_wait"; }

 private:
  WaitQueue& queue_;
  bool exclusive_;
};

// Sleeps until woken out of the queue it has joined.
class ScheduleInQueue : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  ScheduleInQueue(Actor& s, WaitQueue& q) : Operation(s), queue_(q) {}
  bool can_complete() const override { return self.prepared.woken; }
  void complete() override {}
  void enqueue() override {}
  void abandon() override {}   // finish_wait() leaves the queue
  QuickEnd quick_end() const override { return queue_.quick_end(self); }
  void describe(Wait& wait) const override {
    wait.noun = WaitQueue::kClass.noun;
    queue_.describe(self, wait, "is the one to wake it", "wake_up");
  }
  Object* object() const override { return &queue_; }
  const char* verb() const override { return "schedule"; }
  void result() {}

 private:
  WaitQueue& queue_;
};

class FinishWait : public InstantOperation {
 public:
  FinishWait(Actor& s, WaitQueue& q) : InstantOperation(s), queue_(q) {}
  void complete() override {
    if (self.prepared.queued) queue_.waiters.remove(self.prepared);
    self.prepared.forget();
  }
  Object* object() const override { return &queue_; }
  const char* verb() const override { return "finish_wait"; }

 private:
  WaitQueue& queue_;
};

class SemaphoreTry : public InstantOperation {
 public:
  SemaphoreTry(Actor& s, Semaphore& m) : InstantOperation(s), semaphore_(m) {}
  void complete() override;
  Object* object() const override { return &semaphore_; }
  const char* verb() const override { return Semaphore::kClass.try_acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  Semaphore& semaphore_;
  bool taken_ = false;
};

class CompletionTry : public InstantOperation {
 public:
  CompletionTry(Actor& s, Completion& c) : InstantOperation(s), completion_(c) {}
  void complete() override;
  Object* object() const override { return &completion_; }
  const char* verb() const override { return Completion::kClass.try_acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  Completion& completion_;
  bool taken_ = false;
};

inline Await<SemaphoreDown> down(Actor& self, Semaphore& semaphore) { return {self, semaphore}; }
inline Await<SemaphoreUp> up(Actor& self, Semaphore& semaphore) { return {self, semaphore}; }
inline Await<CompletionWait> wait_for_completion(Actor& self, Completion& c) { return {self, c}; }
inline Await<Complete> complete(Actor& self, Completion& c) { return {self, c, false}; }
inline Await<Complete> complete_all(Actor& self, Completion& c) { return {self, c, true}; }
inline Await<WaitQueueSleep> sleep_on(Actor& self, WaitQueue& queue) { return {self, queue}; }
inline Await<WakeUp> wake_up(Actor& self, WaitQueue& queue) { return {self, queue, false}; }
inline Await<WakeUp> wake_up_all(Actor& self, WaitQueue& queue) { return {self, queue, true}; }

inline Await<PrepareToWait> prepare_to_wait(Actor& self, WaitQueue& queue, bool exclusive) { return {self, queue, exclusive}; }
inline Await<FinishWait> finish_wait(Actor& self, WaitQueue& queue) { return {self, queue}; }
inline Await<SemaphoreTry> down_trylock(Actor& self, Semaphore& semaphore) { return {self, semaphore}; }
inline Await<CompletionTry> try_wait_for_completion(Actor& self, Completion& c) { return {self, c}; }

}  // namespace mmsim
