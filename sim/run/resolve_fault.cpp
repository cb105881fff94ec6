// Copies from and to user memory, which may fault: copy_from_user(), and do_user_addr_fault() v6.6 in the middle of it, written out as
// instructions around the procedure that the scenario gives for handle_mm_fault().
//
// DIFFERS: the handler always keeps mmap_lock (no VM_FAULT_RETRY, no per-VMA lock), and its access never fails for good.
#include "sim/run/resolve_program.hpp"

namespace mmsim {

void flatten_copy_user(Flattener& flattener, const CopyUser& step, const char* name) {
  const ResolveContext& context = flattener.context();
  context.require(step, CopyUser::kPresentFieldNumber);
  context.require(step, CopyUser::kMmapLockFieldNumber);
  context.require(step, CopyUser::kFaultFieldNumber);
  const At present_at{&step, CopyUser::kPresentFieldNumber};
  const At lock_at{&step, CopyUser::kMmapLockFieldNumber};
  const At fault_at{&step, CopyUser::kFaultFieldNumber};
  const ObjectRef mmap_lock = flattener.object(lock_at, step.mmap_lock(), {Thing::kRwsem});
  const Procedure& handler = called_procedure(context, fault_at, step.fault());

  flattener.enter({&step}, name);
  flattener.emit(OpCode::kLoop, {&step});
  const std::int32_t access = flattener.here();
  const std::size_t present = flattener.emit(OpCode::kTest, present_at, flattener.condition(present_at, step.present()));
  const std::size_t copied = flattener.emit(OpCode::kJump, {&step});
  flattener.aim({present}, flattener.here());
  const std::size_t enabled =
      flattener.emit(OpCode::kTest, {&step}, flattener.own_test({.kind = Term::kProperty, .property = Property::kPagefaultDisabled}));
  const std::size_t failed = flattener.emit(OpCode::kJump, {&step});
  flattener.aim({enabled}, flattener.here());
  flattener.enter({&step}, "do_user_addr_fault");
  flattener.emit(OpCode::kDownRead, lock_at, {.object = mmap_lock});
  Scope inside;
  flattener.run(fault_at, handler, inside);
  flattener.emit(OpCode::kUpRead, lock_at, {.object = mmap_lock});
  flattener.leave({&step});
  flattener.aim({flattener.emit(OpCode::kJump, {&step})}, access);

  flattener.aim({copied}, flattener.here());
  flattener.leave({&step});
  flattener.steps(step.then());
  const std::size_t end = flattener.emit(OpCode::kJump, {&step});
  flattener.aim({failed}, flattener.here());
  flattener.leave({&step});
  flattener.steps(step.else_());
  flattener.aim({end}, flattener.here());
}

}  // namespace mmsim
