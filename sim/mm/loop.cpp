#include "sim/mm/loop.hpp"

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/machine/flow_client.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

// An idle worker waits for work, not for anybody: no hang comes of it.
class WaitForRequest : public Operation {
 public:
  WaitForRequest(Actor& s, LoopDevice::Requests& r) : Operation(s), requests_(r) {}
  bool can_complete() const override { return requests_.head != nullptr; }
  void complete() override {}
  void enqueue() override { requests_.waiters.push_back(*this); }
  QuickEnd quick_end() const override { return {QuickEnd::By::kTime, nullptr}; }
  void describe(Wait& wait) const override {
    wait.noun = LoopDevice::Requests::kClass.noun;
    wait.time_will = true;
  }
  Object* object() const override { return &requests_; }
  const char* verb() const override { return LoopDevice::Requests::kClass.acquire; }
  void result() {}

 private:
  LoopDevice::Requests& requests_;
};

// lo_write_bvec() for `bytes` of one folio: the write path of the backing file locks the folio that stands there.
Task<> write_bvec(Actor& self, Mm& mm, std::uint32_t slot, const Folio& folio, std::uint64_t bytes) {
  Folio* backing = co_await filemap_lock_folio(self, mm, slot);
  co_await MemoryCopy(self, mm.flows, folio.node, backing->node, bytes, mm.costs.copy_Bps);
  co_await visible(self, backing, "folio_mark_dirty", [&] { backing->dirty = true; });
  co_await folio_unlock_and_put(self, *backing);
}

// One piece for each folio of the backing file that the request's folio covers.
Task<> write_backing(Actor& self, Mm& mm, LoopDevice& loop, const Folio& folio) {
  Procedure here(self, "lo_write_simple");
  const std::int64_t end = folio.index + folio.pages();
  for (std::int64_t page = folio.index; page < end;) {
    const std::uint32_t slot = loop.backing_slots[static_cast<std::size_t>(page)];
    const std::int64_t first = page;
    do ++page;
    while (page < end && loop.backing_slots[static_cast<std::size_t>(page)] == slot);
    co_await write_bvec(self, mm, slot, folio, static_cast<std::uint64_t>(page - first) * 4096);
  }
}

}  // namespace

void LoopDevice::queue(World& world, Bio& bio) {
  bio.next = nullptr;
  (requests.tail != nullptr ? requests.tail->next : requests.head) = &bio;
  requests.tail = &bio;
  if (Operation* idle = requests.waiters.head()) world.wake(*idle);
}

Bio* LoopDevice::take() {
  Bio* bio = requests.head;
  requests.head = bio->next;
  if (requests.head == nullptr) requests.tail = nullptr;
  return bio;
}

Task<> loop_worker(Actor& self, Mm& mm, LoopDevice& loop) {
  for (;;) {
    Procedure here(self, "loop_process_work");
    co_await Await<WaitForRequest>(self, loop.requests);
    Bio* bio = co_await visible(self, &loop.requests, "loop_handle_cmd", [&] {
      Bio* first = loop.take();
      note(self, Note::kServeBio, first->folios.front());
      return first;
    });
    for (const Folio* folio : bio->folios) co_await write_backing(self, mm, loop, *folio);
    co_await visible(self, &loop.requests, "bio_endio", [&] {
      note(self, Note::kBioEnd, bio->folios.front());
      bio_endio(self.world, *bio);
    });
  }
}

}  // namespace mmsim
