#include "sim/core/bit_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

Task<> hold(Actor& self, TestBit& bit, std::int64_t ns, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await bit_lock(self, bit);
    co_await sleep_ns(self, ns);
    co_await bit_unlock(self, bit);
  }
}

Task<> see_clear(Actor& self, TestBit& bit) { co_await bit_wait(self, bit); }

Task<> try_once(Actor& self, TestBit& bit) {
  const bool taken = co_await bit_trylock(self, bit);
  if (taken) co_await bit_unlock(self, bit);
}

TEST(BitLock, wakes_shared_waiters_up_to_the_first_exclusive_one_and_that_one) {
  TestWorld w;
  auto& bit = w.add<TestBit>("bit");
  w.start("holder", 0, hold, bit, 10, 1);
  w.start("s1", 1, see_clear, bit);
  w.start("s2", 2, see_clear, bit);
  w.start("e1", 3, hold, bit, 10, 1);
  w.start("s3", 4, see_clear, bit);
  w.start("e2", 5, hold, bit, 10, 1);
  w.start("s4", 6, see_clear, bit);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kWoken), ElementsAre("10 s1", "10 s2", "10 e1", "20 s3", "20 e2", "30 s4"));
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 holder", "10 e1", "20 e2"));
}

// A waiter with a budget of n is overtaken exactly n times by an owner that unlocks and locks again at once.
TEST(BitLock, is_overtaken_as_often_as_unfairness_says_before_it_is_handed_over) {
  for (const int unfairness : {0, 1, 2, 5, 9}) {
    TestWorld w;
    w.world.page_lock_unfairness = unfairness;
    auto& bit = w.add<TestBit>("bit");
    w.start("barger", 0, hold, bit, 10, 20);
    w.start("waiter", 1, hold, bit, 10, 1);
    EXPECT_EQ(w.run(), RunEnd::kAllDone);
    const Texts acquired = w.when(Event::kAcquire, &bit);
    const auto waiter = std::find(acquired.begin(), acquired.end(), std::to_string(10 + 10 * unfairness) + " waiter");
    ASSERT_NE(waiter, acquired.end());
    EXPECT_EQ(waiter - acquired.begin(), 1 + unfairness);
  }
}

TEST(BitLock, trylock_neither_waits_nor_queues_but_may_overtake) {
  TestWorld w;
  auto& bit = w.add<TestBit>("bit");
  w.start("holder", 0, hold, bit, 10, 1);
  w.start("early", 5, try_once, bit);
  w.start("late", 15, try_once, bit);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kTryFailed), ElementsAre("5 early"));
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 holder", "15 late"));
}

Task<> hold_both(Actor& self, TestBit& first, TestBit& second) {
  co_await bit_lock(self, first);
  co_await sleep_ns(self, 10);
  co_await bit_lock(self, second);
}

TEST(BitLock, taken_crosswise_or_twice_is_a_cycle_although_the_kernel_records_no_owner) {
  TestWorld w;
  auto& a = w.add<TestBit>("a");
  auto& b = w.add<TestBit>("b");
  auto& c = w.add<TestBit>("c");
  w.start("one", 0, hold_both, a, b);
  w.start("two", 0, hold_both, b, a);
  w.start("self", 0, hold_both, c, c);
  w.start("victim", 20, see_clear, a);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), UnorderedElementsAre("10 one", "10 two", "10 self", "20 victim"));
  EXPECT_THAT(w.cycle_edges(), UnorderedElementsAre("one -> two", "two -> one", "self -> self"));
}

TEST(BitLockDeathTest, may_not_be_unlocked_while_it_is_clear) {
  TestWorld w;
  BitUnlock op(w.actor("a"), w.add<TestBit>("bit"));
  EXPECT_EXIT(op.complete(), ::testing::ExitedWithCode(3), "unlock of a bit that is not locked");
}

}  // namespace
}  // namespace mmsim
