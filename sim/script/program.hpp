// Runs a program written in a scenario file, as the root coroutine of an actor.
//
// A step is one operation of the same kind that kernel procedures await. A program that unlocks what it does not hold is
// the scenario's fault: what the loader can tell from the text it refuses, the rest stops the world with a ScriptFault.
//
//   program.cpp        the interpreter: jumps, loops, procedures
//   steps_lock.cpp     locks
//   steps_cpu.cpp      preemption, interrupts, IPIs
//   steps_io.cpp       writeback, bios, plugs, reads
//   steps_server.cpp   requests of devices that actors serve; calls of procedures of the kernel
//   steps_journal.cpp  handles and commits
//   steps_event.cpp    semaphores, completions, wait queues, conditions, signals
//   steps_memory.cpp   pools, pages
//   steps_refs.cpp     references to folios
//   steps_work.cpp     work items
//   work_program.cpp   programs as the functions of work items
//   expression.cpp     what conditions ask
//   foresight.cpp      what a program may still do
#pragma once

#include <optional>
#include <span>
#include <string>

#include "sim/core/event.hpp"
#include "sim/core/interrupt.hpp"
#include "sim/core/mutex.hpp"
#include "sim/core/pool.hpp"
#include "sim/core/rwsem.hpp"
#include "sim/core/spinlock.hpp"
#include "sim/core/variable.hpp"
#include "sim/machine/cpu_set.hpp"
#include "sim/mm/mm.hpp"
#include "sim/mm/page_alloc.hpp"
#include "sim/mm/workqueue.hpp"
#include "sim/script/program_io.hpp"
#include "sim/script/program_text.hpp"

namespace mmsim {

// The first fault that a program ran into.
struct ScriptFault {
  bool happened = false;
  std::int32_t line = 0;         // of the scenario file
  std::int32_t column = 0;
  const Actor* actor = nullptr;
  const Object* object = nullptr;
  const char* what = "";         // "unlocks", "divides by zero"
  const char* why = "";          // what is wrong with it: ", which it does not hold"
};

// "path:line:column: actor what object, why"
std::string fault_text(const std::string& path, const World& world, const ScriptFault& fault);

// Whom an smp_call_function interrupts: CPUs in a timed run, actors in an exploration.
struct SmpTargets {
  explicit SmpTargets(Arena& arena) : cpus(arena), actors(ArenaAllocator<Actor*>(arena)) {}
  CpuSet cpus;
  ArenaVector<Actor*> actors;
};

class WorkerPrograms;

// What programs can name, by kind and index; folios by slot, actors by number.
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
  ArenaVector<Variable*> variables;
  ArenaVector<Pool*> pools;
  ArenaVector<LimitedMemory*> memories;
  ArenaVector<ServedDevice*> servers;
  ArenaVector<Journal*> journals;
  ArenaVector<Object*> conditions;       // World::conditions
  ArenaVector<SmpTargets*> smp_calls;
  ArenaVector<Workqueue*> workqueues;
  ArenaVector<Work*> works;
  ArenaVector<std::span<const Instruction>> work_code;   // of each item's program, and of creating a worker that runs it
  ArenaVector<WorkerPrograms*> workers;  // by actor; nullptr: no kworker
  ScriptFault fault;
};

// What those who wait for conditions want to know of others.
class ScriptForesight : public Foresight {
 public:
  // May a step that is still to come change what the condition asks?
  virtual bool may_change(std::span<const Term> condition) const = 0;
  // Does it stand before a step that does? Its program takes that one for done.
  virtual bool about_to_change(std::span<const Term> condition) const = 0;
  // Does an item do so that is not run because of where this actor stands?
  virtual bool holds_up_change(std::span<const Term>) const { return false; }

 protected:
  ~ScriptForesight() = default;
};

// Where a program stands.
class ProgramState final : public ScriptForesight {
 public:
  // Its text goes to the common heap, whatever heap it is made in itself.
  ProgramState(ScriptObjects& o, const ProgramText& text);

  // Every path from where it stands is searched; a loop's count is not looked at unless it is the last round.
  bool may_wake(const Object& event) const override;
  bool may_kill(const Actor& target) const override;
  std::int64_t may_give(const Object& pool, std::int64_t has, bool taking, std::int64_t enough) const override;
  bool may_end(const Object& folio, bool in_hand) const override;
  std::int32_t line() const override { return now().line; }
  // Line where one of its procedures stands: of the call that it waits for, or of its step; 0: none.
  std::int32_t line_in(const Procedure& procedure) const;
  std::string values() const override;
  bool may_change(std::span<const Term> condition) const override;
  bool about_to_change(std::span<const Term> condition) const override;

  const Instruction& now() const { return code[pc]; }
  std::span<const Term> terms(const Instruction& step) const {
    const auto i = static_cast<std::size_t>(step.expression);
    return std::span(terms_).subspan(first_term_[i], first_term_[i + 1] - first_term_[i]);
  }
  bool own(const Instruction& step) const { return own_[static_cast<std::size_t>(step.expression)] != 0; }

  // Semaphores are not kept count of: anybody may put a unit back.
  bool holds(ObjectRef object, bool shared = false) const;
  void took(ObjectRef object, bool shared = false);
  void gave_back(ObjectRef object, bool shared = false);

  void enter(Actor& self, const Instruction& call);
  void leave();

  ScriptObjects& objects;
  std::span<const Instruction> code;
  std::uint32_t pc = 0;
  bool begun = false;               // the step at pc, and with it the program
  std::int64_t rounds_left[kRepeatDepth_max] = {};   // 0: for ever
  std::uint8_t scopes[kGfpScopes];   // how often it is in each; in direct reclaim it is in kNoreclaim
  ArenaVector<std::int64_t> locals;
  // What it holds, in order of kind and number: the actor's own knowledge, and part of its local state, since two ways to the
  // same step may differ in it.
  struct Held {
    ObjectRef object;
    bool shared;
    auto operator<=>(const Held&) const = default;
    void hash_into(Hash128& hash) const {
      hash.add(static_cast<std::uint64_t>(object.kind) << 33 | std::uint64_t{object.index} << 1 | shared);
    }
  };
  ArenaVector<Held> held;
  ProgramIo io;
  // The queue it has joined by prepare_to_wait and not left by finish_wait, as number + 1; it may have been woken out of it.
  std::uint32_t joined = 0;
  // What it has turned off by steps of its own, not by taking locks.
  struct TurnedOff {
    std::uint16_t preemption = 0, bottom_halves = 0;
    bool interrupts = false;
    void hash_into(Hash128& hash) const {
      hash.add(std::uint64_t{preemption} << 32 | std::uint64_t{bottom_halves} << 1 | interrupts);
    }
  };
  TurnedOff off;
  bool comes_again = false;         // it will be run once more from its first step

  // As it was made: to be run once more.
  void rewind();

 private:
  friend class WorkerPrograms;
  bool may_jump(std::uint32_t at) const;
  // True once `is_it` says so of a step that may still come, its own or one of an item that it may queue.
  template <class IsIt>
  bool any_ahead(IsIt is_it) const;

  std::span<const std::int64_t> first_locals_;
  std::uint8_t first_scopes_[kGfpScopes];
  std::span<const Term> terms_;
  std::span<const std::uint32_t> first_term_;   // by expression, and one more
  std::span<const std::uint8_t> own_;
  std::span<const char* const> procedures_;
  std::optional<Procedure> frames_[kFrames_max];
  std::int32_t call_line_[kFrames_max] = {};   // where each was called
  std::size_t depth_ = 0;
};

// What a kworker can run: a program for each item that its pool can have, and that which creates another worker.
class WorkerPrograms final : public ScriptForesight {
 public:
  explicit WorkerPrograms(const Actor& worker, ScriptObjects& objects);

  bool may_wake(const Object& event) const override;
  bool may_kill(const Actor& target) const override;
  bool may_change(std::span<const Term> condition) const override;
  bool about_to_change(std::span<const Term> condition) const override { return now != nullptr && now->about_to_change(condition); }
  bool may_end(const Object& folio, bool in_hand) const override;
  bool holds_up(const Object& event) const override;
  bool holds_up_change(std::span<const Term> condition) const override;
  std::int64_t may_give(const Object& pool, std::int64_t has, bool taking, std::int64_t enough) const override;
  std::int32_t line() const override { return now != nullptr ? now->line() : 0; }
  std::string values() const override { return now != nullptr ? now->values() : std::string(); }

  ProgramState* now = nullptr;             // that runs
  ProgramState* create_worker = nullptr;
  ArenaVector<ProgramState*> of_work;      // by number; nullptr: none of its pool's

 private:
  template <class IsIt>
  bool any(IsIt is_it) const;
  template <class IsIt>
  bool any_pending(IsIt is_it) const;
  bool may_run(const Work& work) const;
  const Actor& worker_;
  ScriptObjects& objects_;
};

// Work::function and WorkerPool::create_worker of scenario files.
Task<> run_work(Actor& self, Work& work);
Task<> run_create_worker(Actor& self, WorkerPool& pool);

Task<> run_program(Actor& self, ScriptObjects& objects, ProgramState& program);

// The program as the handler of an interrupt; see sim/core/interrupt.hpp.
struct HandlerControl {
  InterruptSource& source;
  std::int64_t times = 1;           // 0: for ever
  std::int64_t every_ns = 0;        // from the end of one to the next
};
Task<> run_handler(Actor& self, ScriptObjects& objects, ProgramState& program, HandlerControl control);

// The same of any actor; 0 if it runs no program.
std::int32_t line_in(const Actor& actor, const Procedure& procedure);

}  // namespace mmsim
