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
  std::int64_t free_pages = 0;
};

class Mm {
 public:
  explicit Mm(World& w);

  // A folio on `node`, nullptr if there is no room (-ENOMEM).
  Folio* alloc_folio(int node, int order);
  // REQUIRES: unlocked, nobody waits for it.
  void free_folio(Folio& folio);
  // A folio that belongs to the world from the start, in a new slot.
  Folio& add_folio(Name name, int node, int order);
  // Lets `dst` take the place of `src`, with its name, so that reports go on speaking of file[3].
  void replace(Folio& src, Folio& dst);
  // Makes base folios of a large one, with what it has: `folio` is the first of them, the others go to `parts`.
  // REQUIRES: locked, not under writeback, no extra references.
  void split_folio(Folio& folio, ArenaVector<Folio*>& parts);

  World& world;
  MmCosts costs;
  ArenaVector<MemoryNode> nodes;
  ArenaVector<Folio*> slots;           // what stands in each
  Cpus* cpus = nullptr;
  FlowNetwork* flows = nullptr;        // a service of the run; nullptr: copies take bytes / copy_Bps

 private:
  ArenaVector<Folio*> spare_;          // free structs, last in first out
  std::uint32_t spare_name_;
  std::int32_t spares_made_ = 0;
};

}  // namespace mmsim
