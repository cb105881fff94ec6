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
struct FolioParts;

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

// Where I/O has got to: who can end it follows from this.
enum class IoStage : std::uint8_t {
  kNone,           // there is none
  kMarked,         // PG_writeback is set; its bio is still being made up
  kPrivateBio,     // in an unsubmitted bio (ioend, io_submit) of `keeper`
  kPlug,           // in the block plug of `keeper`
  kDevice,         // at a device that needs nobody
  kServer,         // at a device that actors serve: in the queue of `keeper`, or of any of them if it is nullptr
  kInHand,         // in the hands of `keeper`, one of these
};

struct IoState {
  void set(const World& world, IoStage to, Actor* by);
  // Of a wait for its end: at which device, and of which folio where it is marked and no more.
  QuickEnd quick_end() const;
  void describe(const BlockDevice* device, const Object* marked, Wait& wait) const;

  Shared<IoStage> stage = IoStage::kNone;
  Shared<Actor*> keeper;
  Unobserved<std::int64_t> since_ns = -1;                 // when it came to this stage
  Unobserved<const char*> kept_at = nullptr;
};

// PG_writeback of one folio.
class WritebackBit final : public Object {
 public:
  using Object::Object;
  static constexpr LockClass kClass{"PG_writeback", "folio_start_writeback", "", "folio_end_writeback", "folio_wait_writeback", ""};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}

  Shared<bool> set = false;          // apart from the stage: most who test it do not care how far it has got
  IoState io;                        // kNone if and only if it is not set
};

// The lock of the buffer heads of a folio, taken together (see buffer_migrate_lock_buffers()).
// DIFFERS: one lock for all buffers of a folio, not one each.
// While its I/O is under way the lock is held, and the end of that unlocks it.
class BufferHead final : public BitLock {
 public:
  using BitLock::BitLock;
  static constexpr LockClass kClass{"buffer lock", "lock_buffer", "trylock_buffer", "unlock_buffer", "wait_on_buffer", ""};
  const LockClass& lock_class() const override { return kClass; }
  bool handed_over() const override;
  QuickEnd quick_end() const override;
  void describe(Wait& wait) const override;

  Shared<Bio*> io;                   // under way
  Bio* bio = nullptr;                // explorations: the one that it is ever in
  std::uint32_t number = 0;          // among those of folios
  std::int64_t page = 0;             // of the block device
};

// 1. The folio itself is its lock, PG_locked.
// 2. A folio in use stands in one slot, or is the destination of one that does.
// 3. PG_writeback is set only under the folio lock; migration entries exist only while the source is locked.
// 4. A folio that is being read in is locked until the read ends, in whatever context that is.
struct Folio final : BitLock {
  using BitLock::BitLock;
  static constexpr LockClass kClass{"folio lock", "folio_lock", "folio_trylock", "folio_unlock", "folio_wait_locked", ""};
  const LockClass& lock_class() const override { return kClass; }
  bool handed_over() const override;
  QuickEnd quick_end() const override;
  void describe(Wait& wait) const override;

  std::int64_t pages() const { return std::int64_t{1} << order; }
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(pages()) * 4096; }
  // Entries that map it: one PMD for a PMD-sized folio, else one PTE a page.
  std::int64_t map_entries() const { return order >= 9 ? 1 : pages(); }
  bool under_writeback() const {
    const WritebackBit* bit = writeback;
    return bit != nullptr && bit->set;
  }

  Shared<std::int64_t> index = 0;          // of its first page in its mapping
  Shared<std::uint32_t> slot = 0;
  Shared<std::uint16_t> node = 0;
  Shared<std::uint16_t> extra_refs = 0;    // references besides the page cache's, the PTEs' and the isolating caller's
  Shared<bool> refs_frozen = false;        // folio_ref_freeze() by a program: nobody takes a reference
  Shared<std::uint8_t> order = 0;
  Shared<bool> dirty = false;
  Shared<bool> uptodate = true;
  Shared<bool> mapped = false;             // PTEs are present
  Shared<bool> migration_entries = false;  // PTEs are migration entries
  Shared<bool> isolated = false;           // off the LRU: on the list of somebody who is about to migrate it
  Shared<Mapping*> mapping;
  Shared<AddressSpace*> mm;                // that maps it
  Shared<Folio*> migrating_from;           // its PTEs still are migration entries that name this source
  Shared<WritebackBit*> writeback;         // made when first needed; explorations: when the world is built
  Shared<BufferHead*> buffers;             // block-device mappings
  Shared<Bio*> read;                       // whose end will unlock it
  Folio* partner = nullptr;                // explorations and replays: what it migrates to, and back from
  const FolioParts* parts = nullptr;       // the same: what it is split into, beside itself
};

}  // namespace mmsim
