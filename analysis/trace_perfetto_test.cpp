// The files are read back with the same subset of the format, and checked for what Perfetto takes for granted.
#include "analysis/trace_perfetto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "analysis/trace_testing.hpp"
#include "proto/perfetto_subset.pb.h"

namespace mmsim {
namespace {

using perfetto::TrackEvent;
using testing::ElementsAre;

perfetto::Trace exported(const std::vector<TraceRecord>& records) {
  const TestTrace trace(records);
  TraceFile file(trace.path());
  std::string bytes;
  write_perfetto(file, [&](std::string_view part) { bytes += part; });
  perfetto::Trace out;
  EXPECT_TRUE(out.ParseFromString(bytes));
  return out;
}

// Events of a thread: "10 begin folio_lock(file[3])"; flows as ">1" where they begin and "1>" where they end.
std::vector<std::string> track(const perfetto::Trace& trace, const std::string& thread) {
  std::uint64_t uuid = 0;
  std::vector<std::string> out;
  for (const auto& packet : trace.packet()) {
    const auto& described = packet.track_descriptor();
    if (described.thread().thread_name() == thread || described.name() == thread) uuid = described.uuid();
    const TrackEvent& event = packet.track_event();
    if (!packet.has_track_event() || event.track_uuid() != uuid) continue;
    std::string line = std::to_string(packet.timestamp());
    if (event.type() == TrackEvent::TYPE_SLICE_BEGIN) line += " begin";
    if (event.type() == TrackEvent::TYPE_SLICE_END) line += " end";
    if (event.has_name()) line.append(" ").append(event.name());
    for (const auto flow : event.flow_ids()) line.append(" >").append(std::to_string(flow));
    for (const auto flow : event.terminating_flow_ids()) line.append(" ").append(std::to_string(flow)).append(">");
    out.push_back(line);
  }
  return out;
}

constexpr std::uint32_t kFile = 0, kWriteback = 2;

TEST(Perfetto, a_wait_is_a_slice_and_an_arrow_comes_from_who_ended_it) {
  const auto trace = exported({{1, 1, kFile, Event::kAcquire, 1, 0, 0},
                               {2, 0, kFile, Event::kWait, 0, 0, 0},
                               {3, 2, kFile, Event::kWait, -1, 1, 0},
                               {9, 1, kFile, Event::kRelease, 1, 0, 0},
                               {9, 0, kFile, Event::kWoken, 0, 0, 0},
                               {9, 0, kNoId, Event::kRun, 0, 0, 0},
                               {9, 2, kFile, Event::kWoken, -1, 0, 0},
                               {9, 0, kFile, Event::kAcquire, 0, 0, 0}});
  EXPECT_THAT(track(trace, "flusher"), ElementsAre("1 folio_lock(file[3])", "9 folio_unlock(file[3]) >1 >2"));
  EXPECT_THAT(track(trace, "migrator"),
              ElementsAre("2 begin folio_lock(file[3])", "9 woken 1>", "9 end", "9 folio_lock(file[3])"));
  EXPECT_THAT(track(trace, "soft irq"), ElementsAre("3 begin folio_wait_locked(file[3])", "9 woken 2>", "9 end"));
}

TEST(Perfetto, the_machine_ends_waits_too) {
  const auto trace = exported({{2, 0, kWriteback, Event::kWait, 0, 1, 0},
                               {9, kNoId, kFile, Event::kNote, -1, 1, 0},
                               {9, 0, kWriteback, Event::kWoken, 0, 0, 0}});
  EXPECT_THAT(track(trace, "machine"), ElementsAre("9 folio_end_writeback(file[3]) >1"));
  EXPECT_THAT(track(trace, "migrator"), ElementsAre("2 begin folio_wait_locked(file[3])", "9 woken 1>", "9 end"));
}

TEST(Perfetto, a_wait_that_nothing_ends_stays_open) {
  const auto trace = exported({{2, 0, kFile, Event::kWait, 0, 0, 0}, {2, 0, kFile, Event::kStuck, 0, 0, 0}});
  EXPECT_THAT(track(trace, "migrator"), ElementsAre("2 begin folio_lock(file[3])", "2 stuck"));
}

// Any records at all, in order of time: what the properties are about does not rest on their making sense.
rc::Gen<std::vector<TraceRecord>> any_records() {
  using rc::gen::inRange;
  const auto record = rc::gen::apply(
      [](int event, std::uint32_t actor, std::uint32_t object, std::int16_t cpu, std::uint32_t extra, std::int64_t step) {
        return TraceRecord{step, actor == 3 ? kNoId : actor, object == 3 ? kNoId : object, static_cast<Event>(event),
                           actor == 2 ? std::int16_t{-1} : cpu, extra, step};
      },
      inRange(1, static_cast<int>(Event::kCount)), inRange<std::uint32_t>(0, 4), inRange<std::uint32_t>(0, 4),
      inRange<std::int16_t>(0, 2), inRange<std::uint32_t>(0, 2), rc::gen::elementOf(std::vector<std::int64_t>{0, 0, 0, 1, 5}));
  return rc::gen::map(rc::gen::container<std::vector<TraceRecord>>(record), [](std::vector<TraceRecord> records) {
    for (std::size_t i = 1; i < records.size(); ++i) records[i].time_ns += records[i - 1].time_ns;
    return records;
  });
}

void check_tracks(const perfetto::Trace& trace) {
  std::map<std::uint64_t, int> open;
  std::map<std::uint64_t, std::uint64_t> last_ns;
  std::set<std::uint64_t> begun, ended, described;
  for (const auto& packet : trace.packet()) {
    RC_ASSERT(packet.has_ftrace_events() || packet.trusted_packet_sequence_id() != 0U);
    if (packet.has_track_descriptor()) RC_ASSERT(described.insert(packet.track_descriptor().uuid()).second);
    if (!packet.has_track_event()) continue;
    const TrackEvent& event = packet.track_event();
    const std::uint64_t uuid = event.track_uuid();
    RC_ASSERT(described.count(uuid) == 1U);
    RC_ASSERT(packet.timestamp() >= std::exchange(last_ns[uuid], packet.timestamp()));
    if (event.type() == TrackEvent::TYPE_SLICE_BEGIN) ++open[uuid];
    if (event.type() == TrackEvent::TYPE_SLICE_END) RC_ASSERT(--open[uuid] >= 0);
    for (const auto flow : event.flow_ids()) RC_ASSERT(begun.insert(flow).second);
    for (const auto flow : event.terminating_flow_ids()) RC_ASSERT(ended.insert(flow).second);
  }
  RC_ASSERT(begun == ended);
}

void check_schedule(const perfetto::Trace& trace) {
  std::map<std::uint32_t, int> current;
  std::uint64_t last_ns = 0;
  for (const auto& packet : trace.packet())
    for (const auto& event : packet.ftrace_events().event()) {
      RC_ASSERT(event.timestamp() >= std::exchange(last_ns, event.timestamp()));
      if (!event.has_sched_switch()) continue;
      const auto& change = event.sched_switch();
      RC_ASSERT(change.prev_pid() == std::exchange(current[packet.ftrace_events().cpu()], change.next_pid()));
      RC_ASSERT(change.prev_pid() != change.next_pid());
      RC_ASSERT(event.pid() == static_cast<std::uint32_t>(change.prev_pid()));
    }
}

RC_GTEST_PROP(Perfetto, tracks_and_flows_are_sound, ()) { check_tracks(exported(*any_records())); }

RC_GTEST_PROP(Perfetto, switches_follow_each_other, ()) { check_schedule(exported(*any_records())); }

}  // namespace
}  // namespace mmsim
