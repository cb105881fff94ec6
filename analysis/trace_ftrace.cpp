#include "analysis/trace_ftrace.hpp"

#include <fmt/format.h>

#include <iterator>

#include "analysis/trace_schedule.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kBuffer_bytes = std::size_t{1} << 16;
constexpr int kPriority = 120;   // nice 0
constexpr const char* kHeader =
    R"(# tracer: nop
#
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
)";

const char* letter(LeftAs state) {
  switch (state) {
    case LeftAs::kRunnable: return "R";
    case LeftAs::kSleeping: return "S";
    case LeftAs::kWaiting: return "D";
    case LeftAs::kDead: return "X";
  }
  return "?";
}

class FtraceWriter final : public ScheduleSink {
 public:
  FtraceWriter(TraceFile& file, const ByteSink& out) : file_(file), out_(out), schedule_(file, *this), text_(kHeader) {}

  void write() {
    file_.for_each([this](const TraceRecord& record) {
      schedule_.advance(record.time_ns);
      tell(record);
      schedule_.apply(record);
    });
    schedule_.finish();
    out_(text_);
  }

  void on_switch(const SchedSwitch& e) override {
    line(e.time_ns, e.cpu, e.prev,
         fmt::format("sched_switch: prev_comm={} prev_pid={} prev_prio={} prev_state={} ==> next_comm={} next_pid={} next_prio={}",
                     comm(e.prev, e.cpu), e.prev, kPriority, letter(e.prev_state), comm(e.next, e.cpu), e.next, kPriority));
  }
  void on_waking(const SchedWaking& e) override {
    line(e.time_ns, e.cpu, e.waker,
         fmt::format("sched_waking: comm={} pid={} prio={} target_cpu={:03}", comm(e.tid, e.target_cpu), e.tid, kPriority,
                     e.target_cpu));
  }

 private:
  std::string comm(Tid tid, int cpu) const { return tid == kIdle ? fmt::format("swapper/{}", cpu) : file_.actor(tid - 1); }

  void line(std::int64_t time_ns, int cpu, Tid tid, std::string_view event) {
    constexpr std::int64_t kSecond_ns = 1'000'000'000;
    fmt::format_to(std::back_inserter(text_), "{:>16}-{:<7} [{:03}] ..... {:5}.{:09}: {}\n",
                   tid == kIdle ? "<idle>" : file_.actor(tid - 1), tid, cpu, time_ns / kSecond_ns, time_ns % kSecond_ns, event);
    if (text_.size() < kBuffer_bytes) return;
    out_(text_);
    text_.clear();
  }

  void tell(const TraceRecord& record) {
    const Tid tid = tid_of(record.actor);
    const auto say = [&](std::string_view event) { line(record.time_ns, file_.lane(record), tid, event); };
    switch (record.event) {
      case Event::kStart: return;   // it is woken
      case Event::kFinish: return say(fmt::format("sched_process_exit: comm={} pid={} prio={}", comm(tid, 0), tid, kPriority));
      case Event::kStuck: return say(fmt::format("sched_process_hang: comm={} pid={}", comm(tid, 0), tid));
      case Event::kInterrupt: return say(fmt::format("interrupt: {} ns", record.argument));
      default: break;
    }
    if (const Phrase phrase = file_.phrase(record); !phrase.verb.empty()) say(as_ftrace(phrase));
  }

  TraceFile& file_;
  const ByteSink& out_;
  Schedule schedule_;
  std::string text_;
};

}  // namespace

void write_ftrace(TraceFile& file, const ByteSink& out) { FtraceWriter(file, out).write(); }

}  // namespace mmsim
