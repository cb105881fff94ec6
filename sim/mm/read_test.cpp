// Reads and buffer I/O: who will unlock what was locked for them, at each stage; devices that several actors serve.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr DiskParameters kDisk{.read_latency_ns = 20'000, .write_latency_ns = 10'000};

struct Device {
  explicit Device(MmWorld& w) : disk(*w.world.arena.make<Disk>(kDisk, nullptr)), device(*w.world.arena.make<DiskDevice>(disk)) {}
  Disk& disk;
  DiskDevice& device;
};

Task<> read_in(Actor& self, MmWorld& w, const Slots& slots, Plug* plug) {
  if (plug != nullptr) blk_start_plug(self, *plug);
  for (const std::uint32_t slot : slots) co_await filemap_lock_folio(self, w.mm, slot);
  co_await submit_read(self, w.mm, slots);
  co_await spend(self, 5'000);
  if (plug != nullptr) co_await blk_finish_plug(self, *plug);
}
Task<> lock_and_unlock(Actor& self, MmWorld& w, std::uint32_t slot) {
  Folio* folio = co_await filemap_lock_folio(self, w.mm, slot);
  co_await folio_unlock_and_put(self, w.mm, *folio);
}

Wait wait_of(const Actor& actor) {
  Wait wait;
  EXPECT_TRUE(describe_wait(actor, wait));
  return wait;
}

TEST(Read, TheEndOfIoUnlocksWhatTheReaderLocked) {
  MmWorld w;
  Device disk(w);
  Slots& file = w.folios("file", 2, {.mapping = &w.mapping("fs", MappingKind::kFile, &disk.device), .uptodate = false});
  const Actor& reader = w.start_on(0, "reader", 0, read_in, w, file, static_cast<Plug*>(nullptr));
  const Actor& waiter = w.start_on(1, "waiter", 10'000, lock_and_unlock, w, file[1]);
  w.run({.time_max_ns = 15'000});
  EXPECT_EQ(reader.state, ActorState::kFinished);
  ASSERT_EQ(waiter.state, ActorState::kBlocked);
  EXPECT_TRUE(wait_of(waiter).time_will);
  EXPECT_FALSE(w.at(file, 1).uptodate);
  EXPECT_EQ(w.finish(), RunEnd::kAllDone);
  EXPECT_TRUE(w.at(file, 1).uptodate);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_FALSE(w.at(file, i).locked() || w.at(file, i).extra_refs > 0);
  for (const TraceRecord& r : w.records)
    if (r.actor == waiter.id && r.event == Event::kAcquire) {
      EXPECT_EQ(r.time_ns, 100 + 20'000);
    }
}

TEST(Read, ABioInAPlugIsItsReadersToSubmit) {
  MmWorld w;
  Device disk(w);
  Slots& file = w.folios("file", 1, {.mapping = &w.mapping("fs", MappingKind::kFile, &disk.device)});
  auto* plug = w.world.arena.make<Plug>();
  Actor& reader = w.start_on(0, "reader", 0, read_in, w, file, plug);
  const Actor& waiter = w.start_on(1, "waiter", 1'000, lock_and_unlock, w, file[0]);
  w.run({.time_max_ns = 2'000});
  const Wait wait = wait_of(waiter);
  ASSERT_EQ(wait.edges.size(), 1U);
  EXPECT_EQ(wait.edges[0].holder, &reader);
  EXPECT_STREQ(wait.edges[0].how, "keeps its bio in a block plug");
  EXPECT_FALSE(wait.time_will);
  EXPECT_EQ(w.finish(), RunEnd::kAllDone);
}

Task<> serve_one(Actor& self, ServedDevice& device, std::int64_t ns) {
  Bio* bio = co_await next_request(self, device);
  co_await spend(self, ns);
  co_await end_request(self, device, *bio);
}

TEST(ServedDevice, UntilARequestIsTakenAnyServerMayEndIt) {
  MmWorld w;
  auto& nfs = *w.world.arena.make<ServedDevice>(w.name("nfs0"), w.mm, ServerKind::kNfs);
  Slots& file = w.folios("file", 1, {.mapping = &w.mapping("fs", MappingKind::kFile, &nfs)});
  for (const char* name : {"nfsd0", "nfsd1"}) nfs.served_by.push_back(&w.start_on(2, name, 10'000, serve_one, nfs, 1'000));
  nfs.served_by[1]->cpu = 3;
  nfs.served_by[1]->must_finish = false;
  --w.world.unfinished;
  w.start_on(0, "reader", 0, read_in, w, file, static_cast<Plug*>(nullptr));
  const Actor& waiter = w.start_on(1, "waiter", 1'000, lock_and_unlock, w, file[0]);
  const auto who_can = [&] {
    std::vector<const Actor*> out;
    for (const WaitEdge& edge : wait_of(waiter).edges) out.push_back(edge.holder);
    return out;
  };
  w.run({.time_max_ns = 5'000});
  EXPECT_THAT(who_can(), UnorderedElementsAre(nfs.served_by[0], nfs.served_by[1]));
  w.run({.time_max_ns = 10'500});
  EXPECT_THAT(who_can(), ElementsAre(nfs.served_by[0]));
  EXPECT_EQ(wait_of(waiter).edges[0].kind, EdgeKind::kOwner);
  EXPECT_TRUE(wait_of(*nfs.served_by[1]).time_will);   // it waits for work, not for anybody
  EXPECT_EQ(w.finish(), RunEnd::kAllDone);
}

Task<> write_buffer(Actor& self, MmWorld& w, BufferHead& bh, BlockDevice& device) {
  co_await lock_buffer(self, bh);
  co_await submit_bh(self, w.mm, bh, device, false);
}

TEST(BufferHead, IsLockedUntilItsIoEnds) {
  MmWorld w;
  Device disk(w);
  auto& bh = w.add<BufferHead>("bh");
  w.start_on(0, "jbd2", 0, write_buffer, w, bh, disk.device);
  const Actor& waiter = w.start_on(1, "waiter", 1'000, hold_buffer, bh, 0);
  w.run({.time_max_ns = 2'000});
  EXPECT_TRUE(wait_of(waiter).time_will);
  int holders = 0;
  bh.holdings([](void* context, const Holding&) { ++*static_cast<int*>(context); }, &holders);
  EXPECT_EQ(holders, 0);   // nobody holds it, and yet it is locked
  EXPECT_EQ(w.finish(), RunEnd::kAllDone);
  EXPECT_FALSE(bh.locked());
}

TEST(Plug, KeepsNothingBackOfADeviceWithoutARequestQueue) {
  for (const ServerKind kind : {ServerKind::kLoop, ServerKind::kDm, ServerKind::kFuse, ServerKind::kNfs}) {
    MmWorld w;
    auto& device = *w.world.arena.make<ServedDevice>(w.name("dev"), w.mm, kind);
    Slots& file = w.folios("file", 1, {.mapping = &w.mapping("fs", MappingKind::kFile, &device)});
    auto* plug = w.world.arena.make<Plug>();
    w.start_on(0, "reader", 0, read_in, w, file, plug);
    w.run({.time_max_ns = 1'000});
    EXPECT_EQ(device.requests.count(), kind == ServerKind::kLoop ? 0 : 1);
  }
}

}  // namespace
}  // namespace mmsim
