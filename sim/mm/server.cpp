#include "sim/mm/server.hpp"

#include "sim/core/visible.hpp"
#include "sim/machine/flow_client.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

constexpr LockClass kWords[] = {
    {"loop request", "loop_handle_cmd", "", "loop_queue_work"},
    {"dm request", "dm_wq_work", "", "queue_work"},
    {"FUSE request", "fuse_dev_do_read", "", "fuse_dev_wake_and_unlock"},
    {"NFS request", "svc_recv", "", "svc_wake_up"},
};

constexpr int kSameNode = -1;

std::int64_t pages_of(const Bio& bio) { return static_cast<std::int64_t>(bio.buffer != nullptr ? 1 : bio.folios.size()); }

MemoryCopy copy(Actor& self, const Mm& mm, int from, int to, std::uint64_t bytes) {
  return MemoryCopy(self, mm.flows, from, to, bytes, mm.costs.copy_Bps);
}

// lo_write_bvec() for `bytes` of one folio: the write path of the backing file locks the folio that stands there.
Task<> write_bvec(Actor& self, Mm& mm, std::uint32_t slot, int from_node, std::uint64_t bytes) {
  Folio* backing = co_await filemap_lock_folio(self, mm, slot);
  if (!self.world.exploring) co_await copy(self, mm, from_node == kSameNode ? backing->node.get() : from_node, backing->node, bytes);
  co_await act(self, backing, "folio_mark_dirty", [&] { backing->dirty = true; });
  co_await folio_unlock_and_put(self, mm, *backing);
}

// filemap_read() of the backing file: one that holds valid data is copied without its lock.
// DIFFERS: what the backing file would have to read for that takes no time and no request of its own.
Task<> read_bvec(Actor& self, Mm& mm, std::uint32_t slot, int to_node, std::uint64_t bytes) {
  Folio* backing = co_await filemap_get_folio(self, mm, slot);
  const bool uptodate = co_await act(self, backing, "folio_test_uptodate", [&] { return backing->uptodate.get(); });
  if (!uptodate) {
    co_await folio_lock(self, *backing);
    co_await act(self, backing, "folio_mark_uptodate", [&] { backing->uptodate = true; });
    co_await folio_unlock(self, *backing);
  }
  if (!self.world.exploring) co_await copy(self, mm, backing->node, to_node == kSameNode ? backing->node.get() : to_node, bytes);
  co_await folio_put(self, mm, *backing);
}

// One piece for each folio of the backing file that pages `page` to `end` cover.
Task<> transfer(Actor& self, Mm& mm, ServedDevice& device, std::int64_t page, std::int64_t end, int node, bool read) {
  Procedure here(self, read ? "lo_read_simple" : "lo_write_simple");
  while (page < end) {
    here.settle(page, end);
    const std::uint32_t slot = device.backing_slots[static_cast<std::size_t>(page)];
    const std::int64_t first = page;
    do ++page;
    while (page < end && device.backing_slots[static_cast<std::size_t>(page)] == slot);
    const auto bytes = static_cast<std::uint64_t>(page - first) * 4096;
    if (read)
      co_await read_bvec(self, mm, slot, node, bytes);
    else
      co_await write_bvec(self, mm, slot, node, bytes);
  }
}

}  // namespace

const LockClass& Requests::lock_class() const { return kWords[static_cast<std::size_t>(kind)]; }

std::int64_t Requests::count() const {
  std::int64_t n = 0;
  for (const Bio* bio = head; bio != nullptr; bio = bio->next) ++n;
  return n;
}

void ServedDevice::queue(World& world, Bio& bio) {
  bio.next = nullptr;
  Bio* last = requests.tail;
  (last != nullptr ? last->next : requests.head) = &bio;
  requests.tail = &bio;
  if (Waiter* idle = requests.waiters.head()) world.wake(requests, *idle);
}

void NextRequest::complete() {
  Requests& requests = device_.requests;
  taken_ = requests.head;
  requests.head = taken_->next.get();
  if (requests.head == nullptr) requests.tail = nullptr;
  set_stage(*taken_, IoStage::kInHand, &self);
  note(self, Note::kServeBio, &taken_->first(), pages_of(*taken_));
}

void NextRequest::describe(Wait& wait) const {
  wait.noun = device_.requests.lock_class().noun;
  wait.time_will = true;
}

Task<> end_request(Actor& self, ServedDevice& device, Bio& bio) {
  co_await act(self, &device.requests, "bio_endio", [&] {
    note(self, Note::kBioEnd, &bio.first(), pages_of(bio));
    bio_endio(self.world, bio);
  });
}

void backing_of(const ServedDevice& device, const Bio& bio, ArenaVector<std::uint32_t>& slots) {
  const auto add = [&](std::int64_t page, std::int64_t end) {
    for (; page < end; ++page)
      if (const std::uint32_t slot = device.backing_slots[static_cast<std::size_t>(page)]; slots.empty() || slots.back() != slot)
        slots.push_back(slot);
  };
  if (bio.buffer != nullptr) return add(bio.buffer->page, bio.buffer->page + 1);
  for (const Folio* folio : bio.folios) add(folio->index, folio->index + folio->pages());
}

Task<> do_req_filebacked(Actor& self, Mm& mm, ServedDevice& device, Bio& bio) {
  Procedure here(self, "do_req_filebacked");
  const bool read = bio.reads;
  if (bio.buffer != nullptr) {
    const std::int64_t page = bio.buffer->page;
    co_await transfer(self, mm, device, page, page + 1, kSameNode, read);
    co_return;
  }
  for (std::size_t i = 0; i < bio.folios.size(); ++i) {
    here.settle(&bio, i, read);
    const Folio* folio = bio.folios[i];
    co_await transfer(self, mm, device, folio->index, folio->index + folio->pages(), folio->node, read);
  }
}

Task<> loop_worker(Actor& self, Mm& mm, ServedDevice& loop) {
  Past before(self);
  for (;;) {
    before.settle();
    Procedure here(self, "loop_process_work");
    Bio* bio = co_await next_request(self, loop);
    co_await do_req_filebacked(self, mm, loop, *bio);
    before.settle(bio);
    co_await end_request(self, loop, *bio);
  }
}

}  // namespace mmsim
