#include "trace/text.hpp"

#include <gtest/gtest.h>

namespace mmsim {
namespace {

constexpr Subject kFolio{"file[2]", "folio_lock", "folio_trylock", "folio_unlock", "folio_wait_locked", "", "folio_copy"};

TraceRecord record(Event event, std::uint32_t object = 0, std::uint32_t extra = 0, std::int64_t argument = 0) {
  return {0, 0, object, event, 0, extra, argument};
}
std::string call(const TraceRecord& r) { return as_call(phrase_of(r, kFolio)); }
std::string ftrace(const TraceRecord& r) { return as_ftrace(phrase_of(r, kFolio)); }

TEST(TraceText, operations_are_calls_or_ftrace_events) {
  EXPECT_EQ(call(record(Event::kAcquire)), "folio_lock(file[2])");
  EXPECT_EQ(call(record(Event::kAcquire, 0, 1)), "folio_trylock(file[2])");
  EXPECT_EQ(call(record(Event::kTryFailed)), "folio_trylock(file[2]) fails");
  EXPECT_EQ(call(record(Event::kWait)), "folio_lock(file[2]) ... waits");
  EXPECT_EQ(call(record(Event::kWait, 0, 1)), "folio_wait_locked(file[2]) ... waits");
  EXPECT_EQ(call(record(Event::kWakeAll)), "folio_unlock(file[2]) all");
  EXPECT_EQ(ftrace(record(Event::kAcquire)), "folio_lock: file[2]");
  EXPECT_EQ(ftrace(record(Event::kWait)), "folio_lock: file[2] ... waits");
}

TEST(TraceText, notes_have_an_object_or_a_number_or_nothing) {
  EXPECT_EQ(call(record(Event::kNote)), "folio_copy(file[2])");
  EXPECT_EQ(call(record(Event::kNote, kNoId, 0, 512)), "folio_copy 512");
  EXPECT_EQ(call(record(Event::kNote, kNoId)), "folio_copy");
  EXPECT_EQ(ftrace(record(Event::kNote, kNoId, 0, 512)), "folio_copy: 512");
}

TEST(TraceText, scheduling_has_no_words) {
  for (const Event event : {Event::kRun, Event::kPreempt, Event::kSpend, Event::kInterrupt, Event::kYield, Event::kWoken})
    EXPECT_EQ(call(record(event)), "") << to_string(event);
  EXPECT_EQ(call(record(Event::kSleep, kNoId, 0, 500)), "sleeps 500 ns");
  EXPECT_EQ(call(record(Event::kStart, kNoId)), "starts");
}

}  // namespace
}  // namespace mmsim
