// Steps that take and give back locks.
#include "sim/core/killable.hpp"
#include "sim/mm/filemap.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

BitLock& bit_lock_of(const ScriptObjects& objects, ObjectRef ref) {
  if (ref.kind == ObjectKind::kFolio) return *objects.mm.slots[ref.index];
  return *objects.buffer_heads[ref.index];
}

template <class Op, class Lock>
Await<Killable<Op>> killable(Actor& self, Lock& lock) {
  return {self, lock};
}
Await<Killable<BitLockWait>> killable_bit_lock(Actor& self, BitLock& lock) { return {self, lock, WaitBehavior::kExclusive}; }
Await<Killable<RwsemAcquire>> killable_rwsem(Actor& self, Rwsem& rwsem, bool write) { return {self, rwsem, write}; }

Task<> lock(Actor& self, ScriptObjects& objects, ObjectRef ref) {
  switch (ref.kind) {
    case ObjectKind::kFolio: co_await filemap_lock_folio(self, objects.mm, ref.index); break;
    case ObjectKind::kMutex: co_await mutex_lock(self, *objects.mutexes[ref.index]); break;
    case ObjectKind::kSpinlock: co_await spin_lock(self, *objects.spinlocks[ref.index]); break;
    default: co_await bit_lock(self, bit_lock_of(objects, ref)); break;
  }
}

// __folio_lock_killable() and its like. Whoever is killed gives the reference back that it looked the folio up with.
Task<bool> lock_killable(Actor& self, ScriptObjects& objects, ObjectRef ref) {
  bool taken = false;
  if (ref.kind == ObjectKind::kMutex) {
    taken = co_await killable<MutexLock>(self, *objects.mutexes[ref.index]);
  } else if (ref.kind == ObjectKind::kFolio) {
    Mm& mm = objects.mm;
    Folio* folio = co_await filemap_get_folio(self, mm, ref.index);
    taken = co_await killable_bit_lock(self, *folio);
    if (!taken) co_await folio_put(self, mm, *folio);
  } else {
    taken = co_await killable_bit_lock(self, bit_lock_of(objects, ref));
  }
  co_return taken;
}

Task<bool> trylock(Actor& self, ScriptObjects& objects, ObjectRef ref) {
  bool taken = false;
  switch (ref.kind) {
    case ObjectKind::kMutex: taken = co_await mutex_trylock(self, *objects.mutexes[ref.index]); break;
    case ObjectKind::kSpinlock: taken = co_await spin_trylock(self, *objects.spinlocks[ref.index]); break;
    case ObjectKind::kRwsem: taken = co_await down_write_trylock(self, *objects.rwsems[ref.index]); break;
    case ObjectKind::kFolio: taken = co_await filemap_trylock_folio(self, objects.mm, ref.index); break;
    default: taken = co_await bit_trylock(self, *objects.buffer_heads[ref.index]); break;
  }
  co_return taken;
}

Task<> unlock(Actor& self, ProgramState& program, const Instruction& step) {
  const ObjectRef ref = step.object;
  ScriptObjects& objects = program.objects;
  if (!program.holds(ref)) {
    fault(self, objects, step, "unlocks", ", which it does not hold", &objects.at(ref));
    co_return;
  }
  program.gave_back(ref);
  switch (ref.kind) {
    case ObjectKind::kMutex: co_await mutex_unlock(self, *objects.mutexes[ref.index]); break;
    case ObjectKind::kSpinlock: co_await spin_unlock(self, *objects.spinlocks[ref.index]); break;
    case ObjectKind::kFolio: co_await folio_unlock_and_put(self, objects.mm, *objects.mm.slots[ref.index]); break;
    default: co_await bit_unlock(self, bit_lock_of(objects, ref)); break;
  }
}

// down_read() and down_write(), as the step says.
Task<bool> rwsem_acquire(Actor& self, Rwsem& rwsem, const Instruction& step) {
  const bool write = step.op == OpCode::kDownWrite;
  bool taken = true;
  if (step.killable)
    taken = co_await killable_rwsem(self, rwsem, write);
  else if (step.op == OpCode::kDownReadTrylock)
    taken = co_await down_read_trylock(self, rwsem);
  else if (write)
    co_await down_write(self, rwsem);
  else
    co_await down_read(self, rwsem);
  co_return taken;
}

Task<> rwsem_release(Actor& self, ProgramState& program, const Instruction& step) {
  Rwsem& rwsem = *program.objects.rwsems[step.object.index];
  const bool read = step.op == OpCode::kUpRead;
  if (!program.holds(step.object, read)) {
    const char* what = read ? "up_read" : step.op == OpCode::kUpWrite ? "up_write" : "downgrade_write";
    fault(self, program.objects, step, what, ", which it does not hold", &rwsem);
    co_return;
  }
  program.gave_back(step.object, read);
  switch (step.op) {
    case OpCode::kUpRead: co_await up_read(self, rwsem); break;
    case OpCode::kUpWrite: co_await up_write(self, rwsem); break;
    default:
      co_await downgrade_write(self, rwsem);
      program.took(step.object, true);
      break;
  }
}

}  // namespace

Task<std::int64_t> lock_step(Actor& self, ProgramState& program, const Instruction& step) {
  ScriptObjects& objects = program.objects;
  bool taken = true;
  switch (step.op) {
    case OpCode::kLock:
      if (step.killable)
        taken = co_await lock_killable(self, objects, step.object);
      else
        co_await lock(self, objects, step.object);
      if (taken) program.took(step.object);
      break;
    case OpCode::kTrylock:
      taken = co_await trylock(self, objects, step.object);
      if (taken) program.took(step.object);
      break;
    case OpCode::kUnlock: co_await unlock(self, program, step); break;
    case OpCode::kDownRead:
    case OpCode::kDownReadTrylock:
    case OpCode::kDownWrite:
      taken = co_await rwsem_acquire(self, *objects.rwsems[step.object.index], step);
      if (taken) program.took(step.object, step.op != OpCode::kDownWrite);
      break;
    default: co_await rwsem_release(self, program, step); break;
  }
  co_return taken;
}

}  // namespace mmsim
