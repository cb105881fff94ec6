// Locks, semaphores and things to wait for: sets expanded, numbered within their kind.
#include <fmt/format.h>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

// The sets of one kind follow each other, so an element's number counts from the first lock of that kind.
struct Kind {
  ObjectKind kind;
  Thing thing;
  std::uint32_t next = 0;
};

template <typename Set>
void define_set(ResolveContext& context, const Set& set, Kind& kind) {
  std::int64_t count = 1;
  const At count_at{&set, Set::kCountFieldNumber};
  if (set.has_count()) count = context.evaluate_at(count_at, set.count(), context.globals(), 1, kLocks_max);
  const auto total = static_cast<std::int64_t>(context.out.locks.size()) + count;
  if (total > kLocks_max)
    context.fail(count_at, fmt::format("{} locks in all; expected at most {}", total, kLocks_max));
  context.define(set, Set::kNameFieldNumber, set.name(),
                 {kind.thing, kind.next, static_cast<std::uint32_t>(count), set.has_count()});
  kind.next += static_cast<std::uint32_t>(count);
  LockSpec spec{kind.kind, set.name()};
  if constexpr (std::is_same_v<Set, SemaphoreSet>) {
    context.require(set, SemaphoreSet::kValueFieldNumber);
    spec.value = set.value();
  } else {
    if (set.irq_safe() && kind.kind != ObjectKind::kSpinlock) {
      context.fail({&set, LockSet::kIrqSafeFieldNumber},
                   fmt::format("irq_safe on {}; expected it on a spinlock only", with_article(kind.thing)));
    }
    if (set.bh_safe() && kind.kind != ObjectKind::kSpinlock) {
      context.fail({&set, LockSet::kBhSafeFieldNumber},
                   fmt::format("bh_safe on {}; expected it on a spinlock only", with_article(kind.thing)));
    }
    spec.irq_safe = set.irq_safe();
    spec.bh_safe = set.bh_safe();
  }
  for (std::int64_t i = 0; i < count; ++i) {
    spec.instance = set.has_count() ? static_cast<int>(i) : kNoIndex;
    context.out.locks.push_back(spec);
  }
}

// Returns how many there are.
template <typename Sets>
std::uint32_t define_sets(ResolveContext& context, const Sets& sets, ObjectKind object_kind, Thing thing) {
  Kind kind{object_kind, thing};
  for (const auto& set : sets) define_set(context, set, kind);
  return kind.next;
}

}  // namespace

void define_locks(ResolveContext& context) {
  const Scenario& scenario = context.scenario;
  define_sets(context, scenario.mutex(), ObjectKind::kMutex, Thing::kMutex);
  define_sets(context, scenario.spinlock(), ObjectKind::kSpinlock, Thing::kSpinlock);
  std::uint32_t rwsems = define_sets(context, scenario.rwsem(), ObjectKind::kRwsem, Thing::kRwsem);
  for (const AddressSpace& mm : scenario.mm())   // "app.mmap_lock"; no other name has a dot
    context.names.emplace(mm.name() + ".mmap_lock", Named{.thing = Thing::kRwsem, .first = rwsems++});
  define_sets(context, scenario.semaphore(), ObjectKind::kSemaphore, Thing::kSemaphore);
  define_sets(context, scenario.completion(), ObjectKind::kCompletion, Thing::kCompletion);
  define_sets(context, scenario.wait_queue(), ObjectKind::kWaitQueue, Thing::kWaitQueue);
  define_sets(context, scenario.buffer_head(), ObjectKind::kBufferHead, Thing::kBufferHead);
}

void define_variables(ResolveContext& context) {
  for (const VariableSet& set : context.scenario.var()) {
    context.require(set, VariableSet::kNameFieldNumber);
    context.check_variable_name({&set, VariableSet::kNameFieldNumber}, set.name());
    const At count_at{&set, VariableSet::kCountFieldNumber};
    const std::int64_t count = set.has_count() ? context.evaluate_at(count_at, set.count(), context.globals(), 1, kLocks_max) : 1;
    auto& variables = context.out.variables;
    context.define(set, VariableSet::kNameFieldNumber, set.name(),
                   {Thing::kVariable, static_cast<std::uint32_t>(variables.size()), static_cast<std::uint32_t>(count), set.has_count()});
    for (std::int64_t i = 0; i < count; ++i) {
      const Variables known{context.params, set.has_count() ? std::optional(i) : std::nullopt};
      const At value_at{&set, VariableSet::kValueFieldNumber};
      const std::int64_t value = set.has_value() ? context.evaluate_at(value_at, set.value(), known, INT64_MIN, INT64_MAX) : 0;
      variables.push_back({set.name(), set.has_count() ? static_cast<int>(i) : kNoIndex, value});
    }
  }
}

void define_procedures(ResolveContext& context) {
  for (const Procedure& procedure : context.scenario.procedure()) {
    context.require(procedure, Procedure::kStepFieldNumber);
    context.define(procedure, Procedure::kNameFieldNumber, procedure.name(), {Thing::kProcedure});
    for (int i = 0; i < procedure.param_size(); ++i)
      context.check_variable_name({&procedure, Procedure::kParamFieldNumber, i}, procedure.param(i));
  }
}

}  // namespace mmsim
