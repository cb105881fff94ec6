// What the tests of programs share: short names for instructions, and a world whose actors run programs.
#pragma once

#include <initializer_list>
#include <vector>

#include "sim/core/testing.hpp"
#include "sim/script/program.hpp"

namespace mmsim {

using Code = std::vector<Instruction>;

inline Instruction step(OpCode op, ObjectRef object = {}, std::int64_t value = 0) {
  return {.op = op, .object = object, .value = value};
}
inline Instruction jump(OpCode op, std::int32_t target, ObjectRef object = {}, std::uint8_t slot = 0, std::int64_t value = 0) {
  return {.op = op, .slot = slot, .branches = op == OpCode::kTrylock, .object = object, .target = target, .value = value};
}

// Two of each kind of object, named after the kind; folios and wait queues too.
class ScriptWorld : public TestWorld {
 public:
  explicit ScriptWorld(std::uint64_t seed = 0) : TestWorld(seed), mm(*world.arena.make<Mm>(world)), objects(*world.arena.make<ScriptObjects>(mm)) {
    mm.nodes.emplace_back(100);
    for (int i = 0; i < 2; ++i) {
      objects.mutexes.push_back(&world.add<Mutex>(named("mutex", i)));
      objects.spinlocks.push_back(&world.add<Spinlock>(named("spinlock", i), false));
      objects.rwsems.push_back(&world.add<Rwsem>(named("rwsem", i), world.arena));
      objects.semaphores.push_back(&world.add<Semaphore>(named("semaphore", i), world.arena, 1U));
      objects.completions.push_back(&world.add<Completion>(named("completion", i), world.arena));
      objects.wait_queues.push_back(&world.add<WaitQueue>(named("queue", i), world.arena));
      objects.buffer_heads.push_back(&world.add<BufferHead>(named("bh", i)));
      mm.add_folio(named("folio", i), 0, 0);
    }
  }

  // An actor that runs `code`, to which kEnd is added.
  Actor& program(std::string_view text, Code code, std::int64_t at_ns = 0) {
    code.push_back(step(OpCode::kEnd));
    Actor& self = actor(text);
    ProgramText program;
    program.code = std::move(code);
    states.push_back(world.arena.make<ProgramState>(objects, program));
    self.foresight = states.back();
    world.start(self, run_program(self, objects, *states.back()), at_ns);
    return self;
  }
  Name named(std::string_view text, int i) { return {world.intern(text), i}; }

  Mm& mm;
  ScriptObjects& objects;
  std::vector<ProgramState*> states;
};

}  // namespace mmsim
