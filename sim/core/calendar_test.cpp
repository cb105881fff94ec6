#include "sim/core/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <utility>
#include <vector>

namespace mmsim {
namespace {

void ignore(World&, Timer&) {}

RC_GTEST_PROP(Calendar, gives_the_earliest_date_and_among_equals_the_one_set_first, ()) {
  const Arena::Owner arena = Arena::create();
  Calendar calendar(*arena);
  std::vector<Timer> timers(16, Timer(ignore));
  std::map<std::pair<std::int64_t, int>, std::size_t> twin;   // (date, order of setting) to timer
  int order = 0;
  const auto forget = [&](std::size_t timer) {
    std::erase_if(twin, [&](const auto& entry) { return entry.second == timer; });
  };
  for (const int what : *rc::gen::container<std::vector<int>>(2000, rc::gen::inRange(0, 8))) {
    const auto timer = *rc::gen::inRange<std::size_t>(0, timers.size());
    if (what < 4) {
      const std::int64_t date_ns = *rc::gen::inRange<std::int64_t>(0, 20);
      forget(timer);
      twin[{date_ns, order++}] = timer;
      calendar.set(timers[timer], date_ns);
    } else if (what == 4) {
      forget(timer);
      Calendar::cancel(timers[timer]);
    } else if (twin.empty()) {
      RC_ASSERT(calendar.next_ns() == kNever_ns);
    } else {
      RC_ASSERT(calendar.next_ns() == twin.begin()->first.first);
      RC_ASSERT(&calendar.take() == &timers[twin.begin()->second]);
      twin.erase(twin.begin());
    }
    for (std::size_t i = 0; i < timers.size(); ++i) {
      const bool set = std::any_of(twin.begin(), twin.end(), [&](const auto& entry) { return entry.second == i; });
      RC_ASSERT(timers[i].armed() == set);
    }
  }
}

TEST(Calendar, does_not_grow_with_timers_that_are_moved_or_cancelled) {
  const Arena::Owner arena = Arena::create();
  Calendar calendar(*arena);
  std::array<Timer, 3> timers{Timer(ignore), Timer(ignore), Timer(ignore)};
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    calendar.set(timers[static_cast<std::size_t>(i % 3)], 1'000'000'000 + i);
    if (i % 2 == 0) Calendar::cancel(timers[static_cast<std::size_t>(i % 3)]);
  }
  EXPECT_LT(arena->used_bytes(), 64U << 10);
}

}  // namespace
}  // namespace mmsim
