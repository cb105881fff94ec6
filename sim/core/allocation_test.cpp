// Model code allocates nothing behind its arena's back. This file replaces the global operator new of the test program
// by one that counts while it is told to.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "sim/core/event.hpp"
#include "sim/core/mutex.hpp"
#include "sim/core/rwsem.hpp"
#include "sim/core/spinlock.hpp"
#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace {
bool counting = false;
std::size_t bytes_outside = 0;
}  // namespace

void* operator new(std::size_t bytes) {
  if (counting) bytes_outside += bytes;
  if (void* block = std::malloc(bytes)) return block;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  if (counting) bytes_outside += bytes;
  return std::malloc(bytes);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace mmsim {
namespace {

struct Everything {
  explicit Everything(TestWorld& w)
      : mutex(w.add<Mutex>("mutex")),
        spinlock(w.add<Spinlock>("spinlock", true)),
        bit(w.add<TestBit>("bit")),
        rwsem(w.add<Rwsem>("rwsem", w.world.arena)),
        semaphore(w.add<Semaphore>("semaphore", w.world.arena, 2U)),
        completion(w.add<Completion>("completion", w.world.arena)),
        queue(w.add<WaitQueue>("queue", w.world.arena)) {}
  Mutex& mutex;
  Spinlock& spinlock;
  TestBit& bit;
  Rwsem& rwsem;
  Semaphore& semaphore;
  Completion& completion;
  WaitQueue& queue;
};

// Each is held longer than the one before, so that actors queue up at every one.
Task<> one_at_a_time(Actor& self, Everything& all) {
  Procedure here(self, "one_at_a_time");
  co_await mutex_lock(self, all.mutex);
  co_await sleep_ns(self, 1);
  co_await mutex_unlock(self, all.mutex);
  co_await spin_lock(self, all.spinlock);
  co_await spend(self, 3);
  co_await spin_unlock(self, all.spinlock);
  co_await bit_lock(self, all.bit);
  co_await sleep_ns(self, 5);
  co_await bit_unlock(self, all.bit);
  co_await bit_wait(self, all.bit);
}

Task<> shared(Actor& self, Everything& all) {
  co_await down_read(self, all.rwsem);
  co_await throttle(self, 1, "test");
  co_await up_read(self, all.rwsem);
  co_await down_write(self, all.rwsem);
  co_await yield(self);
  co_await sleep_ns(self, 7);
  co_await up_write(self, all.rwsem);
  co_await down(self, all.semaphore);
  co_await sleep_ns(self, 20);
  co_await up(self, all.semaphore);
  co_await complete(self, all.completion);
  co_await wait_for_completion(self, all.completion);
  co_await wake_up_all(self, all.queue);
}

Task<> use_everything(Actor& self, Everything& all, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await one_at_a_time(self, all);
    co_await shared(self, all);
  }
}

Task<> offend(Actor& self) {
  const auto behind_the_arena = std::make_unique<std::uint64_t>(7);
  co_await sleep_ns(self, static_cast<std::int64_t>(*behind_the_arena));
}

std::size_t bytes_outside_during_run(TestWorld& w) {
  bytes_outside = 0;
  counting = true;
  const RunEnd end = w.run();
  counting = false;
  EXPECT_EQ(end, RunEnd::kAllDone);
  return bytes_outside;
}

TEST(Allocation, of_every_kind_of_lock_is_in_the_arena) {
  TestWorld w;
  w.world.checks = false;   // the wait-for graph is about the world, not in it
  Everything all(w);
  for (int i = 0; i < 8; ++i) w.start("actor", 0, use_everything, all, 100);
  EXPECT_EQ(bytes_outside_during_run(w), 0U);
  EXPECT_EQ(w.world.wait_stats.size(), 5U);   // they did wait for each of these
}

TEST(Allocation, elsewhere_is_caught) {
  TestWorld w;
  w.start("offender", 0, offend);
  EXPECT_GE(bytes_outside_during_run(w), sizeof(std::uint64_t));
}

}  // namespace
}  // namespace mmsim
