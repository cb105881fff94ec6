#include "sim/core/trace.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>
#include <xxhash.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mmsim {
namespace {

TraceRecord number(std::uint64_t i) {
  return {static_cast<std::int64_t>(i), static_cast<std::uint32_t>(i % 7), kNoId, Event::kNote, -1, 0, 0};
}

std::string hash_of(const std::vector<TraceRecord>& records) {
  const XXH128_hash_t hash = XXH3_128bits(records.data(), records.size() * sizeof(TraceRecord));
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

RC_GTEST_PROP(Trace, digests_every_record_and_keeps_the_last, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 5 * Trace::kKept);
  std::vector<TraceRecord> all;
  Trace trace;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(number(i));
    trace.record(all.back());
    RC_ASSERT(trace.count() == all.size());
  }
  const auto asked = *rc::gen::inRange<std::size_t>(0, 2 * Trace::kKept);
  const std::vector<TraceRecord> last = trace.last(asked);
  const std::size_t kept = std::min({asked, count, Trace::kKept});
  RC_ASSERT(last.size() == kept);
  if (kept > 0) RC_ASSERT(std::memcmp(last.data(), &all[count - kept], kept * sizeof(TraceRecord)) == 0);
  RC_ASSERT(trace.close("").empty());
  RC_ASSERT(trace.count() == count);
  RC_ASSERT(trace.digest() == hash_of(all));
}

class TraceFile : public ::testing::Test {
 protected:
  TraceFile() : path_(std::filesystem::temp_directory_path() / ("mmsim_trace_" + std::to_string(::getpid()))) {}
  ~TraceFile() override { std::filesystem::remove(path_); }
  std::filesystem::path path_;
};

TEST_F(TraceFile, is_header_records_end_with_their_number_and_names) {
  constexpr std::uint64_t kRecords = 3000;
  const std::string names = "actor\tmigrator\nend\n";
  Trace trace;
  ASSERT_EQ(trace.open(path_), "");
  for (std::uint64_t i = 0; i < kRecords; ++i) trace.record(number(i));
  ASSERT_EQ(trace.close(names), "");

  std::ifstream in(path_, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ASSERT_EQ(bytes.size(), sizeof(TraceHeader) + (kRecords + 1) * sizeof(TraceRecord) + names.size());
  EXPECT_EQ(bytes.substr(0, 8), "mmsimtr2");
  std::vector<TraceRecord> records(kRecords + 1);
  std::memcpy(records.data(), &bytes[sizeof(TraceHeader)], records.size() * sizeof(TraceRecord));
  EXPECT_EQ(records.back().event, Event::kEnd);
  EXPECT_EQ(records.back().argument, static_cast<std::int64_t>(kRecords));
  records.pop_back();
  for (std::uint64_t i = 0; i < kRecords; ++i) ASSERT_EQ(records[i].time_ns, static_cast<std::int64_t>(i));
  EXPECT_EQ(trace.digest(), hash_of(records));
  EXPECT_TRUE(bytes.ends_with(names));
}

TEST(Trace, says_why_a_file_cannot_be_opened) {
  Trace trace;
  EXPECT_EQ(trace.open("/nowhere/to/be/found"), "/nowhere/to/be/found: No such file or directory");
}

TEST(Trace, says_so_when_the_disk_is_full) {
  Trace trace;
  ASSERT_EQ(trace.open("/dev/full"), "");
  for (std::uint64_t i = 0; i < 100'000; ++i) trace.record(number(i));
  EXPECT_EQ(trace.close(""), "the trace could not be written in full");
}

TEST(Trace, has_a_word_for_every_event) {
  for (int event = 0; event < static_cast<int>(Event::kCount); ++event)
    EXPECT_STRNE(to_string(static_cast<Event>(event)), "");
}

}  // namespace
}  // namespace mmsim
