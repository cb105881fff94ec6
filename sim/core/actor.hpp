// An actor: a simulated thread of control. One root coroutine and the procedures it awaits.
#pragma once

#include <coroutine>
#include <cstdint>
#include <string>

#include "sim/core/calendar.hpp"
#include "sim/core/hash.hpp"
#include "sim/core/object.hpp"

namespace mmsim {

struct Actor;

// In an exploration an actor's state is what it has observed so far. A procedure that knows better says so: settle() declares
// that, of all that happened since this object was made, only `what` decides how it goes on. Endless loops must say it, or
// their rounds never meet; loops over many folios should, or each order of events stays a state of its own.
// REQUIRES of `what`: everything that the procedure, and what it calls, will still look at, but for shared memory.
class Past {
 public:
  explicit inline Past(Actor& self);
  // Hashed in order: integers, enumerations, pointers into the arena, ranges of these, and what has a hash_into(). Where a
  // procedure says it in several places, a letter in front tells them apart.
  template <class... What>
  inline void settle(const What&... what);

 protected:
  Actor& self_;

 private:
  Hash128 before_;
};

// Where an actor stands, for call traces: a procedure declares one of these first thing.
//   Procedure here(self, "migrate_folio_unmap");
class Procedure : public Past {
 public:
  inline Procedure(Actor& self, const char* procedure_name);
  inline ~Procedure();
  Procedure(const Procedure&) = delete;
  Procedure& operator=(const Procedure&) = delete;
  const char* name() const { return name_; }
  const Procedure* caller() const { return caller_; }

 private:
  const char* name_;
  Procedure* caller_;
};

enum class ActorState : std::uint8_t {
  kNew,          // not started yet
  kRunning,      // in the middle of a step
  kReady,        // has its CPU, is about to take a step
  kTimed,        // time will let it go on (it spends, sleeps, or something it started is under way)
  kBlocked,      // waits, without its CPU
  kSpinning,     // waits, keeping its CPU
  kRunnable,     // waits for its CPU
  kFinished,
};

// What an actor's own code knows about its future; programs of scenario files have one. It lets a lost wake-up be told
// from one that is yet to come.
class Foresight {
 public:
  // True if the actor may still wake waiters of `event` on some path from where it stands.
  virtual bool may_wake(const Object& event) const = 0;
  // True if something that would wake them does not come to be run because of where the actor stands: of a kworker, an item.
  virtual bool holds_up(const Object&) const { return false; }
  // True if it may still send SIGKILL to `target`.
  virtual bool may_kill(const Actor&) const { return false; }
  // How many units of `pool` it may still give back at most, if it has `has` of them now; any number more than `enough` is as
  // good as `enough`. `taking`: it stands before a step that takes some.
  virtual std::int64_t may_give(const Object&, std::int64_t has, bool, std::int64_t) const { return has; }
  // True if it may still come to a step that ends what others wait for `object` to be rid of. `in_hand`: that is left to it.
  virtual bool may_end(const Object&, bool in_hand) const { return in_hand; }
  // What the actor waits for is a matter of values: what they are now. Empty: it is not.
  virtual std::string values() const { return {}; }
  // Line of the scenario file where it stands; 0: none.
  virtual std::int32_t line() const { return 0; }

 protected:
  ~Foresight() = default;
};

// Who is told when an actor gives up its CPU to wait or sleep, and when it runs again: what wq_worker_sleeping() and
// wq_worker_running() are to a worker pool.
class SleepObserver {
 public:
  virtual void falls_asleep(Actor& actor) = 0;
  virtual void runs_again(Actor& actor) = 0;

 protected:
  ~SleepObserver() = default;
};

// Time spent in waits that time itself ends, such as throttling. Never part of a deadlock.
struct ThrottleStats {
  const char* reason = nullptr;
  std::int64_t total_ns = 0;
  std::uint64_t count = 0;
};

// In what context an actor runs. Handlers of interrupts run on top of whatever their CPU was doing: see interrupt.hpp.
enum class Context : std::uint8_t { kTask, kSoftirq, kHardirq };

struct Actor {
  Actor(World& w, Name n, Timer::Fire fire, Arena::Heap* h)
      : timer(fire), world(w), heap(h), name(n), wait(*this), prepared(*this) {}
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  bool waiting() const { return state == ActorState::kBlocked || state == ActorState::kSpinning; }
  // True if it takes its next step without anybody else's help.
  bool can_act() const { return !waiting() && state != ActorState::kRunnable && state != ActorState::kFinished; }

  // May lose its CPU to another task where the preemption model says so.
  bool preemptible() const { return preempt_off == 0 && irq_off == 0 && bh_off == 0; }

  // To fall asleep is seen by others: explorations make it a step of its own.
  bool sleep_shows() const { return before_sleep != nullptr || sleep_observer != nullptr; }
  // As sched_submit_work() and sched_update_worker().
  void fall_asleep() {
    if (sleep_observer != nullptr && !asleep) {
      asleep = true;
      sleep_observer->falls_asleep(*this);
    }
    if (before_sleep != nullptr) before_sleep(*this);
  }
  void run_again() {
    if (!asleep) return;
    asleep = false;
    sleep_observer->runs_again(*this);
  }

  Timer timer;                           // first: a timer's address is its actor's
  World& world;
  Arena::Heap* heap;                     // of its frames and what its procedures allocate; nullptr: the common one
  std::coroutine_handle<> leaf;          // what the next step resumes
  Operation* pending = nullptr;          // what it waits for; nullptr unless waiting() or just woken
  Procedure* innermost = nullptr;
  std::int64_t waiting_since_ns = 0;
  ActorState state = ActorState::kNew;
  bool must_finish = true;               // the run goes on until it has finished, or is stuck
  bool has_duties = false;               // a worker: it need not finish, but what it is given must not be put off for ever
  bool stuck = false;                    // found to be in the stuck set
  bool asleep = false;                   // its sleep_observer was told so
  std::uint32_t id = 0;                  // order of creation
  std::uint32_t unseen = 0;              // explorations: operations since the last step that took time alone
  std::int16_t cpu = -1;                 // -1: a CPU of its own
  std::int16_t priority = 0;             // as SCHED_FIFO: of those who can run on a CPU, the highest does; 0: SCHED_OTHER
  Context context = Context::kTask;
  const Actor* interrupts = nullptr;     // a handler: the task on whose CPU it comes
  std::uint16_t bh_off = 0;              // depth of local_bh_disable()
  Shared<std::uint16_t> preempt_off = 0; // depth of preempt_disable()
  Shared<std::uint16_t> irq_off = 0;     // depth of local_irq_disable()
  Shared<bool> fatal_signal = false;     // was sent SIGKILL: its killable waits are over
  Name name;
  const Foresight* foresight = nullptr;
  void (*before_sleep)(Actor&) = nullptr;   // called as it gives up its CPU to wait or sleep, as sched_submit_work()
  void* io_context = nullptr;               // what before_sleep works on; the model's
  SleepObserver* sleep_observer = nullptr;  // REQUIRES: not changed while it sleeps
  ThrottleStats throttled;
  Waiter wait;                           // its place in the queue of what it waits for
  Waiter prepared;                       // its place in the queue that it joined by prepare_to_wait()
  Hash128 history;                       // explorations: what of the past decides its future; see history.hpp
};

Past::Past(Actor& self) : self_(self), before_(self.history) {}

Procedure::Procedure(Actor& self, const char* procedure_name) : Past(self), name_(procedure_name), caller_(self.innermost) {
  self.innermost = this;
}
Procedure::~Procedure() { self_.innermost = caller_; }

template <class... What>
void Past::settle(const What&... what) {
  if (self_.heap == nullptr) return;   // a timed run
  Hash128 hash = before_;
  hash.add(0x736574746c65);            // no observation begins like this
  (hash.add_any(what), ...);
  self_.history = hash;
}

}  // namespace mmsim
