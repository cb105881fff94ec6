#include "sim/mm/fault.hpp"

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

// The source folio that the migration entries at `slot` name; nullptr where PTEs are present.
Folio* migration_entry(const Mm& mm, std::uint32_t slot) {
  Folio* folio = mm.slots[slot];
  if (folio->migrating_from != nullptr) folio = folio->migrating_from;
  return folio->migration_entries ? folio : nullptr;
}

// __migration_entry_wait(): joins the queue of the source's PG_locked as a shared waiter.
Task<> migration_entry_wait(Actor& self, Folio& source) {
  Procedure here(self, "migration_entry_wait");
  const std::int64_t since_ns = self.world.now_ns;
  note(self, Note::kFaultOnMigrationEntry, &source);
  count(self, MIGRATION_ENTRY_WAIT);
  co_await folio_wait_locked(self, source);
  count(self, MIGRATION_ENTRY_WAIT_NS, static_cast<std::uint64_t>(self.world.now_ns - since_ns));
}

// DIFFERS: the fault takes mmap_lock, never a per-VMA lock.
Task<> handle_mm_fault(Actor& self, Mm& mm, std::uint32_t slot) {
  Procedure here(self, "handle_mm_fault");
  Rwsem& mmap_lock = mm.slots[slot]->mm->mmap_lock;
  count(self, PGFAULT);
  co_await spend(self, mm.costs.fault_ns);
  co_await down_read(self, mmap_lock);
  Folio* source = co_await visible(self, mm.slots[slot], "pte_lock", [&] { return migration_entry(mm, slot); });
  if (source != nullptr) co_await migration_entry_wait(self, *source);
  co_await up_read(self, mmap_lock);
}

}  // namespace

Task<> touch(Actor& self, Mm& mm, std::uint32_t slot) {
  for (;;) {
    const bool present =
        co_await visible(self, mm.slots[slot], "access", [&] { return migration_entry(mm, slot) == nullptr; });
    if (present) co_return;
    co_await handle_mm_fault(self, mm, slot);
  }
}

}  // namespace mmsim
