// What each variant may wait for in each mode, and how often it tries: against the table "Modes: what may block" and the
// retry counts of mm/migrate.c.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

constexpr std::int64_t kLong_ns = 10'000'000;   // longer than ten passes take

bool before_v6_3(KernelVariant variant) { return variant < KernelVariant::kV6_3Rc1; }
bool three_and_seven(KernelVariant variant) { return variant >= KernelVariant::kV6_3; }

class EachVariant : public testing::TestWithParam<KernelVariant> {};
INSTANTIATE_TEST_SUITE_P(Migrate, EachVariant, testing::ValuesIn(kAllVariants), [](const auto& variant) {
  std::string name = name_of(variant.param);
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
});

// One folio whose lock somebody has for a long time.
struct LockedElsewhere {
  explicit LockedElsewhere(KernelVariant variant, MigrateMode mode, bool uptodate = true, bool memalloc = false)
      : folios(w.folios("a", 1, {.uptodate = uptodate})) {
    w.start_on(1, "owner", 0, hold_slot, w.mm, folios[0], kLong_ns);
    MigrateControl control = w.control(variant, mode);
    control.memalloc = memalloc;
    migrator = &w.migrate(control, folios, out, 1000);
    w.finish();
  }
  bool waited() const { return w.times(*migrator, Event::kWait, "folio lock") > 0; }
  int trylocks() const { return w.times(*migrator, Event::kTryFailed, "folio lock"); }
  MmWorld w;
  Slots& folios;
  MigrateOutcome out;
  Actor* migrator = nullptr;
};

TEST_P(EachVariant, TriesALockedFolioTenTimesInAsyncAndNeverWaits) {
  const LockedElsewhere run(GetParam(), MigrateMode::kAsync);
  EXPECT_FALSE(run.waited());
  EXPECT_EQ(run.trylocks(), 10);
  EXPECT_EQ(run.out.rc, 1);
  EXPECT_EQ(run.w.counter(MIGRATE_RETRY), 10U);
}

TEST_P(EachVariant, WaitsForALockedFolioInSyncModesOnceItMayUseForce) {
  for (const MigrateMode mode : {MigrateMode::kSyncLight, MigrateMode::kSync}) {
    const LockedElsewhere run(GetParam(), mode);
    EXPECT_TRUE(run.waited());
    EXPECT_EQ(run.out.rc, 0);
    // v6.3: three passes of its asynchronous phase, then it waits at once. Before: force from the fourth pass on. Fix B tries
    // the batch once more before that.
    const int failed = GetParam() == KernelVariant::kRfcFixB ? 1 + 4 : 4;
    EXPECT_EQ(run.trylocks(), failed) << to_string(mode);
  }
}

TEST_P(EachVariant, NeverWaitsForALockWithPfMemalloc) {
  const LockedElsewhere run(GetParam(), MigrateMode::kSync, true, true);
  EXPECT_FALSE(run.waited());
  EXPECT_EQ(run.out.rc, 1);
  // 3 + 7 from v6.3 on, 10 before.
  EXPECT_EQ(run.trylocks(), GetParam() == KernelVariant::kRfcFixB ? 11 : 10);
}

TEST_P(EachVariant, SyncLightLeavesAFolioThatIsBeingReadInFromV6_5On) {
  const LockedElsewhere light(GetParam(), MigrateMode::kSyncLight, false);
  EXPECT_EQ(light.waited(), GetParam() != KernelVariant::kV6_11);
  const LockedElsewhere sync(GetParam(), MigrateMode::kSync, false);
  EXPECT_TRUE(sync.waited());
}

// One folio under writeback at a slow disk.
struct UnderWriteback {
  UnderWriteback(KernelVariant variant, MigrateMode mode)
      : disk(DiskParameters{.write_latency_ns = kLong_ns}, nullptr), device(disk),
        folios(w.folios("a", 1, {.mapping = &w.mapping("file", MappingKind::kFile, &device), .dirty = true})) {
    const WritebackControl wbc{w.mm, WriterProfile::kWriteCachePages, false, 1, false};
    w.start_on(1, "writer", 0, write_once, wbc, folios);
    migrator = &w.migrate(w.control(variant, mode), folios, out, 10'000);
    w.finish();
  }
  Disk disk;
  DiskDevice device;
  MmWorld w;
  Slots& folios;
  MigrateOutcome out;
  Actor* migrator = nullptr;
};

TEST_P(EachVariant, LeavesAFolioUnderWritebackForGoodInAsyncAndSyncLight) {
  for (const MigrateMode mode : {MigrateMode::kAsync, MigrateMode::kSyncLight}) {
    const UnderWriteback run(GetParam(), mode);
    EXPECT_EQ(run.w.times(*run.migrator, Event::kWait, "PG_writeback"), 0);
    EXPECT_EQ(run.out.rc, 1);
    // -EBUSY is final for one call of the batch; a synchronous phase tries once more.
    const bool twice = mode == MigrateMode::kSyncLight && (three_and_seven(GetParam()) || GetParam() == KernelVariant::kRfcFixB);
    EXPECT_EQ(run.w.counter(MIGRATE_WRITEBACK_BUSY), twice ? 2U : 1U) << to_string(mode);
  }
}

TEST_P(EachVariant, WaitsForWritebackInSync) {
  const UnderWriteback run(GetParam(), MigrateMode::kSync);
  EXPECT_EQ(run.w.times(*run.migrator, Event::kWait, "PG_writeback"), 1);
  EXPECT_EQ(run.out.rc, 0);
  EXPECT_EQ(run.w.mm.slots[0]->node, 1);
  if (before_v6_3(GetParam()) || GetParam() == KernelVariant::kV6_3Rc1) {
    // Not before force is allowed: three times -EAGAIN, then it waits.
    EXPECT_EQ(run.w.counter(MIGRATE_WRITEBACK_BUSY), GetParam() == KernelVariant::kRfcFixB ? 5U : 4U);
  } else {
    EXPECT_EQ(run.w.counter(MIGRATE_WRITEBACK_BUSY), 2U);
  }
}

TEST_P(EachVariant, WaitsForBufferLocksInSyncModesOnly) {
  for (const MigrateMode mode : kAllModes) {
    MmWorld w;
    Slots& folios = w.folios("a", 1, {.mapping = &w.mapping("bdev", MappingKind::kBdev)});
    w.start_on(1, "owner", 0, hold_buffer, *w.at(folios, 0).buffers, kLong_ns);
    MigrateOutcome out;
    const Actor& migrator = w.migrate(w.control(GetParam(), mode), folios, out, 1000);
    w.finish();
    const bool waits = mode != MigrateMode::kAsync;
    EXPECT_EQ(w.times(migrator, Event::kWait, "buffer lock") > 0, waits) << to_string(mode);
    EXPECT_EQ(out.rc, waits ? 0 : 1);
  }
}

TEST_P(EachVariant, GivesUpAFolioWithAnExtraReferenceAndPutsItBack) {
  for (const MigrateMode mode : kAllModes) {
    MmWorld w;
    AddressSpace& app = w.address_space("app", {1});
    Slots& folios = w.folios("a", 1, {.mm = &app});
    Folio& folio = w.at(folios, 0);
    folio.extra_refs = 1;
    MigrateOutcome out;
    const Actor& migrator = w.migrate(w.control(GetParam(), mode), folios, out);
    w.finish();
    EXPECT_EQ(out.rc, 1);
    EXPECT_THAT(out.left, testing::ElementsAre(&folio));
    EXPECT_TRUE(folio.mapped && !folio.migration_entries && !folio.locked());
    EXPECT_EQ(w.mm.nodes[1].free_pages, 4096);
    EXPECT_EQ(w.counter(PGMIGRATE_FAIL), 1U);
    EXPECT_TRUE(w.notes(migrator, {Note::kCopy}).empty());
    // 10 moves; v6.3 in a synchronous mode 3 and 7 after one unmap each; fix B 10 in its batch and 10 one by one.
    const bool fix_b_sync = GetParam() == KernelVariant::kRfcFixB && mode != MigrateMode::kAsync;
    EXPECT_EQ(w.counter(MIGRATE_RETRY), fix_b_sync ? 20U : 10U) << to_string(mode);
  }
}

}  // namespace
}  // namespace mmsim
