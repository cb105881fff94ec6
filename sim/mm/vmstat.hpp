// What the model counts, and the milestones it writes to a trace. Names are those of /proc/vmstat, of the tracepoints
// and of the functions of the kernel where it has one for the same thing.
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/world.hpp"

namespace mmsim {

enum Counter : std::uint32_t {
  PGMIGRATE_SUCCESS,
  PGMIGRATE_FAIL,
  THP_MIGRATION_SUCCESS,
  THP_MIGRATION_FAIL,
  THP_MIGRATION_SPLIT,
  NR_TLB_REMOTE_FLUSH,
  NR_TLB_REMOTE_FLUSH_RECEIVED,
  NR_TLB_LOCAL_FLUSH,
  PGFAULT,
  NR_WRITTEN,
  PGALLOC,
  PGFREE,
  MIGRATE_RETRY,          // -EAGAIN from unmap or move; the kernel keeps it in a local variable
  MIGRATE_LOCK_BUSY,      // of these: the folio lock was taken
  MIGRATE_WRITEBACK_BUSY, // folios under writeback that a mode would not wait for
  MIGRATE_EDEADLOCK,      // the batch gave way (v6.3-rc1)
  MIGRATION_ENTRY_WAIT,   // faults that met a migration entry
  MIGRATION_ENTRY_WAIT_NS,
  BIO_SUBMITTED,
  kCounters
};

inline constexpr std::array<const char*, kCounters> kCounterNames = {
    "pgmigrate_success",
    "pgmigrate_fail",
    "thp_migration_success",
    "thp_migration_fail",
    "thp_migration_split",
    "nr_tlb_remote_flush",
    "nr_tlb_remote_flush_received",
    "nr_tlb_local_flush",
    "pgfault",
    "nr_written",
    "pgalloc",
    "pgfree",
    "migrate_retry",
    "migrate_lock_busy",
    "migrate_writeback_busy",
    "migrate_edeadlock",
    "migration_entry_wait",
    "migration_entry_wait_ns",
    "bio_submitted",
};

// Nobody decides anything by these: an exploration that logs accesses leaves them alone.
inline void count(World& world, Counter counter, std::uint64_t by = 1) {
  if (world.arena.log() == nullptr) world.counters[counter] += by;
}
inline void count(Actor& self, Counter counter, std::uint64_t by = 1) { count(self.world, counter, by); }

enum class Note : std::uint32_t {
  kMigratePagesStart,
  kMigratePagesEnd,
  kUnmap,
  kFlush,
  kCopy,
  kRemap,
  kUndo,
  kSplit,
  kBatchGivesWay,
  kStartWriteback,
  kEndWriteback,
  kSubmitBio,
  kKeepBio,
  kPlugBio,
  kServeBio,
  kBioEnd,
  kFaultOnMigrationEntry,
  kNoMemory,
  kCount
};

inline constexpr std::array<const char*, static_cast<std::size_t>(Note::kCount)> kNoteNames = {
    "mm_migrate_pages_start",
    "mm_migrate_pages",
    "try_to_migrate",
    "try_to_unmap_flush",
    "folio_copy",
    "remove_migration_ptes",
    "migrate_folio_undo",
    "split_folio",
    "-EDEADLOCK",
    "folio_start_writeback",
    "folio_end_writeback",
    "submit_bio",
    "bio_add_folio",
    "blk_add_rq_to_plug",
    "loop_handle_cmd",
    "bio_endio",
    "migration_entry_wait",
    "-ENOMEM",
};

inline void note(Actor& self, Note what, const Object* object = nullptr, std::int64_t argument = 0) {
  self.world.note(self, object, static_cast<std::uint32_t>(what), argument);
}

}  // namespace mmsim
