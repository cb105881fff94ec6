// Who holds a lock that one actor at a time can hold, and who will take it next.
#pragma once

#include "sim/core/world.hpp"

namespace mmsim {

// A lock is held, or free; a free one may have an heir: a waiter that was woken to take it and has not run yet.
class Holder {
 public:
  bool held() const { return since_ns_ >= 0; }
  Actor* actor() const { return actor_; }       // holder or heir
  bool held_by(const Actor& actor) const { return held() && actor_ == &actor; }

  void take(Actor& actor) {
    actor_ = &actor;
    since_ns_ = actor.world.now_ns;
    held_at_ = actor.innermost != nullptr ? actor.innermost->name() : nullptr;
  }
  void drop() {
    actor_ = nullptr;
    since_ns_ = -1;
  }
  void bequeath(Actor& heir) {
    actor_ = &heir;
    since_ns_ = -1;
  }

  QuickEnd quick_end() const { return {QuickEnd::By::kActor, actor_}; }

  // The wait of somebody for this lock.
  void describe(Wait& wait) const {
    if (actor_ == nullptr) return;
    if (held())
      wait.edges.push_back({actor_, EdgeKind::kOwner, "", "", since_ns_, held_at_});
    else
      wait.edges.push_back({actor_, EdgeKind::kQueuedBehind, "was woken to take it", ""});
    wait.need = wait.edges.size();
  }

  Holding holding() const { return {actor_, since_ns_, held_at_, false}; }

 private:
  Actor* actor_ = nullptr;
  std::int64_t since_ns_ = -1;
  const char* held_at_ = nullptr;
};

// An operation that never waits: unlock, trylock, wake.
class InstantOperation : public Operation {
 public:
  using Operation::Operation;
  bool can_complete() const final { return true; }
  void enqueue() final { MMSIM_CHECK(false, "an operation that never waits was made to wait"); }
  void describe(Wait& wait) const final { wait.time_will = true; }
  void result() {}

 protected:
  ~InstantOperation() = default;
};

}  // namespace mmsim
