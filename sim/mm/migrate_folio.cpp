#include "sim/machine/flow_client.hpp"
#include "sim/mm/migrate_internal.hpp"

namespace mmsim {

const char* to_string(MigrateMode mode) {
  switch (mode) {
    case MigrateMode::kAsync: return "MIGRATE_ASYNC";
    case MigrateMode::kSyncLight: return "MIGRATE_SYNC_LIGHT";
    case MigrateMode::kSync: break;
  }
  return "MIGRATE_SYNC";
}

namespace {

class FreeFolio : public InstantOperation {
 public:
  FreeFolio(Actor& s, Mm& mm, Folio& folio) : InstantOperation(s), mm_(mm), folio_(folio) {}
  void complete() override { mm_.free_folio(folio_); }
  Object* object() const override { return &folio_; }
  const char* verb() const override { return "folio_put"; }

 private:
  Mm& mm_;
  Folio& folio_;
};

// v6.5 and later: a folio or buffer that is being read in would keep a light migration waiting for the disk.
bool only_if_uptodate(const MigrateCall& call, const Folio& src, MigrateMode mode) {
  return call.mc.variant == KernelVariant::kV6_11 && mode == MigrateMode::kSyncLight && !src.uptodate;
}

// folio_put() of the last reference: the folio goes back to its node. Others see the free pages.
Task<> put_last(Actor& self, Mm& mm, Folio& folio) {
  if (mm.counts_pages())
    co_await Await<FreeFolio>(self, mm, folio);
  else
    mm.free_folio(folio);
}

// Takes the folio lock as the mode allows: 0, -EAGAIN or -EDEADLOCK.
Task<int> lock_src(Actor& self, MigrateCall& call, Folio& src, UnmapRules rules) {
  const bool locked = co_await folio_trylock(self, src);
  if (locked) co_return 0;
  count(self, MIGRATE_LOCK_BUSY);
  if (!rules.force || rules.mode == MigrateMode::kAsync) co_return -EAGAIN;
  // PF_MEMALLOC tasks may be inside writeback or readahead and hold other folio locks.
  if (call.mc.memalloc) co_return -EAGAIN;
  if (only_if_uptodate(call, src, rules.mode)) co_return -EAGAIN;
  if (rules.avoid_force_lock) co_return -EDEADLOCK;
  co_await folio_lock(self, src);
  co_return 0;
}

// Waits for PG_writeback of the locked folio as the mode allows: 0, -EBUSY or -EAGAIN.
Task<int> wait_writeback(Actor& self, Folio& src, UnmapRules rules) {
  const bool busy = co_await act(self, &src, "folio_test_writeback", [&] { return src.under_writeback(); });
  if (!busy) co_return 0;
  count(self, MIGRATE_WRITEBACK_BUSY);
  if (rules.mode != MigrateMode::kSync) co_return -EBUSY;
  if (!rules.force) co_return -EAGAIN;
  co_await folio_wait_writeback(self, src);
  co_return 0;
}

// buffer_migrate_lock_buffers()
Task<bool> lock_buffers(Actor& self, const MigrateCall& call, Folio& src, MigrateMode mode) {
  if (src.buffers == nullptr) co_return true;
  const bool locked = co_await trylock_buffer(self, *src.buffers);
  if (locked) co_return true;
  if (mode == MigrateMode::kAsync || only_if_uptodate(call, src, mode)) co_return false;
  co_await lock_buffer(self, *src.buffers);
  co_return true;
}

// folio_migrate_mapping(): from here on a look-up finds the destination. A reference that somebody else holds shows as
// a reference count that is not the expected one.
bool migrate_mapping(Mm& mm, Folio& src, Folio& dst) {
  if (src.extra_refs != 0) return false;
  mm.slots[src.slot] = &dst;
  dst.slot = src.slot.get();
  dst.index = src.index.get();
  dst.mapping = src.mapping.get();
  dst.mm = src.mm.get();
  dst.dirty = src.dirty.get();
  dst.uptodate = src.uptodate.get();
  dst.migrating_from = &src;
  dst.isolated = true;
  return true;
}

}  // namespace

void count_success(MigrateStats& stats, const Folio& folio) {
  stats.nr_succeeded += static_cast<std::uint64_t>(folio.pages());
  stats.nr_thp_succeeded += is_thp(folio);
}

void count_failure(MigrateStats& stats, const Folio& folio) {
  ++stats.nr_failed;
  stats.nr_failed_pages += static_cast<std::uint64_t>(folio.pages());
  stats.nr_thp_failed += is_thp(folio);
}

void give_up(MigrateCall& call, FolioList& tried, FolioList& ret) {
  for (const Folio* folio : tried) count_failure(call.stats, *folio);
  ret.insert(ret.end(), tried.begin(), tried.end());
  tried.clear();
}

Task<int> migrate_folio_unmap(Actor& self, MigrateCall& call, Folio& src, Folio** dst, UnmapRules rules) {
  Procedure here(self, "migrate_folio_unmap");
  Mm& mm = call.mc.mm;
  co_await spend(self, mm.costs.alloc_folio_ns);
  Folio* fresh = nullptr;
  if (mm.counts_pages())
    fresh = co_await act(self, nullptr, "alloc_migration_target", [&] { return mm.alloc_folio(call.mc.to_node, src); });
  else
    fresh = mm.alloc_folio(call.mc.to_node, src);   // as good as private memory
  if (fresh == nullptr) {
    note(self, Note::kNoMemory, &src);
    co_return -ENOMEM;
  }
  int rc = co_await lock_src(self, call, src, rules);
  const bool locked = rc == 0;
  if (locked) rc = co_await wait_writeback(self, src, rules);
  if (rc != 0) {
    if (rc == -EAGAIN) count(self, MIGRATE_RETRY);
    if (locked) co_await folio_unlock(self, src);
    co_await put_last(self, mm, *fresh);
    co_return rc;
  }
  const bool dst_locked = co_await folio_trylock(self, *fresh);
  MMSIM_CHECK(dst_locked, "a new folio was locked by somebody");
  if (src.mapped) co_await try_to_migrate(self, mm, src, rules.batch_flush ? &call.tlb : nullptr);
  *dst = fresh;
  co_return MIGRATEPAGE_UNMAP;
}

Task<int> migrate_folio_copy(Actor& self, MigrateCall& call, Folio& src, Folio& dst, MigrateMode mode) {
  Procedure here(self, "migrate_folio");
  Mm& mm = call.mc.mm;
  // No copy may begin before every CPU has acknowledged that it no longer writes through an old translation.
  MMSIM_CHECK(call.tlb.empty(), "a folio was copied before its TLB flush");
  const bool buffers_locked = co_await lock_buffers(self, call, src, mode);
  if (!buffers_locked) {
    count(self, MIGRATE_RETRY);
    co_return -EAGAIN;
  }
  co_await spend(self, mm.costs.move_mapping_ns);
  const bool moved = co_await act(self, &src, "folio_migrate_mapping", [&] { return migrate_mapping(mm, src, dst); });
  if (moved) {
    note(self, Note::kCopy, &src);
    if (!self.world.exploring) co_await MemoryCopy(self, mm.flows, src.node, dst.node, src.bytes(), mm.costs.copy_Bps);
  } else {
    count(self, MIGRATE_RETRY);
  }
  if (src.buffers != nullptr) co_await unlock_buffer(self, *src.buffers);
  co_return moved ? MIGRATEPAGE_SUCCESS : -EAGAIN;
}

Task<> migrate_folio_done(Actor& self, MigrateCall& call, Folio& src, Folio& dst) {
  Procedure here(self, "migrate_folio_move");
  Mm& mm = call.mc.mm;
  co_await spend(self, mm.costs.lru_add_ns);
  if (src.migration_entries) co_await remove_migration_ptes(self, mm, src, dst);
  dst.migrating_from = nullptr;
  mm.replace(src, dst);
  count_success(call.stats, src);
  co_await folio_unlock(self, dst);
  co_await folio_unlock(self, src);
  co_await put_last(self, mm, src);
  dst.isolated = false;   // DIFFERS: on the LRU once the source is gone, not some steps before
}

Task<int> migrate_folio_move(Actor& self, MigrateCall& call, Folio& src, Folio& dst, MigrateMode mode) {
  const int rc = co_await migrate_folio_copy(self, call, src, dst, mode);
  if (rc == MIGRATEPAGE_SUCCESS) co_await migrate_folio_done(self, call, src, dst);
  co_return rc;
}

Task<> migrate_folio_undo(Actor& self, MigrateCall& call, Folio& src, Folio& dst) {
  Procedure here(self, "migrate_folio_undo_src");
  note(self, Note::kUndo, &src);
  if (src.migration_entries) co_await remove_migration_ptes(self, call.mc.mm, src, src);
  co_await folio_unlock(self, src);
  co_await folio_unlock(self, dst);
  co_await put_last(self, call.mc.mm, dst);
}

}  // namespace mmsim
