// One world: everything a run can change, in one arena, and what its actors' operations call to change it.
//
// 1. The world is the first thing in its arena; nothing in the arena points out of it, but for code, string literals
//    and the services set up before the run (trace, external clock, CPU model), which belong to the run and not to
//    the world's state.
// 2. Time is int64 nanoseconds and never goes back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/core/actor.hpp"
#include "sim/core/arena.hpp"
#include "sim/core/calendar.hpp"
#include "sim/core/check.hpp"
#include "sim/core/chooser.hpp"
#include "sim/core/cpu_model.hpp"
#include "sim/core/gate.hpp"
#include "sim/core/operation.hpp"
#include "sim/core/task.hpp"
#include "sim/core/trace.hpp"

namespace mmsim {

// Contention on one kind of lock, in the columns of `perf lock contention`.
struct WaitStats {
  const char* noun = nullptr;
  std::uint64_t contended = 0;
  std::int64_t total_wait_ns = 0;
  std::int64_t max_wait_ns = 0;
  ArenaVector<std::uint32_t>* buckets = nullptr;   // waits by bucket of histogram.hpp; nullptr: not counted
};

// Costs that core itself charges; 0 leaves the uncontended path free of events.
struct CoreCosts {
  std::int64_t lock_ns = 0;    // each lock, trylock and unlock
};

class World {
 public:
  explicit World(Arena& a);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // --- making a world ---
  std::uint32_t intern(std::string_view text);
  Actor& add_actor(Name name);
  void start(Actor& actor, Task<> root, std::int64_t at_ns);
  template <class T, class... Args>
  T& add(Args&&... args) {
    T* object = arena.make<T>(std::forward<Args>(args)...);
    object->id = static_cast<std::uint32_t>(objects.size());
    objects.push_back(object);
    return *object;
  }

  // --- what operations call ---
  // Makes an actor that waits for `object` runnable; it will try to complete its operation.
  void wake(Object& object, Waiter& waiter);
  // The same for one that may have joined the queue without sleeping yet.
  void wake_prepared(Object& object, Waiter& waiter);
  // What the actor waits for may be over without a wake-up, by a signal.
  void interrupt_wait(Actor& actor);
  // Something that conditions can name has changed: lets those go who wait for one that has come to hold.
  void changed() {
    if (conditions != nullptr && !exploring) [[unlikely]] look_at_conditions();
  }
  // Gives the CPU model's decision effect: `actor` has its CPU and takes its next step at this instant.
  void dispatch(Actor& actor);
  // The actor suspends until `timer` or something outside the calendar calls dispatch() or resume_timed().
  void suspend_timed(Actor& actor) { actor.state = ActorState::kTimed; }
  // What the actor waited for in state kTimed without its CPU is over.
  void resume_timed(Actor& actor);
  void spend(Actor& actor, std::int64_t ns);
  void sleep(Actor& actor, std::int64_t ns);
  void begin_wait(Operation& op);
  // Supervised worlds: an actor has come to `op`, which others let it do.
  void come_to(Operation& op) {
    op.self.pending = &op;
    if (!exploring) dispatch(op.self);
  }
  // What a gate does to an actor that is about to try its operation, and what ends it.
  void hold(Actor& actor);
  void let_go(Actor& actor);
  // Explorations: the operation joins the queue of its object, and its actor sleeps.
  void join(Operation& op);
  void finished(Actor& actor);
  // A wait of this kind took so long. Those of operations are counted by themselves.
  void count_wait(const char* noun, std::int64_t waited_ns);
  // Waiters that depended on what an actor may still do are looked at again.
  void recheck();

  void record(Event event, const Actor& actor, const Object* object, std::int64_t argument = 0, std::uint32_t extra = 0) {
    if (trace != nullptr)
      trace->record({now_ns, actor.id, object != nullptr ? object->id : kNoId, event, actor.cpu, extra, argument});
  }
  void note(const Actor& actor, const Object* object, std::uint32_t number, std::int64_t argument = 0) {
    record(Event::kNote, actor, object, argument, number);
  }

  // Every actor that must finish has, and there is no duty left. For explorations and reports: a timed run counts `unfinished`.
  bool all_done() const;
  // Explorations: whoever steps may have ended the run, by finishing or by fulfilling a duty. That does not commute with new duties.
  void look_at_duties() const;

  // --- names ---
  std::string text(Name name) const;
  std::string text(const Actor& actor) const { return text(actor.name); }
  std::string text(const Object& object) const { return text(object.name); }

  Arena& arena;
  std::int64_t now_ns = 0;
  std::uint64_t steps = 0;
  std::uint64_t inline_until = 0;      // from this step on an actor goes back to the engine's loop, which looks at bounds
  Calendar calendar;
  ArenaVector<Actor*> ready;           // in order of becoming ready; those before ready_head have run
  std::size_t ready_head = 0;
  ArenaVector<Actor*> actors;
  ArenaVector<Object*> objects;
  ArenaVector<WaitStats> wait_stats;
  ArenaVector<std::uint64_t> counters; // indices and names are the model's
  bool halted = false;                 // model code found a fault of the scenario: the run ends
  std::size_t unfinished = 0;          // actors that must finish and are neither finished nor stuck
  std::int64_t closed_ns = -1;         // when the first stuck set closed
  CoreCosts costs;
  ArenaVector<const Shared<bool>*> duties;   // that have to be false, beside the actors that must finish, for a run to be complete
  bool duties_come_back = false;       // those who need not finish may have some that others wait for: then what ends a run is looked
                                       // at by whoever may end it
  const ArenaVector<Object*>* conditions = nullptr;   // that somebody may wait for; nullptr: none

  // Services of the run.
  Chooser* chooser = nullptr;          // in the arena
  Trace* trace = nullptr;
  ExternalClock* external = nullptr;
  CpuModel* cpus = nullptr;
  Gate* gate = nullptr;
  const char* const* note_names = nullptr;
  int page_lock_unfairness = 5;        // vm.page_lock_unfairness: see bit_lock.hpp
  bool histograms = false;             // wait_stats count how long each wait took
  bool checks = true;                  // look for stuck sets when an actor blocks
  // Set before actors are added: there is no clock, each actor has a heap of its own, and whoever steps it takes it from
  // operation to operation (see sim/explore/stepper.hpp).
  bool exploring = false;
  bool supervised = false;             // exploring, or there is a gate that is not open: no operation is done on the spot
  bool explores_cpus = false;          // giving up the CPU is an operation of its own
  bool interrupts_matter = false;      // explorations: to begin to spin with interrupts off is one too

 private:
  friend class TimedEngine;
  void check_stuck(Actor& actor);
  void resume_woken(Object& object, Actor& actor);
  void look_at_conditions();
  void count_wait(const Operation& op);

  struct Text {
    const char* chars;
    std::size_t size;
  };
  ArenaVector<Text> strings_;
};

inline Arena& arena_of(const Actor& actor) { return actor.world.arena; }

// Turns an operation into what `co_await` takes.
template <class Op>
class [[nodiscard]] Await final : public Op {
 public:
  using Op::Op;
  bool await_ready() {
    World& world = this->self.world;
    if (world.supervised) [[unlikely]] return false;
    if constexpr (Op::kMightSleep) preempted_ = world.cpus != nullptr && this->self.cpu >= 0 && world.cpus->might_sleep(this->self);
    if (preempted_ || !Op::can_complete()) return false;
    Op::complete();
    world.changed();
    ++world.steps;
    completed_ = true;
    return world.costs.lock_ns == 0 && world.steps < world.inline_until;
  }
  void await_suspend(std::coroutine_handle<> frame) {
    this->self.leaf = frame;
    World& world = this->self.world;
    if (world.supervised) [[unlikely]]
      world.come_to(*this);
    else if (preempted_)
      this->self.pending = this;   // tried when it has its CPU again
    else if (!completed_)
      world.begin_wait(*this);
    else if (world.costs.lock_ns > 0)
      world.spend(this->self, world.costs.lock_ns);
    else
      world.dispatch(this->self);
  }
  auto await_resume() { return Op::result(); }
  bool might_sleep() const final { return Op::kMightSleep; }

 private:
  bool completed_ = false;
  bool preempted_ = false;
};

}  // namespace mmsim
