#include "sim/run/build_world.hpp"

#include <algorithm>

#include "sim/machine/flow_client.hpp"
#include "sim/mm/loop.hpp"
#include "sim/run/actors.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {

namespace {

static_assert(static_cast<int>(KernelVariant::kV6_11) == static_cast<int>(Variant::kV6_11));
static_assert(static_cast<int>(MigrateMode::kSync) == static_cast<int>(Mode::kSync));
static_assert(static_cast<int>(WriterProfile::kIoend) == static_cast<int>(Profile::kIoend));
static_assert(static_cast<int>(Preemption::kFull) == static_cast<int>(PreemptionModel::kFull));
static_assert(static_cast<int>(MappingKind::kAnon) == static_cast<int>(MappingType::kAnon));

// Builds one part after the other, in an order that only the scenario decides: numbers of objects follow from it.
class Builder {
 public:
  Builder(const Resolved& scenario, std::uint64_t seed) : in_(scenario) {
    out_.arena = Arena::create();
    Arena& arena = *out_.arena;
    out_.world = arena.make<World>(arena);
    out_.mm = arena.make<Mm>(*out_.world);
    out_.objects = arena.make<ScriptObjects>(*out_.mm);
    if (seed != 0) out_.world->chooser = arena.make<SeededChooser>(seed);
  }

  BuiltWorld build() {
    machine();
    devices();
    memory();
    locks();
    actors();
    return std::move(out_);
  }

 private:
  World& world() { return *out_.world; }
  Arena& arena() { return *out_.arena; }
  Name name(const std::string& base, int instance = kNoIndex) { return {world().intern(base), instance}; }

  void machine();
  void devices();
  void memory();
  void add_folio_set(const FolioSetSpec& set);
  void locks();
  void actors();
  void start(Actor& actor, const ActorSpec& spec);
  const ArenaVector<std::uint32_t>& slots(const std::vector<std::uint32_t>& folios) {
    return *arena().make<ArenaVector<std::uint32_t>>(folios.begin(), folios.end(), ArenaAllocator<std::uint32_t>(arena()));
  }

  const Resolved& in_;
  BuiltWorld out_;
  std::vector<BlockDevice*> disks_;
  std::vector<LoopDevice*> loops_;
  std::vector<Mapping*> mappings_;
  std::vector<AddressSpace*> mms_;
};

void Builder::machine() {
  FlowPlatform platform;
  std::vector<int> node_of_cpu;
  for (std::size_t n = 0; n < in_.nodes.size(); ++n) {
    const NodeSpec& node = in_.nodes[n];
    platform.nodes.push_back({node.channel_Bps});
    node_of_cpu.insert(node_of_cpu.end(), static_cast<std::size_t>(node.cpus), static_cast<int>(n));
    out_.mm->nodes.push_back({node.pages});
  }
  for (const LinkSpec& link : in_.links) platform.links.push_back({link.from, link.to, link.bandwidth_Bps});
  for (const DiskSpec& disk : in_.disks) platform.disks.push_back({disk.name, disk.read_Bps, disk.write_Bps});
  platform.copy_cap_Bps = in_.costs.copy_Bps;
  const std::string fault = check_platform(platform);
  if (!fault.empty()) throw ScenarioError(in_.path + ": machine: " + fault);
  out_.flows = std::make_unique<FlowNetwork>(platform, FlowClient::done, out_.world);
  const CostSpec& costs = in_.costs;
  const CpuCosts cpu_costs{costs.wakeup_ns,       costs.context_switch_ns,  costs.slice_ns,      costs.ipi_base_ns,
                           costs.ipi_per_cpu_ns, costs.ipi_remote_percent, costs.ipi_handler_ns};
  out_.cpus = arena().make<Cpus>(world(), cpu_costs, static_cast<Preemption>(in_.preemption), node_of_cpu);
  world().cpus = out_.cpus;
  world().external = out_.flows.get();
  world().costs.lock_ns = costs.lock_ns;
  world().page_lock_unfairness = in_.page_lock_unfairness;
  Mm& mm = *out_.mm;
  mm.cpus = out_.cpus;
  mm.flows = out_.flows.get();
  mm.costs = {costs.alloc_folio_ns, costs.unmap_pte_ns, costs.move_mapping_ns, costs.remap_pte_ns,
              costs.lru_add_ns,     costs.fault_ns,     costs.submit_bio_ns,   costs.irq_ns,
              costs.copy_Bps};
}

void Builder::devices() {
  for (std::size_t i = 0; i < in_.disks.size(); ++i) {
    const DiskSpec& spec = in_.disks[i];
    const DiskParameters parameters{static_cast<int>(i), spec.read_latency_ns, spec.write_latency_ns,
                                    spec.read_Bps,       spec.write_Bps,       spec.queue_depth};
    disks_.push_back(arena().make<DiskDevice>(*arena().make<Disk>(parameters, out_.flows.get())));
  }
  for (const LoopSpec& spec : in_.loops) loops_.push_back(arena().make<LoopDevice>(name(spec.name), *out_.mm));
}

void Builder::memory() {
  for (const MappingSpec& spec : in_.mappings) {
    BlockDevice* device = nullptr;
    if (spec.disk != kNoIndex) device = disks_[static_cast<std::size_t>(spec.disk)];
    if (spec.loop != kNoIndex) device = loops_[static_cast<std::size_t>(spec.loop)];
    mappings_.push_back(arena().make<Mapping>(name(spec.name), static_cast<MappingKind>(spec.type), device));
  }
  for (const std::string& mm : in_.mms) {
    Rwsem& mmap_lock = world().add<Rwsem>(name(mm + ".mmap_lock"), arena());
    mms_.push_back(arena().make<AddressSpace>(name(mm), mmap_lock, arena()));
  }
  for (const FolioSetSpec& set : in_.folio_sets) add_folio_set(set);
  for (std::size_t i = 0; i < in_.loops.size(); ++i) {
    const FolioSetSpec& backing = in_.folio_sets[static_cast<std::size_t>(in_.loops[i].backing_set)];
    for (std::uint32_t page = 0; page < backing.count << backing.order; ++page)
      loops_[i]->backing_slots.push_back(backing.first_folio + (page >> backing.order));
  }
}

void Builder::add_folio_set(const FolioSetSpec& set) {
  for (std::uint32_t i = 0; i < set.count; ++i) {
    const Name folio_name = name(set.name, set.counted ? static_cast<int>(i) : kNoIndex);
    Folio& folio = out_.mm->add_folio(folio_name, set.node, set.order);
    folio.index = set.first_index + (std::int64_t{i} << set.order);
    folio.dirty = set.dirty;
    folio.uptodate = set.uptodate;
    if (set.mapping != kNoIndex) folio.mapping = mappings_[static_cast<std::size_t>(set.mapping)];
    if (folio.mapping != nullptr && folio.mapping->kind == MappingKind::kBdev)
      folio.buffers = &world().add<BufferHead>(name(set.name + ".bh", folio_name.instance));
    if (set.mm == kNoIndex) continue;
    folio.mm = mms_[static_cast<std::size_t>(set.mm)];
    folio.mapped = true;
  }
}

void Builder::locks() {
  ScriptObjects& objects = *out_.objects;
  for (const LockSpec& spec : in_.locks) {
    const Name lock_name = name(spec.base, spec.instance);
    switch (spec.kind) {
      case ObjectKind::kMutex: objects.mutexes.push_back(&world().add<Mutex>(lock_name)); break;
      case ObjectKind::kSpinlock: objects.spinlocks.push_back(&world().add<Spinlock>(lock_name, spec.irq_safe)); break;
      case ObjectKind::kRwsem: objects.rwsems.push_back(&world().add<Rwsem>(lock_name, arena())); break;
      case ObjectKind::kSemaphore:
        objects.semaphores.push_back(&world().add<Semaphore>(lock_name, arena(), spec.value));
        break;
      case ObjectKind::kCompletion: objects.completions.push_back(&world().add<Completion>(lock_name, arena())); break;
      case ObjectKind::kWaitQueue: objects.wait_queues.push_back(&world().add<WaitQueue>(lock_name, arena())); break;
      default: objects.buffer_heads.push_back(&world().add<BufferHead>(lock_name)); break;
    }
  }
}

void Builder::actors() {
  for (const ActorSpec& spec : in_.actors) {
    Actor& actor = world().add_actor(name(spec.base, spec.instance));
    actor.cpu = static_cast<std::int16_t>(spec.cpu);
    actor.must_finish = !spec.background;
    if (spec.mm != kNoIndex) mms_[static_cast<std::size_t>(spec.mm)]->cpus.add(spec.cpu);
  }
  for (std::size_t i = 0; i < in_.actors.size(); ++i) start(*world().actors[i], in_.actors[i]);
}

// One row per kind of actor.
void Builder::start(Actor& actor, const ActorSpec& spec) {
  Mm& mm = *out_.mm;
  std::int64_t at_ns = spec.start_ns;
  if (spec.start_jitter_ns > 0)
    at_ns += static_cast<std::int64_t>(world().chooser->pick(static_cast<std::uint64_t>(spec.start_jitter_ns) + 1));
  if (const auto* migrate = std::get_if<MigratePagesSpec>(&spec.kind)) {
    const MigrateControl control{mm,
                                 static_cast<KernelVariant>(migrate->variant),
                                 static_cast<MigrateMode>(migrate->mode),
                                 migrate->to_node,
                                 migrate->batch_pages,
                                 migrate->thp_migration,
                                 spec.memalloc};
    world().start(actor, migrate_pages_actor(actor, mm, control, slots(migrate->folios), migrate->times), at_ns);
  } else if (const auto* writer = std::get_if<WritebackSpec>(&spec.kind)) {
    const WritebackControl control{mm, static_cast<WriterProfile>(writer->profile), writer->sync_all, writer->keep_folios,
                                   writer->plug};
    world().start(actor, writeback_actor(actor, control, slots(writer->folios), writer->times), at_ns);
  } else if (const auto* fault = std::get_if<PageFaultSpec>(&spec.kind)) {
    if (fault->times == 0) actor.must_finish = false;
    world().start(actor, page_fault_actor(actor, mm, slots(fault->folios), fault->times, fault->think_ns), at_ns);
  } else if (const auto* loop = std::get_if<LoopWorkerSpec>(&spec.kind)) {
    LoopDevice& device = *loops_[static_cast<std::size_t>(loop->loop)];
    device.worker = &actor;
    actor.must_finish = false;   // a server has no end
    world().start(actor, loop_worker(actor, mm, device), at_ns);
  } else {
    const auto& text = std::get<ProgramSpec>(spec.kind).code;
    auto* program = arena().make<ProgramState>(*out_.objects, text);
    actor.foresight = program;
    world().start(actor, run_program(actor, *out_.objects, *program), at_ns);
  }
}

}  // namespace

BuiltWorld build_world(const Resolved& scenario, std::uint64_t seed) { return Builder(scenario, seed).build(); }

}  // namespace mmsim
