#include "sim/core/mutex.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "sim/core/histogram.hpp"
#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Task<> hold(Actor& self, Mutex& mutex, std::int64_t ns) {
  co_await mutex_lock(self, mutex);
  co_await sleep_ns(self, ns);
  co_await mutex_unlock(self, mutex);
}

Task<> hold_both(Actor& self, Mutex& first, Mutex& second, std::int64_t between_ns) {
  co_await mutex_lock(self, first);
  co_await sleep_ns(self, between_ns);
  co_await mutex_lock(self, second);
  co_await mutex_unlock(self, second);
  co_await mutex_unlock(self, first);
}

// Unlocks and takes it again at once, `rounds` times.
Task<> hog(Actor& self, Mutex& mutex, std::int64_t ns, int rounds) {
  for (int i = 0; i < rounds; ++i) co_await hold(self, mutex, ns);
}

Task<> try_once(Actor& self, Mutex& mutex) {
  const bool taken = co_await mutex_trylock(self, mutex);
  if (taken) co_await mutex_unlock(self, mutex);
}

TEST(Mutex, serves_n_holders_one_after_another_in_order_of_arrival) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  for (const char* name : {"a", "b", "c", "d"}) w.start(name, 0, hold, mutex, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 a", "10 b", "20 c", "30 d"));
  EXPECT_EQ(w.world.now_ns, 4 * 10);
  ASSERT_EQ(w.world.wait_stats.size(), 1U);
  EXPECT_EQ(w.world.wait_stats[0].contended, 3U);
  EXPECT_EQ(w.world.wait_stats[0].total_wait_ns, 10 + 20 + 30);
  EXPECT_EQ(w.world.wait_stats[0].max_wait_ns, 30);
}

TEST(Mutex, counts_how_long_each_wait_took_where_it_is_asked_to) {
  TestWorld w;
  w.world.histograms = true;
  auto& mutex = w.add<Mutex>("m");
  for (const char* name : {"a", "b", "c", "d"}) w.start(name, 0, hold, mutex, 10);
  w.start("e", 30, hold, mutex, 1000);
  w.start("f", 50, hold, mutex, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  std::map<std::int64_t, std::uint32_t> waits;   // a begins at once, e waits for d, f for e
  const auto& buckets = *w.world.wait_stats.at(0).buckets;
  for (std::uint32_t i = 0; i < buckets.size(); ++i)
    if (buckets[i] > 0) waits[bucket_low(i)] = buckets[i];
  EXPECT_EQ(waits, (std::map<std::int64_t, std::uint32_t>{{10, 2}, {20, 1}, {30, 1}, {960, 1}}));
}

TEST(Mutex, is_handed_to_a_waiter_that_was_overtaken_once) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  w.start("hog", 0, hog, mutex, 10, 4);
  w.start("waiter", 1, hold, mutex, 5);
  w.start("second", 2, hold, mutex, 5);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 hog", "10 hog", "20 waiter", "25 second", "30 hog", "40 hog"));
}

Task<> hold_twice_the_second_time_for_no_time(Actor& self, Mutex& mutex) {
  co_await hold(self, mutex, 10);
  co_await mutex_lock(self, mutex);
  co_await mutex_unlock(self, mutex);
}

TEST(Mutex, unlocked_again_before_the_woken_waiter_has_run_wakes_no_other) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  w.start("hasty", 0, hold_twice_the_second_time_for_no_time, mutex);
  w.start("first", 1, hog, mutex, 5, 2);
  w.start("second", 2, hold, mutex, 5);   // woken and overtaken once, at 15
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 hasty", "10 hasty", "10 first", "15 first", "20 second"));
}

TEST(Mutex, trylock_fails_where_it_is_held_and_never_waits) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  w.start("holder", 0, hold, mutex, 10);
  w.start("early", 5, try_once, mutex);
  w.start("late", 15, try_once, mutex);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kTryFailed), ElementsAre("5 early"));
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 holder", "15 late"));
}

TEST(MutexDeathTest, may_not_be_unlocked_by_another) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  mutex.holder.take(w.actor("owner"));
  MutexUnlock op(w.actor("other"), mutex);
  EXPECT_EXIT(op.complete(), ::testing::ExitedWithCode(3), "by an actor that does not hold it");
}

TEST(Deadlock, of_two_locks_taken_crosswise_closes_when_the_second_one_waits) {
  TestWorld w;
  auto& a = w.add<Mutex>("A");
  auto& b = w.add<Mutex>("B");
  w.start("one", 0, hold_both, a, b, 10);
  w.start("two", 3, hold_both, b, a, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.closed_ns, 13);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("13 one", "13 two"));
  EXPECT_THAT(w.cycle_edges(), UnorderedElementsAre("one -> two", "two -> one"));
}

TEST(Deadlock, of_two_locks_taken_crosswise_does_not_happen_where_they_do_not_overlap) {
  TestWorld w;
  auto& a = w.add<Mutex>("A");
  auto& b = w.add<Mutex>("B");
  w.start("one", 0, hold_both, a, b, 10);
  w.start("two", 11, hold_both, b, a, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.closed_ns, -1);
  EXPECT_THAT(w.when(Event::kFinish), ElementsAre("10 one", "21 two"));
}

TEST(Deadlock, of_one_actor_with_itself_is_a_cycle_of_one_edge) {
  TestWorld w;
  auto& a = w.add<Mutex>("A");
  w.start("self", 0, hold_both, a, a, 7);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.closed_ns, 7);
  EXPECT_THAT(w.cycle_edges(), ElementsAre("self -> self"));
}

TEST(Deadlock, of_three_is_reported_when_it_closes_with_those_who_waited_before_while_others_run_on) {
  TestWorld w;
  auto& a = w.add<Mutex>("A");
  auto& b = w.add<Mutex>("B");
  auto& c = w.add<Mutex>("C");
  auto& free = w.add<Mutex>("free");
  w.start("one", 0, hold_both, a, b, 10);
  w.start("two", 0, hold_both, b, c, 20);
  w.start("early victim", 5, hold, a, 1);
  w.start("three", 0, hold_both, c, a, 30);
  w.start("late victim", 40, hold, b, 1);
  w.start("bystander", 0, hog, free, 100, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.closed_ns, 30);
  EXPECT_THAT(w.when(Event::kStuck),
              UnorderedElementsAre("30 one", "30 two", "30 three", "30 early victim", "40 late victim"));
  EXPECT_THAT(w.cycle_edges(), UnorderedElementsAre("one -> two", "two -> three", "three -> one"));
  EXPECT_THAT(w.when(Event::kFinish), ElementsAre("1000 bystander"));
}

// Without this the run would go on for as long as the daemon does.
TEST(Deadlock, ends_the_run_although_a_daemon_never_does) {
  TestWorld w;
  auto& a = w.add<Mutex>("A");
  auto& b = w.add<Mutex>("B");
  auto& own = w.add<Mutex>("own");
  Actor& daemon = w.actor("daemon");
  daemon.must_finish = false;
  w.world.start(daemon, hog(daemon, own, 10, 1'000'000), 0);
  w.start("one", 0, hold_both, a, b, 10);
  w.start("victim", 1, hold, a, 1);
  w.start("two", 0, hold_both, b, a, 20);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.now_ns, 20);
}

Task<> die_holding(Actor& self, Mutex& mutex, std::int64_t ns) {
  co_await mutex_lock(self, mutex);
  co_await sleep_ns(self, ns);
}

TEST(LostLock, is_noticed_when_its_holder_finishes_without_unlocking) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  w.start("holder", 0, die_holding, mutex, 10);
  w.start("waiter", 1, hold, mutex, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("10 waiter"));
  EXPECT_THAT(w.cycle_edges(), IsEmpty());
}

// The waiter's lock is free and its heir, woken, has not run yet: that is the moment to look.
TEST(Heir, of_a_free_lock_keeps_those_behind_it_from_being_called_stuck) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  w.start("holder", 0, hold, mutex, 10);
  w.start("heir", 1, hold, mutex, 10);
  Actor& behind = w.start("behind", 2, hold, mutex, 10);
  while (mutex.holder.held() || mutex.holder.actor() == nullptr)
    ASSERT_EQ(w.run({.steps_max = w.world.steps + 1}), RunEnd::kSteps);
  ASSERT_TRUE(behind.waiting());
  Wait wait;
  ASSERT_TRUE(describe_wait(behind, wait));
  ASSERT_EQ(wait.edges.size(), 1U);
  EXPECT_EQ(w.world.text(*wait.edges[0].holder), "heir");
  EXPECT_EQ(wait.edges[0].kind, EdgeKind::kQueuedBehind);
  w.world.recheck();
  EXPECT_THAT(WaitGraph::all(w.world).stuck_set(), IsEmpty());
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), IsEmpty());
}

Task<> throttle_holding(Actor& self, Mutex& mutex) {
  co_await mutex_lock(self, mutex);
  for (int i = 0; i < 5; ++i) co_await throttle(self, 1000, "balance_dirty_pages");
  co_await mutex_unlock(self, mutex);
}

TEST(Throttling, is_never_a_deadlock_and_is_counted) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  Actor& throttled = w.start("throttled", 0, throttle_holding, mutex);
  w.start("waiter", 1, hold, mutex, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), IsEmpty());
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 throttled", "5000 waiter"));
  EXPECT_STREQ(throttled.throttled.reason, "balance_dirty_pages");
  EXPECT_EQ(throttled.throttled.total_ns, 5000);
  EXPECT_EQ(throttled.throttled.count, 5U);
}

}  // namespace
}  // namespace mmsim
