#include "sim/core/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/mutex.hpp"
#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Task<> wait(Actor& self, Completion& completion) { co_await wait_for_completion(self, completion); }
Task<> wait(Actor& self, WaitQueue& queue) { co_await sleep_on(self, queue); }

constexpr auto wait_completion = [](Actor& self, Completion& completion) { return wait(self, completion); };
constexpr auto wait_queue = [](Actor& self, WaitQueue& queue) { return wait(self, queue); };

Task<> complete_once(Actor& self, Completion& completion) { co_await complete(self, completion); }
Task<> complete_for_ever(Actor& self, Completion& completion) { co_await complete_all(self, completion); }
Task<> wake_one(Actor& self, WaitQueue& queue) { co_await wake_up(self, queue); }
Task<> wake_all(Actor& self, WaitQueue& queue) { co_await wake_up_all(self, queue); }

Task<> use_unit(Actor& self, Semaphore& semaphore, std::int64_t ns, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await down(self, semaphore);
    co_await sleep_ns(self, ns);
    co_await up(self, semaphore);
  }
}

Task<> live(Actor& self, std::int64_t ns) { co_await sleep_ns(self, ns); }

// Wakes, and lives on; recheck() is what an interpreter calls when it has passed its last wake.
Task<> wake_then_live(Actor& self, WaitQueue& queue, TestForesight& foresight) {
  co_await sleep_ns(self, 10);
  co_await wake_up(self, queue);
  foresight.will_wake = false;
  self.world.recheck();
  co_await sleep_ns(self, 100);
}

Task<> lock_then_wake(Actor& self, Mutex& mutex, WaitQueue& queue) {
  co_await mutex_lock(self, mutex);
  co_await wake_up(self, queue);
  co_await mutex_unlock(self, mutex);
}

Task<> sleep_holding(Actor& self, Mutex& mutex, WaitQueue& queue) {
  co_await mutex_lock(self, mutex);
  co_await sleep_on(self, queue);
  co_await mutex_unlock(self, mutex);
}

TEST(Completion, remembers_what_was_completed_before_anybody_waited) {
  TestWorld w;
  auto& done = w.add<Completion>("done", w.world.arena);
  w.start("completer", 0, complete_once, done);
  w.start("one", 5, wait_completion, done);
  w.start("another", 6, wait_completion, done);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("5 one"));
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("6 another"));
  EXPECT_THAT(w.cycle_edges(), IsEmpty());
}

TEST(Completion, completed_for_all_lets_everybody_through_for_ever) {
  TestWorld w;
  auto& done = w.add<Completion>("done", w.world.arena);
  done.producers.push_back(&w.start("completer", 10, complete_for_ever, done));
  for (const auto& [name, at] : {std::pair{"a", 0}, {"b", 1}, {"c", 20}, {"d", 20}})
    w.start(name, at, wait_completion, done);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("10 a", "10 b", "20 c", "20 d"));
}

TEST(WaitQueue, woken_before_the_wait_is_a_lost_wakeup) {
  TestWorld w;
  auto& queue = w.add<WaitQueue>("queue", w.world.arena);
  queue.producers.push_back(&w.start("waker", 5, wake_one, queue));
  w.start("sleeper", 6, wait_queue, queue);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("6 sleeper"));
  EXPECT_THAT(w.cycle_edges(), IsEmpty());
}

TEST(WaitQueue, wakes_one_in_order_or_all) {
  TestWorld w;
  auto& queue = w.add<WaitQueue>("queue", w.world.arena);
  for (const auto& [name, at] : {std::pair{"a", 0}, {"b", 1}, {"c", 2}}) w.start(name, at, wait_queue, queue);
  queue.producers.push_back(&w.start("one", 10, wake_one, queue));
  queue.producers.push_back(&w.start("all", 20, wake_all, queue));
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("10 a", "20 b", "20 c"));
}

TEST(LostWakeup, is_noticed_when_the_last_possible_waker_finishes) {
  TestWorld w;
  auto& queue = w.add<WaitQueue>("queue", w.world.arena);
  w.start("sleeper", 0, wait_queue, queue);
  queue.producers.push_back(&w.start("early", 0, live, 10));
  queue.producers.push_back(&w.start("late", 0, live, 30));
  w.start("irrelevant", 0, live, 99);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("30 sleeper"));
}

TEST(LostWakeup, is_noticed_when_the_last_possible_waker_passes_its_last_wake) {
  TestWorld w;
  auto& queue = w.add<WaitQueue>("queue", w.world.arena);
  TestForesight foresight;
  w.start("woken", 0, wait_queue, queue);
  w.start("forgotten", 1, wait_queue, queue);
  w.start("waker", 0, wake_then_live, queue, foresight).foresight = &foresight;
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("10 woken"));
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("10 forgotten"));
  EXPECT_EQ(w.world.now_ns, 110);
}

TEST(WaitQueue, whose_only_waker_needs_a_lock_of_the_sleeper_is_a_cycle) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  auto& queue = w.add<WaitQueue>("queue", w.world.arena);
  w.start("sleeper", 0, sleep_holding, mutex, queue);
  queue.producers.push_back(&w.start("waker", 5, lock_then_wake, mutex, queue));
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.closed_ns, 5);
  EXPECT_THAT(w.cycle_edges(), UnorderedElementsAre("sleeper -> waker", "waker -> sleeper"));
}

TEST(WaitQueue, with_another_waker_that_is_free_is_none_until_that_one_ends) {
  TestWorld w;
  auto& mutex = w.add<Mutex>("m");
  auto& queue = w.add<WaitQueue>("queue", w.world.arena);
  w.start("sleeper", 0, sleep_holding, mutex, queue);
  queue.producers.push_back(&w.start("blocked", 5, lock_then_wake, mutex, queue));
  queue.producers.push_back(&w.start("free", 0, live, 50));
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), UnorderedElementsAre("50 sleeper", "50 blocked"));
}

TEST(Semaphore, lets_as_many_in_as_it_has_units_and_hands_a_unit_to_the_first_waiter) {
  TestWorld w;
  auto& semaphore = w.add<Semaphore>("s", w.world.arena, 2U);
  w.start("a", 0, use_unit, semaphore, 10, 2);   // comes back at once and has to queue
  w.start("b", 1, use_unit, semaphore, 10, 1);
  w.start("c", 2, use_unit, semaphore, 10, 1);
  w.start("d", 3, use_unit, semaphore, 10, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 a", "1 b", "10 c", "11 d", "20 a"));
  EXPECT_EQ(semaphore.count, 2U);
  EXPECT_THAT(semaphore.takers, IsEmpty());
}

Task<> take_and_live(Actor& self, Semaphore& semaphore, std::int64_t ns) {
  co_await down(self, semaphore);
  co_await sleep_ns(self, ns);
}

Task<> take_twice(Actor& self, Semaphore& semaphore) {
  co_await down(self, semaphore);
  co_await down(self, semaphore);
  co_await up(self, semaphore);
  co_await up(self, semaphore);
}

TEST(Semaphore, waits_for_any_of_those_who_hold_a_unit_and_is_lost_with_the_last) {
  TestWorld w;
  auto& semaphore = w.add<Semaphore>("s", w.world.arena, 2U);
  w.start("a", 0, take_and_live, semaphore, 10);
  w.start("b", 0, take_and_live, semaphore, 30);
  Actor& waiter = w.start("waiter", 1, use_unit, semaphore, 1, 1);
  w.run({.time_max_ns = 5});
  Wait described;
  ASSERT_TRUE(describe_wait(waiter, described));
  EXPECT_EQ(described.need, 1U);
  ASSERT_EQ(described.edges.size(), 2U);
  for (const WaitEdge& edge : described.edges) EXPECT_EQ(edge.kind, EdgeKind::kOneOf);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), ElementsAre("30 waiter"));
}

TEST(Semaphore, taken_twice_by_one_actor_is_a_cycle_of_one_edge) {
  TestWorld w;
  auto& semaphore = w.add<Semaphore>("s", w.world.arena, 1U);
  w.start("self", 0, take_twice, semaphore);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.cycle_edges(), ElementsAre("self -> self"));
}

// up() grants the unit; whoever looks before the new holder has run must see who has it.
Task<> put_for_another(Actor& self, Semaphore& semaphore) { co_await up(self, semaphore); }

TEST(Semaphore, just_handed_over_leaves_nobody_behind_called_stuck) {
  TestWorld w;
  auto& semaphore = w.add<Semaphore>("s", w.world.arena, 1U);
  w.start("taker", 0, take_and_live, semaphore, 100);
  w.start("first", 1, use_unit, semaphore, 10, 1);
  w.start("second", 2, use_unit, semaphore, 10, 1);
  w.start("other", 20, put_for_another, semaphore);   // ends, and with it the check of all who wait
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), IsEmpty());
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 taker", "20 first", "30 second"));
}

}  // namespace
}  // namespace mmsim
