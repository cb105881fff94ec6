#include "sim/core/rwsem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Task<> read(Actor& self, Rwsem& rwsem, std::int64_t ns) {
  co_await down_read(self, rwsem);
  co_await sleep_ns(self, ns);
  co_await up_read(self, rwsem);
}

Task<> write(Actor& self, Rwsem& rwsem, std::int64_t ns) {
  co_await down_write(self, rwsem);
  co_await sleep_ns(self, ns);
  co_await up_write(self, rwsem);
}

Task<> read_twice(Actor& self, Rwsem& rwsem) {
  co_await down_read(self, rwsem);
  co_await sleep_ns(self, 10);
  co_await down_read(self, rwsem);
  co_await up_read(self, rwsem);
  co_await up_read(self, rwsem);
}

Task<> try_write(Actor& self, Rwsem& rwsem) {
  const bool taken = co_await down_write_trylock(self, rwsem);
  if (taken) co_await up_write(self, rwsem);
}

Rwsem& rwsem_in(TestWorld& w, RwsemPolicy policy = RwsemPolicy::kFair) {
  return w.add<Rwsem>("rwsem", w.world.arena, policy);
}

TEST(Rwsem, lets_readers_share_and_writers_alone) {
  TestWorld w;
  Rwsem& rwsem = rwsem_in(w);
  w.start("r1", 0, read, rwsem, 10);
  w.start("r2", 5, read, rwsem, 10);
  w.start("w1", 6, write, rwsem, 10);
  w.start("w2", 7, write, rwsem, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquireShared), ElementsAre("0 r1", "5 r2"));
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("15 w1", "25 w2"));
}

TEST(Rwsem, makes_a_reader_wait_behind_a_queued_writer_unless_its_policy_lets_readers_pass) {
  for (const auto& [policy, at] : {std::pair{RwsemPolicy::kFair, "20 late"}, {RwsemPolicy::kReadersPass, "6 late"}}) {
    TestWorld w;
    Rwsem& rwsem = rwsem_in(w, policy);
    w.start("early", 0, read, rwsem, 10);
    w.start("writer", 5, write, rwsem, 10);
    w.start("late", 6, read, rwsem, 1);
    EXPECT_EQ(w.run(), RunEnd::kAllDone);
    EXPECT_THAT(w.when(Event::kAcquireShared), ElementsAre("0 early", at));
    EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("10 writer"));
  }
}

TEST(Rwsem, lets_all_queued_readers_in_together_once_a_reader_is_the_head) {
  TestWorld w;
  Rwsem& rwsem = rwsem_in(w);
  w.start("w1", 0, write, rwsem, 10);
  w.start("r1", 1, read, rwsem, 10);
  w.start("w2", 2, write, rwsem, 10);
  w.start("r2", 3, read, rwsem, 10);
  w.start("r3", 4, read, rwsem, 10);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquireShared), ElementsAre("10 r1", "10 r2", "10 r3"));
  EXPECT_THAT(w.when(Event::kAcquire), ElementsAre("0 w1", "20 w2"));
}

TEST(Rwsem, lets_a_reader_wait_for_no_writer_that_it_will_pass) {
  TestWorld w;
  Rwsem& rwsem = rwsem_in(w);
  w.start("w1", 0, write, rwsem, 10);
  w.start("r1", 1, read, rwsem, 10);
  w.start("w2", 2, write, rwsem, 10);
  Actor& r2 = w.start("r2", 3, read, rwsem, 10);
  w.run({.time_max_ns = 5});
  Wait wait;
  ASSERT_TRUE(describe_wait(r2, wait));
  ASSERT_EQ(wait.edges.size(), 1U);
  EXPECT_EQ(w.world.text(*wait.edges[0].holder), "w1");
}

TEST(Rwsem, read_again_by_its_reader_with_a_writer_between_is_a_cycle_through_the_queue) {
  TestWorld w;
  Rwsem& rwsem = rwsem_in(w);
  w.start("reader", 0, read_twice, rwsem);
  w.start("writer", 5, write, rwsem, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.closed_ns, 10);
  EXPECT_THAT(w.cycle_edges(), UnorderedElementsAre("reader -> writer", "writer -> reader"));
  const WaitGraph graph = WaitGraph::all(w.world);
  std::vector<EdgeKind> kinds;
  for (auto [edge, end] = edges(graph.graph()); edge != end; ++edge) kinds.push_back(graph.graph()[*edge].kind);
  EXPECT_THAT(kinds, UnorderedElementsAre(EdgeKind::kQueuedBehind, EdgeKind::kOwner));
}

TEST(Rwsem, read_again_by_its_reader_is_harmless_where_readers_pass_or_no_writer_comes_between) {
  for (const std::int64_t writer_at : {5, 11}) {
    TestWorld w;
    Rwsem& rwsem = rwsem_in(w, writer_at == 5 ? RwsemPolicy::kReadersPass : RwsemPolicy::kFair);
    w.start("reader", 0, read_twice, rwsem);
    w.start("writer", writer_at, write, rwsem, 1);
    EXPECT_EQ(w.run(), RunEnd::kAllDone);
    EXPECT_THAT(w.when(Event::kStuck), IsEmpty());
  }
}

TEST(Rwsem, write_trylock_fails_beside_a_reader_and_behind_a_queue) {
  TestWorld w;
  Rwsem& rwsem = rwsem_in(w);
  w.start("reader", 0, read, rwsem, 10);
  w.start("t1", 1, try_write, rwsem);
  w.start("writer", 2, write, rwsem, 10);
  w.start("t2", 12, try_write, rwsem);
  w.start("t3", 21, try_write, rwsem);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kTryFailed), ElementsAre("1 t1", "12 t2"));
}

}  // namespace
}  // namespace mmsim
