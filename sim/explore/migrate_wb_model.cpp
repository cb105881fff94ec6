#include "sim/explore/migrate_wb_model.hpp"

#include <algorithm>

#include "sim/core/visible.hpp"

namespace mmsim {

namespace {

enum Writeback : std::uint8_t { kClean, kMarked, kSubmitted };

class Folio;

// What the actors of one world work on; fixed once it is built.
struct Model {
  Model(Arena& arena, const MigrateWb& parameters)
      : p(parameters), folios(ArenaAllocator<Folio*>(arena)), writers(ArenaAllocator<Actor*>(arena)) {}
  MigrateWb p;
  ArenaVector<Folio*> folios;
  ArenaVector<Actor*> writers;
};

class Folio final : public Object {
 public:
  static constexpr LockClass kClass{"folio lock", "folio_lock", "folio_trylock", "folio_unlock"};
  static constexpr LockClass kWritebackClass{"PG_writeback", "folio_wait_writeback", "", ""};
  Folio(Name n, const Model& m) : Object(n), model(m) {}
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override {
    if (holder.held()) visit(context, holder.holding());
  }
  Shared<std::uint8_t> writeback = kClean;
  Shared<std::uint8_t> written = 0;      // nobody dirties it again
  Holder holder;
  const Model& model;
};

class Lock : public Operation {
 public:
  Lock(Actor& s, Folio& folio) : Operation(s), folio_(folio) {}
  bool can_complete() const override { return !folio_.holder.held(); }
  void complete() override { folio_.holder.take(self); }
  void enqueue() override {}
  void describe(Wait& wait) const override {
    wait.noun = Folio::kClass.noun;
    folio_.holder.describe(wait);
  }
  Object* object() const override { return &folio_; }
  const char* verb() const override { return Folio::kClass.acquire; }
  Discipline discipline() const override { return Discipline::kAcquire; }
  const void* lock_cell() const override { return folio_.holder.cell(); }
  void result() {}

 private:
  Folio& folio_;
};

// Marked or not before it is unlocked.
class Unlock : public InstantOperation {
 public:
  Unlock(Actor& s, Folio& folio, bool mark) : InstantOperation(s), folio_(folio), mark_(mark) {}
  void complete() override {
    folio_.holder.drop();
    if (!mark_) return;
    folio_.writeback = kMarked;
    if (folio_.model.p.NWB > 1) folio_.written = 1;
  }
  Object* object() const override { return &folio_; }
  const char* verb() const override { return mark_ ? "folio_start_writeback, folio_unlock" : Folio::kClass.release; }
  Discipline discipline() const override { return Discipline::kRelease; }
  const void* lock_cell() const override { return folio_.holder.cell(); }

 private:
  Folio& folio_;
  bool mark_;
};

class WaitWriteback : public Operation {
 public:
  WaitWriteback(Actor& s, Folio& folio) : Operation(s), folio_(folio) {}
  bool can_complete() const override { return folio_.writeback == kClean; }
  void complete() override {}
  void enqueue() override {}
  void describe(Wait& wait) const override {
    wait.noun = Folio::kWritebackClass.noun;
    wait.time_will = folio_.writeback == kSubmitted;
    if (wait.time_will) return;
    for (Actor* writer : folio_.model.writers) wait.edges.push_back({writer, EdgeKind::kOneOf, "keeps its bio", "submit_bio"});
    wait.need = 1;
  }
  Object* object() const override { return &folio_; }
  const char* verb() const override { return Folio::kWritebackClass.acquire; }
  void result() {}

 private:
  Folio& folio_;
};

class EndIo : public Operation {
 public:
  EndIo(Actor& s, Folio& folio) : Operation(s), folio_(folio) {}
  bool can_complete() const override { return folio_.writeback == kSubmitted; }
  void complete() override { folio_.writeback = kClean; }
  void enqueue() override {}
  void describe(Wait& wait) const override { wait.time_will = true; }
  Object* object() const override { return &folio_; }
  const char* verb() const override { return "bio_endio"; }
  void result() {}

 private:
  Folio& folio_;
};

Await<Lock> lock(Actor& self, Folio& folio) { return {self, folio}; }
Await<Unlock> unlock(Actor& self, Folio& folio) { return {self, folio, false}; }
Await<Unlock> mark_and_unlock(Actor& self, Folio& folio) { return {self, folio, true}; }
Await<WaitWriteback> wait_writeback(Actor& self, Folio& folio) { return {self, folio}; }

auto trylock(Actor& self, Folio& folio) {
  return act(self, &folio, Folio::kClass.try_acquire, [&self, &folio] {
    if (folio.holder.held()) return false;
    folio.holder.take(self);
    return true;
  });
}

auto test_writeback(Actor& self, Folio& folio) {
  return act(self, &folio, "folio_test_writeback", [&folio] { return folio.writeback != kClean; });
}

auto submit(Actor& self, const Model& model, std::uint32_t mine) {
  return act(self, model.folios[0], "submit_bio", [&model, mine] {
    for (std::size_t g = 0; g < model.folios.size(); ++g)
      if ((mine >> g & 1) != 0) model.folios[g]->writeback = kSubmitted;
  });
}

// FOL(i) of the model.
Folio& nth_of(const Model& model, int migrator, int i) {
  const int up = i * model.p.NMIG + migrator;
  return *model.folios[static_cast<std::size_t>(model.p.SAMEORDER ? up : model.p.F - 1 - up)];
}

// All locks of a batch, waiting for each folio's writeback with those before it locked.
Task<> sync_batch(Actor& self, const Model& model, int migrator, int first, int end) {
  Procedure here(self, "sync_batch");
  for (int i = first; i < end; ++i) {
    here.settle('l', i);
    co_await lock(self, nth_of(model, migrator, i));
    here.settle('w', i);
    co_await wait_writeback(self, nth_of(model, migrator, i));
  }
  for (int i = first; i < end; ++i) {
    here.settle('u', i);
    co_await unlock(self, nth_of(model, migrator, i));
  }
}

// Those of a batch that can be had at once; returns which of them failed, if that matters.
Task<std::uint32_t> async_batch(Actor& self, const Model& model, int migrator, int first, int end) {
  Procedure here(self, "async_batch");
  std::uint32_t held = 0;
  std::uint32_t failed = 0;
  const std::uint32_t noted = model.p.MODE == 2 ? 1 : 0;
  for (int i = first; i < end; ++i) {
    Folio& folio = nth_of(model, migrator, i);
    here.settle('s', i, held, failed);
    const bool taken = co_await trylock(self, folio);
    bool kept = taken;
    if (taken) {
      here.settle('t', i, held, failed);
      const bool busy = co_await test_writeback(self, folio);
      if (busy) {
        here.settle('p', i, held, failed);
        co_await unlock(self, folio);
        kept = false;
      }
    }
    (kept ? held : failed) |= (kept ? 1 : noted) << (i - first);
  }
  for (int i = first; i < end; ++i) {
    if ((held >> (i - first) & 1) == 0) continue;
    here.settle('u', i, held, failed);
    co_await unlock(self, nth_of(model, migrator, i));
    held &= ~(std::uint32_t{1} << (i - first));
  }
  co_return failed;
}

Task<> one_by_one(Actor& self, const Model& model, int migrator, int first, std::uint32_t failed) {
  Procedure here(self, "one_by_one");
  for (int i = first; failed != 0; ++i) {
    const std::uint32_t bit = std::uint32_t{1} << (i - first);
    if ((failed & bit) == 0) continue;
    Folio& folio = nth_of(model, migrator, i);
    here.settle('l', i, failed);
    co_await lock(self, folio);
    here.settle('w', i, failed);
    co_await wait_writeback(self, folio);
    here.settle('u', i, failed);
    co_await unlock(self, folio);
    failed &= ~bit;
  }
}

// The history before a batch has nothing in it that counts: each batch begins with the same one.
Task<> migrate(Actor& self, const Model& model, int migrator) {
  Procedure here(self, "migrate");
  const int length = model.p.F / model.p.NMIG;
  for (int first = 0; first < length; first += model.p.B) {
    const int end = std::min(first + model.p.B, length);
    here.settle('a');
    if (model.p.MODE == 1) {
      co_await sync_batch(self, model, migrator, first, end);
      continue;
    }
    const std::uint32_t failed = co_await async_batch(self, model, migrator, first, end);
    here.settle('b');
    co_await one_by_one(self, model, migrator, first, failed);
  }
}

// Marks and unlocks all that a batch of writeback holds.
Task<> mark_all(Actor& self, const Model& model, std::uint32_t mine) {
  Procedure here(self, "mark_all");
  for (int g = 0; g < model.p.F; ++g) {
    if ((mine >> g & 1) == 0) continue;
    here.settle('m', g);
    co_await mark_and_unlock(self, *model.folios[static_cast<std::size_t>(g)]);
  }
}

Task<> write_back(Actor& self, const Model& model) {
  Procedure here(self, "write_back");
  std::uint32_t mine = 0;
  int count = 0;
  for (int f = 0; f < model.p.F;) {
    Folio& folio = *model.folios[static_cast<std::size_t>(f)];
    here.settle('l', f, mine);
    co_await lock(self, folio);
    if (model.p.NWB > 1 && folio.written != 0) {   // part of the same step
      here.settle('k', f, mine);
      co_await unlock(self, folio);
    } else {
      if (model.p.WBM == 1) {
        here.settle('m', f, mine);
        co_await mark_and_unlock(self, folio);
      }
      mine |= std::uint32_t{1} << f;
      ++count;
    }
    ++f;
    if (count == 0 || (count < model.p.W && f < model.p.F)) continue;
    if (model.p.WBM == 0) {
      here.settle('h', f, mine);
      co_await mark_all(self, model, mine);
    }
    here.settle('s', f, mine);
    co_await submit(self, model, mine);
    mine = 0;
    count = 0;
  }
}

Task<> io(Actor& self, Folio& folio) {
  Procedure here(self, "io");
  for (;;) {
    here.settle();
    co_await Await<EndIo>(self, folio);
  }
}

}  // namespace

MigrateWbWorld::MigrateWbWorld(const MigrateWb& p) : arena_(Arena::create()) {
  World& world = *arena_->make<World>(*arena_);
  world.exploring = true;
  Model& model = *arena_->make<Model>(*arena_, p);
  const auto name = [&world](const char* base, int i) { return Name{world.intern(base), i}; };
  for (int f = 0; f < p.F; ++f) model.folios.push_back(&world.add<Folio>(name("folio", f), model));
  for (int i = 0; i < p.NMIG; ++i) {
    Actor& actor = world.add_actor(name("migrate", i));
    world.start(actor, migrate(actor, model, i), 0);
  }
  for (int i = 0; i < p.NWB; ++i) {
    Actor& actor = world.add_actor(name("writeback", i));
    model.writers.push_back(&actor);
    world.start(actor, write_back(actor, model), 0);
  }
  for (int f = 0; f < p.F; ++f) {
    Actor& actor = world.add_actor(name("io", f));
    actor.must_finish = false;
    world.start(actor, io(actor, *model.folios[static_cast<std::size_t>(f)]), 0);
  }
  executor_ = std::make_unique<Executor>(world);
  expander_ = std::make_unique<Expander>(*executor_, CpuRules{});
  expander_->go_on_when_completed();   // as SPIN does: what was submitted is still written
}

}  // namespace mmsim
