// Faults on migration entries: who waits for what, and what is held meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/visible.hpp"
#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

using testing::Each;
using testing::ElementsAre;

// Puts migration entries in place of a locked folio's PTEs, and takes them away `ns` later.
Task<> unmap_for(Actor& self, MmWorld& w, std::uint32_t slot, std::int64_t ns) {
  Folio& folio = *w.mm.slots[slot];
  co_await folio_lock(self, folio);
  co_await visible(self, &folio, "try_to_migrate", [&] { folio.migration_entries = true; });
  co_await sleep_ns(self, ns);
  co_await visible(self, &folio, "remove_migration_ptes", [&] { folio.migration_entries = false; });
  co_await folio_unlock(self, folio);
}

Task<> write_lock(Actor& self, Rwsem& lock) {
  co_await down_write(self, lock);
  co_await up_write(self, lock);
}

struct Faults {
  Faults() : app(w.address_space("app", {1})), folios(w.folios("a", 2, {.mm = &app})) {
    w.start_on(0, "migrator", 0, unmap_for, w, folios[0], 100'000);
  }
  Actor& fault(std::string_view text, std::int64_t at_ns, std::size_t i = 0, int cpu = 1) {
    one[i] = w.world.arena.make<Slots>(1, folios[i], ArenaAllocator<std::uint32_t>(w.world.arena));
    return w.start_on(cpu, text, at_ns, touch_slots, w.mm, *one[i], 1, 1);
  }
  MmWorld w;
  AddressSpace& app;
  Slots& folios;
  Slots* one[2] = {};
};

TEST(Fault, AMappedFolioIsTouchedWithoutAFault) {
  Faults f;
  f.fault("toucher", 0, 1);
  f.w.finish();
  EXPECT_EQ(f.w.counter(PGFAULT), 0U);
}

TEST(Fault, OnAMigrationEntryWaitsForTheUnlockOfTheSourceAndTouchesAgain) {
  Faults f;
  const Actor& toucher = f.fault("toucher", 1000);
  f.w.finish();
  EXPECT_EQ(f.w.counter(PGFAULT), 1U);
  EXPECT_EQ(f.w.counter(MIGRATION_ENTRY_WAIT), 1U);
  // From its fault (1000, a touch of 1 ns, 50 for the fault) to the unlock.
  EXPECT_EQ(f.w.counter(MIGRATION_ENTRY_WAIT_NS), 100'000U - 1051);
  EXPECT_EQ(f.w.times(toucher, Event::kAcquire, "folio lock"), 0);   // it only sees the lock free
  EXPECT_EQ(f.w.at(f.folios, 0).extra_refs, 0);
}

TEST(Fault, AllWaitersOfAFolioAreWokenByTheOneUnlock) {
  Faults f;
  std::vector<Actor*> touchers;
  for (int i = 0; i < 5; ++i) touchers.push_back(&f.fault("toucher" + std::to_string(i), 1000 + 100 * i, 0, -1));
  f.w.finish();
  for (const Actor* toucher : touchers) {
    std::vector<std::int64_t> woken;
    for (const TraceRecord& r : f.w.records)
      if (r.actor == toucher->id && r.event == Event::kWoken) woken.push_back(r.time_ns);
    EXPECT_THAT(woken, ElementsAre(100'000));
  }
}

TEST(Fault, WaitsWithMmapLockHeldForReadingAndWithoutAReference) {
  Faults f;
  const Actor& toucher = f.fault("toucher", 1000);
  f.w.run({.time_max_ns = 50'000});
  EXPECT_EQ(toucher.state, ActorState::kBlocked);
  EXPECT_TRUE(f.app.mmap_lock.read_held_by(toucher));
  EXPECT_EQ(f.w.at(f.folios, 0).extra_refs, 0);
  EXPECT_STREQ(toucher.pending->verb(), "folio_wait_locked");
}

TEST(Fault, AWriterOfMmapLockBehindItStallsFaultsOnOtherFolios) {
  Faults f;
  f.w.start_on(2, "other migrator", 0, unmap_for, f.w, f.folios[1], 3000);
  f.fault("waiter", 1000);
  f.w.start_on(3, "mmap", 2000, write_lock, f.app.mmap_lock);
  const Actor& victim = f.fault("victim", 2500, 1, -1);
  f.w.run({.time_max_ns = 50'000});
  // Its own folio was unlocked long ago.
  EXPECT_EQ(victim.state, ActorState::kBlocked);
  EXPECT_EQ(victim.pending->object(), &f.app.mmap_lock);
  f.w.finish();
  EXPECT_EQ(victim.state, ActorState::kFinished);
}

TEST(Fault, MigrationMakesFaultsWaitAndThenTheyFindTheNewFolio) {
  for (const KernelVariant variant : kAllVariants) {
    MmWorld w;
    Slots& folios = w.folios("a", 64, {.mm = &w.address_space("app", {1})});
    MigrateOutcome out;
    w.migrate(w.control(variant, MigrateMode::kSync), folios, out, 5000);
    w.start_on(1, "app", 0, touch_slots, w.mm, folios, 100, 20);
    EXPECT_EQ(w.finish(), RunEnd::kAllDone);
    EXPECT_EQ(out.rc, 0);
    EXPECT_GT(w.counter(MIGRATION_ENTRY_WAIT), 0U) << name_of(variant);
    EXPECT_GE(w.counter(PGFAULT), w.counter(MIGRATION_ENTRY_WAIT));
    EXPECT_GT(w.counter(MIGRATION_ENTRY_WAIT_NS), 0U);
  }
}

}  // namespace
}  // namespace mmsim
