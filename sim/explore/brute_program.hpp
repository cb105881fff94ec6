// Programs of a scenario in the form that the brute-force search runs. For tests.
//
// It reads the scenario by itself, so that no code is shared with what it is compared with. Names are taken as they are
// written: no counted actors. Expressions are "x = x + 1", "x = 2" and "x < 2", "x == 2", "x >= 2".
#pragma once

#include <string>
#include <vector>

#include "proto/scenario.pb.h"

namespace mmsim::brute {

// Whether the reference that a lock of a folio takes, and an unlock gives back, is a step beside it.
inline constexpr bool kFolioReferenceIsAStep = false;

enum class Kind { kLock, kSpinlock, kRwsem, kSemaphore, kCompletion, kWaitQueue, kVariable, kPool };

struct Thing {
  std::string name;
  Kind kind = Kind::kLock;
  bool folio = false;
  bool irq_safe = false, bh_safe = false;   // of a spinlock
  int units = 0;                 // of a semaphore or pool, at the start; value of a variable
  int min_pages = 0, low_pages = 0;   // of a pool that is a zone
};

enum class Op {
  kPass, kLock, kTrylock, kUnlock, kDownRead, kUpRead, kDownWrite, kUpWrite, kDown, kUp, kWait, kWake, kWakeAll,
  kTryRead, kDowngrade, kTryDown,                    // kTryDown: a semaphore or a completion
  kSet, kAdd, kTest, kWaitUntil,                     // of a variable
  kPrepare, kSchedule, kFinish,                      // of a wait queue
  kTake, kTryTake, kGive,                            // of a pool
  kSpinLock, kSpinTrylock, kSpinUnlock,
  kPreemption, kInterrupts, kBottomHalves,           // value: 1 off, -1 on
  kYield, kSleep,                                    // a step where CPUs are shared
  kEnter,                                            // a handler comes
  kLeave,                                            // it has run: takes no step
  kGoto, kRepeat, kAgain, kEnd,  // these take no step
};

struct Line {
  Op op = Op::kEnd;
  int thing = -1;
  int target = 0;                // kGoto, a try that failed, a test that does not hold, kAgain
  int counter = 0;               // kRepeat, kAgain
  int times = 0;                 // kRepeat, kAgain; 0: for ever
  char compares = 0;             // kTest, kWaitUntil: '<', '=' or '>' for at least
  int value = 0;                 // kSet, kAdd, kTest, kWaitUntil; kPrepare: 1 exclusive; units of a pool
  int reserve = 0;               // kTake, kTryTake: units that it leaves
};

enum class Context { kTask, kSoftirq, kHardirq };

// On which CPU an actor is, and how.
struct Placed {
  int cpu = 0;                   // of those that are used: 0, 1, ...
  int priority = 0;
  Context context = Context::kTask;
};

struct Programs {
  std::vector<Thing> things;
  std::vector<std::vector<Line>> actors;
  std::vector<std::string> names;  // of the actors
  std::vector<bool> background;  // of the actors: nobody waits for them to finish
  std::vector<Placed> placed;    // of the actors
  int cpus = 0;
  bool shared_cpus = false;      // otherwise each task has one of its own
  char preemption = 'N';         // 'N'one, 'V'oluntary, 'F'ull
  int counters = 0;              // the most that an actor needs
  bool has_handlers() const {
    for (const Placed& one : placed)
      if (one.context != Context::kTask) return true;
    return false;
  }
  bool endless() const {
    for (const std::vector<Line>& lines : actors)
      for (const Line& line : lines)
        if (line.op == Op::kAgain && line.times == 0) return true;
    return false;
  }
};

// Throws std::invalid_argument for what it cannot run. `shared_cpus`: tasks are on the CPUs that the scenario says, which it must.
Programs read_programs(const pb::Scenario& scenario, bool shared_cpus = false);

}  // namespace mmsim::brute
