// Random walks through a world built to be explored, for tests. Each step is held to the rules that an exploration lives by:
// it changes only what is Shared or its actor's own, looks at nobody else's heap, and what it looks at and does follows
// from its actor's history and the shared memory it has looked at so far.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/mm/block.hpp"
#include "sim/run/build_world.hpp"

namespace mmsim {

// Listens to a step, and compares what it does with what the same step did before, event by event.
class Listener final : public AccessLog {
 public:
  void begin(Actor& actor) {
    actor_ = &actor;
    so_far_ = actor.history;
    written_.clear();
    observing = false;
  }
  void read(const void* cell, std::uint32_t bytes) override { looked(cell, value(cell, bytes)); }
  void read(const SharedArray& array) override { looked(&array, value(array)); }
  void write(void* cell, std::uint32_t bytes) override {
    event('w', offset(cell));
    written_.push_back({cell, bytes});
  }
  void write(SharedArray& array) override {
    event('w', offset(&array));
    so_far_.add(value(array));   // it is changed in place
    written_.push_back({&array, 0});
  }
  // What it made of the shared memory, and where its actor stands now.
  void end() {
    Hash128 made;
    for (const auto& [cell, bytes] : written_) made.add(bytes > 0 ? value(cell, bytes) : value(*static_cast<const SharedArray*>(cell)));
    made.add_any(actor_->history.low);
    if (actor_->pending != nullptr)
      for (const char* c = actor_->pending->verb(); *c != '\0'; ++c) made.add(static_cast<std::uint64_t>(*c));
    event('e', made.low);
  }
  void excuse(std::vector<std::byte>& expected, const std::byte* memory) const {
    const auto copy = [&](const void* from, std::size_t bytes) {
      const auto at = static_cast<std::size_t>(static_cast<const std::byte*>(from) - memory);
      if (at < expected.size()) std::memcpy(&expected[at], from, bytes);
    };
    for (const auto& [cell, bytes] : written_) {
      copy(cell, bytes > 0 ? bytes : sizeof(SharedArray));
      if (bytes > 0) continue;
      const auto& array = *static_cast<const SharedArray*>(cell);
      copy(array.data(), array.bytes() + array.element_bytes());   // what was taken out stays behind the end
    }
  }

  bool observing = false;
  std::string differs;      // not empty: two steps of one history differ

 private:
  static std::uint64_t offset(const void* p) { return reinterpret_cast<std::uintptr_t>(p) & (Arena::kRegion_bytes - 1); }
  static std::uint64_t value(const void* cell, std::uint32_t bytes) {
    std::uint64_t v = 0;
    std::memcpy(&v, cell, bytes);
    return v;
  }
  static std::uint64_t value(const SharedArray& array) {
    Hash128 hash;
    for (std::uint32_t at = 0; at < array.bytes(); at += array.element_bytes()) hash.add(array.key()(array.data() + at));
    return hash.low;
  }
  void looked(const void* cell, std::uint64_t v) {
    event('r', offset(cell));
    so_far_.add(v);
    if (observing) actor_->history.add(v);
  }
  void event(char kind, std::uint64_t what) {
    const auto [known, added] = known_.try_emplace(so_far_, std::pair{kind, what});
    if (!added && known->second != std::pair{kind, what} && differs.empty()) {
      differs = actor_->world.text(*actor_) + " in";
      for (const Procedure* at = actor_->innermost; at != nullptr; at = at->caller()) differs.append(" ").append(at->name());
      differs.append(": ").append(1, known->second.first).append(" ").append(std::to_string(known->second.second));
      differs.append(" once, now ").append(1, kind).append(" ").append(std::to_string(what));
    }
    so_far_.add(static_cast<std::uint64_t>(kind));
    so_far_.add(what);
  }

  Actor* actor_ = nullptr;
  Hash128 so_far_;
  std::vector<std::pair<const void*, std::uint32_t>> written_;
  std::unordered_map<Hash128, std::pair<char, std::uint64_t>, HashOfHash> known_;
};

class Walker {
 public:
  explicit Walker(const Resolved& scenario, bool everything_counts) : built_(build_explored_world(scenario, false)) {
    if (everything_counts) built_.mm->folios_move = built_.mm->irqs_go_off = built_.mm->memory_runs_out = true;
    for (Actor* actor : world().actors) {
      actor->history.add(actor->id);
      go_on(*actor);
    }
    world().arena.save(common_);
    for (Actor* actor : world().actors) heaps_.emplace_back(actor->heap->begin(), actor->heap->begin() + actor->heap->used_bytes());
  }
  World& world() { return *built_.world; }
  Mm& mm() { return *built_.mm; }
  const std::string& differs() const { return listener_.differs; }

  void rewind() {
    world().arena.restore(common_);
    for (Actor* actor : world().actors) std::memcpy(actor->heap->begin(), heaps_[actor->id].data(), heaps_[actor->id].size());
  }
  bool can_step(const Actor& actor) const {
    if (actor.state == ActorState::kFinished) return false;
    return actor.pending->can_complete() || would_join(actor);
  }
  bool would_join(const Actor& actor) const {
    const Operation& op = *actor.pending;
    return !op.waited && (op.joins() || (actor.sleep_shows() && !op.spins()));
  }
  void step(Actor& actor) {
    protect(actor, PROT_NONE);
    Arena& arena = world().arena;
    const Arena::Inside inside(arena, actor.heap);
    const auto* memory = reinterpret_cast<const std::byte*>(&arena);
    std::vector<std::byte> before(memory, memory + arena.used_bytes());
    listener_.begin(actor);
    arena.set_log(&listener_);
    Operation& op = *actor.pending;
    if (op.can_complete()) {
      listener_.observing = op.observed() == Operation::kAll;
      op.complete();
      listener_.observing = false;
      actor.run_again();
      listener_.observing = true;
      actor.history.add(op.observed());
      actor.pending = nullptr;
      go_on(actor);
    } else {
      actor.history.add('j');
      world().join(op);
    }
    arena.set_log(nullptr);
    listener_.end();
    protect(actor, PROT_READ | PROT_WRITE);
    std::memcpy(before.data(), memory, sizeof(Arena));
    std::memcpy(&before[static_cast<std::size_t>(reinterpret_cast<std::byte*>(&world()) - memory)], &world(), sizeof(World));
    listener_.excuse(before, memory);
    ASSERT_EQ(arena.used_bytes(), before.size()) << "a shared object was made";
    ASSERT_EQ(std::memcmp(before.data(), memory, before.size()), 0) << "something was changed that is not Shared";
  }
  bool all_done() {
    return std::all_of(world().actors.begin(), world().actors.end(),
                       [](const Actor* a) { return !a->must_finish || a->state == ActorState::kFinished; });
  }
  bool idle() const {
    for (const auto& slot : built_.mm->slots)
      if (slot->locked() || slot->under_writeback() || slot->extra_refs > 0 || slot->isolated) return false;
    return true;
  }

 private:
  void go_on(Actor& actor) {
    const Arena::Inside inside(world().arena, actor.heap);
    actor.unseen = 0;
    while (actor.pending == nullptr && actor.state != ActorState::kFinished) actor.leaf.resume();
    if (actor.state == ActorState::kFinished) actor.history = hash_of(actor.id, 0);
  }
  // Of the others, all but the page that their Actor is in.
  void protect(const Actor& but, int how) {
    const auto page = static_cast<std::size_t>(getpagesize());
    for (Actor* actor : world().actors)
      if (actor != &but && actor->heap->used_bytes() > page) {
        const std::size_t bytes = (actor->heap->used_bytes() + page - 1) / page * page - page;
        ASSERT_EQ(mprotect(actor->heap->begin() + page, bytes, how), 0);
      }
  }

  BuiltWorld built_;
  Listener listener_;
  std::vector<std::byte> common_;
  std::vector<std::vector<std::byte>> heaps_;
};

enum class End { kDone, kStuck, kSteps };

// Lets actors chosen at random take up to `burst` steps at a time.
inline End walk(Walker& walker, std::mt19937_64& random, unsigned burst) {
  walker.rewind();
  for (int steps = 0; steps < 4000;) {
    std::vector<Actor*> able;
    for (Actor* actor : walker.world().actors)
      if (walker.can_step(*actor)) able.push_back(actor);
    if (walker.all_done()) return End::kDone;
    if (able.empty()) return End::kStuck;
    Actor& actor = *able[random() % able.size()];
    for (unsigned n = 1 + static_cast<unsigned>(random() % burst); n > 0 && walker.can_step(actor); --n, ++steps) {
      walker.step(actor);
      if (testing::Test::HasFatalFailure() || !walker.differs().empty()) return End::kSteps;
    }
  }
  return End::kSteps;
}

inline void expect_laws(Walker& walker, std::mt19937_64& random, const std::vector<NodeSpec>& nodes) {
  // Who serves a device may have something left to do.
  for (int i = 0; i < 10'000 && !walker.idle(); ++i) {
    Actor& actor = *walker.world().actors[random() % walker.world().actors.size()];
    if (walker.can_step(actor)) walker.step(actor);
  }
  EXPECT_TRUE(walker.idle()) << "a folio is locked, isolated, referenced or under writeback, and nobody is left who was at it";
  if (!walker.mm().counts_pages()) return;
  std::vector<std::int64_t> used(nodes.size());
  const Mm& mm = walker.mm();
  for (std::uint32_t slot = 0; slot < mm.slots.size(); ++slot)
    if (mm.in_use(slot)) used[mm.slots[slot]->node] += mm.slots[slot]->pages();
  for (std::size_t node = 0; node < nodes.size(); ++node)
    EXPECT_EQ(walker.mm().nodes[node].free_pages + used[node], nodes[node].pages);
}

}  // namespace mmsim
