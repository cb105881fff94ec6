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
  void hash_into(Hash128& hash) const {
    hash.add_any(locked);
    hash.add_any(ioend);
    hash.add_any(plug);
  }

  const WritebackControl& wbc;
  Folios locked;           // kBatch: ready to be written, all locked
  Bio* ioend = nullptr;    // kIoend: not submitted yet
  Plug plug;
};

Task<> submit_one(Actor& self, Writer& writer, Folio& folio) {
  Bio& bio = bio_alloc(writer.wbc.mm, folio);
  bio.folios.push_back(&folio);
  co_await submit_bio(self, bio);
}

Task<> start_writeback(Actor& self, Folio& folio) {
  co_await act(self, &folio, "folio_start_writeback", [&] { folio_start_writeback(self, folio); });
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
  for (std::size_t i = 0; i < writer.locked.size(); ++i) {
    here.settle('i', i, bio, writer);
    Folio* folio = writer.locked[i];
    if (bio == nullptr) bio = &bio_alloc(writer.wbc.mm, *folio);
    co_await start_writeback(self, *folio);
    bio->folios.push_back(folio);
    co_await folio_unlock(self, *folio);
  }
  writer.locked.clear();
  here.settle('s', bio, writer);
  co_await submit_bio(self, *bio);
}

Task<> submit_ioend(Actor& self, Writer& writer) {
  if (writer.ioend == nullptr) co_return;
  Bio& bio = *writer.ioend;
  writer.ioend = nullptr;
  co_await submit_bio(self, bio);
}

// iomap_add_to_ioend(): the folio is marked and unlocked; its bio is submitted when it is full.
Task<> add_to_ioend(Actor& self, Writer& writer, Folio& folio) {
  Procedure here(self, "iomap_writepage_map");
  co_await start_writeback(self, folio);
  co_await act(self, &folio, "iomap_add_to_ioend", [&] {
    if (writer.ioend == nullptr) writer.ioend = &bio_alloc(writer.wbc.mm, folio);
    writer.ioend->folios.push_back(&folio);
    set_stage(*writer.ioend, IoStage::kPrivateBio, &self);
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
  co_await visible_at(self, mm, slots.front(), "filemap_get_folios_tag", [&] {
    for (const std::uint32_t slot : slots)
      if (Folio* folio = mm.slots[slot]; wanted(*folio)) {
        mm.get(*folio);
        batch.push_back(folio);
      }
  });
}

Task<> folio_batch_release(Actor& self, const Mm& mm, Folios& batch) {
  if (mm.counts_refs())
    co_await act(self, nullptr, "folio_batch_release", [&] {
      for (Folio* folio : batch) mm.put(*folio);
    });
  batch.clear();
}

// __filemap_fdatawait_range()
Task<> filemap_fdatawait_range(Actor& self, Mm& mm, const ArenaVector<std::uint32_t>& slots) {
  Procedure here(self, "filemap_fdatawait_range");
  Folios batch{ArenaAllocator<Folio*>(mm.world.arena)};
  for (std::size_t at = 0; at < slots.size(); at += PAGEVEC_SIZE) {
    const std::span<const std::uint32_t> part(&slots[at], std::min(PAGEVEC_SIZE, slots.size() - at));
    here.settle('g', at);
    co_await get_batch(self, mm, part, batch, [](const Folio& folio) { return folio.under_writeback(); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      here.settle('i', at, i, batch);
      co_await folio_wait_writeback(self, *batch[i]);
    }
    here.settle('r', at, batch);
    co_await folio_batch_release(self, mm, batch);
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
  co_await act(self, &folio, "folio_clear_dirty_for_io", [&] { folio.dirty = false; });
  co_await writepage(self, writer, folio);
}

}  // namespace

Task<> write_cache_pages(Actor& self, const WritebackControl& wbc, const ArenaVector<std::uint32_t>& slots) {
  Procedure here(self, "write_cache_pages");
  Mm& mm = wbc.mm;
  Writer writer(wbc, mm.world.arena);
  Folios batch{ArenaAllocator<Folio*>(mm.world.arena)};
  if (wbc.plug) blk_start_plug(self, writer.plug);
  for (std::size_t at = 0; at < slots.size(); at += PAGEVEC_SIZE) {
    const std::span<const std::uint32_t> part(&slots[at], std::min(PAGEVEC_SIZE, slots.size() - at));
    here.settle('g', at, writer);
    co_await get_batch(self, mm, part, batch, [](const Folio& folio) { return folio.dirty.get(); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      here.settle('i', at, i, batch, writer);
      co_await write_folio(self, writer, *batch[i]);
    }
    here.settle('r', at, batch, writer);
    co_await folio_batch_release(self, mm, batch);
    co_await cond_resched(self);
  }
  here.settle('s', writer);
  if (wbc.profile == WriterProfile::kBatch) co_await write_locked(self, writer);
  co_await submit_ioend(self, writer);
  if (wbc.plug) co_await blk_finish_plug(self, writer.plug);
  here.settle('w');   // nothing is kept back
  if (wbc.sync_all) co_await filemap_fdatawait_range(self, mm, slots);
}

}  // namespace mmsim
