// Work queues, their items, and the kworkers that run them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

void define_queue(ResolveContext& context, const WorkQueue& queue) {
  auto& queues = context.out.workqueues;
  context.define(queue, WorkQueue::kNameFieldNumber, queue.name(), {Thing::kWorkqueue, static_cast<std::uint32_t>(queues.size())});
  const At max_at{&queue, WorkQueue::kMaxActiveFieldNumber};
  context.check_range(max_at, queue.max_active(), 1, INT16_MAX);
  if (queue.ordered() && queue.has_max_active() && queue.max_active() != 1)
    context.fail(max_at, "an ordered work queue runs one item at a time; expected no max_active");
  WorkqueueSpec spec;
  spec.name = queue.name();
  spec.max_active = queue.ordered() ? 1 : static_cast<int>(queue.max_active());
  spec.unbound = queue.unbound() || queue.ordered();
  spec.mem_reclaim = queue.mem_reclaim();
  spec.highpri = queue.highpri();
  spec.cpu_intensive = queue.cpu_intensive();
  queues.push_back(std::move(spec));
}

// Where an item is run: CPU, or -1; of normal or high priority.
using Place = std::pair<int, bool>;

class WorkResolver {
 public:
  explicit WorkResolver(ResolveContext& context) : context_(context), out_(context.out) {}

  void resolve() {
    items();
    if (out_.works.empty()) return;
    places();
    pools();
    for (std::uint32_t pool = 0; pool < out_.worker_pools.size(); ++pool) workers(pool);
    rescuers();
  }

 private:
  void items();
  void item(const Work& work, WorkSpec& spec, std::optional<std::int64_t> number);
  bool add_places(const ProgramText& text, int cpu);
  void places();
  void pools();
  const WorkerPool* pool_message(const Place& place) const;
  int cpu_of(const WorkerPool& pool) const;
  void hire(std::uint32_t pool, const WorkerPool* message);
  std::uint32_t most_at_once(std::uint32_t pool) const;
  void workers(std::uint32_t pool);
  void rescuers();
  void add_actor(const std::string& name, int cpu, std::variant<WorkerSpec, RescuerSpec> kind);
  static ActorSpec kworker(const std::string& name, int cpu) {
    ActorSpec spec;
    spec.base = name;
    spec.cpu = cpu;
    spec.background = true;
    spec.flags.wq_worker = true;
    return spec;
  }
  bool has_create(std::uint32_t pool) const { return out_.worker_pools[pool].create_worker.has_value(); }

  ResolveContext& context_;
  Resolved& out_;
  std::vector<std::set<Place>> places_;   // by item
  std::size_t listed_ = 0;                // folios in the lists of all programs
};

void WorkResolver::items() {
  std::size_t next = 0;
  for (const Work& work : context_.scenario.work()) {
    const Named& named = context_.names.find(work.name())->second;
    for (std::uint32_t i = 0; i < named.count; ++i)
      item(work, out_.works[next++], named.counted ? std::optional<std::int64_t>(i) : std::nullopt);
  }
}

void WorkResolver::item(const Work& work, WorkSpec& spec, std::optional<std::int64_t> number) {
  const Variables variables{context_.params, number};
  context_.require(work, Work::kQueueFieldNumber);
  context_.require(work, Work::kProgramFieldNumber);
  spec.queue = context_.look_up({&work, Work::kQueueFieldNumber}, work.queue(), {Thing::kWorkqueue}).first;
  spec.background = work.background();
  if (work.has_cpu()) {
    const At at{&work, Work::kCpuFieldNumber};
    if (out_.workqueues[spec.queue].unbound)
      context_.fail(at, fmt::format("work queue \"{}\" is unbound; expected no cpu", work.queue()));
    spec.cpu = static_cast<int>(context_.evaluate_at(at, work.cpu(), variables, 0, context_.cpus() - 1));
  }
  spec.text = flatten_program(context_, work.program(), variables, kworker(work.name(), spec.cpu), listed_);
}

// The items that a program queues can be where it runs, unless they say where. True if that was news.
bool WorkResolver::add_places(const ProgramText& text, int cpu) {
  bool news = false;
  for (const Instruction& step : text.code) {
    if (step.op != OpCode::kQueueWork) continue;
    const WorkSpec& item = out_.works[step.object.index];
    const WorkqueueSpec& queue = out_.workqueues[item.queue];
    const int where = queue.unbound ? kNoIndex : item.cpu != kNoIndex ? item.cpu : std::max(cpu, 0);
    news |= places_[step.object.index].insert({where, queue.highpri}).second;
  }
  return news;
}

void WorkResolver::places() {
  places_.resize(out_.works.size());
  for (const ActorSpec& actor : out_.actors)
    if (const auto* program = std::get_if<ProgramSpec>(&actor.kind)) add_places(program->text, actor.cpu);
  for (bool news = true; std::exchange(news, false);)
    for (std::size_t item = 0; item < out_.works.size(); ++item)
      for (const Place& place : std::set(places_[item])) news |= add_places(out_.works[item].text, place.first);
}

int WorkResolver::cpu_of(const WorkerPool& pool) const {
  return static_cast<int>(context_.evaluate_at({&pool, WorkerPool::kCpuFieldNumber}, pool.cpu(), context_.globals(), 0, context_.cpus() - 1));
}

// What says how its workers come to be: that which names it, or that for all others.
const WorkerPool* WorkResolver::pool_message(const Place& place) const {
  const WorkerPool* others = nullptr;
  for (const WorkerPool& pool : context_.scenario.worker_pool()) {
    const bool named = pool.has_cpu() || pool.unbound();
    if (!named) others = &pool;
    if (named && place.first == (pool.unbound() ? kNoIndex : cpu_of(pool))) return &pool;
  }
  return others;
}

void WorkResolver::pools() {
  std::map<Place, std::uint32_t> number;
  for (const std::set<Place>& places : places_)
    for (const Place& place : places) number.emplace(place, 0);
  for (auto& [place, pool] : number) {
    pool = static_cast<std::uint32_t>(out_.worker_pools.size());
    WorkerPoolSpec spec;
    spec.cpu = place.first;
    spec.name = (place.first == kNoIndex ? "u" : fmt::format("{}", place.first)) + (place.second ? "H" : "");
    out_.worker_pools.push_back(std::move(spec));
  }
  std::set<std::pair<std::uint32_t, std::uint32_t>> pwqs;
  for (std::size_t item = 0; item < out_.works.size(); ++item)
    for (const Place& place : places_[item]) {
      out_.works[item].pools.push_back(number[place]);
      pwqs.insert({out_.works[item].queue, number[place]});
    }
  for (const auto& [queue, pool] : pwqs) out_.pwqs.push_back({queue, pool});
  for (const auto& [place, pool] : number) hire(pool, pool_message(place));
}

// Items that can be run in a pool at the same time.
std::uint32_t WorkResolver::most_at_once(std::uint32_t pool) const {
  std::map<std::uint32_t, std::uint32_t> by_queue;
  for (const WorkSpec& item : out_.works)
    if (std::find(item.pools.begin(), item.pools.end(), pool) != item.pools.end()) ++by_queue[item.queue];
  std::uint32_t out = 0;
  for (const auto& [queue, items] : by_queue) out += std::min(items, static_cast<std::uint32_t>(out_.workqueues[queue].max_active));
  return out;
}

// There are as many as could ever be needed: one for each item that can be run, and one that manages.
void WorkResolver::hire(std::uint32_t pool, const WorkerPool* message) {
  WorkerPoolSpec& spec = out_.worker_pools[pool];
  spec.workers = most_at_once(pool) + (message != nullptr ? 1 : 0);
  spec.alive = spec.workers;
  if (spec.workers > kWorkers_max)
    context_.fail({&context_.scenario.workqueue(0)},
                  fmt::format("{} kworkers could be needed in one pool; expected at most {}", spec.workers, kWorkers_max));
  if (message == nullptr) return;
  const At at{message, WorkerPool::kWorkersFieldNumber};
  context_.check_range(at, message->workers(), 1, kWorkers_max);
  spec.alive = std::min(spec.workers, message->workers());
  context_.require(*message, WorkerPool::kCreateWorkerFieldNumber);
  spec.create_worker = flatten_program(context_, message->create_worker(), context_.globals(), kworker("kworker/" + spec.name, spec.cpu), listed_);
}

void WorkResolver::add_actor(const std::string& name, int cpu, std::variant<WorkerSpec, RescuerSpec> kind) {
  if (out_.actors.size() >= kActors_max)
    context_.fail({&context_.scenario.workqueue(0)}, fmt::format("with the kworkers there are more than {} actors; expected fewer items", kActors_max));
  Named named{Thing::kActor, static_cast<std::uint32_t>(out_.actors.size())};
  named.message = &context_.scenario.workqueue(0);
  if (const auto [other, is_new] = context_.names.emplace(name, named); !is_new)
    context_.fail({other->second.message}, fmt::format("\"{}\" is the name of a kworker; expected another", name));
  ActorSpec spec = kworker(name, cpu);
  std::visit([&](auto& what) { spec.kind = what; }, kind);
  out_.actors.push_back(std::move(spec));
}

void WorkResolver::workers(std::uint32_t pool) {
  const WorkerPoolSpec& spec = out_.worker_pools[pool];
  const bool highpri = spec.name.back() == 'H';
  const std::string base = highpri ? spec.name.substr(0, spec.name.size() - 1) : spec.name;
  for (std::uint32_t number = 0; number < spec.workers; ++number)
    add_actor(fmt::format("kworker/{}:{}{}", base, number, highpri ? "H" : ""), spec.cpu, WorkerSpec{pool, number});
}

// As one rescuer serves several pools in turn, it stands here once for each.
void WorkResolver::rescuers() {
  std::map<std::uint32_t, std::size_t> pools_of;
  const auto rescues = [&](const PwqSpec& pwq) { return out_.workqueues[pwq.queue].mem_reclaim && has_create(pwq.pool); };
  for (const PwqSpec& pwq : out_.pwqs)
    if (rescues(pwq)) ++pools_of[pwq.queue];
  for (std::uint32_t i = 0; i < out_.pwqs.size(); ++i) {
    const PwqSpec& pwq = out_.pwqs[i];
    if (!rescues(pwq)) continue;
    std::string name = "kworker/R-" + out_.workqueues[pwq.queue].name;
    if (pools_of[pwq.queue] > 1) name += ":" + out_.worker_pools[pwq.pool].name;
    add_actor(name, out_.worker_pools[pwq.pool].cpu, RescuerSpec{i});
  }
}

}  // namespace

void define_works(ResolveContext& context) {
  for (const WorkQueue& queue : context.scenario.workqueue()) define_queue(context, queue);
  auto& works = context.out.works;
  for (const Work& work : context.scenario.work()) {
    const At count_at{&work, Work::kCountFieldNumber};
    const std::int64_t count = work.has_count() ? context.evaluate_at(count_at, work.count(), context.globals(), 1, kActors_max) : 1;
    context.define(work, Work::kNameFieldNumber, work.name(),
                   {Thing::kWork, static_cast<std::uint32_t>(works.size()), static_cast<std::uint32_t>(count), work.has_count()});
    for (std::int64_t i = 0; i < count; ++i) {
      WorkSpec spec;
      spec.base = work.name();
      spec.instance = work.has_count() ? static_cast<int>(i) : kNoIndex;
      works.push_back(std::move(spec));
    }
  }
}

void resolve_works(ResolveContext& context) { WorkResolver(context).resolve(); }

}  // namespace mmsim
