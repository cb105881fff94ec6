// Page migration, as mm/migrate.c in the kernels of the thread of 27 Sep 2022 and after.
//
//   migrate.cpp         migrate_pages(): chunks, variants, accounting
//   migrate_v6_2.cpp    one folio at a time
//   migrate_rfc.cpp     the series under discussion, and the two ways out that were proposed
//   migrate_batch.cpp   as merged for v6.3-rc1, as fixed for v6.3, as in v6.11
//   migrate_folio.cpp   what happens to one folio: unmap, move mapping and copy, remap, undo
//   migrate_split.cpp   large folios that cannot be moved as they are
//
// DIFFERS, throughout: hugetlb and movable non-LRU pages are not modelled; anon_vma and i_mmap locks and the PTE lock are
// part of the cost of unmap and remap; a mapping without a migrate callback does not exist.
#pragma once

#include <cstdint>

#include "sim/mm/mm.hpp"

namespace mmsim {

enum class KernelVariant : std::uint8_t { kV6_2, kRfc, kRfcFixA, kRfcFixB, kV6_3Rc1, kV6_3, kV6_11 };
enum class MigrateMode : std::uint8_t { kAsync, kSyncLight, kSync };
const char* to_string(MigrateMode mode);

using FolioList = ArenaVector<Folio*>;

// mm/migrate.c
inline constexpr int NR_MAX_MIGRATE_PAGES_RETRY = 10;
inline constexpr int NR_MAX_MIGRATE_ASYNC_RETRY = 3;
inline constexpr int NR_MAX_MIGRATE_SYNC_RETRY = NR_MAX_MIGRATE_PAGES_RETRY - NR_MAX_MIGRATE_ASYNC_RETRY;

struct MigrateControl {
  Mm& mm;
  KernelVariant variant;
  MigrateMode mode;
  int to_node;
  std::uint32_t batch_pages;     // NR_MAX_BATCHED_MIGRATION
  bool thp_migration;            // false: large folios are split first
  bool memalloc;                 // PF_MEMALLOC: never waits for a folio lock
};

// folio_isolate_lru(): takes what stands in `slots` off the LRU and onto `list`, but for what is on `to_node` or on a list
// already. So no folio is migrated by two at a time.
void isolate_folios(Mm& mm, const ArenaVector<std::uint32_t>& slots, int to_node, FolioList& list);
// Puts back on the LRU what migrate_pages() left.
void putback_movable_pages(FolioList& list);

// Moves the isolated folios of `from` to mc.to_node. Returns how many were not moved (a split counts as one), 0 when all
// were, or a negative errno. What stayed behind is left in `from`.
Task<int> migrate_pages(Actor& self, const MigrateControl& mc, FolioList& from);

}  // namespace mmsim
