#include "sim/run/build_world.hpp"

#include <algorithm>

#include "sim/machine/flow_client.hpp"
#include "sim/mm/actors.hpp"
#include "sim/mm/server.hpp"
#include "sim/run/build_memory.hpp"
#include "sim/run/build_works.hpp"
#include "sim/run/prepare_exploration.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {

namespace {

static_assert(static_cast<int>(KernelVariant::kV6_11) == static_cast<int>(Variant::kV6_11));
static_assert(static_cast<int>(MigrateMode::kSync) == static_cast<int>(Mode::kSync));
static_assert(static_cast<int>(WriterProfile::kIoend) == static_cast<int>(Profile::kIoend));
static_assert(static_cast<int>(Preemption::kFull) == static_cast<int>(PreemptionModel::kFull));
static_assert(static_cast<int>(MappingKind::kAnon) == static_cast<int>(MappingType::kAnon));
static_assert(static_cast<int>(ServerKind::kNfs) == static_cast<int>(ServerType::kNfs));

// Builds one part after the other, in an order that only the scenario decides: numbers of objects follow from it.
class Builder {
 public:
  explicit Builder(const Resolved& scenario) : in_(scenario), works_(scenario, out_) {
    out_.arena = Arena::create();
    Arena& arena = *out_.arena;
    out_.world = arena.make<World>(arena);
    out_.mm = arena.make<Mm>(*out_.world);
    out_.objects = arena.make<ScriptObjects>(*out_.mm);
  }
  void timed(std::uint64_t seed) {
    if (seed != 0) world().chooser = arena().make<SeededChooser>(seed);
  }
  void explored(bool scenario_cpus) {
    world().exploring = true;
    world().explores_cpus = scenario_cpus;
  }

  BuiltWorld build() {
    machine();
    devices();
    memory();
    locks();
    variables();
    build_memory(in_, *out_.objects);
    works_.build();
    actors();
    smp_calls();
    return std::move(out_);
  }

 private:
  World& world() { return *out_.world; }
  Arena& arena() { return *out_.arena; }
  Name name(const std::string& base, int instance = kNoIndex) { return {world().intern(base), instance}; }

  void machine();
  void flows();
  void devices();
  void memory();
  void add_folio_set(const FolioSetSpec& set);
  void back(ServedDevice& device, int set);
  void locks();
  void variables();
  void actors();
  void serves(Actor& actor, const ProgramText& text);
  void smp_calls();
  void start_handler(Actor& actor, const InterruptSpec& spec, ProgramState& program, std::int64_t at_ns);
  void start(Actor& actor, const ActorSpec& spec);
  const ArenaVector<std::uint32_t>& slots(const std::vector<std::uint32_t>& folios) {
    return *arena().make<ArenaVector<std::uint32_t>>(folios.begin(), folios.end(), ArenaAllocator<std::uint32_t>(arena()));
  }

  const Resolved& in_;
  BuiltWorld out_;
  WorksBuilder works_;
  std::vector<BlockDevice*> disks_;
  std::vector<ServedDevice*> loops_;
  std::vector<BufferHead*> buffers_;     // of folios
  std::vector<Mapping*> mappings_;
  std::vector<AddressSpace*> mms_;
};

void Builder::flows() {
  FlowPlatform platform;
  for (const NodeSpec& node : in_.nodes) platform.nodes.push_back({node.channel_Bps});
  for (const LinkSpec& link : in_.links) platform.links.push_back({link.from, link.to, link.bandwidth_Bps});
  for (const DiskSpec& disk : in_.disks) platform.disks.push_back({disk.name, disk.read_Bps, disk.write_Bps});
  platform.copy_cap_Bps = in_.costs.copy_Bps;
  const std::string fault = check_platform(platform);
  if (!fault.empty()) throw ScenarioError(in_.path + ": machine: " + fault);
  out_.flows = std::make_unique<FlowNetwork>(platform, FlowClient::done, out_.world);
  world().external = out_.flows.get();
  out_.mm->flows = out_.flows.get();
}

void Builder::machine() {
  std::vector<int> node_of_cpu;
  for (std::size_t n = 0; n < in_.nodes.size(); ++n) {
    const NodeSpec& node = in_.nodes[n];
    node_of_cpu.insert(node_of_cpu.end(), static_cast<std::size_t>(node.cpus), static_cast<int>(n));
    out_.mm->nodes.emplace_back(node.pages);
  }
  if (!world().exploring) flows();
  const CostSpec& costs = in_.costs;
  const CpuCosts cpu_costs{costs.wakeup_ns,       costs.context_switch_ns,  costs.slice_ns,      costs.ipi_base_ns,
                           costs.ipi_per_cpu_ns, costs.ipi_remote_percent, costs.ipi_handler_ns};
  out_.cpus = arena().make<Cpus>(world(), cpu_costs, static_cast<Preemption>(in_.preemption), node_of_cpu);
  if (!world().exploring) world().cpus = out_.cpus;
  world().costs.lock_ns = costs.lock_ns;
  world().page_lock_unfairness = in_.page_lock_unfairness;
  Mm& mm = *out_.mm;
  mm.cpus = out_.cpus;
  mm.costs = {costs.alloc_folio_ns, costs.unmap_pte_ns, costs.move_mapping_ns, costs.remap_pte_ns,
              costs.lru_add_ns,     costs.fault_ns,     costs.submit_bio_ns,   costs.irq_ns,
              costs.copy_Bps};
}

void Builder::devices() {
  for (std::size_t i = 0; i < in_.disks.size(); ++i) {
    if (world().exploring) {
      disks_.push_back(arena().make<ExploredDisk>());
      continue;
    }
    const DiskSpec& spec = in_.disks[i];
    const DiskParameters parameters{static_cast<int>(i), spec.read_latency_ns, spec.write_latency_ns,
                                    spec.read_Bps,       spec.write_Bps,       spec.queue_depth};
    disks_.push_back(arena().make<DiskDevice>(*arena().make<Disk>(parameters, out_.flows.get())));
  }
  for (const LoopSpec& spec : in_.loops) loops_.push_back(arena().make<ServedDevice>(name(spec.name), *out_.mm, ServerKind::kLoop));
  for (const ServerSpec& spec : in_.servers)
    out_.objects->servers.push_back(arena().make<ServedDevice>(name(spec.name), *out_.mm, static_cast<ServerKind>(spec.type)));
  for (const JournalSpec& spec : in_.journals) out_.objects->journals.push_back(&world().add<Journal>(name(spec.name), spec.credits));
}

void Builder::memory() {
  for (const MappingSpec& spec : in_.mappings) {
    BlockDevice* device = nullptr;
    if (spec.disk != kNoIndex) device = disks_[static_cast<std::size_t>(spec.disk)];
    if (spec.loop != kNoIndex) device = loops_[static_cast<std::size_t>(spec.loop)];
    if (spec.server != kNoIndex) device = out_.objects->servers[static_cast<std::size_t>(spec.server)];
    mappings_.push_back(arena().make<Mapping>(name(spec.name), static_cast<MappingKind>(spec.type), device));
  }
  for (const std::string& mm : in_.mms) {
    Rwsem& mmap_lock = world().add<Rwsem>(name(mm + ".mmap_lock"), arena());
    mms_.push_back(arena().make<AddressSpace>(name(mm), mmap_lock, arena()));
  }
  for (const FolioSetSpec& set : in_.folio_sets) add_folio_set(set);
  for (std::size_t i = 0; i < in_.loops.size(); ++i) back(*loops_[i], in_.loops[i].backing_set);
  for (std::size_t i = 0; i < in_.servers.size(); ++i)
    if (in_.servers[i].backing_set != kNoIndex) back(*out_.objects->servers[i], in_.servers[i].backing_set);
}

// Page i of the device is in the folio that has page i of the set.
void Builder::back(ServedDevice& device, int set) {
  const FolioSetSpec& backing = in_.folio_sets[static_cast<std::size_t>(set)];
  for (std::uint32_t page = 0; page < backing.count << backing.order; ++page)
    device.backing_slots.push_back(backing.first_folio + (page >> backing.order));
}

void Builder::add_folio_set(const FolioSetSpec& set) {
  for (std::uint32_t i = 0; i < set.count; ++i) {
    const Name folio_name = name(set.name, set.counted ? static_cast<int>(i) : kNoIndex);
    Folio& folio = out_.mm->add_folio(folio_name, set.node, set.order);
    folio.index = set.first_index + (std::int64_t{i} << set.order);
    folio.dirty = set.dirty;
    folio.uptodate = set.uptodate;
    if (set.mapping != kNoIndex) folio.mapping = mappings_[static_cast<std::size_t>(set.mapping)];
    if (folio.mapping != nullptr && folio.mapping->kind == MappingKind::kBdev) {
      BufferHead& bh = world().add<BufferHead>(name(set.name + ".bh", folio_name.instance));
      bh.number = static_cast<std::uint32_t>(buffers_.size());
      bh.page = folio.index;
      buffers_.push_back(&bh);
      folio.buffers = &bh;
    }
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
      case ObjectKind::kSpinlock: objects.spinlocks.push_back(&world().add<Spinlock>(lock_name, spec.irq_safe, spec.bh_safe)); break;
      case ObjectKind::kRwsem: objects.rwsems.push_back(&world().add<Rwsem>(lock_name, arena())); break;
      case ObjectKind::kSemaphore:
        objects.semaphores.push_back(&world().add<Semaphore>(lock_name, arena(), spec.value));
        break;
      case ObjectKind::kCompletion: objects.completions.push_back(&world().add<Completion>(lock_name, arena())); break;
      case ObjectKind::kWaitQueue: objects.wait_queues.push_back(&world().add<WaitQueue>(lock_name, arena())); break;
      default: objects.buffer_heads.push_back(&world().add<BufferHead>(lock_name)); break;
    }
  }
  for (AddressSpace* mm : mms_) objects.rwsems.push_back(&mm->mmap_lock);
  objects.buffer_heads.insert(objects.buffer_heads.end(), buffers_.begin(), buffers_.end());
}

void Builder::variables() {
  ScriptObjects& objects = *out_.objects;
  for (const VariableSpec& spec : in_.variables)
    objects.variables.push_back(&world().add<Variable>(name(spec.base, spec.instance), spec.value));
  for (const std::string& condition : in_.conditions) objects.conditions.push_back(&world().add<Conditions>(name(condition)));
  if (!in_.conditions.empty()) world().conditions = &objects.conditions;
}

void Builder::actors() {
  for (const ActorSpec& spec : in_.actors) {
    Actor& actor = world().add_actor(name(spec.base, spec.instance));
    actor.cpu = static_cast<std::int16_t>(spec.cpu);
    actor.must_finish = !spec.background;
    actor.priority = static_cast<std::int16_t>(spec.rt_priority);
    if (spec.interrupt) actor.context = spec.interrupt->softirq ? Context::kSoftirq : Context::kHardirq;
    if (const auto* program = std::get_if<ProgramSpec>(&spec.kind)) serves(actor, program->text);
    if (const auto* worker = std::get_if<WorkerSpec>(&spec.kind))
      for (const WorkSpec& work : in_.works)
        if (std::find(work.pools.begin(), work.pools.end(), worker->pool) != work.pools.end()) serves(actor, work.text);
    if (spec.mm != kNoIndex) mms_[static_cast<std::size_t>(spec.mm)]->cpus.add(spec.cpu);
  }
  for (std::size_t i = 0; i < in_.actors.size(); ++i)
    if (in_.actors[i].interrupt) world().actors[i]->interrupts = world().actors[in_.actors[i].interrupt->on];
  if (world().exploring) prepare_exploration(in_, out_);
  for (std::size_t i = 0; i < in_.actors.size(); ++i) start(*world().actors[i], in_.actors[i]);
}

// Tells devices and journals of those who serve them.
void Builder::serves(Actor& actor, const ProgramText& text) {
  for (const Instruction& step : text.code) {
    if (step.op == OpCode::kNextCommit) out_.objects->journals[step.object.index]->committer = &actor;
    if (step.op != OpCode::kNextRequest) continue;
    auto& servers = out_.objects->servers[step.object.index]->served_by;
    if (std::find(servers.begin(), servers.end(), &actor) == servers.end()) servers.push_back(&actor);
  }
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
                                 migrate->memalloc};
    world().start(actor, migrate_pages_actor(actor, mm, control, slots(migrate->folios), migrate->times), at_ns);
  } else if (const auto* writer = std::get_if<WritebackSpec>(&spec.kind)) {
    const WritebackControl control{mm, static_cast<WriterProfile>(writer->profile), writer->sync_all, writer->keep_folios,
                                   writer->plug};
    world().start(actor, writeback_actor(actor, control, slots(writer->folios), writer->times), at_ns);
  } else if (const auto* fault = std::get_if<PageFaultSpec>(&spec.kind)) {
    if (fault->times == 0) actor.must_finish = false;
    world().start(actor, page_fault_actor(actor, mm, slots(fault->folios), fault->times, fault->think_ns), at_ns);
  } else if (const auto* loop = std::get_if<LoopWorkerSpec>(&spec.kind)) {
    ServedDevice& device = *loops_[static_cast<std::size_t>(loop->loop)];
    device.served_by.push_back(&actor);
    actor.must_finish = false;   // a server has no end
    world().start(actor, loop_worker(actor, mm, device), at_ns);
  } else if (!std::holds_alternative<ProgramSpec>(spec.kind)) {
    works_.start(actor, spec);
  } else {
    const ProgramText& text = std::get<ProgramSpec>(spec.kind).text;
    const Arena::Inside inside(arena(), actor.heap);   // where it stands is the actor's own
    auto* program = arena().make<ProgramState>(*out_.objects, text);
    actor.foresight = program;
    if (spec.interrupt)
      start_handler(actor, *spec.interrupt, *program, at_ns);
    else
      world().start(actor, run_program(actor, *out_.objects, *program), at_ns);
  }
}

void Builder::start_handler(Actor& actor, const InterruptSpec& spec, ProgramState& program, std::int64_t at_ns) {
  InterruptSource* source = nullptr;
  {
    const Arena::Inside common(arena(), nullptr);
    source = &world().add<InterruptSource>(actor.interrupts->name);
  }
  world().start(actor, run_handler(actor, *out_.objects, program, {*source, spec.times, spec.every_ns}), at_ns);
}

void Builder::smp_calls() {
  for (const SmpCallSpec& spec : in_.smp_calls) {
    auto& targets = *arena().make<SmpTargets>(arena());
    for (const std::uint32_t actor : spec.actors) targets.cpus.add(world().actors[actor]->cpu);
    for (const int cpu : spec.cpus) targets.cpus.add(cpu);
    for (Actor* actor : world().actors) {
      const Actor* task = actor->context == Context::kTask ? actor : actor->interrupts;
      // Without shared CPUs whoever is named has one of its own.
      const bool named = std::find(spec.actors.begin(), spec.actors.end(), task->id) != spec.actors.end();
      const bool on_cpu = actor->cpu >= 0 && (world().explores_cpus ? targets.cpus.contains(actor->cpu)
                                                                     : std::find(spec.cpus.begin(), spec.cpus.end(), actor->cpu) != spec.cpus.end());
      if (named || on_cpu) targets.actors.push_back(actor);
    }
    out_.objects->smp_calls.push_back(&targets);
  }
}

}  // namespace

BuiltWorld build_world(const Resolved& scenario, std::uint64_t seed) {
  Builder builder(scenario);
  builder.timed(seed);
  return builder.build();
}

BuiltWorld build_explored_world(const Resolved& scenario, bool scenario_cpus) {
  Builder builder(scenario);
  builder.explored(scenario_cpus);
  return builder.build();
}

}  // namespace mmsim
