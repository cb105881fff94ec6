// A scenario with every name looked up, every expression evaluated and every rule checked: what a world is built from.
//
// Invariants: all indices are valid; counted locks and actors are expanded, in the order of the file; a list of folios
// names no folio twice; programs never unlock what they cannot hold. Nothing in here refers to protobuf, so that the
// builders of sim/run need not know the text format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "sim/script/program_text.hpp"

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

enum class ServerType : std::uint8_t { kLoop, kDm, kFuse, kNfs };

struct ServerSpec {
  std::string name;
  ServerType type = ServerType::kLoop;
  int backing_set = kNoIndex;      // folio set; kNoIndex: none
};

struct JournalSpec {
  std::string name;
  std::int64_t credits = 0;
};

struct MappingSpec {
  std::string name;
  MappingType type = MappingType::kAnon;
  int disk = kNoIndex;             // at most one of disk, loop, server
  int loop = kNoIndex;
  int server = kNoIndex;
  bool has_device() const { return disk != kNoIndex || loop != kNoIndex || server != kNoIndex; }
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
  bool bh_safe = false;
};

struct VariableSpec {
  std::string base;                // name of the set
  int instance = kNoIndex;
  std::int64_t value = 0;
};

// What is written as `kind`; the order is that of PoolKind.
enum class PoolWords : std::uint8_t { kPool, kMempool, kBioset, kIsolated, kHugetlb, kDirty };

struct PoolSpec {
  std::string base;                // name of the set
  int instance = kNoIndex;
  std::int64_t size = 0;
  PoolWords words = PoolWords::kPool;
};

struct MemorySpec {
  std::string name;
  bool memcg = false;              // else a zone
  std::int64_t pages = 0;
  std::int64_t used_pages = 0;
  std::int64_t min_pages = 0;
  std::int64_t low_pages = 0;
  int kswapd_wait = kNoIndex;      // wait queue
  int oom_lock = kNoIndex;         // mutex
};

// Of task_struct.
struct TaskFlags {
  bool memalloc = false;
  bool kswapd = false;
  bool kcompactd = false;
  bool wq_worker = false;
  bool nofs = false;
  bool noio = false;
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
  ProgramText text;
};

// A kworker, number `number` of its pool.
struct WorkerSpec {
  std::uint32_t pool = 0;
  std::uint32_t number = 0;
};

// The rescuer of a queue as it serves one pool.
struct RescuerSpec {
  std::uint32_t pwq = 0;
};

struct WorkqueueSpec {
  std::string name;
  int max_active = 0;
  bool unbound = false;
  bool mem_reclaim = false;
  bool highpri = false;
  bool cpu_intensive = false;
};

struct WorkSpec {
  std::string base;                // name of the set
  int instance = kNoIndex;
  std::uint32_t queue = 0;
  int cpu = kNoIndex;              // kNoIndex: that of whoever queues it, or it is unbound
  bool background = false;
  ProgramText text;
  std::vector<std::uint32_t> pools;      // it can be on
};

struct WorkerPoolSpec {
  std::string name;                // "0", "0H", "u": as in the names of its kworkers
  int cpu = kNoIndex;              // kNoIndex: unbound
  std::uint32_t workers = 0;       // in all
  std::uint32_t alive = 0;         // of them, at the start
  std::optional<ProgramText> create_worker;
};

// What a queue has in a pool.
struct PwqSpec {
  std::uint32_t queue = 0;
  std::uint32_t pool = 0;
};

// Of an actor that is a handler.
struct InterruptSpec {
  bool softirq = false;
  std::uint32_t on = 0;            // actor
  std::int64_t times = 1;          // 0: for ever
  std::int64_t every_ns = 0;
};

// Whom an smp_call_function interrupts.
struct SmpCallSpec {
  std::vector<std::uint32_t> actors;
  std::vector<int> cpus;
};

struct ActorSpec {
  std::string base;
  int instance = kNoIndex;         // kNoIndex: called `base`, else base[instance]
  int cpu = 0;
  int mm = kNoIndex;
  std::int64_t start_ns = 0;
  std::int64_t start_jitter_ns = 0;
  bool background = false;
  TaskFlags flags;
  int rt_priority = 0;
  std::optional<InterruptSpec> interrupt;
  std::variant<MigratePagesSpec, WritebackSpec, PageFaultSpec, LoopWorkerSpec, ProgramSpec, WorkerSpec, RescuerSpec> kind;
};

// See message Rules in scenario.proto.
struct LockOrderRule {
  std::vector<std::string> classes;    // outermost first, each once
  std::string text;                    // as stated
};
struct RulesSpec {
  std::vector<LockOrderRule> orders;
  bool no_wait_with_folio_locked = false;
  bool empty() const { return orders.empty() && !no_wait_with_folio_locked; }
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
  std::string text_digest;         // of the file as it was read: two that are the same are the same text
  std::vector<NodeSpec> nodes;
  std::vector<LinkSpec> links;
  PreemptionModel preemption = PreemptionModel::kNone;
  std::vector<DiskSpec> disks;
  std::vector<LoopSpec> loops;
  std::vector<ServerSpec> servers;
  std::vector<JournalSpec> journals;
  std::vector<MappingSpec> mappings;
  std::vector<std::string> mms;    // address spaces
  std::vector<FolioSetSpec> folio_sets;
  std::vector<LockSpec> locks;     // all kinds; index within a kind = order among that kind. Behind the rwsems come the mmap_locks
                                   // of the address spaces.
  std::vector<VariableSpec> variables;
  std::vector<PoolSpec> pools;
  std::vector<MemorySpec> memories;
  std::vector<WorkqueueSpec> workqueues;
  std::vector<WorkSpec> works;
  std::vector<WorkerPoolSpec> worker_pools;
  std::vector<PwqSpec> pwqs;
  std::vector<SmpCallSpec> smp_calls;
  std::vector<std::string> conditions;   // that programs test or wait for, as written
  std::vector<ActorSpec> actors;         // those of the file, then kworkers and rescuers
  CostSpec costs{};
  RulesSpec rules;
  int page_lock_unfairness = 5;
  std::uint64_t steps_max = 0;
  std::int64_t time_max_ns = 0;
};

// Every call of migrate_pages() and every pass of writeback: those of actors that do nothing else, and those of programs.
template <class Spec, class Visit>
void for_each_call(const Resolved& scenario, Visit visit) {
  const auto visit_text = [&visit](const ProgramText& text) {
    if constexpr (std::is_same_v<Spec, MigratePagesSpec>)
      for (const Spec& call : text.migrations) visit(call);
    else
      for (const Spec& call : text.writebacks) visit(call);
  };
  for (const ActorSpec& actor : scenario.actors) {
    if (const auto* alone = std::get_if<Spec>(&actor.kind)) visit(*alone);
    if (const auto* program = std::get_if<ProgramSpec>(&actor.kind)) visit_text(program->text);
  }
  for (const WorkSpec& work : scenario.works) visit_text(work.text);
  for (const WorkerPoolSpec& pool : scenario.worker_pools)
    if (pool.create_worker) visit_text(*pool.create_worker);
}

}  // namespace mmsim
