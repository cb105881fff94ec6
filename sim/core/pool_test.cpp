#include "sim/core/pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/core/mutex.hpp"
#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Task<> use(Actor& self, Pool& pool, std::int64_t units, std::int64_t ns) {
  co_await take(self, pool, units);
  co_await sleep_ns(self, ns);
  co_await give(self, pool, units);
}
constexpr auto use_for = [](Actor& self, Pool& pool, std::int64_t units, std::int64_t ns) { return use(self, pool, units, ns); };

// Takes `first`, then `second` beside it.
Task<> take_twice(Actor& self, Pool& pool, std::int64_t first, std::int64_t second) {
  co_await take(self, pool, first);
  co_await sleep_ns(self, 10);
  co_await take(self, pool, second);
  co_await give(self, pool, first + second);
}
constexpr auto twice = [](Actor& self, Pool& pool, std::int64_t first, std::int64_t second) { return take_twice(self, pool, first, second); };

Task<> take_then_lock(Actor& self, Pool& pool, std::int64_t units, Mutex& mutex) {
  co_await take(self, pool, units);
  co_await mutex_lock(self, mutex);
  co_await mutex_unlock(self, mutex);
  co_await give(self, pool, units);
}

Task<> lock_then_take(Actor& self, Pool& pool, std::int64_t units, Mutex& mutex) {
  co_await mutex_lock(self, mutex);
  co_await sleep_ns(self, 10);
  co_await take(self, pool, units);
  co_await give(self, pool, units);
  co_await mutex_unlock(self, mutex);
}

Task<> try_once(Actor& self, Pool& pool, std::int64_t units, bool& taken) { taken = co_await try_take(self, pool, units); }
Task<> give_once(Actor& self, Pool& pool, std::int64_t units, bool& given) { given = co_await give(self, pool, units); }

// Takes units and is gone.
Task<> leak(Actor& self, Pool& pool, std::int64_t units) { co_await take(self, pool, units); }
constexpr auto leak_units = [](Actor& self, Pool& pool, std::int64_t units) { return leak(self, pool, units); };

Wait wait_of(const Actor& actor) {
  Wait wait;
  describe_wait(actor, wait);
  return wait;
}

TEST(Pool, lets_in_as_many_as_it_has_units_for) {
  TestWorld w;
  auto& pool = w.add<Pool>("pool", w.world.arena, 2);
  for (const char* name : {"a", "b", "c"}) w.start(name, 0, use_for, pool, 1, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 a", "0 b", "10 c"));
  EXPECT_EQ(pool.free, 2);
  EXPECT_THAT(pool.takers, IsEmpty());
}

TEST(Pool, has_no_order_among_waiters_whoever_fits_goes) {
  TestWorld w;
  auto& pool = w.add<Pool>("pool", w.world.arena, 3);
  w.start("holder", 0, use_for, pool, 2, 10);
  w.start("long", 0, use_for, pool, 1, 30);
  w.start("large", 1, use_for, pool, 3, 1);
  w.start("small", 2, use_for, pool, 1, 5);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 holder", "0 long", "10 small", "30 large"));
}

TEST(Pool, a_single_task_that_takes_the_last_unit_twice_waits_for_itself) {
  TestWorld w;
  auto& pool = w.add<Pool>("bio_set", w.world.arena, 1);
  Actor& self = w.start("submitter", 0, twice, pool, 1, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("10 submitter"));
  EXPECT_THAT(w.cycle_edges(), ElementsAre("submitter -> submitter"));
  EXPECT_EQ(wait_of(self).values, "0 of 1 unit is free and 1 is needed");
}

TEST(Pool, holders_of_all_units_that_want_more_are_a_knot) {
  for (const std::int64_t units : {2, 3}) {
    TestWorld w;
    auto& pool = w.add<Pool>("pool", w.world.arena, units);
    w.start("a", 0, twice, pool, 1, 1);
    w.start("b", 0, twice, pool, 1, 1);
    EXPECT_EQ(w.run(), RunEnd::kAllDone);
    EXPECT_EQ(w.when(Event::kStuck).size(), units == 2 ? 2 : 0);
  }
}

TEST(Pool, a_wait_can_end_once_as_many_units_can_come_as_are_missing) {
  TestWorld w;
  auto& pool = w.add<Pool>("pool", w.world.arena, 4);
  auto& mutex = w.add<Mutex>("mutex");
  Actor& waiter = w.start("waiter", 0, lock_then_take, pool, 2, mutex);
  w.start("behind", 1, take_then_lock, pool, 2, mutex);
  w.start("sleeper", 1, use_for, pool, 2, 100);
  RunLimits until;
  until.time_max_ns = 50;
  EXPECT_EQ(w.run(until), RunEnd::kTime);
  const Wait wait = wait_of(waiter);
  EXPECT_EQ(wait.need, 2U);
  EXPECT_EQ(std::count_if(wait.edges.begin(), wait.edges.end(), [](const WaitEdge& e) { return e.kind == EdgeKind::kKOfN; }), 4);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), IsEmpty());
}

TEST(Pool, where_every_unit_that_can_come_is_needed_all_holders_must_act) {
  TestWorld w;
  auto& pool = w.add<Pool>("pool", w.world.arena, 2);
  auto& mutex = w.add<Mutex>("mutex");
  Actor& waiter = w.start("waiter", 1, lock_then_take, pool, 2, mutex);
  w.start("a", 2, take_then_lock, pool, 1, mutex);
  w.start("b", 2, use_for, pool, 1, 100);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("11 waiter", "11 a"));
  EXPECT_THAT(w.cycle_edges(), ElementsAre("waiter -> a", "a -> waiter"));
  EXPECT_EQ(wait_of(waiter).edges.front().kind, EdgeKind::kOwner);
}

TEST(Pool, units_that_nobody_will_give_back_are_waited_for_in_vain) {
  TestWorld w;
  auto& pool = w.add<Pool>("pool", w.world.arena, 1);
  w.start("leaks", 0, leak_units, pool, 1);
  Actor& waiter = w.start("waiter", 5, use_for, pool, 1, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("5 waiter"));
  EXPECT_THAT(w.cycle_edges(), IsEmpty());
  EXPECT_STREQ(wait_of(waiter).nobody, "nobody is left who could give it back");
}

TEST(Pool, trying_takes_all_units_or_none) {
  TestWorld w;
  auto& pool = w.add<Pool>("pool", w.world.arena, 2);
  bool two = false, one = true;
  w.start("a", 0, use_for, pool, 1, 10);
  w.start("b", 1, [](Actor& self, Pool& p, bool& t) { return try_once(self, p, 2, t); }, pool, two);
  w.start("c", 2, [](Actor& self, Pool& p, bool& t) { return try_once(self, p, 1, t); }, pool, one);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_FALSE(two);
  EXPECT_TRUE(one);
}

TEST(Pool, anybody_may_give_back_what_another_took_but_not_more_than_is_out) {
  TestWorld w;
  auto& pool = w.add<Pool>("pool", w.world.arena, 2);
  bool given = false, too_much = true;
  w.start("taker", 0, leak_units, pool, 2);
  w.start("other", 5, [](Actor& self, Pool& p, bool& g) { return give_once(self, p, 1, g); }, pool, given);
  w.start("third", 6, [](Actor& self, Pool& p, bool& g) { return give_once(self, p, 2, g); }, pool, too_much);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_TRUE(given);
  EXPECT_FALSE(too_much);
  EXPECT_EQ(pool.free, 1);
  ASSERT_EQ(pool.takers.size(), 1U);
  EXPECT_EQ(pool.takers.front().units, 1);
}

}  // namespace
}  // namespace mmsim
