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
    spec.irq_safe = set.irq_safe();
  }
  for (std::int64_t i = 0; i < count; ++i) {
    spec.instance = set.has_count() ? static_cast<int>(i) : kNoIndex;
    context.out.locks.push_back(spec);
  }
}

template <typename Sets>
void define_sets(ResolveContext& context, const Sets& sets, ObjectKind object_kind, Thing thing) {
  Kind kind{object_kind, thing};
  for (const auto& set : sets) define_set(context, set, kind);
}

}  // namespace

void define_locks(ResolveContext& context) {
  const Scenario& scenario = context.scenario;
  define_sets(context, scenario.mutex(), ObjectKind::kMutex, Thing::kMutex);
  define_sets(context, scenario.spinlock(), ObjectKind::kSpinlock, Thing::kSpinlock);
  define_sets(context, scenario.rwsem(), ObjectKind::kRwsem, Thing::kRwsem);
  define_sets(context, scenario.semaphore(), ObjectKind::kSemaphore, Thing::kSemaphore);
  define_sets(context, scenario.completion(), ObjectKind::kCompletion, Thing::kCompletion);
  define_sets(context, scenario.wait_queue(), ObjectKind::kWaitQueue, Thing::kWaitQueue);
  define_sets(context, scenario.buffer_head(), ObjectKind::kBufferHead, Thing::kBufferHead);
}

}  // namespace mmsim
