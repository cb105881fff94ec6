// Who holds a lock that one actor at a time can hold, and who will take it next.
#pragma once

#include "sim/core/world.hpp"

namespace mmsim {

// The procedure that `actor` is in. A note: while accesses are logged nobody looks at another's frames.
inline const char* place_of(const Actor& actor) {
  return actor.world.arena.log() == nullptr && actor.innermost != nullptr ? actor.innermost->name() : nullptr;
}

// A lock is held, or free; a free one may have an heir: a waiter that was woken to take it and has not run yet.
class Holder {
 public:
  bool held() const { return held_; }
  Actor* actor() const { return actor_; }       // holder or heir
  bool held_by(const Actor& actor) const { return held() && actor_ == &actor; }

  void take(Actor& actor) {
    actor_ = &actor;
    held_ = true;
    since_ns_ = actor.world.now_ns;
    held_at_ = place_of(actor);
  }
  void drop() {
    actor_ = nullptr;
    held_ = false;
  }
  // It stays taken, and `to` is who will free it; nullptr: no single actor.
  void hand_over(Actor* to) {
    actor_ = to;
    since_ns_ = -1;
    held_at_ = nullptr;
  }
  void bequeath(Actor& heir) {
    actor_ = &heir;
    held_ = false;
  }

  QuickEnd quick_end() const { return {QuickEnd::By::kActor, actor_}; }

  // The wait of somebody for this lock.
  void describe(Wait& wait) const {
    if (actor() == nullptr) return;
    if (held())
      wait.edges.push_back({actor(), EdgeKind::kOwner, "", "", since_ns_, held_at_});
    else
      wait.edges.push_back({actor(), EdgeKind::kQueuedBehind, "was woken to take it", ""});
    wait.need = wait.edges.size();
  }

  Holding holding() const { return {actor_, since_ns_, held_at_, false}; }
  // Who took it; not as something looked at.
  const Actor* owner() const { return actor_.unlogged(); }
  const void* cell() const { return this; }   // its first member says who

 private:
  Shared<Actor*> actor_;
  Shared<bool> held_ = false;
  Unobserved<std::int64_t> since_ns_ = -1;
  Unobserved<const char*> held_at_ = nullptr;
};

// What a list of holders keeps of each; who it is alone counts.
inline std::uint64_t key_of_holding(const void* holding) {
  return reinterpret_cast<std::uintptr_t>(static_cast<const Holding*>(holding)->holder) & (Arena::kRegion_bytes - 1);
}
using Holdings = SharedVector<Holding, key_of_holding>;

inline Holding held_now(Actor& actor, bool shared) {
  return {&actor, actor.world.now_ns, place_of(actor), shared};
}

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
