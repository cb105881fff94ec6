// Actors: counted ones expanded, CPUs given out, folio lists walked.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kListed_max = 64 << 20;       // folios in the lists of all actors
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

  MigratePagesSpec operator()(const MigratePages& kind) {
    context_.require(kind, MigratePages::kVariantFieldNumber);
    context_.require(kind, MigratePages::kModeFieldNumber);
    context_.require(kind, MigratePages::kToNodeFieldNumber);
    context_.check_range({&kind, MigratePages::kBatchPagesFieldNumber}, kind.batch_pages(), 1, UINT32_MAX);
    MigratePagesSpec spec;
    spec.variant = static_cast<Variant>(kind.variant() - V6_2);
    spec.mode = static_cast<Mode>(kind.mode() - MIGRATE_ASYNC);
    spec.folios = walk(list(kind, MigratePages::kFoliosFieldNumber, kind.folios()), kind.walk());
    const At node_at{&kind, MigratePages::kToNodeFieldNumber};
    spec.to_node = static_cast<int>(context_.look_up(node_at, kind.to_node(), {Thing::kNode}).first);
    spec.batch_pages = kind.batch_pages();
    spec.thp_migration = kind.thp_migration();
    if (kind.has_times()) spec.times = times({&kind, MigratePages::kTimesFieldNumber}, kind.times(), 1);
    return spec;
  }

  WritebackSpec operator()(const Writeback& kind) {
    context_.require(kind, Writeback::kProfileFieldNumber);
    context_.require(kind, Writeback::kSyncModeFieldNumber);
    const bool keeps = kind.profile() == BATCH || kind.profile() == IOEND;
    if (keeps) context_.require(kind, Writeback::kKeepFoliosFieldNumber);
    if (kind.has_keep_folios()) {
      context_.check_range({&kind, Writeback::kKeepFoliosFieldNumber}, kind.keep_folios(), 1, kFolios_max);
    }
    WritebackSpec spec;
    spec.profile = static_cast<Profile>(kind.profile() - WRITE_CACHE_PAGES);
    spec.sync_all = kind.sync_mode() == WB_SYNC_ALL;
    must_have_device_ = true;
    spec.folios = walk(list(kind, Writeback::kFoliosFieldNumber, kind.folios()), kind.walk());
    if (keeps) spec.keep_folios = kind.keep_folios();
    spec.plug = kind.plug();
    if (kind.has_times()) spec.times = times({&kind, Writeback::kTimesFieldNumber}, kind.times(), 1);
    return spec;
  }

  PageFaultSpec operator()(const PageFault& kind) {
    context_.check_range({&kind, PageFault::kStrideFieldNumber}, kind.stride(), 1, kFolios_max);
    PageFaultSpec spec;
    must_be_mapped_ = true;
    const std::vector<std::uint32_t> all = walk(list(kind, PageFault::kFoliosFieldNumber, kind.folios()), kind.walk());
    for (std::size_t i = 0; i < all.size(); i += kind.stride()) spec.folios.push_back(all[i]);
    if (kind.has_times()) spec.times = times({&kind, PageFault::kTimesFieldNumber}, kind.times(), 0);
    spec.think_ns = kind.think_ns();
    return spec;
  }

  LoopWorkerSpec operator()(const LoopWorker& kind) {
    context_.require(kind, LoopWorker::kDeviceFieldNumber);
    return {static_cast<int>(
        context_.look_up({&kind, LoopWorker::kDeviceFieldNumber}, kind.device(), {Thing::kLoop}).first)};
  }

  ProgramSpec operator()(const Program& kind) {
    ProgramSpec spec{flatten_program(context_, kind, variables_)};
    totals_.instructions += spec.code.size();
    if (totals_.instructions > kInstructions_max) {
      context_.fail({&kind}, fmt::format("the programs of all actors are too long; expected at most {} steps together",
                                         kInstructions_max));
    }
    return spec;
  }

 private:
  std::int64_t times(const At& at, const std::string& text, std::int64_t min) const {
    return context_.evaluate_at(at, text, variables_, min, kTimes_max);
  }

  static std::vector<std::uint32_t> walk(std::vector<std::uint32_t> folios, Walk walk) {
    if (walk == BACKWARD) std::reverse(folios.begin(), folios.end());
    return folios;
  }

  template <typename Texts>
  std::vector<std::uint32_t> list(const google::protobuf::Message& kind, int field, const Texts& texts) {
    context_.require(kind, field);
    std::vector<std::uint32_t> folios;
    for (int i = 0; i < texts.size(); ++i) {
      const At at{&kind, field, i};
      const Span span = context_.refer(at, texts.Get(i), variables_, {Thing::kFolios});
      check_set(at, span);
      check_new(at, span);
      totals_.listed += span.last - span.first + 1;
      if (totals_.listed > kListed_max) {
        context_.fail(at, fmt::format("too many folios in the lists of all actors; expected at most {}", kListed_max));
      }
      for (std::uint32_t folio = span.first; folio <= span.last; ++folio) folios.push_back(folio);
    }
    return folios;
  }

  void check_set(const At& at, const Span& span) const {
    const FolioSetSpec& set = context_.out.folio_sets[span.named->set];
    if (must_have_device_) {
      const bool on_device =
          set.mapping != kNoIndex && (mapping(set).disk != kNoIndex || mapping(set).loop != kNoIndex);
      if (!on_device)
        context_.fail(
            at, fmt::format("{} has no device to be written to; expected a mapping of kind FILE or BDEV", set.name));
    }
    if (must_be_mapped_ && (set.mm == kNoIndex || set.mm != spec_.mm)) {
      const std::string expected =
          spec_.mm == kNoIndex ? "an actor with mm, and folios mapped_by it"
                               : fmt::format("mapped_by: \"{}\"", context_.out.mms[static_cast<std::size_t>(spec_.mm)]);
      context_.fail(at, fmt::format("{} is not mapped by the actor's address space; expected {}", set.name, expected));
    }
  }

  // A folio may be listed once. The spans seen so far are kept apart and ordered, by their last folio.
  void check_new(const At& at, const Span& span) {
    const auto next = spans_.lower_bound(span.first);
    if (next != spans_.end() && next->second <= span.last) {
      const FolioSetSpec& set = context_.out.folio_sets[span.named->set];
      const std::uint32_t twice = std::max(next->second, span.first) - set.first_folio;
      const std::string name = set.counted ? fmt::format("{}[{}]", set.name, twice) : set.name;
      context_.fail(at, fmt::format("{} is listed twice; expected each folio once", name));
    }
    spans_[span.last] = span.first;
  }

  const MappingSpec& mapping(const FolioSetSpec& set) const {
    return context_.out.mappings[static_cast<std::size_t>(set.mapping)];
  }

  const ResolveContext& context_;
  const Variables& variables_;
  const ActorSpec& spec_;
  Totals& totals_;
  std::map<std::uint32_t, std::uint32_t> spans_;  // last to first
  bool must_have_device_ = false;
  bool must_be_mapped_ = false;
};

void resolve_kind(ActorResolver resolver, const ResolveContext& context, const Actor& actor, ActorSpec& spec) {
  switch (actor.kind_case()) {
    case Actor::kMigratePages: spec.kind = resolver(actor.migrate_pages()); break;
    case Actor::kWriteback: spec.kind = resolver(actor.writeback()); break;
    case Actor::kPageFault: spec.kind = resolver(actor.page_fault()); break;
    case Actor::kLoopWorker: spec.kind = resolver(actor.loop_worker()); break;
    case Actor::kProgram: spec.kind = resolver(actor.program()); break;
    case Actor::KIND_NOT_SET:
      context.fail({&actor},
                   fmt::format("actor \"{}\" has nothing to do; expected migrate_pages, writeback, page_fault, "
                               "loop_worker or program",
                               actor.name()));
  }
}

int cpu_count(const ResolveContext& context) {
  int cpus = 0;
  for (const NodeSpec& node : context.out.nodes) cpus += node.cpus;
  return cpus;
}

// How a CPU is shared changes the outcome, so it must be said.
void check_shared_cpus(const ResolveContext& context) {
  if (context.scenario.machine().has_preemption()) return;
  std::vector<const ActorSpec*> on(static_cast<std::size_t>(cpu_count(context)));
  for (const ActorSpec& spec : context.out.actors) {
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

void resolve_actor(const ResolveContext& context, const Actor& actor, std::size_t index, Totals& totals,
                   ActorSpec& spec) {
  const Variables variables{context.params, spec.instance == kNoIndex ? std::optional<std::int64_t>{} : spec.instance};
  const int cpus = cpu_count(context);
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
  resolve_kind(ActorResolver(context, variables, spec, totals), context, actor, spec);
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
      spec.memalloc = actor.memalloc();
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
  check_shared_cpus(context);
}

}  // namespace mmsim
