#include "sim/core/spinlock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Task<> hold(Actor& self, Spinlock& lock, std::int64_t ns, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await spin_lock(self, lock);
    co_await spend(self, ns);
    co_await spin_unlock(self, lock);
  }
}

Task<> sleep_holding(Actor& self, Spinlock& lock, std::int64_t ns) {
  co_await spin_lock(self, lock);
  co_await sleep_ns(self, ns);
  co_await spin_unlock(self, lock);
}

// One CPU that only a sleep or the end takes away from an actor.
class OneCpu final : public CpuModel {
 public:
  explicit OneCpu(World& world) : world_(world) {}
  void spend(Actor& actor, std::int64_t ns) override { world_.calendar.set(actor.timer, world_.now_ns + ns); }
  void give_up(Actor& actor) override {
    if (&actor != running_) return;
    running_ = nullptr;
    if (queue_.empty()) return;
    running_ = queue_.front();
    queue_.pop_front();
    world_.dispatch(*running_);
  }
  void want(Actor& actor) override {
    if (running_ == &actor) return world_.dispatch(actor);
    if (running_ != nullptr) return queue_.push_back(&actor);
    running_ = &actor;
    world_.dispatch(actor);
  }
  bool yield(Actor&, bool) override { return false; }
  void enabled(Actor&) override {}
  bool might_sleep(Actor&) override { return false; }
  Actor* hog(const Actor&) const override {
    return running_ != nullptr && running_->state == ActorState::kSpinning ? running_ : nullptr;
  }

 private:
  World& world_;
  Actor* running_ = nullptr;
  std::deque<Actor*> queue_;
};

TEST(Spinlock, goes_to_the_spinners_in_order_of_arrival_and_is_never_overtaken) {
  TestWorld w;
  auto& lock = w.add<Spinlock>("l", false);
  w.start("greedy", 0, hold, lock, 10, 3);
  w.start("b", 1, hold, lock, 10, 1);
  w.start("c", 2, hold, lock, 10, 2);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kAcquire),
              ElementsAre("0 greedy", "10 b", "20 c", "30 greedy", "40 c", "50 greedy"));
}

TEST(Spinlock, keeps_preemption_and_interrupts_off_for_holders_and_spinners_alike) {
  TestWorld w;
  auto& lock = w.add<Spinlock>("l", true);
  Actor& holder = w.start("holder", 0, hold, lock, 10, 1);
  Actor& spinner = w.start("spinner", 1, hold, lock, 10, 1);
  w.run({.time_max_ns = 5});
  for (const Actor* actor : {&holder, &spinner}) {
    EXPECT_EQ(actor->preempt_off, 1);
    EXPECT_EQ(actor->irq_off, 1);
  }
  EXPECT_EQ(spinner.state, ActorState::kSpinning);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  for (const Actor* actor : {&holder, &spinner}) {
    EXPECT_EQ(actor->preempt_off, 0);
    EXPECT_EQ(actor->irq_off, 0);
  }
}

TEST(Spinlock, taken_by_a_sleeper_whose_cpu_a_spinner_keeps_is_a_deadlock_through_the_cpu) {
  TestWorld w;
  OneCpu cpu(w.world);
  w.world.cpus = &cpu;
  auto& lock = w.add<Spinlock>("l", false);
  w.start("sleeper", 0, sleep_holding, lock, 10).cpu = 0;
  w.start("spinner", 1, hold, lock, 1, 1).cpu = 0;
  w.start("elsewhere", 0, sleep_holding, w.add<Spinlock>("other", false), 100);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_EQ(w.world.closed_ns, 10);
  EXPECT_THAT(w.cycle_edges(), UnorderedElementsAre("sleeper -> spinner", "spinner -> sleeper"));
  EXPECT_THAT(w.when(Event::kFinish), ElementsAre("100 elsewhere"));
}

TEST(Spinlock, of_a_sleeper_is_no_deadlock_where_the_spinner_has_another_cpu) {
  TestWorld w;
  OneCpu cpu(w.world);
  w.world.cpus = &cpu;
  auto& lock = w.add<Spinlock>("l", false);
  w.start("sleeper", 0, sleep_holding, lock, 10).cpu = 0;
  w.start("spinner", 1, hold, lock, 1, 1);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kStuck), IsEmpty());
}

Task<> try_once(Actor& self, Spinlock& lock) {
  const bool taken = co_await spin_trylock(self, lock);
  if (taken) co_await spin_unlock(self, lock);
}

TEST(Spinlock, trylock_fails_where_it_is_held_and_leaves_preemption_as_it_was) {
  TestWorld w;
  auto& lock = w.add<Spinlock>("l", false);
  w.start("holder", 0, hold, lock, 10, 1);
  Actor& early = w.start("early", 5, try_once, lock);
  Actor& late = w.start("late", 15, try_once, lock);
  EXPECT_EQ(w.run(), RunEnd::kAllDone);
  EXPECT_THAT(w.when(Event::kTryFailed), ElementsAre("5 early"));
  EXPECT_EQ(early.preempt_off, 0);
  EXPECT_EQ(late.preempt_off, 0);
}

}  // namespace
}  // namespace mmsim
