// Who runs when: what core asks of a model of CPUs. Without one, every actor has a CPU of its own that costs nothing.
#pragma once

#include <cstdint>

namespace mmsim {

struct Actor;
struct Wait;

class CpuModel {
 public:
  virtual ~CpuModel() = default;
  // `actor`, which runs, uses its CPU for `ns`, then World::dispatch() it. It may lose the CPU in between.
  virtual void spend(Actor& actor, std::int64_t ns) = 0;
  // `actor`, which ran, sleeps or has finished: its CPU is free for others.
  virtual void give_up(Actor& actor) = 0;
  // `actor` was woken, or starts: give it its CPU some time, then World::dispatch() it. A handler comes: see interrupt.hpp.
  virtual void want(Actor& actor) = 0;
  // `actor` has begun to spin: from here on it can be interrupted.
  virtual void spins(Actor&) {}
  // `actor`, which runs, lets others run first; if `only_if_due`, only where its slice is over. False: it goes on.
  virtual bool yield(Actor& actor, bool only_if_due) = 0;
  // `actor` changed preempt_off, irq_off or bh_off to zero: what was held back may happen now.
  virtual void enabled(Actor& actor) = 0;
  // `actor` is about to do something that may sleep: a preemption point under PREEMPT_VOLUNTARY. True if it lost the CPU.
  virtual bool might_sleep(Actor& actor) = 0;
  // `actor` is kRunnable: who, if anybody, has its CPU and can keep it for ever: a handler on top of it, or one that spins.
  // nullptr: it will get the CPU.
  virtual Actor* hog(const Actor& actor) const = 0;
};

}  // namespace mmsim
