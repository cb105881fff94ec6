#include "sim/mm/fault.hpp"

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

// The source folio that the migration entries at `slot` name; nullptr where PTEs are present.
Folio* migration_entry(const Mm& mm, std::uint32_t slot) {
  Folio* folio = mm.slots[slot];
  if (Folio* source = folio->migrating_from; source != nullptr) folio = source;
  return folio->migration_entries ? folio : nullptr;
}

// __migration_entry_wait(): joins the queue of the source's PG_locked as a shared waiter.
Task<> migration_entry_wait(Actor& self, Folio& source) {
  Procedure here(self, "migration_entry_wait");
  const std::int64_t since_ns = self.world.now_ns;
  note(self, Note::kFaultOnMigrationEntry, &source);
  count(self, MIGRATION_ENTRY_WAIT);
  co_await folio_wait_locked(self, source);
  const std::int64_t waited_ns = self.world.now_ns - since_ns;
  count(self, MIGRATION_ENTRY_WAIT_NS, static_cast<std::uint64_t>(waited_ns));
  if (waited_ns > 0) self.world.count_wait("migration entry", waited_ns);   // beside that for the folio lock, which others wait for too
}

Rwsem& mmap_lock_of(const Mm& mm, std::uint32_t slot) {
  const Unlogged the_same_whatever_stands_there(mm.world.arena);
  return mm.slots[slot]->mm->mmap_lock;
}

// DIFFERS: the fault takes mmap_lock, never a per-VMA lock, and is not yet in the queue of PG_locked when it lets go of the
// PTE lock: an exploration sees others step in between.
Task<> handle_mm_fault(Actor& self, Mm& mm, std::uint32_t slot) {
  Procedure here(self, "handle_mm_fault");
  Rwsem& mmap_lock = mmap_lock_of(mm, slot);
  count(self, PGFAULT);
  co_await spend(self, mm.costs.fault_ns);
  co_await down_read(self, mmap_lock);
  Folio* source = co_await act_at(self, mm, slot, "pte_lock", [&] { return migration_entry(mm, slot); });
  if (source != nullptr) co_await migration_entry_wait(self, *source);
  co_await up_read(self, mmap_lock);
}

}  // namespace

Task<> touch(Actor& self, Mm& mm, std::uint32_t slot) {
  Past before(self);
  for (;;) {
    before.settle();
    const bool present = co_await act_at(self, mm, slot, "access", [&] { return migration_entry(mm, slot) == nullptr; });
    if (present) co_return;
    co_await handle_mm_fault(self, mm, slot);
  }
}

}  // namespace mmsim
