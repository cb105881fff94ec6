#include "sim/mm/writeback.hpp"

#include <algorithm>
#include <span>

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

using Folios = ArenaVector<Folio*>;

// What a writer carries from one folio to the next.
struct Writer {
  Writer(const WritebackControl& w, Arena& arena) : wbc(w), locked(ArenaAllocator<Folio*>(arena)) {}
  Plug* active_plug() { return wbc.plug ? &plug : nullptr; }

  const WritebackControl& wbc;
  Folios locked;           // kBatch: ready to be written, all locked
  Bio* ioend = nullptr;    // kIoend: not submitted yet
  Plug plug;
};

Task<> submit_one(Actor& self, Writer& writer, Folio& folio) {
  Bio& bio = bio_alloc(writer.wbc.mm, *folio.mapping->device);
  bio.folios.push_back(&folio);
  co_await submit_bio(self, bio, writer.active_plug());
}

Task<> start_writeback(Actor& self, Folio& folio) {
  co_await visible(self, &folio, "folio_start_writeback", [&] { folio_start_writeback(self, folio); });
}

// __block_write_full_folio(): submits under the folio lock.
// DIFFERS: the buffers are not locked meanwhile; who waits for them would meet PG_writeback first.
Task<> block_write_full_folio(Actor& self, Writer& writer, Folio& folio) {
  Procedure here(self, "block_write_full_page");
  co_await start_writeback(self, folio);
  co_await submit_one(self, writer, folio);
  co_await folio_unlock(self, folio);
}

// ext4_writepage(): ext4_bio_write_page() unlocks, ext4_io_submit() follows; so its bio holds one folio.
Task<> ext4_writepage(Actor& self, Writer& writer, Folio& folio) {
  Procedure here(self, "ext4_writepage");
  co_await start_writeback(self, folio);
  co_await folio_unlock(self, folio);
  co_await submit_one(self, writer, folio);
}

// Marks, unlocks and submits all that was gathered under lock.
// DIFFERS: one bio for all of them; they are taken to be of one device.
Task<> write_locked(Actor& self, Writer& writer) {
  Procedure here(self, "writepages_submit_batch");
  if (writer.locked.empty()) co_return;
  Bio* bio = nullptr;
  for (Folio* folio : writer.locked) {
    if (bio == nullptr) bio = &bio_alloc(writer.wbc.mm, *folio->mapping->device);
    co_await start_writeback(self, *folio);
    bio->folios.push_back(folio);
    co_await folio_unlock(self, *folio);
  }
  writer.locked.clear();
  co_await submit_bio(self, *bio, writer.active_plug());
}

Task<> submit_ioend(Actor& self, Writer& writer) {
  if (writer.ioend == nullptr) co_return;
  Bio& bio = *writer.ioend;
  writer.ioend = nullptr;
  co_await submit_bio(self, bio, writer.active_plug());
}

// iomap_add_to_ioend(): the folio is marked and unlocked; its bio is submitted when it is full.
Task<> add_to_ioend(Actor& self, Writer& writer, Folio& folio) {
  Procedure here(self, "iomap_writepage_map");
  co_await start_writeback(self, folio);
  co_await visible(self, &folio, "iomap_add_to_ioend", [&] {
    if (writer.ioend == nullptr) writer.ioend = &bio_alloc(writer.wbc.mm, *folio.mapping->device);
    writer.ioend->folios.push_back(&folio);
    set_stage(*writer.ioend, WritebackStage::kPrivateBio, &self);
    note(self, Note::kKeepBio, &folio);
  });
  co_await folio_unlock(self, folio);
  if (writer.ioend->folios.size() >= writer.wbc.keep_folios) co_await submit_ioend(self, writer);
}

Task<> writepage(Actor& self, Writer& writer, Folio& folio) {
  switch (writer.wbc.profile) {
    case WriterProfile::kWriteCachePages: co_await block_write_full_folio(self, writer, folio); break;
    case WriterProfile::kExt4Writepage: co_await ext4_writepage(self, writer, folio); break;
    case WriterProfile::kIoend: co_await add_to_ioend(self, writer, folio); break;
    case WriterProfile::kBatch:
      writer.locked.push_back(&folio);
      if (writer.locked.size() >= writer.wbc.keep_folios) co_await write_locked(self, writer);
      break;
  }
}

// filemap_get_folios_tag(): the references keep migration from moving the folios (-EAGAIN).
template <class Wanted>
Task<> get_batch(Actor& self, Mm& mm, std::span<const std::uint32_t> slots, Folios& batch, Wanted wanted) {
  co_await visible(self, mm.slots[slots.front()], "filemap_get_folios_tag", [&] {
    for (const std::uint32_t slot : slots)
      if (Folio* folio = mm.slots[slot]; wanted(*folio)) {
        ++folio->extra_refs;
        batch.push_back(folio);
      }
  });
}

Task<> folio_batch_release(Actor& self, Folios& batch) {
  co_await visible(self, nullptr, "folio_batch_release", [&] {
    for (Folio* folio : batch) --folio->extra_refs;
    batch.clear();
  });
}

// __filemap_fdatawait_range()
Task<> filemap_fdatawait_range(Actor& self, Mm& mm, const ArenaVector<std::uint32_t>& slots) {
  Procedure here(self, "filemap_fdatawait_range");
  Folios batch{ArenaAllocator<Folio*>(mm.world.arena)};
  for (std::size_t at = 0; at < slots.size(); at += PAGEVEC_SIZE) {
    const std::span<const std::uint32_t> part(&slots[at], std::min(PAGEVEC_SIZE, slots.size() - at));
    co_await get_batch(self, mm, part, batch, [](const Folio& folio) { return folio.under_writeback(); });
    for (Folio* folio : batch) co_await folio_wait_writeback(self, *folio);
    co_await folio_batch_release(self, batch);
    co_await cond_resched(self);
  }
}

// The body of the loop in write_cache_pages().
Task<> write_folio(Actor& self, Writer& writer, Folio& folio) {
  co_await folio_lock(self, folio);
  const bool busy = folio.under_writeback();
  if (!folio.dirty || (busy && !writer.wbc.sync_all)) {
    co_await folio_unlock(self, folio);
    co_return;
  }
  if (busy) co_await folio_wait_writeback(self, folio);
  co_await visible(self, &folio, "folio_clear_dirty_for_io", [&] { folio.dirty = false; });
  co_await writepage(self, writer, folio);
}

}  // namespace

Task<> write_cache_pages(Actor& self, const WritebackControl& wbc, const ArenaVector<std::uint32_t>& slots) {
  Procedure here(self, "write_cache_pages");
  Mm& mm = wbc.mm;
  Writer writer(wbc, mm.world.arena);
  Folios batch{ArenaAllocator<Folio*>(mm.world.arena)};
  if (wbc.plug) {
    self.io_context = &writer.plug;
    self.before_sleep = Plug::flush_before_sleep;
  }
  for (std::size_t at = 0; at < slots.size(); at += PAGEVEC_SIZE) {
    const std::span<const std::uint32_t> part(&slots[at], std::min(PAGEVEC_SIZE, slots.size() - at));
    co_await get_batch(self, mm, part, batch, [](const Folio& folio) { return folio.dirty; });
    for (Folio* folio : batch) co_await write_folio(self, writer, *folio);
    co_await folio_batch_release(self, batch);
    co_await cond_resched(self);
  }
  if (wbc.profile == WriterProfile::kBatch) co_await write_locked(self, writer);
  co_await submit_ioend(self, writer);
  if (wbc.plug) {
    co_await visible(self, nullptr, "blk_finish_plug", [&] { writer.plug.flush(self.world); });
    self.before_sleep = nullptr;
    self.io_context = nullptr;
  }
  if (wbc.sync_all) co_await filemap_fdatawait_range(self, mm, slots);
}

}  // namespace mmsim
