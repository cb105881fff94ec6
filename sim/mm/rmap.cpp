#include "sim/mm/rmap.hpp"

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/machine/ipi.hpp"

namespace mmsim {

namespace {

// flush_tlb_mm_range() and arch_tlbbatch_flush(): the CPUs in `cpus` drop their translations, this one included.
Task<> flush_tlb(Actor& self, Mm& mm, const CpuSet& cpus) {
  std::uint64_t receivers = 0;
  for (int cpu = cpus.next(CpuSet::kNone); cpu != CpuSet::kNone; cpu = cpus.next(cpu)) receivers += cpu != self.cpu;
  if (self.cpu >= 0 && cpus.contains(self.cpu)) count(self, NR_TLB_LOCAL_FLUSH);
  if (receivers == 0 || mm.cpus == nullptr) co_return;
  count(self, NR_TLB_REMOTE_FLUSH);
  count(self, NR_TLB_REMOTE_FLUSH_RECEIVED, receivers);
  if (self.world.exploring) {
    if (mm.irqs_go_off) co_await await_enabled_interrupts(self, *mm.cpus, cpus);
    co_return;
  }
  co_await smp_call_function_many(self, *mm.cpus, cpus);
}

}  // namespace

Task<> try_to_migrate(Actor& self, Mm& mm, Folio& folio, TlbBatch* batch) {
  Procedure here(self, "try_to_migrate");
  const std::int64_t entries = folio.map_entries();
  if (batch != nullptr) {
    co_await spend(self, entries * mm.costs.unmap_pte_ns);
    co_await visible(self, &folio, "try_to_migrate", [&] {
      folio.mapped = false;
      folio.migration_entries = true;
      batch->cpus.add_all(folio.mm->cpus);
      batch->flush_required = true;
      note(self, Note::kUnmap, &folio);
    });
    co_return;
  }
  co_await act(self, &folio, "try_to_migrate", [&] {
    folio.mapped = false;
    folio.migration_entries = true;
    note(self, Note::kUnmap, &folio);
  });
  for (std::int64_t i = 0; i < entries; ++i) {   // cleared and flushed one by one, under the PTE lock
    co_await spend(self, mm.costs.unmap_pte_ns);
    co_await flush_tlb(self, mm, folio.mm->cpus);
  }
}

Task<> try_to_unmap_flush(Actor& self, Mm& mm, TlbBatch& batch) {
  if (batch.empty()) co_return;
  Procedure here(self, "try_to_unmap_flush");
  note(self, Note::kFlush);
  co_await flush_tlb(self, mm, batch.cpus);
  batch.cpus.clear();
  batch.flush_required = false;
}

Task<> remove_migration_ptes(Actor& self, Mm& mm, Folio& src, Folio& now) {
  Procedure here(self, "remove_migration_ptes");
  co_await spend(self, src.map_entries() * mm.costs.remap_pte_ns);
  co_await act(self, &src, "remove_migration_ptes", [&] {
    src.migration_entries = false;
    now.mapped = true;
    note(self, Note::kRemap, &src);
  });
}

}  // namespace mmsim
