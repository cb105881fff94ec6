// What the scheduler did, from the records of a trace: who left a CPU for whom, who was woken by whom. It is what
// sched_switch and sched_waking say of a real machine, and so what its viewers draw lanes and thread states from.
//
// 1. Every CPU is idle (tid 0) at first; the `prev` of a switch is the `next` of the one before it on that CPU.
// 2. Switches and wakings come in order of time, none later than the record that is being applied.
// 3. An actor that the scenario gave no CPU has one for itself; see TraceFile::lanes().
// The time that a context switch takes is idle time of the CPU, or time of the actor before if it only made room.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "analysis/trace_file.hpp"

namespace mmsim {

using Tid = std::uint32_t;   // 0: the idle task; it also stands for the machine
inline constexpr Tid kIdle = 0;
inline Tid tid_of(std::uint32_t actor) { return actor == kNoId ? kIdle : actor + 1; }

// With the values of the kernel's prev_state.
enum class LeftAs : std::uint8_t { kRunnable = 0, kSleeping = 1, kWaiting = 2, kDead = 16 };

struct SchedSwitch {
  std::int64_t time_ns;
  int cpu;
  Tid prev;
  LeftAs prev_state;
  Tid next;
};

struct SchedWaking {
  std::int64_t time_ns;
  int cpu;            // of the waker
  Tid waker;          // kIdle: time, or a device
  Tid tid;
  int target_cpu;
};

class ScheduleSink {
 public:
  virtual void on_switch(const SchedSwitch& event) = 0;
  virtual void on_waking(const SchedWaking& event) = 0;

 protected:
  ~ScheduleSink() = default;
};

// For each record: advance(), whatever else is told of the record, apply(). At the end: finish().
class Schedule {
 public:
  Schedule(const TraceFile& file, ScheduleSink& sink);

  // What happened before the record, by time alone.
  void advance(std::int64_t now_ns);
  void apply(const TraceRecord& record);
  void finish();

  // True if `by`, an operation or a milestone, is what let the actor of a kWoken go.
  bool lets_go(const TraceRecord& by, const TraceRecord& woken) const;

 private:
  struct Cpu {
    Tid current = kIdle;
    bool leaving = false;   // `current` has left, which is told when it is known whether another takes its place at once
    LeftAs as = LeftAs::kRunnable;
    std::int64_t left_ns = 0;
  };

  void leave(const TraceRecord& record, LeftAs as);
  void tell_left(int lane);
  void get_cpu(std::int64_t now_ns, int lane, Tid tid);
  void woken(std::int64_t now_ns, std::uint32_t actor, int lane, const TraceRecord* waker);
  bool runs(int lane, Tid tid) const;

  const TraceFile& file_;
  ScheduleSink& sink_;
  std::vector<Cpu> cpus_;
  std::deque<int> leaving_;   // lanes, first the one that was left first
  struct Sleeper {
    std::int64_t until_ns;
    std::uint32_t actor;
    int lane;
    auto operator<=>(const Sleeper&) const = default;
  };
  std::set<Sleeper> sleepers_;
  std::optional<TraceRecord> waker_;   // the last record that may have woken somebody
};

}  // namespace mmsim
