// Random lock programs for tests, and a second, naive machine that runs them: no coroutines, no heap, waiters that stay
// in their queue until they own the lock (as in the kernel), and the whole graph reduction after every single step.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mmsim {

struct Step {
  enum Op { kLock, kUnlock, kTrylock, kWait, kSleep } op;   // kUnlock of what is not held is passed over
  int lock;
  std::int64_t ns;
  friend std::ostream& operator<<(std::ostream& out, const Step& step) {
    constexpr const char* kNames[] = {"lock ", "unlock ", "trylock ", "wait ", "sleep "};
    return out << kNames[step.op] << (step.op == kSleep ? step.ns : step.lock);
  }
};
using LockProgram = std::vector<Step>;
using LockPrograms = std::vector<LockProgram>;

inline LockPrograms any_lock_programs(int actors_max, int locks, bool bits) {
  const auto step = rc::gen::map(
      rc::gen::tuple(rc::gen::weightedElement<int>({{4, Step::kLock}, {4, Step::kUnlock}, {1, Step::kTrylock},
                                                    {bits ? 2 : 0, Step::kWait}, {3, Step::kSleep}}),
                     rc::gen::inRange(0, locks), rc::gen::inRange<std::int64_t>(0, 4)),
      [](const auto& t) { return Step{static_cast<Step::Op>(std::get<0>(t)), std::get<1>(t), std::get<2>(t)}; });
  const auto actors = static_cast<std::size_t>(*rc::gen::inRange(2, actors_max + 1));
  return *rc::gen::container<LockPrograms>(actors, rc::gen::container<LockProgram>(step));
}

// What a run of programs came to: when each actor took locks, and when it was found stuck (-1: never).
struct LockHistory {
  std::vector<std::string> acquired;            // "time actor lock", in order
  std::vector<std::int64_t> stuck_ns;
  bool operator==(const LockHistory&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const LockHistory& history) {
    for (const std::string& line : history.acquired) out << line << '\n';
    for (const std::int64_t ns : history.stuck_ns) out << "stuck " << ns << '\n';
    return out;
  }
};

class NaiveMachine {
 public:
  // With `unfairness` the locks are folio locks with that budget, without it mutexes.
  NaiveMachine(const LockPrograms& programs, int locks, std::optional<int> unfairness)
      : unfairness_(unfairness), actors_(programs.size()), locks_(static_cast<std::size_t>(locks)) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      actors_[i].program = programs[i];
      timers_[{0, order_++}] = static_cast<int>(i);
    }
    history_.stuck_ns.assign(programs.size(), -1);
  }

  LockHistory run() {
    while (!ready_.empty() || !timers_.empty()) {
      if (ready_.empty()) {
        now_ns_ = timers_.begin()->first.first;
        ready_.push_back(timers_.begin()->second);
        timers_.erase(timers_.begin());
      }
      const int actor = ready_.front();
      ready_.pop_front();
      step(actor);
    }
    return history_;
  }

 private:
  struct Waiter {
    int actor;
    bool exclusive;
    bool hand_over;    // the unlocker takes the bit on its behalf
    bool woken = false;
  };
  struct Lock {
    int owner = -1;
    std::deque<Waiter> queue;
    bool hand_off = false;      // of a mutex
  };
  struct Actor {
    LockProgram program;
    std::size_t at = 0;
    std::set<int> held;
    int waits_for = -1;
    bool lets_go = false;       // its wait is over: it owns the lock, or has seen it clear
    bool asleep = false;        // in a queue, not woken
    bool finished = false;
    int budget = 0;
  };

  void acquired(int a, int l) {
    actors_[at(a)].held.insert(l);
    history_.acquired.push_back(std::to_string(now_ns_) + " " + std::to_string(a) + " " + std::to_string(l));
  }

  void wait(int a, int l, bool exclusive) {
    Actor& actor = actors_[at(a)];
    const bool hand_over = unfairness_ && exclusive && --actor.budget < 0;
    locks_[at(l)].queue.push_back({a, exclusive, hand_over});
    actor.waits_for = l;
    actor.asleep = true;
  }

  // A waiter that was woken looks at the lock again. False: it goes on waiting.
  bool retry(int a) {
    Actor& actor = actors_[at(a)];
    const int l = actor.waits_for;
    Lock& lock = locks_[at(l)];
    const bool exclusive = actor.program[actor.at].op != Step::kWait;
    if (!actor.lets_go) {
      if (lock.owner >= 0) {
        if (unfairness_) {
          wait(a, l, exclusive);
        } else {
          lock.hand_off = true;
          lock.queue.front().woken = false;
          actor.asleep = true;
        }
        return false;
      }
      lock.owner = a;
      if (!unfairness_) lock.queue.pop_front();
    }
    actor.waits_for = -1;
    actor.lets_go = false;
    if (exclusive) acquired(a, l);
    ++actor.at;
    return true;
  }

  void wake(int a) {
    actors_[at(a)].asleep = false;
    ready_.push_back(a);
  }

  void unlock(int l) {
    Lock& lock = locks_[at(l)];
    lock.owner = -1;
    if (!unfairness_) {
      if (lock.queue.empty() || lock.queue.front().woken) return;
      Waiter& first = lock.queue.front();
      wake(first.actor);
      first.woken = true;
      if (!std::exchange(lock.hand_off, false)) return;
      lock.owner = first.actor;
      actors_[at(first.actor)].lets_go = true;
      lock.queue.pop_front();
      return;
    }
    while (!lock.queue.empty()) {
      const Waiter waiter = lock.queue.front();
      lock.queue.pop_front();
      if (waiter.hand_over) lock.owner = waiter.actor;
      actors_[at(waiter.actor)].lets_go = waiter.hand_over || !waiter.exclusive;
      wake(waiter.actor);
      if (waiter.exclusive) return;
    }
  }

  void step(int a) {
    Actor& actor = actors_[at(a)];
    if (actor.waits_for >= 0 && !retry(a)) return reduce();
    for (; actor.at < actor.program.size(); ++actor.at) {
      const Step& step = actor.program[actor.at];
      Lock* lock = &locks_[at(step.lock)];
      if (step.op == Step::kSleep) {
        ++actor.at;
        timers_[{now_ns_ + step.ns, order_++}] = a;
        return;
      }
      if (step.op == Step::kUnlock) {
        if (actor.held.erase(step.lock) > 0) unlock(step.lock);
      } else if (lock->owner < 0) {
        if (step.op != Step::kWait) {
          lock->owner = a;
          acquired(a, step.lock);
        }
      } else if (step.op != Step::kTrylock) {
        actor.budget = unfairness_.value_or(0);
        wait(a, step.lock, step.op == Step::kLock);
        return reduce();
      }
      reduce();
    }
    actor.finished = true;
    reduce();
  }

  // Whoever is not asleep acts; so will whoever waits for one who acts, or for a free lock that somebody was woken to
  // take.
  void reduce() {
    std::vector<bool> acts(actors_.size());
    for (std::size_t i = 0; i < actors_.size(); ++i) acts[i] = !actors_[i].asleep && !actors_[i].finished;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < actors_.size(); ++i) {
        if (acts[i] || !actors_[i].asleep) continue;
        const int owner = locks_[at(actors_[i].waits_for)].owner;
        acts[i] = owner < 0 || acts[at(owner)];
        changed |= acts[i];
      }
    }
    for (std::size_t i = 0; i < actors_.size(); ++i)
      if (actors_[i].asleep && !acts[i] && history_.stuck_ns[i] < 0) history_.stuck_ns[i] = now_ns_;
  }

  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  std::optional<int> unfairness_;
  std::vector<Actor> actors_;
  std::vector<Lock> locks_;
  std::map<std::pair<std::int64_t, int>, int> timers_;
  std::deque<int> ready_;
  std::int64_t now_ns_ = 0;
  int order_ = 0;
  LockHistory history_;
};

}  // namespace mmsim
