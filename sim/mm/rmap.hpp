// Unmapping with deferred TLB flushes, as mm/rmap.c and arch/x86/mm/tlb.c.
#pragma once

#include "sim/mm/mm.hpp"

namespace mmsim {

// current->tlb_ubc: CPUs whose TLBs may still hold translations that this task has taken away.
struct TlbBatch {
  explicit TlbBatch(Arena& arena) : cpus(arena) {}
  bool empty() const { return !flush_required; }
  void hash_into(Hash128& hash) const {
    hash.add(flush_required);
    cpus.hash_into(hash);
  }
  CpuSet cpus;
  bool flush_required = false;
};

// Replaces every PTE of a locked folio by a migration entry. With a batch the flush is left to try_to_unmap_flush().
Task<> try_to_migrate(Actor& self, Mm& mm, Folio& folio, TlbBatch* batch);

// One shootdown on all CPUs of the batch; returns when each has acknowledged it.
Task<> try_to_unmap_flush(Actor& self, Mm& mm, TlbBatch& batch);

// Replaces the migration entries of `src` by PTEs of `now`, which is src itself when the migration is undone.
Task<> remove_migration_ptes(Actor& self, Mm& mm, Folio& src, Folio& now);

}  // namespace mmsim
