// What migrate_pages() returns and counts: folios or an errno, base pages, what is left on the list; no memory, undone
// migrations, splits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;
using V = KernelVariant;

std::int64_t pages_on(const MmWorld& w, int node) {
  std::int64_t pages = 0;
  for (const Folio* folio : w.mm.slots) pages += folio->node == node ? folio->pages() : 0;
  return pages;
}

TEST(MigrateResult, EverythingMovedGivesZeroAndAnEmptyList) {
  for (const V variant : kAllVariants)
    for (const MigrateMode mode : kAllModes) {
      MmWorld w;
      Slots& folios = w.folios("a", 7, {.order = 2, .mm = &w.address_space("app", {2}), .dirty = true});
      MigrateOutcome out;
      w.migrate(w.control(variant, mode), folios, out);
      EXPECT_EQ(w.finish(), RunEnd::kAllDone);
      EXPECT_EQ(out.rc, 0);
      EXPECT_TRUE(out.left.empty());
      EXPECT_EQ(w.counter(PGMIGRATE_SUCCESS), 28U);
      EXPECT_EQ(w.counter(PGMIGRATE_FAIL), 0U);
      EXPECT_EQ(w.mm.nodes[0].free_pages, 4096);
      EXPECT_EQ(w.mm.nodes[1].free_pages, 4096 - 28);
      for (std::size_t i = 0; i < 7; ++i) {
        const Folio& folio = w.at(folios, i);
        EXPECT_EQ(folio.node, 1);
        EXPECT_EQ(folio.index, static_cast<std::int64_t>(4 * i));
        EXPECT_EQ(w.world.text(folio), "a[" + std::to_string(i) + "]");
        EXPECT_TRUE(folio.mapped && folio.dirty && folio.uptodate && !folio.migration_entries && !folio.locked());
        EXPECT_EQ(folio.migrating_from, nullptr);
      }
    }
}

TEST(MigrateResult, AFullTargetMovesWhatWasUnmappedAndGivesNoMemory) {
  for (const V variant : kAllVariants)
    for (const MigrateMode mode : kAllModes) {
      MmWorld w;
      w.mm.nodes[1].free_pages = 5;
      Slots& folios = w.folios("a", 8, {.mm = &w.address_space("app", {2})});
      MigrateOutcome out;
      w.migrate(w.control(variant, mode), folios, out);
      EXPECT_EQ(w.finish(), RunEnd::kAllDone);
      EXPECT_EQ(out.rc, -ENOMEM) << name_of(variant);
      EXPECT_THAT(out.left, ElementsAre(&w.at(folios, 5), &w.at(folios, 6), &w.at(folios, 7)));
      EXPECT_EQ(w.counter(PGMIGRATE_SUCCESS), 5U);
      EXPECT_EQ(w.counter(PGMIGRATE_FAIL), 1U);   // the rest was never tried
      EXPECT_EQ(pages_on(w, 1), 5);
    }
}

TEST(MigrateResult, ALargeFolioThatFindsNoRoomIsSplitAndItsPartsAreTried) {
  for (const V variant : kAllVariants)
    for (const MigrateMode mode : kAllModes) {
      MmWorld w;
      w.mm.nodes[1].free_pages = 10;
      Slots& folios = w.folios("a", 1, {.order = 4, .mm = &w.address_space("app", {2})});
      MigrateOutcome out;
      w.migrate(w.control(variant, mode), folios, out);
      EXPECT_EQ(w.finish(), RunEnd::kAllDone);
      EXPECT_EQ(out.rc, 1) << name_of(variant) << ' ' << to_string(mode);   // the large folio, once
      EXPECT_EQ(out.left.size(), 6U);
      EXPECT_EQ(w.counter(PGMIGRATE_SUCCESS), 10U);
      EXPECT_EQ(w.counter(THP_MIGRATION_SPLIT), 0U);   // not of PMD size
      EXPECT_EQ(w.mm.slots.size(), 16U);
      std::set<std::int64_t> indices;
      for (const Folio* folio : w.mm.slots) indices.insert(folio->index);
      EXPECT_EQ(indices.size(), 16U);
    }
}

TEST(MigrateResult, WhatIsSplitCountsAsOneFailureUnlessAllPartsAreMoved) {
  for (const V variant : kAllVariants)
    for (const MigrateMode mode : kAllModes) {
      MmWorld w;
      Slots& folios = w.folios("a", 2, {.order = 9, .mm = &w.address_space("app", {2})});
      Folio& pinned = w.at(w.folios("pinned", 1, {}), 0);
      pinned.extra_refs = 1;
      folios.push_back(pinned.slot);
      MigrateControl control = w.control(variant, mode);
      control.thp_migration = false;
      MigrateOutcome out;
      w.migrate(control, folios, out);
      w.finish();
      EXPECT_EQ(out.rc, 2 + 1) << name_of(variant) << ' ' << to_string(mode);
      EXPECT_THAT(out.left, ElementsAre(&pinned));
      EXPECT_EQ(w.counter(PGMIGRATE_SUCCESS), 1024U);
      EXPECT_EQ(w.counter(PGMIGRATE_FAIL), 1U);
      EXPECT_EQ(w.counter(THP_MIGRATION_SPLIT), 2U);
      EXPECT_EQ(w.counter(THP_MIGRATION_FAIL), 2U);
      EXPECT_EQ(w.counter(THP_MIGRATION_SUCCESS), 0U);
    }
}

TEST(MigrateResult, AFolioThatCannotBeSplitIsLeftWhole) {
  for (const V variant : kAllVariants)
    for (const MigrateMode mode : kAllModes) {
      MmWorld w;
      Slots& folios = w.folios("a", 1, {.order = 9});
      w.at(folios, 0).extra_refs = 1;
      MigrateControl control = w.control(variant, mode);
      control.thp_migration = false;
      MigrateOutcome out;
      w.migrate(control, folios, out);
      w.finish();
      EXPECT_EQ(out.rc, 1) << name_of(variant) << ' ' << to_string(mode);
      EXPECT_THAT(out.left, ElementsAre(&w.at(folios, 0)));
      EXPECT_EQ(w.at(folios, 0).order, 9);
      EXPECT_EQ(w.counter(PGMIGRATE_FAIL), 512U);
      EXPECT_EQ(w.counter(THP_MIGRATION_SPLIT), 0U);
    }
}

TEST(MigrateResult, ThpsAreCountedOnceAndInBasePages) {
  MmWorld w;
  Slots& folios = w.folios("a", 2, {.order = 9, .mm = &w.address_space("app", {2})});
  w.at(folios, 1).extra_refs = 1;
  MigrateOutcome out;
  w.migrate(w.control(V::kV6_3, MigrateMode::kSync), folios, out);
  w.finish();
  EXPECT_EQ(out.rc, 1);
  EXPECT_EQ(w.counter(THP_MIGRATION_SUCCESS), 1U);
  EXPECT_EQ(w.counter(THP_MIGRATION_FAIL), 1U);
  EXPECT_EQ(w.counter(PGMIGRATE_SUCCESS), 512U);
  EXPECT_EQ(w.counter(PGMIGRATE_FAIL), 512U);
}

TEST(MigrateResult, TheBatchOfV6_3Rc1GivesWayToALockAndStartsAgain) {
  MmWorld w;
  Slots& folios = w.folios("a", 4, {.mm = &w.address_space("app", {2})});
  w.start_on(1, "owner", 0, hold_slot, w.mm, folios[2], 1'000'000);
  MigrateOutcome out;
  const Actor& migrator = w.migrate(w.control(V::kV6_3Rc1, MigrateMode::kSync), folios, out, 1000);
  EXPECT_EQ(w.finish(), RunEnd::kAllDone);
  EXPECT_EQ(out.rc, 0);
  EXPECT_EQ(w.counter(MIGRATE_EDEADLOCK), 1U);
  // All others are unlocked before it waits.
  EXPECT_THAT(w.notes(migrator, {Note::kUnmap, Note::kRemap, Note::kBatchGivesWay}),
              ElementsAre("try_to_migrate a[0]", "try_to_migrate a[1]", "try_to_migrate a[3]", "remove_migration_ptes a[0]",
                          "remove_migration_ptes a[1]", "remove_migration_ptes a[3]", "-EDEADLOCK", "try_to_migrate a[2]",
                          "remove_migration_ptes a[2]"));
}

TEST(MigrateResult, OneFolioCannotBeOnTwoLists) {
  MmWorld w;
  Slots& folios = w.folios("a", 3, {});
  FolioList first(ArenaAllocator<Folio*>(w.world.arena));
  FolioList second(ArenaAllocator<Folio*>(w.world.arena));
  isolate_folios(w.mm, folios, 1, first);
  isolate_folios(w.mm, folios, 1, second);
  EXPECT_EQ(first.size(), 3U);
  EXPECT_TRUE(second.empty());
  putback_movable_pages(first);
  isolate_folios(w.mm, folios, 0, second);
  EXPECT_TRUE(second.empty());   // they are on node 0
  isolate_folios(w.mm, folios, 1, second);
  EXPECT_EQ(second.size(), 3U);
}

}  // namespace
}  // namespace mmsim
