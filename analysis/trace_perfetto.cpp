#include "analysis/trace_perfetto.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "analysis/trace_schedule.hpp"
#include "proto/perfetto_subset.pb.h"

namespace mmsim {
namespace {

using perfetto::TracePacket;
using perfetto::TrackEvent;

constexpr std::size_t kBuffer_bytes = std::size_t{1} << 16;
constexpr int kPriority = 120;                        // nice 0
constexpr int kProcess_pid = 1 << 22;                 // no tid is as high, see TraceFile::kActor_max
constexpr std::uint32_t kSequence = 1;
constexpr std::uint64_t kProcess_uuid = 1;
constexpr std::uint64_t kFirst_track_uuid = 2;        // the machine's; those of actors follow
static_assert(TraceFile::kActor_max + 1 < kProcess_pid);

std::uint64_t track_of(Tid tid) { return kFirst_track_uuid + tid; }

class PerfettoWriter final : public ScheduleSink {
 public:
  PerfettoWriter(TraceFile& file, const ByteSink& out) : file_(file), out_(out), schedule_(file, *this) {}

  void write() {
    describe_process();
    file_.for_each([this](const TraceRecord& record) {
      schedule_.advance(record.time_ns);
      tell(record);
      schedule_.apply(record);
    });
    schedule_.finish();
    if (held_back_) put_held_back();
    out_(bytes_);
  }

  void on_switch(const SchedSwitch& e) override {
    perfetto::SchedSwitchFtraceEvent& to = *ftrace(e.time_ns, e.cpu, e.prev).mutable_sched_switch();
    to.set_prev_comm(comm(e.prev, e.cpu));
    to.set_prev_pid(static_cast<int>(e.prev));
    to.set_prev_prio(kPriority);
    to.set_prev_state(static_cast<int>(e.prev_state));
    to.set_next_comm(comm(e.next, e.cpu));
    to.set_next_pid(static_cast<int>(e.next));
    to.set_next_prio(kPriority);
    put(packet_);
  }

  void on_waking(const SchedWaking& e) override {
    perfetto::SchedWakingFtraceEvent& to = *ftrace(e.time_ns, e.cpu, e.waker).mutable_sched_waking();
    to.set_comm(comm(e.tid, e.target_cpu));
    to.set_pid(static_cast<int>(e.tid));
    to.set_prio(kPriority);
    to.set_success(1);
    to.set_target_cpu(e.target_cpu);
    put(packet_);
  }

 private:
  void tell(const TraceRecord& record);
  void begin_wait(const TraceRecord& record);
  void end_wait(const TraceRecord& record);
  void woken(const TraceRecord& record);
  void instant(const TraceRecord& record, const char* category, const std::string& name);
  void hold_back(const TraceRecord& record);
  void put_held_back();

  void describe_process();
  void describe(Tid tid, std::int64_t time_ns);
  perfetto::FtraceEvent& ftrace(std::int64_t time_ns, int cpu, Tid tid);
  TracePacket track_event(const TraceRecord& record, TrackEvent::Type type);
  void put(const TracePacket& packet);
  std::string comm(Tid tid, int cpu) const { return tid == kIdle ? fmt::format("swapper/{}", cpu) : file_.actor(tid - 1); }

  TraceFile& file_;
  const ByteSink& out_;
  Schedule schedule_;
  std::string bytes_;
  TracePacket packet_;
  std::set<Tid> described_;
  std::set<Tid> waiting_;                  // whose slice is open
  // The last operation that may let waiters go at its instant: written when it is known which, and before anything else
  // of its track.
  std::optional<std::pair<TraceRecord, TracePacket>> held_back_;
  std::uint64_t flows_ = 0;
};

void PerfettoWriter::tell(const TraceRecord& record) {
  // A CPU may be given between one that is woken and the next.
  const bool may_be_woken_by_it = record.event == Event::kWoken || record.event == Event::kRun;
  if (held_back_ && !(may_be_woken_by_it && record.time_ns == held_back_->first.time_ns &&
                      record.actor != held_back_->first.actor))
    put_held_back();
  switch (record.event) {
    case Event::kWoken: return woken(record);
    case Event::kWait: return begin_wait(record);
    case Event::kAcquire:
    case Event::kAcquireShared:
      end_wait(record);
      return instant(record, "lock", as_call(file_.phrase(record)));
    case Event::kTryFailed: return instant(record, "lock", as_call(file_.phrase(record)));
    case Event::kRelease:
    case Event::kReleaseShared:
    case Event::kWake:
    case Event::kWakeAll:
    case Event::kNote: return hold_back(record);
    case Event::kStuck: return instant(record, "hang", "stuck");
    case Event::kInterrupt: return instant(record, "irq", fmt::format("interrupt {} ns", record.argument));
    default: return;
  }
}

// One that was woken in vain begins anew.
void PerfettoWriter::begin_wait(const TraceRecord& record) {
  if (!waiting_.insert(tid_of(record.actor)).second) return;
  Phrase phrase = file_.phrase(record);
  phrase.rest.clear();
  TracePacket packet = track_event(record, TrackEvent::TYPE_SLICE_BEGIN);
  packet.mutable_track_event()->add_categories("wait");
  packet.mutable_track_event()->set_name(as_call(phrase));
  put(packet);
}

void PerfettoWriter::end_wait(const TraceRecord& record) {
  if (waiting_.erase(tid_of(record.actor)) > 0) put(track_event(record, TrackEvent::TYPE_SLICE_END));
}

void PerfettoWriter::woken(const TraceRecord& record) {
  TracePacket packet = track_event(record, TrackEvent::TYPE_INSTANT);
  packet.mutable_track_event()->add_categories("wait");
  packet.mutable_track_event()->set_name("woken");
  if (held_back_ && schedule_.lets_go(held_back_->first, record)) {
    held_back_->second.mutable_track_event()->add_flow_ids(++flows_);
    packet.mutable_track_event()->add_terminating_flow_ids(flows_);
  }
  put(packet);
  end_wait(record);
}

void PerfettoWriter::instant(const TraceRecord& record, const char* category, const std::string& name) {
  TracePacket packet = track_event(record, TrackEvent::TYPE_INSTANT);
  packet.mutable_track_event()->add_categories(category);
  packet.mutable_track_event()->set_name(name);
  put(packet);
}

void PerfettoWriter::hold_back(const TraceRecord& record) {
  TracePacket packet = track_event(record, TrackEvent::TYPE_INSTANT);
  packet.mutable_track_event()->add_categories(record.event == Event::kNote ? "note" : "lock");
  packet.mutable_track_event()->set_name(as_call(file_.phrase(record)));
  held_back_.emplace(record, std::move(packet));
}

void PerfettoWriter::put_held_back() {
  put(held_back_->second);
  held_back_.reset();
}

void PerfettoWriter::describe_process() {
  TracePacket packet;
  packet.set_timestamp(0);
  packet.set_trusted_packet_sequence_id(kSequence);
  packet.set_sequence_flags(1);
  perfetto::TrackDescriptor& track = *packet.mutable_track_descriptor();
  track.set_uuid(kProcess_uuid);
  track.mutable_process()->set_pid(kProcess_pid);
  track.mutable_process()->set_process_name("mmsim");
  put(packet);
}

void PerfettoWriter::describe(Tid tid, std::int64_t time_ns) {
  if (!described_.insert(tid).second) return;
  TracePacket packet;
  packet.set_timestamp(static_cast<std::uint64_t>(time_ns));
  packet.set_trusted_packet_sequence_id(kSequence);
  perfetto::TrackDescriptor& track = *packet.mutable_track_descriptor();
  track.set_uuid(track_of(tid));
  if (tid == kIdle) {
    track.set_name("machine");
    track.set_parent_uuid(kProcess_uuid);
  } else {
    track.mutable_thread()->set_pid(kProcess_pid);
    track.mutable_thread()->set_tid(static_cast<int>(tid));
    track.mutable_thread()->set_thread_name(file_.actor(tid - 1));
  }
  put(packet);
}

perfetto::FtraceEvent& PerfettoWriter::ftrace(std::int64_t time_ns, int cpu, Tid tid) {
  packet_.Clear();
  perfetto::FtraceEventBundle& bundle = *packet_.mutable_ftrace_events();
  bundle.set_cpu(static_cast<std::uint32_t>(cpu));
  perfetto::FtraceEvent& event = *bundle.add_event();
  event.set_timestamp(static_cast<std::uint64_t>(time_ns));
  event.set_pid(tid);
  return event;
}

TracePacket PerfettoWriter::track_event(const TraceRecord& record, TrackEvent::Type type) {
  const Tid tid = tid_of(record.actor);
  describe(tid, record.time_ns);
  TracePacket packet;
  packet.set_timestamp(static_cast<std::uint64_t>(record.time_ns));
  packet.set_trusted_packet_sequence_id(kSequence);
  packet.mutable_track_event()->set_type(type);
  packet.mutable_track_event()->set_track_uuid(track_of(tid));
  return packet;
}

// A field of Trace: its tag, its length, itself.
void PerfettoWriter::put(const TracePacket& packet) {
  constexpr char kTag = perfetto::Trace::kPacketFieldNumber << 3 | 2;
  bytes_ += kTag;
  for (std::size_t left = packet.ByteSizeLong(); ; left >>= 7) {
    bytes_ += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    if (left <= 0x7f) break;
  }
  packet.AppendToString(&bytes_);
  if (bytes_.size() < kBuffer_bytes) return;
  out_(bytes_);
  bytes_.clear();
}

}  // namespace

void write_perfetto(TraceFile& file, const ByteSink& out) { PerfettoWriter(file, out).write(); }

}  // namespace mmsim
