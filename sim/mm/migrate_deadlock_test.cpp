// The deadlocks of section 9 of the facts: each in the kernels that have it, and in no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

using testing::UnorderedElementsAre;
using V = KernelVariant;

bool stuck(const MmWorld& w) { return w.world.closed_ns >= 0; }

// A: the folios of a loop device's backing file stand on the list before a folio that is under writeback there.
struct DeadlockA {
  DeadlockA(V variant, MigrateMode mode) {
    auto& loop = *w.world.arena.make<ServedDevice>(w.name("loop0"), w.mm, ServerKind::kLoop);
    Slots& list = w.folios("tmpfs", 2, {.mapping = &w.mapping("tmpfs_file", MappingKind::kShmem)});
    loop.backing_slots.assign(list.begin(), list.end());
    Slots& file = w.folios("file", 2, {.mapping = &w.mapping("fs", MappingKind::kFile, &loop), .dirty = true});
    Actor& worker = w.start_on(1, "loop0", 2000, loop_worker, w.mm, loop);   // comes late to its queue
    loop.served_by.push_back(&worker);
    worker.must_finish = false;
    --w.world.unfinished;
    w.start_on(2, "writer", 0, write_once, WritebackControl{w.mm, WriterProfile::kWriteCachePages, false, 1, false}, file);
    list.insert(list.end(), file.begin(), file.end());
    w.migrate(w.control(variant, mode), list, out, 1000);
    w.finish();
  }
  MmWorld w;
  MigrateOutcome out;
};

TEST(MigrateDeadlock, AWaitForWritebackOfALoopDeviceInABatchOfV6_3Rc1) {
  DeadlockA rc1(V::kV6_3Rc1, MigrateMode::kSync);
  EXPECT_TRUE(stuck(rc1.w));
  EXPECT_THAT(rc1.w.cycle_edges(), UnorderedElementsAre("migrator -> loop0", "loop0 -> migrator"));
}

TEST(MigrateDeadlock, ADoesNotHappenElsewhere) {
  for (const V variant : {V::kV6_2, V::kRfcFixA, V::kRfcFixB, V::kV6_3, V::kV6_11})
    for (const MigrateMode mode : kAllModes) {
      const DeadlockA run(variant, mode);
      EXPECT_FALSE(stuck(run.w)) << name_of(variant);
      EXPECT_TRUE(run.out.returned);
      EXPECT_TRUE(mode != MigrateMode::kSync || run.out.rc == 0);
    }
  for (const MigrateMode mode : {MigrateMode::kAsync, MigrateMode::kSyncLight})
    EXPECT_FALSE(stuck(DeadlockA(V::kV6_3Rc1, mode).w));
}

Task<> lock_folio_under_buffer(Actor& self, Mm& mm, BufferHead& bh, std::uint32_t slot) {
  co_await lock_buffer(self, bh);
  co_await sleep_ns(self, 50'000);
  co_await hold_slot(self, mm, slot, 0);
  co_await unlock_buffer(self, bh);
}

// B: somebody with a buffer lock wants another folio of the batch.
struct DeadlockB {
  DeadlockB(V variant, MigrateMode mode) {
    Slots& list = w.folios("bdev", 8, {.mapping = &w.mapping("bdev_mapping", MappingKind::kBdev)});
    w.start_on(1, "jbd2", 0, lock_folio_under_buffer, w.mm, *w.at(list, 0).buffers, list[7]);
    w.migrate(w.control(variant, mode), list, out, 49'500);
    w.finish();
  }
  MmWorld w;
  MigrateOutcome out;
};

TEST(MigrateDeadlock, BAWaitForABufferLockInABatchOfV6_3Rc1) {
  for (const MigrateMode mode : {MigrateMode::kSyncLight, MigrateMode::kSync}) {
    DeadlockB rc1(V::kV6_3Rc1, mode);
    EXPECT_TRUE(stuck(rc1.w));
    EXPECT_THAT(rc1.w.cycle_edges(), UnorderedElementsAre("migrator -> jbd2", "jbd2 -> migrator"));
  }
  EXPECT_FALSE(stuck(DeadlockB(V::kV6_3Rc1, MigrateMode::kAsync).w));
}

TEST(MigrateDeadlock, BDoesNotHappenWhereOneSourceIsLockedAtATime) {
  for (const V variant : {V::kV6_2, V::kRfcFixA, V::kRfcFixB, V::kV6_3, V::kV6_11})
    for (const MigrateMode mode : kAllModes) EXPECT_FALSE(stuck(DeadlockB(variant, mode).w)) << name_of(variant);
}

Task<> read_ahead(Actor& self, Mm& mm, std::uint32_t data, std::uint32_t metadata) {
  Folio* locked = co_await filemap_lock_folio(self, mm, data);
  co_await sleep_ns(self, 50'000);
  co_await hold_slot(self, mm, metadata, 0);
  co_await folio_unlock_and_put(self, mm, *locked);
}

// C: readahead has a large folio locked and needs a folio of metadata, which is in the batch; the large folio is to be split.
struct DeadlockC {
  DeadlockC(V variant, MigrateMode mode) {
    Slots& list = w.folios("metadata", 2, {});
    Slots& data = w.folios("data", 1, {.order = 4});
    list.insert(list.end(), data.begin(), data.end());
    w.start_on(1, "reader", 0, read_ahead, w.mm, data[0], list[0]);
    MigrateControl control = w.control(variant, mode);
    control.thp_migration = false;
    w.migrate(control, list, out, 49'900);
    w.finish();
  }
  MmWorld w;
  MigrateOutcome out;
};

TEST(MigrateDeadlock, CASplitWaitsForALockInABatchUpToV6_10) {
  for (const V variant : {V::kRfc, V::kV6_3Rc1, V::kV6_3})
    for (const MigrateMode mode : kAllModes) {
      DeadlockC run(variant, mode);
      EXPECT_TRUE(stuck(run.w)) << name_of(variant) << ' ' << to_string(mode);
      EXPECT_THAT(run.w.cycle_edges(), UnorderedElementsAre("migrator -> reader", "reader -> migrator"));
    }
}

TEST(MigrateDeadlock, CDoesNotHappenFromV6_11OnNorOneByOne) {
  for (const V variant : {V::kV6_2, V::kRfcFixB, V::kV6_11})
    for (const MigrateMode mode : kAllModes) {
      if (variant == V::kRfcFixB && mode == MigrateMode::kAsync) continue;   // that is the RFC
      const DeadlockC run(variant, mode);
      EXPECT_FALSE(stuck(run.w)) << name_of(variant) << ' ' << to_string(mode);
      EXPECT_TRUE(run.out.returned);
    }
  // In MIGRATE_ASYNC a split that v6.11 cannot do at once is left; a synchronous phase waits for it, alone.
  EXPECT_EQ(DeadlockC(V::kV6_11, MigrateMode::kAsync).out.rc, 1);
}

// The RFC waits in its batch for a folio lock whose owner wants a folio of the batch.
struct CrossedLocks {
  CrossedLocks(V variant, MigrateMode mode) {
    Slots& list = w.folios("a", 2, {});
    w.start_on(1, "owner", 0, read_ahead, w.mm, list[1], list[0]);
    w.migrate(w.control(variant, mode), list, out, 49'900);
    w.finish();
  }
  MmWorld w;
  MigrateOutcome out;
};

TEST(MigrateDeadlock, OnlyTheRfcWaitsForAFolioLockWithOthersLocked) {
  for (const V variant : kAllVariants)
    for (const MigrateMode mode : kAllModes) {
      const CrossedLocks run(variant, mode);
      EXPECT_EQ(stuck(run.w), variant == V::kRfc && mode != MigrateMode::kAsync) << name_of(variant) << to_string(mode);
    }
}

}  // namespace
}  // namespace mmsim
