// Steps on pools and pages, and the scopes of allocations.
#include <fmt/format.h>

#include "sim/run/resolve_program.hpp"

namespace mmsim {
namespace {

class MemoryStepResolver {
 public:
  MemoryStepResolver(Flattener& flattener, const Step& step) : flat_(flattener), context_(flattener.context()), step_(step) {}

  bool resolve() {
    switch (step_.kind_case()) {
      case Step::kTake: take(step_.take(), OpCode::kTake); break;
      case Step::kTryTake: take(step_.try_take(), OpCode::kTryTake); break;
      case Step::kGive: give(step_.give()); break;
      case Step::kAlloc: flatten_alloc(flat_, step_.alloc()); break;
      case Step::kFree: free(step_.free()); break;
      case Step::kReclaim: flatten_reclaim(flat_, step_.reclaim()); break;
      case Step::kMemallocNofsSave: scope(OpCode::kSave, GfpScope::kNofs); break;
      case Step::kMemallocNofsRestore: scope(OpCode::kRestore, GfpScope::kNofs); break;
      case Step::kMemallocNoioSave: scope(OpCode::kSave, GfpScope::kNoio); break;
      case Step::kMemallocNoioRestore: scope(OpCode::kRestore, GfpScope::kNoio); break;
      case Step::kMemallocNoreclaimSave: scope(OpCode::kSave, GfpScope::kNoreclaim); break;
      case Step::kMemallocNoreclaimRestore: scope(OpCode::kRestore, GfpScope::kNoreclaim); break;
      case Step::kFolioGet: folio(OpCode::kFolioGet, step_.folio_get()); break;
      case Step::kFolioPut: folio(OpCode::kFolioPut, step_.folio_put()); break;
      case Step::kFolioTryGet: folio_ref(OpCode::kFolioTryGet, step_.folio_try_get()); break;
      case Step::kFolioRefFreeze: folio_ref(OpCode::kFolioRefFreeze, step_.folio_ref_freeze()); break;
      case Step::kFolioRefUnfreeze: folio(OpCode::kFolioRefUnfreeze, step_.folio_ref_unfreeze()); break;
      case Step::kFolioPutWaitLocked: folio(OpCode::kFolioPutWaitLocked, step_.folio_put_wait_locked()); break;
      case Step::kCopyFromUser: flatten_copy_user(flat_, step_.copy_from_user(), "copy_from_user"); break;
      case Step::kCopyToUser: flatten_copy_user(flat_, step_.copy_to_user(), "copy_to_user"); break;
      case Step::kPagefaultDisable: scope(OpCode::kSave, GfpScope::kPagefault); break;
      case Step::kPagefaultEnable: scope(OpCode::kRestore, GfpScope::kPagefault); break;
      default: return false;
    }
    return true;
  }

 private:
  // Of what a message names as `pool`, so many of its units.
  template <class Message>
  Instruction units(const Message& message) const {
    context_.require(message, Message::kPoolFieldNumber);
    Instruction out;
    out.object = flat_.object({&message, Message::kPoolFieldNumber}, message.pool(), {Thing::kPool});
    const PoolSpec& pool = context_.out.pools[out.object.index];
    out.value = message.has_units() ? flat_.constant({&message, Message::kUnitsFieldNumber}, message.units(), 1, pool.size) : 1;
    return out;
  }

  void take(const Take& take, OpCode op) {
    Instruction instruction = units(take);
    const bool tries = op == OpCode::kTryTake;
    if (tries && (take.killable() || take.has_throttle_ns()))
      context_.fail({&take, take.killable() ? Take::kKillableFieldNumber : Take::kThrottleNsFieldNumber},
                    "try_take never waits; expected this on a take only");
    if (take.killable() && take.has_throttle_ns())
      context_.fail({&take, Take::kKillableFieldNumber}, "killable stands beside throttle_ns; expected one of them");
    instruction.killable = take.killable();
    if (take.has_reserve()) {
      const std::int64_t most = context_.out.pools[instruction.object.index].size - instruction.value;
      instruction.reserve = flat_.constant({&take, Take::kReserveFieldNumber}, take.reserve(), 0, most);
    }
    if (take.has_throttle_ns()) {
      const At at{&take, Take::kThrottleNsFieldNumber};
      instruction.other.index = static_cast<std::uint32_t>(flat_.constant(at, take.throttle_ns(), 1, UINT32_MAX));
    }
    if (!tries && !take.killable() && !take.has_throttle_ns() && take.else__size() > 0)
      context_.fail({&take, Take::kElseFieldNumber}, "nothing but units ends this wait; expected killable or throttle_ns beside else");
    const std::size_t test = flat_.emit(op, {&take, Take::kPoolFieldNumber}, instruction);
    if (tries || take.killable() || take.has_throttle_ns())
      flat_.branch(test, take, take.then(), take.else_());
    else
      flat_.steps(take.then());
  }

  void give(const Give& give) { flat_.emit(OpCode::kGive, {&give, Give::kPoolFieldNumber}, units(give)); }

  void scope(OpCode op, GfpScope scope) {
    flat_.emit(op, {&step_, static_cast<int>(step_.kind_case())}, {.object = {ObjectKind::kGfpScope, static_cast<std::uint32_t>(scope)}});
  }

  void folio(OpCode op, const std::string& name) {
    const At at{&step_, static_cast<int>(step_.kind_case())};
    flat_.emit(op, at, {.object = flat_.object(at, name, {Thing::kFolios})});
  }
  void folio_ref(OpCode op, const FolioRef& step) {
    context_.require(step, FolioRef::kFolioFieldNumber);
    const At at{&step, FolioRef::kFolioFieldNumber};
    Instruction instruction{.object = flat_.object(at, step.folio(), {Thing::kFolios})};
    if (step.has_refs()) {
      const At refs_at{&step, FolioRef::kRefsFieldNumber};
      if (op != OpCode::kFolioRefFreeze) context_.fail(refs_at, "refs beside folio_try_get; expected it of a folio_ref_freeze only");
      instruction.value = flat_.constant(refs_at, step.refs(), 0, UINT16_MAX);
    }
    const std::size_t test = flat_.emit(op, at, instruction);
    flat_.branch(test, step, step.then(), step.else_());
  }

  // In the memory's own reclaim it is progress.
  void free(const Free& step) {
    context_.require(step, Free::kToFieldNumber);
    const At at{&step, Free::kToFieldNumber};
    const ObjectRef memory = flat_.object(at, step.to(), {Thing::kMemory});
    const std::int64_t most = context_.out.memories[memory.index].pages;
    const std::int64_t pages = step.has_pages() ? flat_.constant({&step, Free::kPagesFieldNumber}, step.pages(), 1, most) : 1;
    flat_.emit(OpCode::kFree, at, {.object = memory, .value = pages});
    for (const Flattener::Allocation& outer : flat_.allocations)
      if (outer.reclaiming && outer.memory == memory.index) flat_.set_local(at, outer.progress, 1);
  }

  Flattener& flat_;
  const ResolveContext& context_;
  const Step& step_;
};

}  // namespace

bool flatten_memory_step(Flattener& flattener, const Step& step) { return MemoryStepResolver(flattener, step).resolve(); }

}  // namespace mmsim
