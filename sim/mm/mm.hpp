// The memory of a world: nodes, folios, where each folio of a page cache or address space is now.
//
// A slot is a place in a mapping or address space (the page cache index, the virtual address): actors that write or
// touch memory name slots, and migration changes which folio stands there.
// Invariant: free_pages of a node plus the pages of all folios on it is the node's size.
#pragma once

#include <cstdint>

#include "sim/core/world.hpp"
#include "sim/mm/folio.hpp"
#include "sim/mm/vmstat.hpp"

namespace mmsim {

class Cpus;
class FlowNetwork;

// See message Costs of scenario.proto for what each is and where it comes from.
struct MmCosts {
  std::int64_t alloc_folio_ns = 0, unmap_pte_ns = 0, move_mapping_ns = 0, remap_pte_ns = 0, lru_add_ns = 0, fault_ns = 0,
               submit_bio_ns = 0, irq_ns = 0;
  double copy_Bps = 0;
};

struct MemoryNode {
  explicit MemoryNode(std::int64_t pages) : free_pages(pages) {}
  Shared<std::int64_t> free_pages;
};

// Base folios that a large one can be split into, and the slots from `first_slot` on where they will stand: one that is not
// split off yet does not say so itself.
struct FolioParts {
  explicit FolioParts(Arena& arena) : folios(ArenaAllocator<Folio*>(arena)) {}
  ArenaVector<Folio*> folios;
  std::uint32_t first_slot = 0;
};

class Mm {
 public:
  explicit Mm(World& w);

  // A folio on `node` for what is in `src` now, nullptr if there is no room (-ENOMEM).
  // REQUIRES of an exploration: expect_migration(src) was called, and nobody else migrates it.
  Folio* alloc_folio(int node, const Folio& src);
  // REQUIRES: unlocked, nobody waits for it.
  void free_folio(Folio& folio);
  // A folio that belongs to the world from the start, in a new slot.
  Folio& add_folio(Name name, int node, int order);
  // Lets `dst` take the place of `src`, with its name, so that reports go on speaking of file[3].
  void replace(Folio& src, Folio& dst);
  // Makes base folios of a large one, with what it has: `folio` is the first of them, the others go to `parts`.
  // REQUIRES: locked, not under writeback, no extra references.
  void split_folio(Folio& folio, ArenaVector<Folio*>& parts);
  // While a world to be explored, or to replay what was found, is built: whoever migrates `folio` gets the same struct each
  // time, and the next time the first one again, so that it makes no difference to the state of the world who migrated
  // what before.
  void expect_migration(Folio& folio);
  // The same of whoever splits it. REQUIRES: expect_migration() was called before.
  void expect_split(Folio& folio);
  // Something stands in that slot, or migrates from there: it is not that of a part yet to be split off.
  bool in_use(std::uint32_t slot) const { return slots[slot]->slot == slot; }
  // While a world to be explored is built: writeback of what stands at `slot`; a bio whose first folio is that, with room for
  // `folios`; one of a buffer. REQUIRES: expect_migration() of its folio, if any, was called before.
  void expect_writeback(std::uint32_t slot);
  Bio& expect_bio(std::uint32_t slot, std::size_t folios);
  Bio& expect_bio(BufferHead& bh, BlockDevice& device);

  // A reference that keeps migration from moving the folio.
  void get(Folio& folio) const {
    if (counts_refs()) ++folio.extra_refs;
  }
  void put(Folio& folio) const {
    if (counts_refs()) --folio.extra_refs;
  }
  bool counts_refs() const { return folios_move; }
  bool counts_pages() const { return memory_runs_out; }

  World& world;
  MmCosts costs;
  ArenaVector<MemoryNode> nodes;
  ArenaVector<Shared<Folio*>> slots;   // what stands in each
  ArenaVector<Bio*> bios;              // explorations: by slot
  Cpus* cpus = nullptr;
  FlowNetwork* flows = nullptr;        // a service of the run; nullptr: copies take bytes / copy_Bps
  // Explorations, and replays of what they found, leave out what nobody can tell.
  bool folios_move = true;             // somebody migrates: references count
  bool irqs_go_off = true;             // somebody may turn interrupts off: a TLB flush may have to wait
  bool memory_runs_out = true;         // an allocation may fail: free pages count

 private:
  ArenaVector<Folio*> spare_;          // free structs, last in first out
  std::uint32_t spare_name_;
  const FolioParts& make_parts(const Folio& folio);
  Name new_name(const Folio& src) const { return {spare_name_, static_cast<std::int32_t>(src.slot.get())}; }
};

}  // namespace mmsim
