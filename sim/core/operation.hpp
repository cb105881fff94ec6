// What an actor awaits. Both engines see only operations.
//
// An operation can complete now or not; completing it is its effect, and together with what its actor does up to its
// next operation one atomic step. Under the timed engine an operation that can complete does so at once, and one that
// cannot joins a queue until somebody wakes it; it then tries again.
// Operations whose order of arrival matters (fair rwsem, ticket spinlock) are granted while they wait: the releasing
// actor completes the hand-over, can_complete() turns true and stays so.
#pragma once

#include "sim/core/actor.hpp"
#include "sim/core/wait.hpp"

namespace mmsim {

// Quick answer to "who can end this wait?" for the common case of one actor.
struct QuickEnd {
  enum class By : std::uint8_t { kActor, kTime, kAskDescription };
  By by = By::kAskDescription;
  Actor* actor = nullptr;
};

class Operation {
 public:
  // The kernel's function says might_sleep() first: a preemption point under PREEMPT_VOLUNTARY.
  static constexpr bool kMightSleep = false;

  explicit Operation(Actor& s) : self(s) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  virtual bool can_complete() const = 0;
  virtual void complete() = 0;                          // REQUIRES: can_complete()
  virtual void enqueue() = 0;                           // cannot complete now; called again after a wake in vain
  virtual QuickEnd quick_end() const { return {}; }
  virtual void describe(Wait& wait) const = 0;          // in full
  virtual Object* object() const = 0;
  virtual bool spins() const { return false; }
  virtual const char* verb() const = 0;                 // "folio_lock", "folio_wait_writeback"

  Actor& self;
  Operation* next = nullptr;                            // in the object's WaitList
  Operation* prev = nullptr;
  bool queued = false;
  bool waited = false;                                  // could not complete at once
  bool woken = false;                                   // at least once since it began to wait

 protected:
  ~Operation() = default;
};

inline void WaitList::push_back(Operation& op) {
  op.prev = tail_;
  op.next = nullptr;
  op.queued = true;
  (tail_ != nullptr ? tail_->next : head_) = &op;
  tail_ = &op;
}
inline void WaitList::push_front(Operation& op) {
  op.next = head_;
  op.prev = nullptr;
  op.queued = true;
  (head_ != nullptr ? head_->prev : tail_) = &op;
  head_ = &op;
}
inline void WaitList::remove(Operation& op) {
  (op.prev != nullptr ? op.prev->next : head_) = op.next;
  (op.next != nullptr ? op.next->prev : tail_) = op.prev;
  op.next = op.prev = nullptr;
  op.queued = false;
}

}  // namespace mmsim
