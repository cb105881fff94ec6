// What an actor awaits. Both engines see only operations.
//
// An operation can complete now or not; completing it is its effect, and together with what its actor does up to its
// next operation one atomic step. Under the timed engine an operation that can complete does so at once, and one that
// cannot joins a queue until somebody wakes it; it then tries again.
// Operations whose order of arrival matters (fair rwsem, ticket spinlock) are granted while they wait: the releasing
// actor completes the hand-over, can_complete() turns true and stays so.
// The explorer takes an operation that can complete as one step. One that cannot is no step at all, unless being in the
// queue makes a difference to others (joins()): then joining it is a step of its own.
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

// How an operation uses the lock that lock_cell() names, as far as it matters to the order of steps.
enum class Discipline : std::uint8_t {
  kOther,
  kAcquire,   // can complete only while the lock is free, and takes it
  kRelease,   // can be done only while the lock is taken, and frees it
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
  // What a gate let wait although time alone ends it: begins now. False: it is no such operation.
  virtual bool take_time() { return false; }
  // The wait ends without it, by a signal: leaves the queue, and nothing behind.
  virtual void abandon() {
    if (queued()) object()->waiters.remove(self.wait);
  }
  virtual Object* object() const = 0;
  virtual const Actor* target() const { return nullptr; }   // whom it is done to, where that is an actor
  virtual bool spins() const { return false; }
  // An idle server: until somebody sends it something it can do nothing for others.
  virtual bool waits_for_work() const { return false; }
  virtual const char* verb() const = 0;                 // "folio_lock", "folio_wait_writeback"

  // --- for the explorer
  virtual bool joins() const { return false; }
  virtual Discipline discipline() const { return Discipline::kOther; }
  virtual const void* lock_cell() const { return nullptr; }   // a Holder
  // What its actor learns from it, as a number. kAll: everything that complete() looks at.
  static constexpr std::uint64_t kAll = ~std::uint64_t{0};
  virtual std::uint64_t observed() const { return 0; }
  virtual bool might_sleep() const { return false; }
  // It is a point at which its actor lets others have the CPU, though it does not wait: yield(), a timed sleep.
  virtual bool gives_up_cpu() const { return false; }
  // Its actor is asleep until it takes it, though nobody has to wake it.
  virtual bool sleeps() const { return false; }
  // Its actor begins to spin without joining a queue.
  virtual void begin_to_spin() {}
  // Whoever spins in it takes no interrupts.
  virtual bool masks_interrupts() const { return false; }
  // A handler comes: its actor is not on its CPU before.
  virtual bool enters_interrupt() const { return false; }
  // What to say of it beside verb and object once it is done: "fails".
  virtual const char* outcome() const { return ""; }

  Actor& self;
  bool waited = false;                                  // could not complete at once

  bool queued() const { return self.wait.queued; }
  bool woken() const { return waited && self.wait.woken; }
  bool granted() const { return waited && self.wait.granted; }

 protected:
  ~Operation() = default;
};

}  // namespace mmsim
