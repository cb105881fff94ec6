#include "analysis/trace_schedule.hpp"

#include <algorithm>
#include <utility>

namespace mmsim {

Schedule::Schedule(const TraceFile& file, ScheduleSink& sink)
    : file_(file), sink_(sink), cpus_(static_cast<std::size_t>(std::max(1, file.lanes()))) {}

void Schedule::advance(std::int64_t now_ns) {
  for (;;) {
    const Cpu* left = leaving_.empty() ? nullptr : &cpus_[static_cast<std::size_t>(leaving_.front())];
    const bool sleep_ends = !sleepers_.empty() && sleepers_.begin()->until_ns <= now_ns;
    if (left != nullptr && left->left_ns < now_ns && (!sleep_ends || left->left_ns <= sleepers_.begin()->until_ns)) {
      tell_left(leaving_.front());
    } else if (sleep_ends) {
      const Sleeper sleeper = *sleepers_.begin();
      sleepers_.erase(sleepers_.begin());
      woken(sleeper.until_ns, sleeper.actor, sleeper.lane, nullptr);
    } else {
      return;
    }
  }
}

void Schedule::apply(const TraceRecord& record) {
  const int lane = file_.lane(record);
  switch (record.event) {
    case Event::kStart: return woken(record.time_ns, record.actor, lane, nullptr);
    case Event::kWoken:
      return woken(record.time_ns, record.actor, lane, waker_ && lets_go(*waker_, record) ? &*waker_ : nullptr);
    case Event::kRun: return get_cpu(record.time_ns, lane, tid_of(record.actor));
    case Event::kPreempt: return leave(record, LeftAs::kRunnable);
    case Event::kYield: return file_.has_own_lane(record.actor) ? void() : leave(record, LeftAs::kRunnable);
    case Event::kFinish: return leave(record, LeftAs::kDead);
    case Event::kSleep:
      sleepers_.insert({record.time_ns + record.argument, record.actor, lane});
      return leave(record, LeftAs::kSleeping);
    case Event::kWait: return file_.spins(record) ? void() : leave(record, LeftAs::kWaiting);
    case Event::kRelease:
    case Event::kReleaseShared:
    case Event::kWake:
    case Event::kWakeAll:
    case Event::kNote: waker_ = record; return;
    default: return;
  }
}

// The note of what ended may name another object than the wait did: a folio, and its writeback bit.
bool Schedule::lets_go(const TraceRecord& by, const TraceRecord& woken) const {
  if (by.time_ns != woken.time_ns || by.actor == woken.actor) return false;
  if (by.object == woken.object) return true;
  return by.event == Event::kNote && by.object != kNoId && file_.object(by.object) == file_.object(woken.object);
}

void Schedule::finish() {
  while (!leaving_.empty()) tell_left(leaving_.front());
}

bool Schedule::runs(int lane, Tid tid) const {
  const Cpu& cpu = cpus_[static_cast<std::size_t>(lane)];
  return cpu.current == tid && !cpu.leaving;
}

void Schedule::leave(const TraceRecord& record, LeftAs as) {
  const int lane = file_.lane(record);
  // A yield is recorded when the next may have the CPU already.
  if (record.actor == kNoId || !runs(lane, tid_of(record.actor))) return;
  Cpu& cpu = cpus_[static_cast<std::size_t>(lane)];
  cpu.leaving = true;
  cpu.as = as;
  cpu.left_ns = record.time_ns;
  leaving_.push_back(lane);
}

void Schedule::tell_left(int lane) {
  leaving_.erase(std::find(leaving_.begin(), leaving_.end(), lane));
  Cpu& cpu = cpus_[static_cast<std::size_t>(lane)];
  cpu.leaving = false;
  const Tid prev = std::exchange(cpu.current, kIdle);
  sink_.on_switch({cpu.left_ns, lane, prev, cpu.as, kIdle});
}

void Schedule::get_cpu(std::int64_t now_ns, int lane, Tid tid) {
  Cpu& cpu = cpus_[static_cast<std::size_t>(lane)];
  if (cpu.current == tid && cpu.leaving) tell_left(lane);
  if (cpu.current == tid) return;
  LeftAs as = LeftAs::kRunnable;
  if (cpu.leaving) {
    as = cpu.as;
    cpu.leaving = false;
    leaving_.erase(std::find(leaving_.begin(), leaving_.end(), lane));
  }
  const Tid prev = std::exchange(cpu.current, tid);
  sink_.on_switch({now_ns, lane, prev, as, tid});
}

void Schedule::woken(std::int64_t now_ns, std::uint32_t actor, int lane, const TraceRecord* waker) {
  const Tid tid = tid_of(actor);
  if (runs(lane, tid)) return;   // it spins
  if (cpus_[static_cast<std::size_t>(lane)].current == tid) tell_left(lane);
  const bool somebody = waker != nullptr && waker->actor != kNoId;
  sink_.on_waking({now_ns, somebody ? file_.lane(*waker) : lane, somebody ? tid_of(waker->actor) : kIdle, tid, lane});
  if (file_.has_own_lane(actor)) get_cpu(now_ns, lane, tid);
}

}  // namespace mmsim
