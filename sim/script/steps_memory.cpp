// Steps that take and give back memory: units of pools, pages.
#include "sim/core/killable.hpp"
#include "sim/core/time.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

// As reclaim_throttle() and balance_dirty_pages(): looks, naps, looks again. DIFFERS: nobody ends the nap early.
Task<bool> take_throttled(Actor& self, Pool& pool, const Instruction& step) {
  Procedure here(self, pool.lock_class().acquire);
  bool taken = co_await try_take(self, pool, step.value, step.reserve);
  if (!taken) {
    co_await throttle(self, step.other.index, pool.lock_class().acquire);
    taken = co_await try_take(self, pool, step.value, step.reserve);
  }
  co_return taken;
}

Task<bool> take_units(Actor& self, Pool& pool, const Instruction& step) {
  bool taken = true;
  if (step.other.index != 0)
    taken = co_await take_throttled(self, pool, step);
  else if (step.killable)
    taken = co_await Await<Killable<PoolTake>>(self, pool, step.value, step.reserve);
  else
    co_await take(self, pool, step.value, step.reserve);
  co_return taken;
}

// The last to give may have gone by: those who still wait are then lost.
Task<> give_units(Actor& self, ProgramState& program, const Instruction& step) {
  Pool& pool = *program.objects.pools[step.object.index];
  const bool given = co_await give(self, pool, step.value);
  if (!given) fault(self, program.objects, step, "gives back more than was taken of", "", &pool);
  if (!self.world.exploring && !pool.waiters.empty()) self.world.recheck();
}

Task<> free_pages(Actor& self, ProgramState& program, const Instruction& step) {
  LimitedMemory& memory = *program.objects.memories[step.object.index];
  const bool done = co_await put_pages(self, memory, step.value);
  if (!done) fault(self, program.objects, step, "frees more than is in use of", "", &memory);
}

}  // namespace

Task<std::int64_t> memory_step(Actor& self, ProgramState& program, const Instruction& step) {
  const ScriptObjects& objects = program.objects;
  bool outcome = true;
  switch (step.op) {
    case OpCode::kTake: outcome = co_await take_units(self, *objects.pools[step.object.index], step); break;
    case OpCode::kTryTake: outcome = co_await try_take(self, *objects.pools[step.object.index], step.value, step.reserve); break;
    case OpCode::kGive: co_await give_units(self, program, step); break;
    case OpCode::kAlloc:
      outcome = co_await get_pages(self, *objects.memories[step.object.index], step.value, static_cast<Watermark>(step.other.index));
      break;
    case OpCode::kFree: co_await free_pages(self, program, step); break;
    default: co_await throttle(self, step.value, "VMSCAN_THROTTLE_NOPROGRESS"); break;
  }
  co_return outcome;
}

}  // namespace mmsim
