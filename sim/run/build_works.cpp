#include "sim/run/build_works.hpp"

#include <algorithm>

namespace mmsim {

void WorksBuilder::build() {
  add_queues();
  add_works();
  add_pools();
}

void WorksBuilder::add_queues() {
  World& world = *out_.world;
  for (const WorkqueueSpec& spec : in_.workqueues) {
    const WorkqueueFlags flags{spec.max_active, spec.unbound, spec.mem_reclaim, spec.cpu_intensive};
    Workqueue& queue = world.add<Workqueue>(Name{world.intern(spec.name)}, world.arena, flags);
    queue.flushes.reserve(in_.actors.size() * in_.works.size() + 1);
    out_.objects->workqueues.push_back(&queue);
  }
}

void WorksBuilder::add_works() {
  World& world = *out_.world;
  ScriptObjects& objects = *out_.objects;
  for (const WorkSpec& spec : in_.works) {
    Workqueue& queue = *objects.workqueues[spec.queue];
    Work& work = world.add<Work>(Name{world.intern(spec.base), spec.instance}, queue);
    work.number = static_cast<std::uint32_t>(objects.works.size());
    work.cpu = spec.cpu;
    work.must_end = !spec.background;
    work.function = run_work;
    work.model = &objects;
    queue.works.push_back(&work);
    objects.works.push_back(&work);
    auto& code = *world.arena.make<ArenaVector<Instruction>>(spec.text.code.begin(), spec.text.code.end(), ArenaAllocator<Instruction>(world.arena));
    for (const std::uint32_t pool : spec.pools)
      if (const auto& create = in_.worker_pools[pool].create_worker) code.insert(code.end(), create->code.begin(), create->code.end());
    objects.work_code.push_back(code);
    world.duties.push_back(&work.due);
  }
}

void WorksBuilder::add_pools() {
  World& world = *out_.world;
  for (const WorkerPoolSpec& spec : in_.worker_pools) {
    WorkerPool& pool = world.add<WorkerPool>(Name{world.intern("pool/" + spec.name)}, world, spec.cpu);
    pool.worklist.reserve(in_.works.size());
    pool.hire(spec.alive);
    pool.model = out_.objects;
    if (spec.create_worker) pool.create_worker = run_create_worker;
    pool.workers.resize(spec.workers);
    pools_.push_back(&pool);
  }
  for (std::size_t i = 0; i < in_.works.size(); ++i)
    for (const std::uint32_t pool : in_.works[i].pools) pools_[pool]->works.push_back(out_.objects->works[i]);
  for (const PwqSpec& spec : in_.pwqs) {
    Workqueue& queue = *out_.objects->workqueues[spec.queue];
    auto& pwq = *world.arena.make<PoolWorkqueue>(queue, *pools_[spec.pool]);
    pwq.inactive.reserve(in_.works.size());
    queue.pwqs.push_back(&pwq);
    pools_[spec.pool]->pwqs.push_back(&pwq);
    pwqs_.push_back(&pwq);
  }
}

void WorksBuilder::give_programs(WorkerPrograms& worker, std::uint32_t pool) {
  Arena& arena = out_.world->arena;
  for (std::size_t i = 0; i < in_.works.size(); ++i) {
    const WorkSpec& work = in_.works[i];
    if (std::find(work.pools.begin(), work.pools.end(), pool) != work.pools.end())
      worker.of_work[i] = arena.make<ProgramState>(*out_.objects, work.text);
  }
  if (in_.worker_pools[pool].create_worker) worker.create_worker = arena.make<ProgramState>(*out_.objects, *in_.worker_pools[pool].create_worker);
}

WorkerPrograms& WorksBuilder::programs(Actor& actor, std::uint32_t pool) {
  Arena& arena = out_.world->arena;
  const Arena::Inside inside(arena, actor.heap);   // where they stand is the actor's own
  auto& worker = *arena.make<WorkerPrograms>(actor, *out_.objects);
  give_programs(worker, pool);
  return worker;
}

void WorksBuilder::start(Actor& actor, const ActorSpec& spec) {
  World& world = *out_.world;
  actor.has_duties = true;
  const auto* rescuer = std::get_if<RescuerSpec>(&spec.kind);
  const std::uint32_t pool = rescuer != nullptr ? in_.pwqs[rescuer->pwq].pool : std::get<WorkerSpec>(spec.kind).pool;
  WorkerPrograms& worker = programs(actor, pool);
  actor.foresight = &worker;
  auto& workers = out_.objects->workers;
  if (workers.size() < world.actors.size()) workers.resize(world.actors.size());
  workers[actor.id] = &worker;
  if (rescuer != nullptr) {
    PoolWorkqueue& pwq = *pwqs_[rescuer->pwq];
    pwq.rescuer = &actor;
    world.start(actor, rescuer_thread(actor, pwq), 0);
  } else {
    const std::size_t number = std::get<WorkerSpec>(spec.kind).number;
    pools_[pool]->workers[number] = &actor;
    world.start(actor, worker_thread(actor, *pools_[pool], number), 0);
  }
}

}  // namespace mmsim
