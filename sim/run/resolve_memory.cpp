// Pools: sets expanded. Memories, and who makes room in them.
#include <fmt/format.h>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

constexpr std::int64_t kUnits_max = INT32_MAX;

void define_pool(ResolveContext& context, const PoolSet& set) {
  const auto number = [&](int field, const std::string& text, std::int64_t max) {
    return context.evaluate_at({&set, field}, text, context.globals(), 1, max);
  };
  auto& pools = context.out.pools;
  const std::int64_t count = set.has_count() ? number(PoolSet::kCountFieldNumber, set.count(), kLocks_max) : 1;
  context.define(set, PoolSet::kNameFieldNumber, set.name(),
                 {Thing::kPool, static_cast<std::uint32_t>(pools.size()), static_cast<std::uint32_t>(count), set.has_count()});
  context.require(set, PoolSet::kSizeFieldNumber);
  const std::int64_t size = number(PoolSet::kSizeFieldNumber, set.size(), kUnits_max);
  for (std::int64_t i = 0; i < count; ++i)
    pools.push_back({set.name(), set.has_count() ? static_cast<int>(i) : kNoIndex, size, static_cast<PoolWords>(set.kind())});
}

void check_zone_field(const ResolveContext& context, const Memory& memory, int field, bool present) {
  if (!present || memory.kind() == ZONE) return;
  const std::string& name = memory.GetDescriptor()->FindFieldByNumber(field)->name();
  context.fail({&memory, field}, fmt::format("{} of a memory of kind {}; expected it of a ZONE only", name, MemoryKind_Name(memory.kind())));
}

MemorySpec resolve_one(const ResolveContext& context, const Memory& memory) {
  context.require(memory, Memory::kKindFieldNumber);
  context.require(memory, Memory::kPagesFieldNumber);
  const auto pages = [&](int field, const std::string& text, std::int64_t min, std::int64_t max) {
    return context.evaluate_at({&memory, field}, text, context.globals(), min, max);
  };
  check_zone_field(context, memory, Memory::kMinPagesFieldNumber, memory.has_min_pages());
  check_zone_field(context, memory, Memory::kLowPagesFieldNumber, memory.has_low_pages());
  check_zone_field(context, memory, Memory::kKswapdWaitFieldNumber, memory.has_kswapd_wait());
  MemorySpec spec{memory.name(), memory.kind() == MEMCG};
  spec.pages = pages(Memory::kPagesFieldNumber, memory.pages(), 1, kPages_max);
  if (memory.has_used_pages()) spec.used_pages = pages(Memory::kUsedPagesFieldNumber, memory.used_pages(), 0, spec.pages);
  if (memory.has_min_pages()) spec.min_pages = pages(Memory::kMinPagesFieldNumber, memory.min_pages(), 0, spec.pages);
  spec.low_pages = spec.min_pages;
  if (memory.has_low_pages()) spec.low_pages = pages(Memory::kLowPagesFieldNumber, memory.low_pages(), spec.min_pages, spec.pages);
  if (memory.has_kswapd_wait())
    spec.kswapd_wait = static_cast<int>(
        context.refer_to_one({&memory, Memory::kKswapdWaitFieldNumber}, memory.kswapd_wait(), context.globals(), {Thing::kWaitQueue}));
  for (int i = 0; i < memory.reclaim_size(); ++i) called_procedure(context, {&memory, Memory::kReclaimFieldNumber, i}, memory.reclaim(i));
  if (memory.has_oom()) called_procedure(context, {&memory, Memory::kOomFieldNumber}, memory.oom());
  if (memory.has_oom_lock()) {
    const At at{&memory, Memory::kOomLockFieldNumber};
    if (!memory.has_oom()) context.fail(at, "oom_lock without oom; expected a procedure that is run under it");
    spec.oom_lock = static_cast<int>(context.refer_to_one(at, memory.oom_lock(), context.globals(), {Thing::kMutex}));
  }
  return spec;
}

}  // namespace

const Procedure& called_procedure(const ResolveContext& context, const At& at, const std::string& name) {
  const auto& procedure = static_cast<const Procedure&>(*context.look_up(at, name, {Thing::kProcedure}).message);
  if (procedure.param_size() > 0)
    context.fail(at, fmt::format("{} takes {} argument{}; expected a procedure without", name, procedure.param_size(),
                                 procedure.param_size() == 1 ? "" : "s"));
  return procedure;
}

void define_memory(ResolveContext& context) {
  for (const PoolSet& set : context.scenario.pool()) define_pool(context, set);
  std::uint32_t index = 0;
  for (const Memory& memory : context.scenario.memory()) context.define(memory, Memory::kNameFieldNumber, memory.name(), {Thing::kMemory, index++});
}

void resolve_memory(ResolveContext& context) {
  for (const Memory& memory : context.scenario.memory()) context.out.memories.push_back(resolve_one(context, memory));
}

}  // namespace mmsim
