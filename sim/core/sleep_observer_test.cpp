// Whoever is told when an actor sleeps hears of every wait that gives up the CPU, once each way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/event.hpp"
#include "sim/core/mutex.hpp"
#include "sim/core/spinlock.hpp"
#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Listener final : SleepObserver {
  void falls_asleep(Actor& actor) override { heard.push_back(std::to_string(actor.world.now_ns) + " sleeps"); }
  void runs_again(Actor& actor) override { heard.push_back(std::to_string(actor.world.now_ns) + " runs"); }
  Texts heard;
};

Task<> holds(Actor& self, Mutex& mutex, std::int64_t ns) {
  co_await mutex_lock(self, mutex);
  co_await spend(self, ns);
  co_await mutex_unlock(self, mutex);
}
Task<> holds_spinning(Actor& self, Spinlock& lock, std::int64_t ns) {
  co_await spin_lock(self, lock);
  co_await spend(self, ns);
  co_await spin_unlock(self, lock);
}
Task<> sleeps(Actor& self, std::int64_t ns) { co_await sleep_ns(self, ns); }
Task<> spends_and_yields(Actor& self) {
  co_await spend(self, 10);
  co_await yield(self);
  co_await cond_resched(self);
}
Task<> takes_what_is_free(Actor& self, Mutex& mutex) {
  co_await mutex_lock(self, mutex);
  co_await mutex_unlock(self, mutex);
}

struct World1 : TestWorld {
  template <class Procedure, class... Args>
  void observe(std::int64_t at_ns, Procedure procedure, Args&&... args) {
    start("observed", at_ns, procedure, std::forward<Args>(args)...).sleep_observer = &listener;
  }
  Listener listener;
};

TEST(SleepObserver, hears_of_a_wait_for_a_lock) {
  World1 w;
  Mutex& m = w.add<Mutex>("m");
  w.start("holder", 0, holds, m, 50);
  w.observe(10, holds, m, 5);
  w.run();
  EXPECT_THAT(w.listener.heard, ElementsAre("10 sleeps", "50 runs"));
}

TEST(SleepObserver, hears_of_a_sleep) {
  World1 w;
  w.observe(10, sleeps, 30);
  w.run();
  EXPECT_THAT(w.listener.heard, ElementsAre("10 sleeps", "40 runs"));
}

TEST(SleepObserver, hears_nothing_of_one_that_spins_spends_or_yields) {
  World1 w;
  Spinlock& lock = w.add<Spinlock>("lock", false);
  w.start("holder", 0, holds_spinning, lock, 50);
  w.observe(10, holds_spinning, lock, 5);
  w.observe(10, spends_and_yields);
  w.observe(10, takes_what_is_free, w.add<Mutex>("free"));
  w.run();
  EXPECT_THAT(w.listener.heard, IsEmpty());
}

}  // namespace
}  // namespace mmsim
