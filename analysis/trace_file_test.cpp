#include "analysis/trace_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/trace_testing.hpp"

namespace mmsim {
namespace {

using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

const std::vector<TraceRecord> kTwo{{5, 0, 0, Event::kAcquire, 1, 0, 0}, {7, 2, kNoId, Event::kStart, -1, 0, 0}};

// What is wrong with these bytes, without the path.
std::string fault_of(const std::string& bytes) {
  const TestTrace trace;
  trace.write(bytes);
  try {
    TraceFile file(trace.path());
    return file.cut_off().empty() ? "" : "cut off";
  } catch (const TraceError& error) {
    EXPECT_THAT(error.what(), StartsWith(trace.path() + ": "));
    return std::string(error.what()).substr(trace.path().size() + 2);
  }
}

TEST(TraceFile, gives_back_what_was_written) {
  const TestTrace trace(kTwo);
  TraceFile file(trace.path());
  EXPECT_THAT(file.cut_off(), IsEmpty());
  EXPECT_EQ(file.count(), 2U);
  EXPECT_EQ(file.actor(2), "soft irq");
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<std::int64_t> times;
    file.for_each([&](const TraceRecord& record) { times.push_back(record.time_ns); });
    EXPECT_THAT(times, testing::ElementsAre(5, 7));
  }
}

TEST(TraceFile, an_actor_without_a_cpu_has_a_lane_of_its_own) {
  const TestTrace trace(kTwo);
  const TraceFile file(trace.path());
  EXPECT_EQ(file.lanes(), 3);
  EXPECT_EQ(file.lane(kTwo[0]), 1);
  EXPECT_EQ(file.lane(kTwo[1]), 2);
  EXPECT_TRUE(file.has_own_lane(2));
}

TEST(TraceFile, of_a_killed_run_is_read_as_far_as_it_goes) {
  const std::string whole = TestTrace::bytes(kTwo);
  const TestTrace trace;
  for (std::size_t size = sizeof(TraceHeader); size <= whole.size(); ++size) {
    trace.write(whole.substr(0, size));
    const TraceFile file(trace.path());
    EXPECT_EQ(file.count(), (size - sizeof(TraceHeader)) / sizeof(TraceRecord));
    EXPECT_THAT(file.cut_off(), StartsWith(trace.path() + ": cut off after "));
    EXPECT_EQ(as_call(file.phrase(kTwo[0])), "lock(object[0])");
    EXPECT_EQ(file.actor(1), "actor[1]");
  }
}

TEST(TraceFile, cut_off_within_its_names_keeps_those_it_has) {
  const std::string names = write_names(test_names());
  const TestTrace trace;
  trace.write(TestTrace::bytes(kTwo) + TestTrace::end(2) + names.substr(0, names.size() - 5));
  TraceFile file(trace.path());
  EXPECT_THAT(file.cut_off(), EndsWith(": cut off within its names, after 2 records"));
  EXPECT_EQ(as_call(file.phrase(kTwo[0])), "folio_lock(file[3])");
}

TEST(TraceFile, what_is_no_trace_is_said_to_be_none) {
  const std::string foreign = "not a trace; expected a file written by mmsim run --trace";
  EXPECT_EQ(fault_of(""), foreign);
  EXPECT_EQ(fault_of("mmsim"), foreign);
  EXPECT_EQ(fault_of(std::string(1000, '\0')), foreign);
  std::string other = TestTrace::bytes(kTwo);
  other[7] = '1';
  EXPECT_EQ(fault_of(other), "a trace of version 1; this mmsim reads version 2: write it again with mmsim run --trace");
  EXPECT_THROW(TraceFile("/nowhere"), TraceError);
}

TEST(TraceFile, damage_is_found) {
  std::vector<TraceRecord> records = kTwo;
  records[1].time_ns = 4;
  EXPECT_EQ(fault_of(TestTrace::bytes(records)), "damaged: record 1 has a time before that of the record before it");
  records = kTwo;
  records[0].event = Event::kCount;
  EXPECT_EQ(fault_of(TestTrace::bytes(records)), "damaged: record 0 has an event that does not exist");
  records = kTwo;
  records[0].actor = 0xfffffffe;
  EXPECT_EQ(fault_of(TestTrace::bytes(records)), "damaged: record 0 has an actor that does not exist");
  EXPECT_EQ(fault_of(TestTrace::bytes(kTwo) + TestTrace::end(3)), "damaged: it says that it has 3 records, and has 2");
  EXPECT_EQ(fault_of(TestTrace::bytes(kTwo) + TestTrace::end(2) + "nonsense\nend\n"), "damaged: \"nonsense\" is not a name");
}

}  // namespace
}  // namespace mmsim
