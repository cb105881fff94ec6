// Runs a program written in a scenario file, as the root coroutine of an actor.
//
// A step is one operation of the same kind that kernel procedures await. A program that unlocks what it does not hold is
// the scenario's fault: what the loader can tell from the text it refuses, the rest stops the world with a ScriptFault.
#pragma once

#include <span>
#include <string>

#include "sim/core/event.hpp"
#include "sim/core/mutex.hpp"
#include "sim/core/rwsem.hpp"
#include "sim/core/spinlock.hpp"
#include "sim/mm/mm.hpp"
#include "sim/script/instruction.hpp"

namespace mmsim {

// The first fault that a program ran into.
struct ScriptFault {
  bool happened = false;
  std::int32_t line = 0;         // of the scenario file
  std::int32_t column = 0;
  const Actor* actor = nullptr;
  const Object* object = nullptr;
  const char* what = "";         // "unlocks", "up_read"
};

// What programs can name, by kind and index; folios by slot.
struct ScriptObjects {
  explicit ScriptObjects(Mm& m);
  Object& at(ObjectRef ref) const;

  Mm& mm;
  ArenaVector<Mutex*> mutexes;
  ArenaVector<Spinlock*> spinlocks;
  ArenaVector<Rwsem*> rwsems;
  ArenaVector<Semaphore*> semaphores;
  ArenaVector<Completion*> completions;
  ArenaVector<WaitQueue*> wait_queues;
  ArenaVector<BufferHead*> buffer_heads;
  ScriptFault fault;
};

// Where a program stands.
class ProgramState final : public Foresight {
 public:
  ProgramState(const ScriptObjects& o, std::span<const Instruction> text);

  // Every path from where it stands is searched; a loop's count is not looked at unless it is the last round.
  bool may_wake(const Object& event) const override;
  std::int32_t line() const override { return now().line; }

  const Instruction& now() const { return code[pc]; }

  const ScriptObjects& objects;
  ArenaVector<Instruction> code;
  std::uint32_t pc = 0;
  std::int64_t rounds_left[kRepeatDepth_max] = {};   // 0: for ever
};

Task<> run_program(Actor& self, ScriptObjects& objects, ProgramState& program);

}  // namespace mmsim
