// Actors: counted ones expanded, CPUs given out, folio lists walked.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/run/resolve_calls.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kInstructions_max = 4 << 20;  // in the programs of all actors

// Every instance of a counted actor has lists and code of its own, so a short file can ask for a lot of them.
struct Totals {
  std::size_t listed = 0;
  std::size_t instructions = 0;
};

// Resolves what one instance of an actor does.
class ActorResolver {
 public:
  ActorResolver(const ResolveContext& context, const Variables& variables, const ActorSpec& spec, Totals& totals)
      : context_(context), variables_(variables), spec_(spec), totals_(totals) {}

  template <typename Kind>
  auto call(const Kind& kind) {
    return CallResolver(context_, variables_, spec_, totals_.listed)(kind);
  }

  LoopWorkerSpec operator()(const LoopWorker& kind) {
    context_.require(kind, LoopWorker::kDeviceFieldNumber);
    return {static_cast<int>(
        context_.look_up({&kind, LoopWorker::kDeviceFieldNumber}, kind.device(), {Thing::kLoop}).first)};
  }

  ProgramSpec operator()(const Program& kind) {
    ProgramSpec spec{flatten_program(context_, kind, variables_, spec_, totals_.listed)};
    totals_.instructions += spec.text.code.size();
    if (totals_.instructions > kInstructions_max) {
      context_.fail({&kind}, fmt::format("the programs of all actors are too long; expected at most {} steps together",
                                         kInstructions_max));
    }
    return spec;
  }

 private:
  const ResolveContext& context_;
  const Variables& variables_;
  const ActorSpec& spec_;
  Totals& totals_;
};

void resolve_kind(ActorResolver resolver, const ResolveContext& context, const Actor& actor, ActorSpec& spec) {
  switch (actor.kind_case()) {
    case Actor::kMigratePages: spec.kind = resolver.call(actor.migrate_pages()); break;
    case Actor::kWriteback: spec.kind = resolver.call(actor.writeback()); break;
    case Actor::kPageFault: spec.kind = resolver.call(actor.page_fault()); break;
    case Actor::kLoopWorker: spec.kind = resolver(actor.loop_worker()); break;
    case Actor::kProgram: spec.kind = resolver(actor.program()); break;
    case Actor::KIND_NOT_SET:
      context.fail({&actor},
                   fmt::format("actor \"{}\" has nothing to do; expected migrate_pages, writeback, page_fault, "
                               "loop_worker or program",
                               actor.name()));
  }
}

void resolve_actor(const ResolveContext& context, const Actor& actor, std::size_t index, Totals& totals,
                   ActorSpec& spec) {
  const Variables variables{context.params, spec.instance == kNoIndex ? std::optional<std::int64_t>{} : spec.instance};
  const int cpus = context.cpus();
  spec.cpu = static_cast<int>(index) % cpus;
  if (actor.has_cpu()) {
    const At at{&actor, Actor::kCpuFieldNumber};
    const std::int64_t cpu = context.evaluate_at(at, actor.cpu(), variables, INT64_MIN, INT64_MAX);
    if (cpu < 0 || cpu >= cpus) context.fail(at, fmt::format("there is no CPU {}; expected 0 to {}", cpu, cpus - 1));
    spec.cpu = static_cast<int>(cpu);
  }
  if (actor.has_mm()) {
    spec.mm =
        static_cast<int>(context.look_up({&actor, Actor::kMmFieldNumber}, actor.mm(), {Thing::kAddressSpace}).first);
  }
  const auto time = [&](int field, const std::string& text) {
    return text.empty() ? 0 : context.evaluate_at({&actor, field}, text, variables, 0, kTime_max_ns);
  };
  spec.start_ns = time(Actor::kStartNsFieldNumber, actor.start_ns());
  spec.start_jitter_ns = time(Actor::kStartJitterNsFieldNumber, actor.start_jitter_ns());
  context.check_at_most({&actor, Actor::kRtPriorityFieldNumber}, actor.rt_priority(), 99);
  spec.rt_priority = static_cast<int>(actor.rt_priority());
  resolve_kind(ActorResolver(context, variables, spec, totals), context, actor, spec);
  if (actor.has_interrupt()) resolve_interrupt(context, actor, variables, spec);
}

TaskFlags task_flags(const Actor& actor) {
  TaskFlags out;
  out.memalloc = actor.memalloc();
  for (const int flag : actor.flags()) {
    out.memalloc |= flag == PF_MEMALLOC || flag == PF_KSWAPD;
    out.kswapd |= flag == PF_KSWAPD;
    out.kcompactd |= flag == PF_KCOMPACTD;
    out.wq_worker |= flag == PF_WQ_WORKER;
    out.nofs |= flag == PF_MEMALLOC_NOFS;
    out.noio |= flag == PF_MEMALLOC_NOIO;
  }
  return out;
}

}  // namespace

void define_actors(ResolveContext& context) {
  if (context.scenario.actor_size() == 0) context.fail({&context.scenario}, "no actor; expected at least one");
  for (const Actor& actor : context.scenario.actor()) {
    const At count_at{&actor, Actor::kCountFieldNumber};
    std::int64_t count = 1;
    if (actor.has_count()) count = context.evaluate_at(count_at, actor.count(), context.globals(), 1, kActors_max);
    const std::size_t first = context.out.actors.size();
    const auto total = static_cast<std::int64_t>(first) + count;
    if (total > kActors_max)
      context.fail(count_at, fmt::format("{} actors in all; expected at most {}", total, kActors_max));
    context.define(
        actor, Actor::kNameFieldNumber, actor.name(),
        {Thing::kActor, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count), actor.has_count()});
    for (std::int64_t i = 0; i < count; ++i) {
      ActorSpec spec;
      spec.base = actor.name();
      spec.instance = actor.has_count() ? static_cast<int>(i) : kNoIndex;
      spec.background = actor.background();
      spec.flags = task_flags(actor);
      context.out.actors.push_back(std::move(spec));
    }
  }
}

void resolve_actors(ResolveContext& context) {
  Totals totals;
  std::size_t index = 0;
  for (const Actor& actor : context.scenario.actor()) {
    const std::uint32_t count = context.names.find(actor.name())->second.count;
    for (std::uint32_t i = 0; i < count; ++i, ++index)
      resolve_actor(context, actor, index, totals, context.out.actors[index]);
  }
  place_handlers(context);
}

void check_shared_cpus(const ResolveContext& context) {
  if (context.scenario.machine().has_preemption()) return;
  std::vector<const ActorSpec*> on(static_cast<std::size_t>(context.cpus()));
  for (const ActorSpec& spec : context.out.actors) {
    if (spec.interrupt || spec.cpu < 0) continue;   // it comes on top of the others; it has a CPU of its own
    const ActorSpec*& first = on[static_cast<std::size_t>(spec.cpu)];
    if (first) {
      const auto& named = context.names.find(spec.base)->second;
      context.fail({named.message},
                   fmt::format("actors \"{}\" and \"{}\" share CPU {}; expected machine.preemption to say how",
                               first->base, spec.base, spec.cpu));
    }
    first = &spec;
  }
}

}  // namespace mmsim
