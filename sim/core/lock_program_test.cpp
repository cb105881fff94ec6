// Random lock programs under the engine and under the naive machine, and the quick check against the full reduction.
#include "sim/core/lock_program.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/core/event.hpp"
#include "sim/core/mutex.hpp"
#include "sim/core/rwsem.hpp"
#include "sim/core/spinlock.hpp"
#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

constexpr int kLocks = 4;

Await<MutexLock> lock(Actor& self, Mutex& mutex) { return mutex_lock(self, mutex); }
Await<BitLockWait> lock(Actor& self, TestBit& bit) { return bit_lock(self, bit); }
Await<MutexTrylock> trylock(Actor& self, Mutex& mutex) { return mutex_trylock(self, mutex); }
Await<BitTrylock> trylock(Actor& self, TestBit& bit) { return bit_trylock(self, bit); }
Await<MutexUnlock> unlock(Actor& self, Mutex& mutex) { return mutex_unlock(self, mutex); }
Await<BitUnlock> unlock(Actor& self, TestBit& bit) { return bit_unlock(self, bit); }

template <class Lock>
Task<> interpret(Actor& self, const LockProgram& program, const std::vector<Lock*>& locks) {
  std::uint32_t held = 0;
  for (const Step& step : program) {
    Lock& object = *locks[static_cast<std::size_t>(step.lock)];
    const std::uint32_t bit = 1U << step.lock;
    if (step.op == Step::kSleep) co_await sleep_ns(self, step.ns);
    if (step.op == Step::kLock) {
      co_await lock(self, object);
      held |= bit;
    }
    if (step.op == Step::kTrylock) {
      const bool taken = co_await trylock(self, object);
      if (taken) held |= bit;
    }
    if (step.op == Step::kUnlock && (held & bit) != 0) {
      held &= ~bit;
      co_await unlock(self, object);
    }
    if constexpr (std::is_same_v<Lock, TestBit>)
      if (step.op == Step::kWait) co_await bit_wait(self, object);
  }
}

template <class Lock>
LockHistory under_the_engine(const LockPrograms& programs, int unfairness = 5) {
  TestWorld w;
  w.world.page_lock_unfairness = unfairness;
  std::vector<Lock*> locks;
  for (int i = 0; i < kLocks; ++i) locks.push_back(&w.add<Lock>("lock" + std::to_string(i)));
  for (const LockProgram& program : programs) w.start("actor", 0, interpret<Lock>, program, locks);
  w.run();
  LockHistory history;
  history.stuck_ns.assign(programs.size(), -1);
  for (const TraceRecord& record : w.trace.last(Trace::kKept)) {
    if (record.event == Event::kAcquire)
      history.acquired.push_back(std::to_string(record.time_ns) + " " + std::to_string(record.actor) + " " +
                                 std::to_string(record.object));
    if (record.event == Event::kStuck) history.stuck_ns[record.actor] = record.time_ns;
  }
  return history;
}

RC_GTEST_PROP(LockPrograms, of_mutexes_go_as_under_the_naive_machine, ()) {
  const int locks = *rc::gen::inRange(1, kLocks + 1);
  for (int i = 0; i < 20; ++i) {
    const LockPrograms programs = any_lock_programs(5, locks, false);
    RC_ASSERT(under_the_engine<Mutex>(programs) == NaiveMachine(programs, kLocks, std::nullopt).run());
  }
}

RC_GTEST_PROP(LockPrograms, of_bit_locks_go_as_under_the_naive_machine, ()) {
  const LockPrograms programs = any_lock_programs(6, *rc::gen::inRange(1, kLocks), true);
  const int unfairness = *rc::gen::element(0, 1, 2, 5);
  RC_ASSERT(under_the_engine<TestBit>(programs, unfairness) == NaiveMachine(programs, kLocks, unfairness).run());
}

// Every kind of lock and event, two of each; what each number does is in play().
struct Playground {
  explicit Playground(TestWorld& w) {
    for (int i = 0; i < 2; ++i) {
      mutexes.push_back(&w.add<Mutex>("mutex"));
      spinlocks.push_back(&w.add<Spinlock>("spinlock", i == 1));
      bits.push_back(&w.add<TestBit>("bit"));
      rwsems.push_back(&w.add<Rwsem>("rwsem", w.world.arena, i == 0 ? RwsemPolicy::kFair : RwsemPolicy::kReadersPass));
      semaphores.push_back(&w.add<Semaphore>("semaphore", w.world.arena, 1U + static_cast<std::uint32_t>(i)));
      completions.push_back(&w.add<Completion>("completion", w.world.arena));
      queues.push_back(&w.add<WaitQueue>("queue", w.world.arena));
    }
  }
  void may_wake(Actor& actor) {
    for (Completion* completion : completions) completion->producers.push_back(&actor);
    for (WaitQueue* queue : queues) queue->producers.push_back(&actor);
    for (Semaphore* semaphore : semaphores) semaphore->producers.push_back(&actor);
  }
  std::vector<Mutex*> mutexes;
  std::vector<Spinlock*> spinlocks;
  std::vector<TestBit*> bits;
  std::vector<Rwsem*> rwsems;
  std::vector<Semaphore*> semaphores;
  std::vector<Completion*> completions;
  std::vector<WaitQueue*> queues;
};

Task<> play_events(Actor& self, Playground& g, int what, std::size_t i) {
  switch (what) {
    case 0: co_await down(self, *g.semaphores[i]); break;
    case 1: co_await up(self, *g.semaphores[i]); break;
    case 2: co_await wait_for_completion(self, *g.completions[i]); break;
    case 3: co_await complete(self, *g.completions[i]); break;
    case 4: co_await sleep_on(self, *g.queues[i]); break;
    case 5: co_await wake_up(self, *g.queues[i]); break;
    case 6: co_await wake_up_all(self, *g.queues[i]); break;
    default: co_await sleep_ns(self, what); break;
  }
}

Task<> play_locks(Actor& self, Playground& g, int what, std::size_t i) {
  switch (what) {
    case 0: co_await mutex_lock(self, *g.mutexes[i]); break;
    case 1: co_await spin_lock(self, *g.spinlocks[i]); break;
    case 2: co_await bit_lock(self, *g.bits[i]); break;
    case 3: co_await bit_wait(self, *g.bits[i]); break;
    case 4: co_await down_read(self, *g.rwsems[i]); break;
    case 5: co_await down_write(self, *g.rwsems[i]); break;
    default: co_await spend(self, what); break;
  }
}

Task<> release_what_is_held(Actor& self, Playground& g, std::size_t i) {
  if (g.mutexes[i]->holder.held_by(self)) co_await mutex_unlock(self, *g.mutexes[i]);
  if (g.spinlocks[i]->holder.held_by(self)) co_await spin_unlock(self, *g.spinlocks[i]);
  if (g.bits[i]->holder.held_by(self)) co_await bit_unlock(self, *g.bits[i]);
  if (g.rwsems[i]->writer.held_by(self)) co_await up_write(self, *g.rwsems[i]);
  if (g.rwsems[i]->read_held_by(self)) co_await up_read(self, *g.rwsems[i]);
}

struct Move {
  int kind, what;
  std::size_t object;
};

Task<> play(Actor& self, Playground& g, const std::vector<Move>& moves) {
  for (const Move& move : moves) {
    if (move.kind == 0) co_await play_events(self, g, move.what, move.object);
    if (move.kind == 1) co_await play_locks(self, g, move.what, move.object);
    if (move.kind == 2) co_await release_what_is_held(self, g, move.object);
  }
}

// Who can act acts; a waiter goes on once enough of its edges lead to such: written again, without a graph.
std::vector<bool> stuck_by_fixpoint(const World& world) {
  std::vector<Wait> waits(world.actors.size());
  std::vector<bool> stuck(world.actors.size());
  for (std::size_t i = 0; i < stuck.size(); ++i) stuck[i] = describe_wait(*world.actors[i], waits[i]);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < stuck.size(); ++i) {
      if (!stuck[i]) continue;
      const auto free = std::count_if(waits[i].edges.begin(), waits[i].edges.end(), [&](const WaitEdge& edge) {
        return edge.holder->state != ActorState::kFinished && !stuck[edge.holder->id];
      });
      if (!waits[i].time_will && (waits[i].edges.empty() || static_cast<std::size_t>(free) < waits[i].need)) continue;
      stuck[i] = false;
      changed = true;
    }
  }
  return stuck;
}

RC_GTEST_PROP(StuckActors, are_after_every_step_those_that_full_reduction_leaves, ()) {
  TestWorld w(*rc::gen::inRange<std::uint64_t>(0, 3));
  Playground g(w);
  const auto move = rc::gen::construct<Move>(rc::gen::inRange(0, 3), rc::gen::inRange(0, 8),
                                             rc::gen::inRange<std::size_t>(0, 2));
  const auto actors = *rc::gen::inRange<std::size_t>(2, 6);
  const auto plan_of_one = rc::gen::container<std::vector<Move>>(move);
  const auto plans = *rc::gen::container<std::vector<std::vector<Move>>>(actors, plan_of_one);
  for (const std::vector<Move>& plan : plans) g.may_wake(w.start("actor", 0, play, g, plan));
  const auto compare = [&] {
    const std::vector<bool> expected = stuck_by_fixpoint(w.world);
    for (const Actor* actor : w.world.actors) RC_ASSERT(actor->stuck == expected[actor->id]);
  };
  while (w.run({.steps_max = w.world.steps + 1}) == RunEnd::kSteps) compare();
  compare();
  RC_TAG(w.world.closed_ns >= 0);
}

}  // namespace
}  // namespace mmsim
