// What the steps of programs do, a function per group. For program.cpp, which calls them, and for each other.
#pragma once

#include <functional>

#include "sim/core/visible.hpp"
#include "sim/script/program.hpp"

namespace mmsim {

// Stops the world: the program does what no program may do.
void fault(Actor& self, ScriptObjects& objects, const Instruction& step, const char* what, const char* why, const Object* object);

// The value of an expression, now; a part of somebody's step. A fault stops the world, and the value is 0.
std::int64_t evaluate(const Actor& self, const ProgramState& program, const Instruction& step, std::span<const Term> terms);
// Of one term that is no operator; what only its actor can answer is 0 here.
std::int64_t term_value(const ProgramState& program, const Term& term, const Actor* self = nullptr);
// The same as a step of its own, unless nothing in it is anybody else's.
Task<std::int64_t> test(Actor& self, ProgramState& program, const Instruction& step);

// The outcomes of steps: 0 sends a step that branches to its target.
Task<std::int64_t> lock_step(Actor& self, ProgramState& program, const Instruction& step);
Task<std::int64_t> work_step(Actor& self, ProgramState& program, const Instruction& step);
Task<std::int64_t> cpu_step(Actor& self, ProgramState& program, const Instruction& step);
Task<std::int64_t> event_step(Actor& self, ProgramState& program, const Instruction& step);
Task<std::int64_t> memory_step(Actor& self, ProgramState& program, const Instruction& step);
Task<std::int64_t> refs_step(Actor& self, ProgramState& program, const Instruction& step);
Task<> io_step(Actor& self, ProgramState& program, const Instruction& step);
Task<> server_step(Actor& self, ProgramState& program, const Instruction& step);
Task<> journal_step(Actor& self, ProgramState& program, const Instruction& step);
Task<> call_step(Actor& self, ProgramState& program, const Instruction& step);   // of a procedure of the kernel

// A step that may wake somebody of `event`, be it an event or a thing that conditions ask about.
bool wakes(const Instruction& step);
// The same of a step of a work item, or of one that it may queue.
bool any_step_of_work(const ScriptObjects& objects, std::uint32_t work, const std::function<bool(const Instruction&)>& is_it);
// Whether the step may change what a condition finds out about `thing`.
bool affects(const Instruction& step, ObjectRef thing);

}  // namespace mmsim
