// A counted pool: units that actors take and give back, such as the elements of a mempool or isolated pages.
//
// 1. Nobody owns a unit: an actor may give back what another took, as a completion frees the bio that a task allocated.
// 2. There is no queue: whenever units come free, any waiter that they are enough for may take them, and so may a newcomer. One may
//    have to leave a reserve to others: units that must be free beyond those that it takes.
// 3. Who can end a wait for m more units: whoever has some, unless its code says that it will not give them back, one edge a unit;
//    and any number, whoever may give back what others took. m of them must.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

class Pool final : public Object {
 public:
  static constexpr LockClass kClass{"pool", "take", "try_take", "give"};

  // REQUIRES: `words` live as long as the pool.
  Pool(Name n, Arena& arena, std::int64_t units, const LockClass& words = kClass)
      : Object(n), size(units), free(units), takers(ArenaAllocator<Taker>(arena)), words_(&words) {}
  const LockClass& lock_class() const override { return *words_; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override {
    for (const Taker& taker : takers) visit(context, taker.holding);
  }

  // Units that an actor took and that have not been given back; a note, see takers.
  std::int64_t taken_by(const Actor& actor) const;
  // Of a wait for `units`, of which `reserve` are to be left.
  void describe(const Actor& waiter, std::int64_t units, std::int64_t reserve, Wait& wait) const;
  void take(Actor& actor, std::int64_t units);
  // False: there are not that many out.
  bool give(Actor& actor, std::int64_t units);

  const std::int64_t size;
  Shared<std::int64_t> free;
  struct Taker {
    Holding holding;
    std::int64_t units;
  };
  ArenaVector<Taker> takers;   // in the order in which they took. A note: nothing that actors do depends on it

 private:
  std::int64_t may_give(const Actor& actor, std::int64_t has, std::int64_t enough) const;
  void note_taken(Actor& actor, std::int64_t units);
  void note_given(const Actor& actor, std::int64_t units);
  const LockClass* words_;
};

class PoolTake : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  PoolTake(Actor& s, Pool& p, std::int64_t units, std::int64_t reserve) : Operation(s), pool_(p), units_(units), reserve_(reserve) {}
  bool can_complete() const override { return pool_.free >= units_ + reserve_; }
  void complete() override {
    pool_.take(self, units_);
    self.world.record(Event::kAcquire, self, &pool_, units_);
  }
  void enqueue() override { pool_.waiters.push_back(self.wait); }
  void describe(Wait& wait) const override { pool_.describe(self, units_ + reserve_, reserve_, wait); }
  Object* object() const override { return &pool_; }
  const char* verb() const override { return pool_.lock_class().acquire; }
  void result() {}

 private:
  Pool& pool_;
  std::int64_t units_, reserve_;
};

class PoolTry : public InstantOperation {
 public:
  PoolTry(Actor& s, Pool& p, std::int64_t units, std::int64_t reserve) : InstantOperation(s), pool_(p), units_(units), reserve_(reserve) {}
  void complete() override {
    taken_ = pool_.free >= units_ + reserve_;
    if (taken_) pool_.take(self, units_);
    self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &pool_, taken_ ? units_ : 0, taken_);
  }
  Object* object() const override { return &pool_; }
  const char* verb() const override { return pool_.lock_class().try_acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  Pool& pool_;
  std::int64_t units_, reserve_;
  bool taken_ = false;
};

// Its result is false, and nothing is done, if there are not that many units out.
class PoolGive : public InstantOperation {
 public:
  PoolGive(Actor& s, Pool& p, std::int64_t units) : InstantOperation(s), pool_(p), units_(units) {}
  void complete() override {
    given_ = pool_.give(self, units_);
    if (given_) self.world.record(Event::kRelease, self, &pool_, units_);
  }
  Object* object() const override { return &pool_; }
  const char* verb() const override { return pool_.lock_class().release; }
  std::uint64_t observed() const override { return given_; }
  bool result() const { return given_; }

 private:
  Pool& pool_;
  std::int64_t units_;
  bool given_ = false;
};

inline Await<PoolTake> take(Actor& self, Pool& pool, std::int64_t units, std::int64_t reserve = 0) { return {self, pool, units, reserve}; }
inline Await<PoolTry> try_take(Actor& self, Pool& pool, std::int64_t units, std::int64_t reserve = 0) { return {self, pool, units, reserve}; }
inline Await<PoolGive> give(Actor& self, Pool& pool, std::int64_t units) { return {self, pool, units}; }

}  // namespace mmsim
