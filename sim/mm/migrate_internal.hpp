// What the files of page migration share. For their eyes only.
#pragma once

#include <cerrno>

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/mm/filemap.hpp"
#include "sim/mm/migrate.hpp"
#include "sim/mm/rmap.hpp"

namespace mmsim {

inline constexpr int MIGRATEPAGE_SUCCESS = 0;
inline constexpr int MIGRATEPAGE_UNMAP = 1;

// struct migrate_pages_stats: base pages, but for the thp ones.
struct MigrateStats {
  int nr_failed = 0;                  // folios: migrate_pages() returns this
  std::uint64_t nr_succeeded = 0;
  std::uint64_t nr_failed_pages = 0;
  std::uint64_t nr_thp_succeeded = 0;
  std::uint64_t nr_thp_failed = 0;
  std::uint64_t nr_thp_split = 0;
  int nr_split = 0;                   // large folios of any size
};

// A folio that is locked and unmapped, and its locked destination.
struct Unmapped {
  Folio* src;
  Folio* dst;
  void hash_into(Hash128& hash) const {
    hash.add_any(src);
    hash.add_any(dst);
  }
};
using UnmappedList = ArenaVector<Unmapped>;

// What migrate_folio_unmap() may do to get at a folio.
struct UnmapRules {
  MigrateMode mode;
  bool force;                         // may wait at all
  bool avoid_force_lock = false;      // -EDEADLOCK rather than wait for the folio lock
  bool batch_flush = true;            // TTU_BATCH_FLUSH
};

// Everything one call of migrate_pages() keeps.
struct MigrateCall {
  MigrateCall(const MigrateControl& control, Arena& a)
      : mc(control), arena(a), tlb(a), ret_folios(ArenaAllocator<Folio*>(a)), split_folios(ArenaAllocator<Folio*>(a)) {}
  FolioList list() const { return FolioList(ArenaAllocator<Folio*>(arena)); }
  UnmappedList unmapped_list() const { return UnmappedList(ArenaAllocator<Unmapped>(arena)); }
  // The statistics decide nothing.
  void hash_into(Hash128& hash) const {
    hash.add_any(tlb);
    hash.add_any(AsSet{ret_folios});   // they are put back all at once
    hash.add_any(split_folios);
  }

  const MigrateControl& mc;
  Arena& arena;
  TlbBatch tlb;
  FolioList ret_folios;               // failed for good
  FolioList split_folios;             // parts of large folios, to be tried once more
  MigrateStats stats;
};

inline bool is_thp(const Folio& folio) { return folio.order >= 9; }

// --- migrate_folio.cpp: one folio
// Locks src, allocates and locks *dst, unmaps src: MIGRATEPAGE_UNMAP, or a negative errno and nothing held.
Task<int> migrate_folio_unmap(Actor& self, MigrateCall& call, Folio& src, Folio** dst, UnmapRules rules);
// Replaces src in its mapping and copies it: 0, or -EAGAIN with both still locked.
Task<int> migrate_folio_copy(Actor& self, MigrateCall& call, Folio& src, Folio& dst, MigrateMode mode);
// Remaps to dst, unlocks both, frees src.
Task<> migrate_folio_done(Actor& self, MigrateCall& call, Folio& src, Folio& dst);
// copy and done.
Task<int> migrate_folio_move(Actor& self, MigrateCall& call, Folio& src, Folio& dst, MigrateMode mode);
// Remaps to src, unlocks both, frees dst.
Task<> migrate_folio_undo(Actor& self, MigrateCall& call, Folio& src, Folio& dst);
void count_success(MigrateStats& stats, const Folio& folio);
void count_failure(MigrateStats& stats, const Folio& folio);
// Those that were tried till the end: counts them and moves them to `ret`.
void give_up(MigrateCall& call, FolioList& tried, FolioList& ret);

// --- migrate_split.cpp
// Splits a large folio that cannot be moved as it is, into call.split_folios. Counts it as one failure either way.
Task<bool> split_instead(Actor& self, MigrateCall& call, Folio& folio, MigrateMode mode);
// migrate_folio_unmap(), and splitting where that is called for. MIGRATEPAGE_UNMAP: locked and unmapped; -EAGAIN: to be
// tried again; -EDEADLOCK; -ENOMEM: the unmap stage is over; 0: done with, split or on `ret`.
Task<int> unmap_or_split(Actor& self, MigrateCall& call, Folio& folio, Folio** dst, UnmapRules rules, FolioList& ret);
// What -ENOMEM does to the list whose folio `at` met it: nothing of it is tried any more.
void stop_for_memory(MigrateCall& call, FolioList& from, std::size_t at, FolioList& retry, FolioList& ret);

// --- the variants: each takes what it could not move off `from` and puts it on call.ret_folios
Task<int> migrate_pages_one_by_one(Actor& self, MigrateCall& call, FolioList& from);
Task<int> migrate_pages_rfc(Actor& self, MigrateCall& call, FolioList& from);
Task<int> migrate_pages_rfc_fix_b(Actor& self, MigrateCall& call, FolioList& from);
Task<int> migrate_pages_batch(Actor& self, MigrateCall& call, FolioList& from, MigrateMode mode, int nr_pass, FolioList& ret);
Task<int> migrate_pages_batch_v6_3_rc1(Actor& self, MigrateCall& call, FolioList& from);
Task<int> migrate_pages_sync(Actor& self, MigrateCall& call, FolioList& from);

}  // namespace mmsim
