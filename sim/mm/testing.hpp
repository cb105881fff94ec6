// What the tests of memory management share: small machines made by code, root coroutines that keep what procedures
// return, and the trace of a run as a list to look through.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"
#include "sim/machine/cpus.hpp"
#include "sim/mm/block.hpp"
#include "sim/mm/fault.hpp"
#include "sim/mm/filemap.hpp"
#include "sim/mm/server.hpp"
#include "sim/mm/migrate.hpp"
#include "sim/mm/writeback.hpp"

namespace mmsim {

using Slots = ArenaVector<std::uint32_t>;

struct FolioSpec {
  int node = 0;
  int order = 0;
  Mapping* mapping = nullptr;
  AddressSpace* mm = nullptr;
  bool dirty = false;
  bool uptodate = true;
};

struct MachineSpec {
  int nodes = 2;
  int cpus_per_node = 2;
  std::int64_t pages = 4096;    // of each node
  CpuCosts cpu{.wakeup_ns = 0, .context_switch_ns = 0};
  MmCosts mm{.alloc_folio_ns = 10, .unmap_pte_ns = 20, .move_mapping_ns = 10, .remap_pte_ns = 20, .lru_add_ns = 10,
             .fault_ns = 50, .submit_bio_ns = 100, .irq_ns = 200, .copy_Bps = 4096e9 / 400};   // a page takes 400 ns
};

// What migrate_pages() gave back.
struct MigrateOutcome {
  int rc = 0;
  bool returned = false;
  std::vector<Folio*> left;
};

inline Task<> migrate_list(Actor& self, MigrateControl control, FolioList from, MigrateOutcome& out) {
  out.rc = co_await migrate_pages(self, control, from);
  out.returned = true;
  out.left.assign(from.begin(), from.end());
}

inline Task<> write_once(Actor& self, WritebackControl wbc, const Slots& slots) { co_await write_cache_pages(self, wbc, slots); }

// Holds the lock of what stands in a slot, with a reference.
inline Task<> hold_slot(Actor& self, Mm& mm, std::uint32_t slot, std::int64_t ns) {
  Folio* folio = co_await filemap_lock_folio(self, mm, slot);
  co_await sleep_ns(self, ns);
  co_await folio_unlock_and_put(self, mm, *folio);
}

inline Task<> hold_buffer(Actor& self, BufferHead& bh, std::int64_t ns) {
  co_await lock_buffer(self, bh);
  co_await sleep_ns(self, ns);
  co_await unlock_buffer(self, bh);
}

inline Task<> touch_slots(Actor& self, Mm& mm, const Slots& slots, std::int64_t think_ns, int times) {
  for (int i = 0; i < times; ++i)
    for (const std::uint32_t slot : slots) {
      co_await spend(self, think_ns);
      co_await touch(self, mm, slot);
    }
}

class MmWorld : public TestWorld {
 public:
  explicit MmWorld(const MachineSpec& spec = {}, std::uint64_t seed = 0)
      : TestWorld(seed), mm(*world.arena.make<Mm>(world)), path_("mmsim_mm_test.") {
    path_.append(std::to_string(getpid())).append(".trace");
    std::vector<int> node_of_cpu;
    for (int node = 0; node < spec.nodes; ++node) {
      node_of_cpu.insert(node_of_cpu.end(), static_cast<std::size_t>(spec.cpus_per_node), node);
      mm.nodes.emplace_back(spec.pages);
    }
    mm.costs = spec.mm;
    mm.cpus = world.arena.make<Cpus>(world, spec.cpu, Preemption::kVoluntary, node_of_cpu);
    world.cpus = mm.cpus;
    trace.open(path_);
  }

  Mapping& mapping(std::string_view text, MappingKind kind = MappingKind::kFile, BlockDevice* device = nullptr) {
    return *world.arena.make<Mapping>(name(text), kind, device);
  }
  AddressSpace& address_space(std::string_view text, std::initializer_list<int> cpus) {
    Rwsem& lock = add<Rwsem>(std::string(text).append(".mmap_lock"), world.arena);
    auto& space = *world.arena.make<AddressSpace>(name(text), lock, world.arena);
    for (const int cpu : cpus) space.cpus.add(cpu);
    return space;
  }
  Slots& folios(std::string_view text, int count, const FolioSpec& spec) {
    auto& slots = *world.arena.make<Slots>(ArenaAllocator<std::uint32_t>(world.arena));
    for (int i = 0; i < count; ++i) {
      Folio& folio = mm.add_folio({world.intern(text), i}, spec.node, spec.order);
      folio.index = static_cast<std::int64_t>(i) << spec.order;
      folio.mapping = spec.mapping;
      folio.mm = spec.mm;
      folio.mapped = spec.mm != nullptr;
      folio.dirty = spec.dirty;
      folio.uptodate = spec.uptodate;
      if (spec.mapping != nullptr && spec.mapping->kind == MappingKind::kBdev) folio.buffers = &add<BufferHead>("bh");
      slots.push_back(folio.slot);
    }
    return slots;
  }
  Folio& at(const Slots& slots, std::size_t i) { return *mm.slots[slots[i]]; }

  template <class Procedure, class... Args>
  Actor& start_on(int cpu, std::string_view text, std::int64_t at_ns, Procedure procedure, Args&&... args) {
    Actor& self = actor(text);
    self.cpu = static_cast<std::int16_t>(cpu);
    world.start(self, procedure(self, std::forward<Args>(args)...), at_ns);
    return self;
  }

  MigrateControl control(KernelVariant variant, MigrateMode mode) {
    return {.mm = mm, .variant = variant, .mode = mode, .to_node = 1, .batch_pages = 512, .thp_migration = true, .memalloc = false};
  }
  Actor& migrate(const MigrateControl& control, const Slots& slots, MigrateOutcome& out, std::int64_t at_ns = 0, int cpu = 0) {
    FolioList list(ArenaAllocator<Folio*>(world.arena));
    for (const std::uint32_t slot : slots) list.push_back(mm.slots[slot]);
    return start_on(cpu, "migrator", at_ns, migrate_list, control, list, out);
  }

  // Runs to the end; then records() is the whole trace.
  RunEnd finish(RunLimits limits = {.steps_max = 50'000'000}) {
    const RunEnd end = run(limits);
    trace.close("");
    std::FILE* file = std::fopen(path_.c_str(), "rb");
    std::fseek(file, sizeof(TraceHeader), SEEK_SET);
    TraceRecord record{};
    while (std::fread(&record, sizeof record, 1, file) == 1 && record.event != Event::kEnd) records.push_back(record);
    std::fclose(file);
    std::remove(path_.c_str());
    return end;
  }

  std::uint64_t counter(Counter which) const { return world.counters[which]; }
  // How many records of `actor` are this.
  int times(const Actor& actor, Event event, const char* noun = nullptr) const {
    int n = 0;
    for (const TraceRecord& r : records)
      if (r.actor == actor.id && r.event == event && (noun == nullptr || noun_of(r) == noun)) ++n;
    return n;
  }
  std::string noun_of(const TraceRecord& r) const {
    return r.object == kNoId ? std::string() : world.objects[r.object]->lock_class().noun;
  }
  // Milestones of `actor`: "try_to_migrate a[0]".
  Texts notes(const Actor& actor, std::initializer_list<Note> which) const {
    Texts out;
    for (const TraceRecord& r : records) {
      if (r.actor != actor.id || r.event != Event::kNote) continue;
      for (const Note note : which) {
        if (r.extra != static_cast<std::uint32_t>(note)) continue;
        out.emplace_back(kNoteNames[r.extra]);
        if (r.object != kNoId) out.back().append(" ").append(world.text(*world.objects[r.object]));
      }
    }
    return out;
  }
  // The most folios of `slots` that `actor` had locked at one time. An object keeps its number in a trace when migration
  // puts another folio in its place, so that this is the number of sources.
  std::size_t most_locked(const Actor& actor, const Slots& slots) const {
    std::set<std::uint32_t> ids;
    for (const std::uint32_t slot : slots) ids.insert(mm.slots[slot]->id);
    std::set<std::uint32_t> held;
    std::size_t most = 0;
    for (const TraceRecord& r : records) {
      if (r.actor != actor.id || ids.count(r.object) == 0) continue;
      if (r.event == Event::kAcquire) held.insert(r.object);
      if (r.event == Event::kRelease) held.erase(r.object);
      most = std::max(most, held.size());
    }
    return most;
  }

  Mm& mm;
  std::vector<TraceRecord> records;

 private:
  std::string path_;
};

inline constexpr KernelVariant kAllVariants[] = {KernelVariant::kV6_2,    KernelVariant::kRfc,     KernelVariant::kRfcFixA,
                                                 KernelVariant::kRfcFixB, KernelVariant::kV6_3Rc1, KernelVariant::kV6_3,
                                                 KernelVariant::kV6_11};
inline constexpr MigrateMode kAllModes[] = {MigrateMode::kAsync, MigrateMode::kSyncLight, MigrateMode::kSync};
inline const char* name_of(KernelVariant variant) {
  constexpr const char* kNames[] = {"v6.2", "RFC", "fix A", "fix B", "v6.3-rc1", "v6.3", "v6.11"};
  return kNames[static_cast<int>(variant)];
}

}  // namespace mmsim
