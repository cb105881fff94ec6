// Writeback: what a writer locks, where a folio under writeback has got to and who can end that, plugs, the loop device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/spinlock.hpp"
#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr WriterProfile kProfiles[] = {WriterProfile::kWriteCachePages, WriterProfile::kExt4Writepage, WriterProfile::kBatch,
                                       WriterProfile::kIoend};

// A file on a disk that takes 10 us a request, whatever its size.
struct File {
  explicit File(int count, int queue_depth = 64)
      : disk(*w.world.arena.make<Disk>(DiskParameters{.write_latency_ns = 10'000, .queue_depth = queue_depth}, nullptr)),
        device(*w.world.arena.make<DiskDevice>(disk)),
        folios(w.folios("a", count, {.mapping = &w.mapping("file", MappingKind::kFile, &device), .dirty = true})) {}
  Actor& write(const WritebackControl& wbc, std::int64_t at_ns = 0) {
    return w.start_on(0, "writer", at_ns, write_once, wbc, folios);
  }
  WritebackControl control(WriterProfile profile, std::uint32_t keep = 1, bool sync_all = false, bool plug = false) {
    return {w.mm, profile, sync_all, keep, plug};
  }
  MmWorld w;
  Disk& disk;
  DiskDevice& device;
  Slots& folios;
};

TEST(Writeback, EveryProfileWritesEachDirtyFolioOnceAndLeavesNothingBehind) {
  for (const WriterProfile profile : kProfiles)
    for (const bool sync_all : {false, true})
      for (const bool plug : {false, true}) {
        File file(40);
        file.w.at(file.folios, 7).dirty = false;
        file.write(file.control(profile, 4, sync_all, plug));
        EXPECT_EQ(file.w.finish(), RunEnd::kAllDone);
        while (file.w.world.calendar.next_ns() != kNever_ns) {   // completions after the writer has left
          file.w.world.now_ns = file.w.world.calendar.next_ns();
          Timer& timer = file.w.world.calendar.take();
          timer.fire(file.w.world, timer);
        }
        EXPECT_EQ(file.w.counter(NR_WRITTEN), 39U);
        for (std::size_t i = 0; i < 40; ++i) {
          const Folio& folio = file.w.at(file.folios, i);
          EXPECT_FALSE(folio.dirty || folio.locked() || folio.under_writeback());
          EXPECT_EQ(folio.extra_refs, 0);
        }
      }
}

TEST(Writeback, ProfilesDifferInHowManyFoliosTheyKeepLocked) {
  const auto most = [](WriterProfile profile) {
    File file(20);
    const Actor& writer = file.write(file.control(profile, 8));
    file.w.finish();
    return file.w.most_locked(writer, file.folios);
  };
  EXPECT_EQ(most(WriterProfile::kWriteCachePages), 1U);
  EXPECT_EQ(most(WriterProfile::kExt4Writepage), 1U);
  EXPECT_EQ(most(WriterProfile::kIoend), 1U);
  EXPECT_EQ(most(WriterProfile::kBatch), 8U);
}

// "acquire", "mark", "submit", "release" in the order in which they happen to the first folio.
Texts first_folio(WriterProfile profile) {
  File file(1);
  const Actor& writer = file.write(file.control(profile));
  file.w.finish();
  Texts out;
  const auto is_note = [](const TraceRecord& r, Note n) { return r.event == Event::kNote && r.extra == static_cast<std::uint32_t>(n); };
  for (const TraceRecord& r : file.w.records) {
    if (r.actor != writer.id || r.object != file.w.at(file.folios, 0).id) continue;
    if (r.event == Event::kAcquire) out.emplace_back("lock");
    if (r.event == Event::kRelease) out.emplace_back("unlock");
    if (is_note(r, Note::kStartWriteback)) out.emplace_back("mark");
    if (is_note(r, Note::kSubmitBio)) out.emplace_back("submit");
  }
  return out;
}

TEST(Writeback, BlockWriteFullPageSubmitsUnderTheLockAndExt4AfterIt) {
  EXPECT_THAT(first_folio(WriterProfile::kWriteCachePages), ElementsAre("lock", "mark", "submit", "unlock"));
  EXPECT_THAT(first_folio(WriterProfile::kExt4Writepage), ElementsAre("lock", "mark", "unlock", "submit"));
  EXPECT_THAT(first_folio(WriterProfile::kBatch), ElementsAre("lock", "mark", "unlock", "submit"));
  EXPECT_THAT(first_folio(WriterProfile::kIoend), ElementsAre("lock", "mark", "unlock", "submit"));
}

TEST(Writeback, TheNumberOfBiosFollowsFromTheProfile) {
  const auto bios = [](WriterProfile profile) {
    File file(20);
    file.write(file.control(profile, 8));
    file.w.finish();
    return file.w.counter(BIO_SUBMITTED);
  };
  EXPECT_EQ(bios(WriterProfile::kWriteCachePages), 20U);
  EXPECT_EQ(bios(WriterProfile::kExt4Writepage), 20U);
  EXPECT_EQ(bios(WriterProfile::kBatch), 3U);   // 8 + 8 + 4
  EXPECT_EQ(bios(WriterProfile::kIoend), 3U);
}

Task<> wait_for(Actor& self, Folio& folio) { co_await folio_wait_writeback(self, folio); }

// Marks a folio and brings it to `stage`, then stays there.
Task<> bring_to(Actor& self, MmWorld& w, Folio& folio, BlockDevice& device, IoStage stage, Plug& plug) {
  co_await folio_lock(self, folio);
  folio_start_writeback(self, folio);
  if (stage == IoStage::kPlug) blk_start_plug(self, plug);
  if (stage != IoStage::kMarked) {
    Bio& bio = *w.world.arena.make<Bio>(w.mm, device);
    bio.folios.push_back(&folio);
    if (stage == IoStage::kPrivateBio)
      set_stage(bio, stage, &self);
    else
      co_await submit_bio(self, bio);
  }
  co_await spend(self, 1'000'000);
  co_await folio_unlock(self, folio);
}

TEST(Writeback, AWaitNamesWhoCanEndItAtEachStage) {
  for (const IoStage stage : {IoStage::kMarked, IoStage::kPrivateBio, IoStage::kPlug, IoStage::kDevice, IoStage::kServer}) {
    File file(1);
    MmWorld& w = file.w;
    auto& loop = *w.world.arena.make<ServedDevice>(w.name("loop0"), w.mm, ServerKind::kLoop);
    Actor& worker = w.actor("worker");   // never starts
    loop.served_by.push_back(&worker);
    Folio& folio = w.at(file.folios, 0);
    BlockDevice& device = stage == IoStage::kServer ? static_cast<BlockDevice&>(loop) : file.device;
    Plug plug;
    Actor& writer = w.start_on(0, "writer", 0, bring_to, w, folio, device, stage, plug);
    const Actor& waiter = w.start_on(1, "waiter", 500, wait_for, folio);
    w.run({.time_max_ns = 5000});
    ASSERT_EQ(waiter.state, ActorState::kBlocked);
    EXPECT_EQ(folio.writeback->io.stage, stage);
    Wait wait;
    waiter.pending->describe(wait);
    EXPECT_STREQ(wait.noun, "PG_writeback");
    if (stage == IoStage::kDevice) {
      EXPECT_TRUE(wait.time_will);
      EXPECT_TRUE(wait.edges.empty());
    } else {
      ASSERT_THAT(wait.edges, SizeIs(1));
      EXPECT_EQ(wait.edges[0].holder, stage == IoStage::kServer ? &worker : &writer);
      EXPECT_FALSE(wait.time_will);
    }
    const QuickEnd end = waiter.pending->quick_end();
    EXPECT_EQ(end.by, stage == IoStage::kDevice ? QuickEnd::By::kTime : QuickEnd::By::kActor);
  }
}

TEST(Writeback, TheDeviceEndsAWaitAfterItsLatencyAndInterruptsTheSubmitter) {
  File file(1);
  file.write(file.control(WriterProfile::kWriteCachePages, 1, true));
  file.w.finish();
  // 100 to submit, 10000 at the disk; the handler wakes the waiter when it is taken, on CPU 0, where it takes 200.
  EXPECT_EQ(file.w.mm.cpus->times(0).interrupt_ns, 200);
  EXPECT_EQ(file.w.mm.cpus->times(1).interrupt_ns, 0);
  for (const TraceRecord& r : file.w.records)
    if (r.event == Event::kWoken) {
      EXPECT_EQ(r.time_ns, 100 + 10'000);
    }
}

TEST(Writeback, SyncAllWaitsForAFolioUnderWritebackWithItsLockHeldAndSyncNoneDoesNot) {
  for (const bool sync_all : {false, true}) {
    File file(1);
    file.write(file.control(WriterProfile::kWriteCachePages));
    Actor& second = file.w.start_on(1, "second", 1000, write_once, file.control(WriterProfile::kWriteCachePages, 1, sync_all), file.folios);
    file.w.run({.time_max_ns = 900});
    file.w.at(file.folios, 0).dirty = true;   // again, while it is written
    file.w.run({.time_max_ns = 5000});
    EXPECT_EQ(second.state, sync_all ? ActorState::kBlocked : ActorState::kFinished);
    EXPECT_EQ(file.w.at(file.folios, 0).holder.held_by(second), sync_all);
    EXPECT_EQ(file.w.finish(), RunEnd::kAllDone);
  }
}

TEST(Plug, KeepsBiosUntilItIsFinished) {
  File file(20);
  file.write(file.control(WriterProfile::kWriteCachePages, 1, false, true));
  file.w.run({.time_max_ns = 1500});   // in the middle
  EXPECT_EQ(file.w.counter(BIO_SUBMITTED), 0U);
  EXPECT_EQ(file.w.at(file.folios, 0).writeback->io.stage, IoStage::kPlug);
  file.w.finish();
  EXPECT_EQ(file.w.counter(BIO_SUBMITTED), 20U);
}

TEST(Plug, TakesThirtyTwoBiosAndIsFlushedByTheNext) {
  File file(40);
  file.write(file.control(WriterProfile::kWriteCachePages, 1, false, true));
  file.w.run({.time_max_ns = 32 * 100 + 50});
  EXPECT_EQ(file.w.counter(BIO_SUBMITTED), 0U);
  file.w.run({.time_max_ns = 33 * 100 + 50});
  EXPECT_EQ(file.w.counter(BIO_SUBMITTED), 32U);
}

TEST(Plug, IsFlushedWhenItsTaskSleepsButNotWhenItSpends) {
  File file(3);
  // The third folio's lock is taken: the writer goes to sleep with two bios in its plug.
  file.w.start_on(1, "owner", 0, hold_slot, file.w.mm, file.folios[2], 100'000);
  Actor& writer = file.write(file.control(WriterProfile::kWriteCachePages, 1, false, true), 10);
  file.w.run({.time_max_ns = 205});
  EXPECT_EQ(file.w.counter(BIO_SUBMITTED), 0U);
  file.w.run({.time_max_ns = 300});
  EXPECT_EQ(writer.state, ActorState::kBlocked);
  EXPECT_EQ(file.w.counter(BIO_SUBMITTED), 2U);
}

Task<> plug_and_spin(Actor& self, File& file, Spinlock& lock, Plug& plug) {
  blk_start_plug(self, plug);
  Bio& bio = bio_alloc(file.w.mm, file.w.at(file.folios, 0));
  bio.folios.push_back(&file.w.at(file.folios, 0));
  co_await folio_lock(self, file.w.at(file.folios, 0));
  folio_start_writeback(self, file.w.at(file.folios, 0));
  co_await submit_bio(self, bio);
  co_await spin_lock(self, lock);
}
Task<> hold_spinlock(Actor& self, Spinlock& lock) {
  co_await spin_lock(self, lock);
  co_await spend(self, 100'000);
  co_await spin_unlock(self, lock);
}

TEST(Plug, IsKeptByATaskThatSpins) {
  File file(1);
  auto& lock = file.w.add<Spinlock>("lock", false);
  Plug plug;
  file.w.start_on(1, "owner", 0, hold_spinlock, lock);
  const Actor& spinner = file.w.start_on(0, "spinner", 10, plug_and_spin, file, lock, plug);
  file.w.run({.time_max_ns = 50'000});
  EXPECT_EQ(spinner.state, ActorState::kSpinning);
  EXPECT_EQ(file.w.counter(BIO_SUBMITTED), 0U);
}

TEST(LoopDevice, ServesRequestsInTheirOrderUnderTheLockOfTheBackingFolio) {
  MmWorld w;
  auto& loop = *w.world.arena.make<ServedDevice>(w.name("loop0"), w.mm, ServerKind::kLoop);
  Slots& backing = w.folios("backing", 8, {.mapping = &w.mapping("tmpfs", MappingKind::kShmem)});
  loop.backing_slots.assign(backing.begin(), backing.end());
  Slots& file = w.folios("file", 4, {.order = 1, .mapping = &w.mapping("fs", MappingKind::kFile, &loop), .dirty = true});
  Actor& worker = w.start_on(1, "loop0", 0, loop_worker, w.mm, loop);
  loop.served_by.push_back(&worker);
  worker.must_finish = false;
  --w.world.unfinished;
  w.start_on(0, "writer", 0, write_once, WritebackControl{w.mm, WriterProfile::kWriteCachePages, true, 1, false}, file);
  EXPECT_EQ(w.finish(), RunEnd::kAllDone);
  EXPECT_THAT(w.notes(worker, {Note::kServeBio}),
              ElementsAre("loop_handle_cmd file[0]", "loop_handle_cmd file[1]", "loop_handle_cmd file[2]", "loop_handle_cmd file[3]"));
  Texts locked;
  for (const TraceRecord& r : w.records)
    if (r.actor == worker.id && r.event == Event::kAcquire) locked.push_back(w.world.text(*w.world.objects[r.object]));
  EXPECT_THAT(locked, ElementsAre("backing[0]", "backing[1]", "backing[2]", "backing[3]", "backing[4]", "backing[5]",
                                  "backing[6]", "backing[7]"));   // two pages each
  for (std::size_t i = 0; i < 8; ++i) EXPECT_TRUE(w.at(backing, i).dirty);
}

TEST(LoopDevice, AnIdleWorkerIsNotStuck) {
  MmWorld w;
  auto& loop = *w.world.arena.make<ServedDevice>(w.name("loop0"), w.mm, ServerKind::kLoop);
  const Actor& worker = w.start_on(1, "loop0", 0, loop_worker, w.mm, loop);
  EXPECT_EQ(w.finish(), RunEnd::kNothingLeft);
  EXPECT_EQ(w.world.closed_ns, -1);
  EXPECT_FALSE(worker.stuck);
  EXPECT_TRUE(WaitGraph::all(w.world).stuck_set().empty());
}

}  // namespace
}  // namespace mmsim
