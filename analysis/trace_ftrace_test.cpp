#include "analysis/trace_ftrace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "analysis/trace_testing.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;

std::vector<std::string> lines_of(const std::vector<TraceRecord>& records) {
  const TestTrace trace(records);
  TraceFile file(trace.path());
  std::string text;
  write_ftrace(file, [&](std::string_view bytes) { text += bytes; });
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with('#')) lines.push_back(line);
  return lines;
}

// The same without priorities, and switches as "prev STATE ==> next".
std::vector<std::string> events_of(const std::vector<TraceRecord>& records) {
  std::vector<std::string> out;
  for (std::string line : lines_of(records)) {
    const auto cut = [&](const std::string& word, const std::string& by) {
      for (std::size_t at = line.find(word); at != std::string::npos; at = line.find(word)) line.replace(at, word.size(), by);
    };
    for (const char* noise : {" prev_prio=120", " next_prio=120", " prio=120", "prev_comm=", "next_comm=", "comm="}) cut(noise, "");
    out.push_back(line.substr(line.find(".....") + 10));
  }
  return out;
}

constexpr std::uint32_t kFile = 0, kLru = 1, kWriteback = 2;

TEST(Ftrace, prints_lines_as_the_kernel_does) {
  EXPECT_THAT(lines_of({{2'000'000'012, 0, kFile, Event::kAcquire, 0, 0, 0}, {2'000'000'012, kNoId, kFile, Event::kNote, -1, 1, 0}}),
              ElementsAre("        migrator-1       [000] .....     2.000000012: folio_lock: file[3]",
                          "          <idle>-0       [000] .....     2.000000012: folio_end_writeback: file[3]"));
}

TEST(Ftrace, tells_who_left_a_cpu_for_whom) {
  EXPECT_THAT(events_of({{0, 0, kNoId, Event::kStart, 0, 0, 0},
                         {0, 1, kNoId, Event::kStart, 0, 0, 0},
                         {1, 0, kNoId, Event::kRun, 0, 0, 0},
                         {5, 0, kNoId, Event::kPreempt, 0, 0, 9},
                         {5, 1, kNoId, Event::kRun, 0, 0, 0},       // at once: one switch
                         {6, 1, kFile, Event::kWait, 0, 0, 0},
                         {8, 0, kNoId, Event::kRun, 0, 0, 0},       // after a while: idle in between
                         {9, 0, kFile, Event::kRelease, 0, 0, 0},
                         {9, 1, kFile, Event::kWoken, 0, 0, 0},
                         {9, 0, kNoId, Event::kFinish, 0, 0, 0}}),
              ElementsAre("0.000000000: sched_waking: migrator pid=1 target_cpu=000",
                          "0.000000000: sched_waking: flusher pid=2 target_cpu=000",
                          "0.000000001: sched_switch: swapper/0 prev_pid=0 prev_state=R ==> migrator next_pid=1",
                          "0.000000005: sched_switch: migrator prev_pid=1 prev_state=R ==> flusher next_pid=2",
                          "0.000000006: folio_lock: file[3] ... waits",
                          "0.000000006: sched_switch: flusher prev_pid=2 prev_state=D ==> swapper/0 next_pid=0",
                          "0.000000008: sched_switch: swapper/0 prev_pid=0 prev_state=R ==> migrator next_pid=1",
                          "0.000000009: folio_unlock: file[3]",
                          "0.000000009: sched_waking: flusher pid=2 target_cpu=000",
                          "0.000000009: sched_process_exit: migrator pid=1",
                          "0.000000009: sched_switch: migrator prev_pid=1 prev_state=X ==> swapper/0 next_pid=0"));
}

TEST(Ftrace, a_sleep_ends_when_its_time_is_over) {
  EXPECT_THAT(events_of({{0, 0, kNoId, Event::kRun, 0, 0, 0},
                         {1, 0, kNoId, Event::kSleep, 0, 0, 10},
                         {15, 2, kNoId, Event::kInterrupt, 1, 0, 7},
                         {20, 0, kNoId, Event::kRun, 0, 0, 0}}),
              ElementsAre("0.000000000: sched_switch: swapper/0 prev_pid=0 prev_state=R ==> migrator next_pid=1",
                          "0.000000001: sleeps: 10 ns",
                          "0.000000001: sched_switch: migrator prev_pid=1 prev_state=S ==> swapper/0 next_pid=0",
                          "0.000000011: sched_waking: migrator pid=1 target_cpu=000", "0.000000015: interrupt: 7 ns",
                          "0.000000020: sched_switch: swapper/0 prev_pid=0 prev_state=R ==> migrator next_pid=1"));
}

TEST(Ftrace, who_spins_keeps_its_cpu_and_is_not_woken) {
  EXPECT_THAT(events_of({{0, 0, kNoId, Event::kRun, 0, 0, 0},
                         {1, 0, kLru, Event::kWait, 0, 0, 0},
                         {2, 0, kLru, Event::kWoken, 0, 0, 0},
                         {2, 0, kLru, Event::kAcquire, 0, 0, 0}}),
              ElementsAre("0.000000000: sched_switch: swapper/0 prev_pid=0 prev_state=R ==> migrator next_pid=1",
                          "0.000000001: spin_lock: lru_lock ... waits", "0.000000002: spin_lock: lru_lock"));
}

TEST(Ftrace, an_actor_with_a_cpu_of_its_own_runs_when_it_is_woken) {
  const auto lines = lines_of({{0, 1, kNoId, Event::kRun, 0, 0, 0},
                               {0, 0, kWriteback, Event::kWait, -1, 1, 0},
                               {3, 1, kFile, Event::kNote, 0, 1, 0},
                               {3, 0, kWriteback, Event::kWoken, -1, 0, 0}});
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[3], "         flusher-2       [000] .....     0.000000003: sched_waking: comm=migrator pid=1 prio=120 target_cpu=001");
  EXPECT_EQ(lines[4],
            "          <idle>-0       [001] .....     0.000000003: sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 "
            "prev_state=R ==> next_comm=migrator next_pid=1 next_prio=120");
}

}  // namespace
}  // namespace mmsim
