// An actor: a simulated thread of control. One root coroutine and the procedures it awaits.
#pragma once

#include <coroutine>
#include <cstdint>

#include "sim/core/calendar.hpp"
#include "sim/core/object.hpp"

namespace mmsim {

struct Actor;

// Where an actor stands, for call traces: a procedure declares one of these first thing.
//   Procedure here(self, "migrate_folio_unmap");
class Procedure {
 public:
  inline Procedure(Actor& self, const char* procedure_name);
  inline ~Procedure();
  Procedure(const Procedure&) = delete;
  Procedure& operator=(const Procedure&) = delete;
  const char* name() const { return name_; }
  const Procedure* caller() const { return caller_; }

 private:
  Actor& self_;
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
  // Line of the scenario file where it stands; 0: none.
  virtual std::int32_t line() const { return 0; }

 protected:
  ~Foresight() = default;
};

// Time spent in waits that time itself ends, such as throttling. Never part of a deadlock.
struct ThrottleStats {
  const char* reason = nullptr;
  std::int64_t total_ns = 0;
  std::uint64_t count = 0;
};

struct Actor {
  Actor(World& w, Name n, Timer::Fire fire) : timer(fire), world(w), name(n) {}
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  bool waiting() const { return state == ActorState::kBlocked || state == ActorState::kSpinning; }
  // True if it takes its next step without anybody else's help.
  bool can_act() const { return !waiting() && state != ActorState::kRunnable && state != ActorState::kFinished; }

  Timer timer;                           // first: a timer's address is its actor's
  World& world;
  std::coroutine_handle<> leaf;          // what the next step resumes
  Operation* pending = nullptr;          // what it waits for; nullptr unless waiting() or just woken
  Procedure* innermost = nullptr;
  std::int64_t waiting_since_ns = 0;
  ActorState state = ActorState::kNew;
  bool must_finish = true;               // the run goes on until it has finished, or is stuck
  bool stuck = false;                    // found to be in the stuck set
  std::uint32_t id = 0;                  // order of creation
  std::int16_t cpu = -1;                 // -1: a CPU of its own
  std::uint16_t preempt_off = 0;         // depth of preempt_disable()
  std::uint16_t irq_off = 0;             // depth of local_irq_disable()
  Name name;
  const Foresight* foresight = nullptr;
  void (*before_sleep)(Actor&) = nullptr;   // called as it gives up its CPU to wait or sleep, as sched_submit_work()
  void* io_context = nullptr;               // what before_sleep works on; the model's
  ThrottleStats throttled;
};

Procedure::Procedure(Actor& self, const char* procedure_name)
    : self_(self), name_(procedure_name), caller_(self.innermost) {
  self.innermost = this;
}
Procedure::~Procedure() { self_.innermost = caller_; }

}  // namespace mmsim
