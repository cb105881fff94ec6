// A scenario with every name looked up, every expression evaluated and every rule checked: what a world is built from.
//
// Invariants: all indices are valid; counted locks and actors are expanded, in the order of the file; a list of folios
// names no folio twice; programs never unlock what they cannot hold. Nothing in here refers to protobuf, so that the
// builders of sim/run need not know the text format.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/script/instruction.hpp"

namespace mmsim {

inline constexpr int kNoIndex = -1;

struct NodeSpec {
  std::string name;
  int cpus = 0;
  std::int64_t pages = 0;
  std::vector<int> distance;       // one per node, SLIT
  double channel_Bps = 0;
};

struct LinkSpec {
  int from = 0;
  int to = 0;
  double bandwidth_Bps = 0;
};

enum class PreemptionModel : std::uint8_t { kNone, kVoluntary, kFull };

struct DiskSpec {
  std::string name;
  double read_Bps = 0;
  double write_Bps = 0;
  std::int64_t read_latency_ns = 0;
  std::int64_t write_latency_ns = 0;
  int queue_depth = 0;
};

struct LoopSpec {
  std::string name;
  int backing_set = kNoIndex;      // folio set
};

enum class MappingType : std::uint8_t { kFile, kBdev, kShmem, kAnon };

struct MappingSpec {
  std::string name;
  MappingType type = MappingType::kAnon;
  int disk = kNoIndex;             // at most one of disk, loop
  int loop = kNoIndex;
};

struct FolioSetSpec {
  std::string name;
  std::uint32_t first_folio = 0;   // index of its first folio over all sets
  std::uint32_t count = 0;
  bool counted = false;            // written with `count`: folios are called name[i], else name
  int order = 0;
  int node = 0;
  int mapping = kNoIndex;          // kNoIndex: anonymous
  std::int64_t first_index = 0;
  int mm = kNoIndex;               // address space that maps it
  bool dirty = false;
  bool uptodate = true;
};

struct LockSpec {
  ObjectKind kind = ObjectKind::kNone;
  std::string base;                // name of the set
  int instance = kNoIndex;         // kNoIndex: the set is one lock, called `base`
  std::uint32_t value = 0;         // semaphores
  bool irq_safe = false;           // spinlocks
};

enum class Variant : std::uint8_t { kV6_2, kRfc, kRfcFixA, kRfcFixB, kV6_3Rc1, kV6_3, kV6_11 };
enum class Mode : std::uint8_t { kAsync, kSyncLight, kSync };
enum class Profile : std::uint8_t { kWriteCachePages, kExt4Writepage, kBatch, kIoend };

struct MigratePagesSpec {
  Variant variant = Variant::kV6_2;
  Mode mode = Mode::kAsync;
  std::vector<std::uint32_t> folios;   // in the order of the walk
  int to_node = 0;
  std::uint32_t batch_pages = 512;
  bool thp_migration = true;
  std::int64_t times = 1;
};

struct WritebackSpec {
  Profile profile = Profile::kWriteCachePages;
  bool sync_all = false;
  std::vector<std::uint32_t> folios;   // in the order of the walk
  std::uint32_t keep_folios = 1;
  bool plug = false;
  std::int64_t times = 1;
};

struct PageFaultSpec {
  std::vector<std::uint32_t> folios;   // in the order of the walk, stride applied
  std::int64_t times = 1;              // 0: until the others are done
  std::int64_t think_ns = 0;
};

struct LoopWorkerSpec {
  int loop = kNoIndex;
};

struct ProgramSpec {
  std::vector<Instruction> code;
};

struct ActorSpec {
  std::string base;
  int instance = kNoIndex;         // kNoIndex: called `base`, else base[instance]
  int cpu = 0;
  int mm = kNoIndex;
  std::int64_t start_ns = 0;
  std::int64_t start_jitter_ns = 0;
  bool background = false;
  bool memalloc = false;
  std::variant<MigratePagesSpec, WritebackSpec, PageFaultSpec, LoopWorkerSpec, ProgramSpec> kind;
};

// Nanoseconds; see message Costs in scenario.proto for meaning, default and source of each.
struct CostSpec {
  std::int64_t lock_ns, wakeup_ns, context_switch_ns, slice_ns, alloc_folio_ns, unmap_pte_ns, move_mapping_ns, remap_pte_ns,
      lru_add_ns, ipi_base_ns, ipi_per_cpu_ns, ipi_remote_percent, ipi_handler_ns, fault_ns, submit_bio_ns, irq_ns;
  double copy_Bps;
};

struct Resolved {
  std::string path;                // as given on the command line
  std::string claim;
  std::vector<std::string> set;    // every --set, in order
  std::vector<NodeSpec> nodes;
  std::vector<LinkSpec> links;
  PreemptionModel preemption = PreemptionModel::kNone;
  std::vector<DiskSpec> disks;
  std::vector<LoopSpec> loops;
  std::vector<MappingSpec> mappings;
  std::vector<std::string> mms;    // address spaces
  std::vector<FolioSetSpec> folio_sets;
  std::vector<LockSpec> locks;     // all kinds; index within a kind = order among that kind
  std::vector<ActorSpec> actors;
  CostSpec costs{};
  int page_lock_unfairness = 5;
  std::uint64_t steps_max = 0;
  std::int64_t time_max_ns = 0;
};

}  // namespace mmsim
