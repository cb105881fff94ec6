// Folios, what they belong to, and the bits of theirs that actors wait for.
#pragma once

#include <cstdint>

#include "sim/core/bit_lock.hpp"
#include "sim/core/rwsem.hpp"
#include "sim/machine/cpu_set.hpp"

namespace mmsim {

struct Bio;
class BlockDevice;
struct Folio;

enum class MappingKind : std::uint8_t { kFile, kBdev, kShmem, kAnon };

// A page cache, or anonymous memory. A folio's place in it is a slot: see Mm.
struct Mapping {
  Mapping(Name n, MappingKind k, BlockDevice* d) : name(n), kind(k), device(d) {}
  Name name;
  MappingKind kind;
  BlockDevice* device;               // where it is written to; nullptr: nowhere
};

// A process's memory: mm_struct.
struct AddressSpace {
  AddressSpace(Name n, Rwsem& lock, Arena& arena) : name(n), mmap_lock(lock), cpus(arena) {}
  Name name;
  Rwsem& mmap_lock;
  CpuSet cpus;                       // that run it: who must acknowledge a TLB shootdown
};

// Where a folio under writeback has got to: who can end it follows from this.
enum class WritebackStage : std::uint8_t {
  kNone,           // PG_writeback is clear
  kMarked,         // set; its bio is still being made up
  kPrivateBio,     // in an unsubmitted bio (ioend, io_submit) of `keeper`
  kPlug,           // in the block plug of `keeper`
  kDevice,         // at a device that needs nobody
  kServer,         // in the queue of a device that `keeper` serves
};

// PG_writeback of one folio.
class WritebackBit final : public Object {
 public:
  using Object::Object;
  static constexpr LockClass kClass{"PG_writeback", "folio_start_writeback", "", "folio_end_writeback", "folio_wait_writeback", ""};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}
  bool set() const { return stage != WritebackStage::kNone; }

  WritebackStage stage = WritebackStage::kNone;
  Actor* keeper = nullptr;
  std::int64_t since_ns = -1;        // when it came to this stage
  const char* kept_at = nullptr;
};

// The lock of the buffer heads of a folio, taken together (see buffer_migrate_lock_buffers()).
// DIFFERS: one lock for all buffers of a folio, not one each.
class BufferHead final : public BitLock {
 public:
  using BitLock::BitLock;
  static constexpr LockClass kClass{"buffer lock", "lock_buffer", "trylock_buffer", "unlock_buffer", "wait_on_buffer", ""};
  const LockClass& lock_class() const override { return kClass; }
};

// 1. The folio itself is its lock, PG_locked.
// 2. A folio in use stands in one slot, or is the destination of one that does.
// 3. PG_writeback is set only under the folio lock; migration entries exist only while the source is locked.
struct Folio final : BitLock {
  using BitLock::BitLock;
  static constexpr LockClass kClass{"folio lock", "folio_lock", "folio_trylock", "folio_unlock", "folio_wait_locked", ""};
  const LockClass& lock_class() const override { return kClass; }

  std::int64_t pages() const { return std::int64_t{1} << order; }
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(pages()) * 4096; }
  // Entries that map it: one PMD for a PMD-sized folio, else one PTE a page.
  std::int64_t map_entries() const { return order >= 9 ? 1 : pages(); }
  bool under_writeback() const { return writeback != nullptr && writeback->set(); }

  std::uint32_t slot = 0;
  std::int64_t index = 0;            // of its first page in its mapping
  std::uint16_t node = 0;
  std::uint8_t order = 0;
  bool dirty = false;
  bool uptodate = true;
  bool mapped = false;               // PTEs are present
  bool migration_entries = false;    // PTEs are migration entries
  bool isolated = false;             // off the LRU: on the list of somebody who is about to migrate it
  std::uint16_t extra_refs = 0;      // references besides the page cache's, the PTEs' and the isolating caller's
  Mapping* mapping = nullptr;
  AddressSpace* mm = nullptr;        // that maps it
  Folio* migrating_from = nullptr;   // its PTEs still are migration entries that name this source
  WritebackBit* writeback = nullptr; // made when first needed
  BufferHead* buffers = nullptr;     // block-device mappings
};

}  // namespace mmsim
