#include "sim/script/program.hpp"

#include "sim/core/time.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

bool wakes(OpCode op) { return op == OpCode::kWake || op == OpCode::kWakeAll || op == OpCode::kUp; }

// Stops the world: the program does what no program may do.
void fault(Actor& self, ScriptObjects& objects, const Instruction& step, const char* what) {
  objects.fault = {true, step.line, step.column, &self, &objects.at(step.object), what};
  self.world.halted = true;
}

BitLock& bit_lock_of(const ScriptObjects& objects, ObjectRef ref) {
  if (ref.kind == ObjectKind::kFolio) return *objects.mm.slots[ref.index];
  return *objects.buffer_heads[ref.index];
}

Task<> lock(Actor& self, ScriptObjects& objects, ObjectRef ref) {
  switch (ref.kind) {
    case ObjectKind::kFolio: co_await filemap_lock_folio(self, objects.mm, ref.index); break;
    case ObjectKind::kMutex: co_await mutex_lock(self, *objects.mutexes[ref.index]); break;
    case ObjectKind::kSpinlock: co_await spin_lock(self, *objects.spinlocks[ref.index]); break;
    default: co_await bit_lock(self, bit_lock_of(objects, ref)); break;
  }
}

Task<bool> trylock(Actor& self, ScriptObjects& objects, ObjectRef ref) {
  bool taken = false;
  switch (ref.kind) {
    case ObjectKind::kMutex: taken = co_await mutex_trylock(self, *objects.mutexes[ref.index]); break;
    case ObjectKind::kSpinlock: taken = co_await spin_trylock(self, *objects.spinlocks[ref.index]); break;
    case ObjectKind::kRwsem: taken = co_await down_write_trylock(self, *objects.rwsems[ref.index]); break;
    default: taken = co_await bit_trylock(self, bit_lock_of(objects, ref)); break;
  }
  if (taken && ref.kind == ObjectKind::kFolio) ++objects.mm.slots[ref.index]->extra_refs;
  co_return taken;
}

bool holds(const Actor& self, const ScriptObjects& objects, ObjectRef ref) {
  switch (ref.kind) {
    case ObjectKind::kMutex: return objects.mutexes[ref.index]->holder.held_by(self);
    case ObjectKind::kSpinlock: return objects.spinlocks[ref.index]->holder.held_by(self);
    default: return bit_lock_of(objects, ref).holder.held_by(self);
  }
}

Task<> unlock(Actor& self, ScriptObjects& objects, const Instruction& step) {
  const ObjectRef ref = step.object;
  if (!holds(self, objects, ref)) {
    fault(self, objects, step, "unlocks");
    co_return;
  }
  switch (ref.kind) {
    case ObjectKind::kMutex: co_await mutex_unlock(self, *objects.mutexes[ref.index]); break;
    case ObjectKind::kSpinlock: co_await spin_unlock(self, *objects.spinlocks[ref.index]); break;
    case ObjectKind::kFolio: co_await folio_unlock_and_put(self, *objects.mm.slots[ref.index]); break;
    default: co_await bit_unlock(self, bit_lock_of(objects, ref)); break;
  }
}

Task<> rwsem_step(Actor& self, ScriptObjects& objects, const Instruction& step) {
  Rwsem& rwsem = *objects.rwsems[step.object.index];
  switch (step.op) {
    case OpCode::kDownRead: co_await down_read(self, rwsem); break;
    case OpCode::kDownWrite: co_await down_write(self, rwsem); break;
    case OpCode::kUpRead:
      if (!rwsem.read_held_by(self))
        fault(self, objects, step, "up_read");
      else
        co_await up_read(self, rwsem);
      break;
    default:
      if (!rwsem.writer.held_by(self))
        fault(self, objects, step, "up_write");
      else
        co_await up_write(self, rwsem);
      break;
  }
}

Task<> event_step(Actor& self, ScriptObjects& objects, const Instruction& step) {
  const ObjectRef ref = step.object;
  const bool all = step.op == OpCode::kWakeAll;
  if (step.op == OpCode::kDown) {
    co_await down(self, *objects.semaphores[ref.index]);
  } else if (step.op == OpCode::kUp) {
    co_await up(self, *objects.semaphores[ref.index]);
  } else if (ref.kind == ObjectKind::kCompletion) {
    Completion& completion = *objects.completions[ref.index];
    if (step.op == OpCode::kWait) co_await wait_for_completion(self, completion);
    if (step.op == OpCode::kWake) co_await complete(self, completion);
    if (all) co_await complete_all(self, completion);
  } else {
    WaitQueue& queue = *objects.wait_queues[ref.index];
    if (step.op == OpCode::kWait) co_await sleep_on(self, queue);
    if (step.op == OpCode::kWake) co_await wake_up(self, queue);
    if (all) co_await wake_up_all(self, queue);
  }
}

// Takes a step that is neither a jump nor a loop.
Task<> take_step(Actor& self, ScriptObjects& objects, const Instruction& step) {
  switch (step.op) {
    case OpCode::kLock: co_await lock(self, objects, step.object); break;
    case OpCode::kUnlock: co_await unlock(self, objects, step); break;
    case OpCode::kDownRead:
    case OpCode::kUpRead:
    case OpCode::kDownWrite:
    case OpCode::kUpWrite: co_await rwsem_step(self, objects, step); break;
    case OpCode::kDown:
    case OpCode::kUp:
    case OpCode::kWait:
    case OpCode::kWake:
    case OpCode::kWakeAll: co_await event_step(self, objects, step); break;
    case OpCode::kSpend: co_await spend(self, step.value); break;
    case OpCode::kSleep: co_await throttle(self, step.value, "sleep_ns"); break;   // time will end it: told as such
    case OpCode::kYield: co_await yield(self); break;
    case OpCode::kCondResched: co_await cond_resched(self); break;
    default: break;
  }
}

}  // namespace

ScriptObjects::ScriptObjects(Mm& m)
    : mm(m),
      mutexes(ArenaAllocator<Mutex*>(m.world.arena)),
      spinlocks(ArenaAllocator<Spinlock*>(m.world.arena)),
      rwsems(ArenaAllocator<Rwsem*>(m.world.arena)),
      semaphores(ArenaAllocator<Semaphore*>(m.world.arena)),
      completions(ArenaAllocator<Completion*>(m.world.arena)),
      wait_queues(ArenaAllocator<WaitQueue*>(m.world.arena)),
      buffer_heads(ArenaAllocator<BufferHead*>(m.world.arena)) {}

Object& ScriptObjects::at(ObjectRef ref) const {
  switch (ref.kind) {
    case ObjectKind::kMutex: return *mutexes[ref.index];
    case ObjectKind::kSpinlock: return *spinlocks[ref.index];
    case ObjectKind::kRwsem: return *rwsems[ref.index];
    case ObjectKind::kSemaphore: return *semaphores[ref.index];
    case ObjectKind::kCompletion: return *completions[ref.index];
    case ObjectKind::kWaitQueue: return *wait_queues[ref.index];
    case ObjectKind::kBufferHead: return *buffer_heads[ref.index];
    default: return *mm.slots[ref.index];
  }
}

ProgramState::ProgramState(const ScriptObjects& o, std::span<const Instruction> text)
    : objects(o), code(text.begin(), text.end(), ArenaAllocator<Instruction>(o.mm.world.arena)) {}

bool ProgramState::may_wake(const Object& event) const {
  std::vector<bool> seen(code.size(), false);
  std::vector<std::uint32_t> open{pc + 1};
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (at >= code.size() || seen[at]) continue;
    seen[at] = true;
    const Instruction& step = code[at];
    if (wakes(step.op) && &objects.at(step.object) == &event) return true;
    const auto target = static_cast<std::uint32_t>(step.target);
    const bool inside = target <= pc && pc < at;   // a loop that it stands in: this may be the last round
    const bool last_round = step.op == OpCode::kRepeatEnd && inside && rounds_left[step.slot] == 1;
    const bool jumps = step.op == OpCode::kTrylock || step.op == OpCode::kJump || step.op == OpCode::kRepeatEnd;
    if (jumps && !last_round) open.push_back(target);
    if (step.op != OpCode::kJump && step.op != OpCode::kEnd) open.push_back(at + 1);
  }
  return false;
}

Task<> run_program(Actor& self, ScriptObjects& objects, ProgramState& program) {
  Procedure here(self, "program");
  for (; program.now().op != OpCode::kEnd && !self.world.halted; ++program.pc) {
    const Instruction& step = program.now();
    std::int64_t& rounds = program.rounds_left[step.slot];
    if (step.op == OpCode::kRepeat) {
      rounds = step.value;
    } else if (step.op == OpCode::kRepeatEnd) {
      if (rounds == 0 || --rounds > 0) program.pc = static_cast<std::uint32_t>(step.target) - 1;
    } else if (step.op == OpCode::kJump) {
      program.pc = static_cast<std::uint32_t>(step.target) - 1;
    } else if (step.op == OpCode::kTrylock) {
      const bool taken = co_await trylock(self, objects, step.object);
      if (!taken) program.pc = static_cast<std::uint32_t>(step.target) - 1;
    } else {
      co_await take_step(self, objects, step);
      // The last wake may have gone by: those still asleep are then lost.
      if (wakes(step.op) && !program.may_wake(objects.at(step.object))) self.world.recheck();
    }
  }
}

}  // namespace mmsim
