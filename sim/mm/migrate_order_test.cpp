// The order of unmap, flush, copy, remap and unlock; how many locks are held at once; how many TLB flushes it takes; how
// lists are cut into batches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;
using V = KernelVariant;

// `count` folios mapped by a process that runs on CPU 2, on the other node; migrated by an actor on CPU 0.
struct Migration {
  Migration(V variant, MigrateMode mode, int count, int order = 0, std::uint32_t batch = 512)
      : w({.pages = 16384}), folios(w.folios("a", count, {.order = order, .mm = &w.address_space("app", {2})})) {
    MigrateControl control = w.control(variant, mode);
    control.batch_pages = batch;
    migrator = &w.migrate(control, folios, out);
    w.finish();
  }
  Texts milestones() const {
    return w.notes(*migrator, {Note::kUnmap, Note::kFlush, Note::kCopy, Note::kRemap});
  }
  MmWorld w;
  Slots& folios;
  MigrateOutcome out;
  Actor* migrator = nullptr;
};

TEST(MigrateOrder, OneByOneEachFolioIsFinishedBeforeTheNext) {
  const Texts expected{"try_to_migrate a[0]", "folio_copy a[0]", "remove_migration_ptes a[0]",
                       "try_to_migrate a[1]", "folio_copy a[1]", "remove_migration_ptes a[1]"};
  for (const MigrateMode mode : kAllModes) EXPECT_EQ(Migration(V::kV6_2, mode, 2).milestones(), expected);
}

TEST(MigrateOrder, TheRfcCopiesEverythingBeforeItRemapsAnything) {
  const Texts expected{"try_to_migrate a[0]",   "try_to_migrate a[1]", "try_to_unmap_flush",
                       "folio_copy a[0]",       "folio_copy a[1]",     "remove_migration_ptes a[0]",
                       "remove_migration_ptes a[1]"};
  for (const MigrateMode mode : kAllModes) EXPECT_EQ(Migration(V::kRfc, mode, 2).milestones(), expected);
}

TEST(MigrateOrder, AsMergedCopyAndRemapGoFolioByFolioAfterOneFlush) {
  const Texts expected{"try_to_migrate a[0]", "try_to_migrate a[1]", "try_to_unmap_flush",
                       "folio_copy a[0]",     "remove_migration_ptes a[0]",
                       "folio_copy a[1]",     "remove_migration_ptes a[1]"};
  for (const V variant : {V::kV6_3Rc1, V::kV6_3, V::kV6_11})
    for (const MigrateMode mode : kAllModes) EXPECT_EQ(Migration(variant, mode, 2).milestones(), expected) << name_of(variant);
}

TEST(MigrateOrder, TheSourceIsUnlockedAfterItsRemap) {
  for (const V variant : kAllVariants) {
    const Migration run(variant, MigrateMode::kSync, 3);
    std::set<std::uint32_t> entries;   // sources with migration entries, which must be locked
    std::set<std::uint32_t> locked;
    for (const TraceRecord& r : run.w.records) {
      if (r.actor != run.migrator->id) continue;
      if (r.event == Event::kAcquire) locked.insert(r.object);
      if (r.event == Event::kRelease) {
        EXPECT_FALSE(entries.contains(r.object)) << name_of(variant);
        locked.erase(r.object);
      }
      if (r.event != Event::kNote) continue;
      if (r.extra == static_cast<std::uint32_t>(Note::kUnmap)) {
        EXPECT_TRUE(locked.contains(r.object));
        entries.insert(r.object);
      }
      if (r.extra == static_cast<std::uint32_t>(Note::kRemap)) entries.erase(r.object);
    }
    EXPECT_TRUE(entries.empty());
  }
}

TEST(MigrateOrder, OnlyBatchesHoldMoreThanOneSourceLock) {
  constexpr int kCount = 20;
  for (const MigrateMode mode : kAllModes) {
    const auto most = [&](V variant) {
      const Migration run(variant, mode, kCount);
      EXPECT_EQ(run.out.rc, 0);
      return run.w.most_locked(*run.migrator, run.folios);
    };
    EXPECT_EQ(most(V::kV6_2), 1U);
    EXPECT_EQ(most(V::kRfc), 20U);
    EXPECT_EQ(most(V::kRfcFixA), mode == MigrateMode::kAsync ? 20U : 1U);
    EXPECT_EQ(most(V::kRfcFixB), 20U);
    EXPECT_EQ(most(V::kV6_3Rc1), 20U);
    EXPECT_EQ(most(V::kV6_3), 20U);    // its asynchronous phase
    EXPECT_EQ(most(V::kV6_11), 20U);
  }
}

// All folios are locked by somebody else through the asynchronous phase, so that the synchronous one moves them.
Task<> hold_all(Actor& self, MmWorld& w, const Slots& slots, std::int64_t ns) {
  for (std::size_t i = 0; i < slots.size(); ++i) co_await folio_lock(self, w.at(slots, i));
  co_await sleep_ns(self, ns);
  for (std::size_t i = 0; i < slots.size(); ++i) co_await folio_unlock(self, w.at(slots, i));
}

TEST(MigrateOrder, TheSynchronousPhaseOfV6_3HoldsOneSourceLock) {
  for (const V variant : {V::kV6_3, V::kV6_11})
    for (const MigrateMode mode : {MigrateMode::kSyncLight, MigrateMode::kSync}) {
      MmWorld w;
      Slots& folios = w.folios("a", 20, {.mm = &w.address_space("app", {2})});
      w.start_on(1, "owner", 0, hold_all, w, folios, 100'000);
      MigrateOutcome out;
      const Actor& migrator = w.migrate(w.control(variant, mode), folios, out, 1000);
      w.finish();
      EXPECT_EQ(out.rc, 0);
      EXPECT_EQ(w.most_locked(migrator, folios), 1U);
      EXPECT_EQ(w.times(migrator, Event::kTryFailed, "folio lock"), 3 * 20 + 1);   // then all are free
      EXPECT_EQ(w.counter(NR_TLB_REMOTE_FLUSH), 20U);                              // no batched flush either
    }
}

TEST(MigrateOrder, FiveHundredAndTwelvePagesTakeAsManyFlushesOneByOneAndOneInABatch) {
  for (const V variant : kAllVariants) {
    const Migration run(variant, MigrateMode::kAsync, 512);
    EXPECT_EQ(run.out.rc, 0);
    EXPECT_EQ(run.w.counter(NR_TLB_REMOTE_FLUSH), variant == V::kV6_2 ? 512U : 1U) << name_of(variant);
    EXPECT_EQ(run.w.counter(NR_TLB_REMOTE_FLUSH_RECEIVED), variant == V::kV6_2 ? 512U : 1U);
  }
  EXPECT_EQ(Migration(V::kRfcFixA, MigrateMode::kSync, 512).w.counter(NR_TLB_REMOTE_FLUSH), 512U);
}

TEST(MigrateOrder, AFlushReachesEveryCpuThatRunsTheProcessAndNoOther) {
  MmWorld w({.cpus_per_node = 4});
  Slots& folios = w.folios("a", 10, {.mm = &w.address_space("app", {0, 1, 5, 6})});
  MigrateOutcome out;
  w.migrate(w.control(V::kV6_3, MigrateMode::kAsync), folios, out);   // from CPU 0
  w.finish();
  EXPECT_EQ(w.counter(NR_TLB_REMOTE_FLUSH), 1U);
  EXPECT_EQ(w.counter(NR_TLB_REMOTE_FLUSH_RECEIVED), 3U);
  EXPECT_EQ(w.counter(NR_TLB_LOCAL_FLUSH), 1U);
}

TEST(MigrateOrder, ABatchIsCutWhenItReachesFiveHundredAndTwelvePages) {
  for (const V variant : {V::kRfc, V::kV6_3Rc1, V::kV6_3, V::kV6_11}) {
    EXPECT_EQ(Migration(variant, MigrateMode::kAsync, 513).w.counter(NR_TLB_REMOTE_FLUSH), 2U);
    const Migration run(variant, MigrateMode::kAsync, 1024);
    EXPECT_EQ(run.w.counter(NR_TLB_REMOTE_FLUSH), 2U);
    EXPECT_EQ(run.w.most_locked(*run.migrator, run.folios), 512U);
  }
}

TEST(MigrateOrder, TheLargeFolioThatCrossesTheLimitIsInTheBatch) {
  // Of 64 pages each: the eighth reaches 512. Of 128 pages with a limit of 300: the third crosses it.
  const Migration eight(V::kV6_3, MigrateMode::kAsync, 9, 6);
  EXPECT_EQ(eight.w.most_locked(*eight.migrator, eight.folios), 8U);
  const Migration three(V::kV6_3, MigrateMode::kAsync, 4, 7, 300);
  EXPECT_EQ(three.w.most_locked(*three.migrator, three.folios), 3U);
  EXPECT_EQ(three.w.counter(PGMIGRATE_SUCCESS), 4U * 128);
}

TEST(MigrateOrder, ALargeFolioIsFlushedForEachOfItsPtesOneByOneAndAPmdOnce) {
  EXPECT_EQ(Migration(V::kV6_2, MigrateMode::kSync, 1, 4).w.counter(NR_TLB_REMOTE_FLUSH), 16U);
  EXPECT_EQ(Migration(V::kV6_2, MigrateMode::kSync, 1, 9).w.counter(NR_TLB_REMOTE_FLUSH), 1U);
  EXPECT_EQ(Migration(V::kV6_3, MigrateMode::kAsync, 1, 4).w.counter(NR_TLB_REMOTE_FLUSH), 1U);
}

TEST(MigrateOrder, OneFolioTakesTheSumOfItsCosts) {
  // alloc 10, unmap 20, flush on one CPU of the other node (1000 + 300 + 500), move mapping 10, copy 400, LRU 10, remap 20.
  const Migration run(V::kV6_3, MigrateMode::kAsync, 1);
  EXPECT_EQ(run.w.world.now_ns, 10 + 20 + 1800 + 10 + 400 + 10 + 20);
  // Of two, one flush: each costs 470 more.
  EXPECT_EQ(Migration(V::kV6_3, MigrateMode::kAsync, 2).w.world.now_ns, 1800 + 2 * 470);
  EXPECT_EQ(Migration(V::kV6_2, MigrateMode::kAsync, 2).w.world.now_ns, 2 * (1800 + 470));
}

}  // namespace
}  // namespace mmsim
