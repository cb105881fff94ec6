#include "sim/core/timed_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <set>

#include "sim/core/mutex.hpp"
#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;

Task<> nothing(Actor&) { co_return; }

Task<> free_operations_for_ever(Actor& self, Mutex& mutex) {
  for (;;) co_await mutex_trylock(self, mutex);
}
Task<> no_time_for_ever(Actor& self, Mutex&) {
  for (;;) co_await spend(self, 0);
}
Task<> calls_for_ever(Actor& self, Mutex&) {
  for (;;) co_await nothing(self);
}
Task<> yields_for_ever(Actor& self, Mutex&) {
  for (;;) co_await yield(self);
}
Task<> reschedules_for_ever(Actor& self, Mutex&) {
  for (;;) co_await cond_resched(self);
}
Task<> sleeps_for_ever(Actor& self, std::int64_t ns) {
  for (;;) co_await sleep_ns(self, ns);
}
Task<> sleeps(Actor& self, std::int64_t ns) { co_await sleep_ns(self, ns); }

TEST(Bounds, of_steps_end_every_endless_loop_that_takes_no_time) {
  for (const auto loop : {free_operations_for_ever, no_time_for_ever, yields_for_ever, reschedules_for_ever}) {
    TestWorld w;
    w.start("loop", 0, loop, w.add<Mutex>("m"));
    EXPECT_EQ(w.run({.steps_max = 10'000}), RunEnd::kSteps);
    EXPECT_EQ(w.world.steps, 10'000U);
  }
  TestWorld w;   // a call is no step, but many of them are
  w.start("loop", 0, calls_for_ever, w.add<Mutex>("m"));
  EXPECT_EQ(w.run({.steps_max = 100}), RunEnd::kSteps);
}

TEST(Bounds, of_time_end_an_endless_sleeper_at_exactly_that_time) {
  TestWorld w;
  w.start("sleeper", 0, sleeps_for_ever, 7);
  EXPECT_EQ(w.run({.time_max_ns = 100}), RunEnd::kTime);
  EXPECT_EQ(w.world.now_ns, 100);
  EXPECT_EQ(w.run({.time_max_ns = 200}), RunEnd::kTime);
  EXPECT_EQ(w.when(Event::kSleep).size(), 1U + 200 / 7);
}

TEST(Bounds, that_nothing_reaches_are_not_what_ended_the_run) {
  TestWorld w;
  Actor& waiter = w.actor("never started");
  static_cast<void>(waiter);
  w.world.unfinished = 1;
  w.start("sleeper", 0, sleeps, 100);
  EXPECT_EQ(w.run({.time_max_ns = 100}), RunEnd::kNothingLeft);
}

TEST(Poll, that_says_no_interrupts_the_run) {
  TestWorld w;
  w.start("sleeper", 0, sleeps_for_ever, 1);
  int polls = 0;
  EXPECT_EQ(TimedEngine(w.world, {}, [&] { return ++polls < 3; }).run(), RunEnd::kInterrupted);
  EXPECT_EQ(polls, 3);
}

// Dates of its own, and a note of when it was moved.
class FakeClock final : public ExternalClock {
 public:
  explicit FakeClock(World& world, std::set<std::int64_t> dates) : world_(world), dates_(std::move(dates)) {}
  std::int64_t next_ns() override { return dates_.empty() ? kNever_ns : *dates_.begin(); }
  void advance_to(std::int64_t now_ns) override {
    EXPECT_EQ(now_ns, world_.now_ns);
    dates_.erase(now_ns);
    moves.push_back(now_ns);
    if (waiter != nullptr) world_.resume_timed(*waiter);
  }
  std::vector<std::int64_t> moves;
  Actor* waiter = nullptr;

 private:
  World& world_;
  std::set<std::int64_t> dates_;
};

TEST(ExternalClock, is_moved_to_each_of_its_dates_before_the_calendar_passes_them) {
  TestWorld w;
  FakeClock clock(w.world, {5, 10, 12, 99});
  w.world.external = &clock;
  w.start("sleeper", 0, sleeps, 10);
  w.start("later", 0, sleeps, 20);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(clock.moves, ElementsAre(5, 10, 12));
  EXPECT_THAT(w.when(Event::kFinish), ElementsAre("10 sleeper", "20 later"));
}

// Actors that meet at the same instants, and whose order decides who gets the mutex.
Task<> meet(Actor& self, Mutex& mutex, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await mutex_lock(self, mutex);
    co_await spend(self, 3);
    co_await mutex_unlock(self, mutex);
    co_await sleep_ns(self, 10 - self.world.now_ns % 10);
  }
}

void start_meeting(TestWorld& w) {
  auto& mutex = w.add<Mutex>("m");
  for (const char* name : {"a", "b", "c", "d", "e"}) w.start(name, 0, meet, mutex, 20);
}

std::string digest_of_meeting(std::uint64_t seed) {
  TestWorld w(seed);
  start_meeting(w);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  w.trace.close("");
  return w.trace.digest();
}

TEST(Determinism, is_the_same_digest_for_the_same_seed_and_another_schedule_for_another) {
  std::set<std::string> digests;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::string digest = digest_of_meeting(seed);
    EXPECT_EQ(digest, digest_of_meeting(seed));
    digests.insert(digest);
  }
  EXPECT_EQ(digests.size(), 20U);
}

RC_GTEST_PROP(Restore, goes_on_as_if_it_had_never_left, ()) {
  const auto seed = *rc::gen::inRange<std::uint64_t>(0, 4);
  const auto leave_at = *rc::gen::inRange<std::uint64_t>(0, 400);
  const auto suffix = [&](bool leave) {
    TestWorld w(seed);
    start_meeting(w);
    w.run({.steps_max = leave_at});
    if (leave) {
      std::vector<std::byte> image;
      w.world.arena.save(image);
      w.run();
      w.world.arena.restore(image);
    }
    Trace rest;
    w.world.trace = &rest;
    w.run();
    rest.close("");
    return rest.digest() + " " + std::to_string(rest.count());
  };
  RC_ASSERT(suffix(true) == suffix(false));
}

TEST(Frames, of_actors_that_have_finished_are_used_again) {
  TestWorld w;
  std::size_t used = 0;
  for (int i = 0; i < 1000; ++i) {
    Actor& self = i == 0 ? w.actor("worker") : *w.world.actors[0];
    w.world.start(self, sleeps(self, 1), w.world.now_ns);
    w.run();
    if (i == 1) used = w.world.arena.used_bytes();
  }
  EXPECT_EQ(w.world.arena.used_bytes(), used);
}

// More calls inside one another than a machine stack would hold frames.
Task<int> depth(Actor& self, int levels) {
  if (levels == 0) co_return 0;
  const int below = co_await depth(self, levels - 1);
  co_return below + 1;
}
Task<> dive(Actor& self, int& reached) { reached = co_await depth(self, 1'000'000); }

TEST(Calls, may_be_a_million_deep) {
  TestWorld w;
  int reached = 0;
  w.start("diver", 0, dive, reached);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(reached, 1'000'000);
}

#ifndef __clang__   // only GCC does this
Task<> await_in_a_condition(Actor& self, Mutex& mutex) {
  if (co_await mutex_trylock(self, mutex)) co_await mutex_unlock(self, mutex);
}

TEST(CallsDeathTest, with_a_frame_that_the_compiler_laid_out_wrongly_are_refused) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  EXPECT_EXIT(w.start("a", 0, await_in_a_condition, mutex), ::testing::ExitedWithCode(3), "frame out wrongly");
}
#endif

}  // namespace
}  // namespace mmsim
