#include "sim/script/program.hpp"

#include <algorithm>
#include <cstring>

#include "sim/core/time.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

// Steps that are jumps alone, one after the other, before time is let pass: an endless loop of them must not stop the world.
constexpr std::uint32_t kQuiet_most = 4096;

// A copy that stays for as long as the arena does.
template <class T, class Range>
std::span<const T> keep(Arena& arena, const Range& range) {
  return *arena.make<ArenaVector<T>>(std::begin(range), std::end(range), ArenaAllocator<T>(arena));
}

// A value that the actor comes to know.
template <class Effect>
class ReadValue : public Visible<Effect, false>, public Telling {
 public:
  using Visible<Effect, false>::Visible;
  std::string told() const override { return "= " + std::to_string(this->result()); }
};
template <class Effect>
Await<ReadValue<Effect>> read_value(Actor& self, Object* object, const char* verb, Effect effect) {
  return {self, object, verb, effect};
}

// Computes a value and writes it, as one step. What was written is a note for reports: the actor does not learn it.
template <class Compute>
class WriteVariable : public InstantOperation, public Telling {
 public:
  WriteVariable(Actor& s, Variable& variable, const char* verb, Compute compute)
      : InstantOperation(s), variable_(variable), verb_(verb), compute_(compute) {}
  void complete() override { variable_.value = written_ = compute_(); }
  Object* object() const override { return &variable_; }
  const char* verb() const override { return verb_; }
  std::string told() const override { return "= " + std::to_string(written_); }

 private:
  Variable& variable_;
  const char* verb_;
  Compute compute_;
  std::int64_t written_ = 0;
};
template <class Compute>
Await<WriteVariable<Compute>> write_variable(Actor& self, Variable& variable, const char* verb, Compute compute) {
  return {self, variable, verb, compute};
}

// x = ..., as one step; none if it is the actor's own.
Task<> set(Actor& self, ProgramState& program, const Instruction& step) {
  const auto value = [&self, &program, &step] { return evaluate(self, program, step, program.terms(step)); };
  if (step.object.kind == ObjectKind::kLocal) {
    std::int64_t& local = program.locals[step.object.index];
    if (program.own(step))
      local = value();
    else
      local = co_await read_value(self, &program.objects.at(step.other), "READ_ONCE", value);
    co_return;
  }
  co_await write_variable(self, *program.objects.variables[step.object.index], program.own(step) ? "WRITE_ONCE" : "atomic_set", value);
}

Task<std::int64_t> take_step(Actor& self, ProgramState& program, const Instruction& step) {
  std::int64_t outcome = 1;
  switch (step.op) {
    case OpCode::kTest: outcome = co_await test(self, program, step); break;
    case OpCode::kSet: co_await set(self, program, step); break;
    case OpCode::kLock:
    case OpCode::kTrylock:
    case OpCode::kUnlock:
    case OpCode::kDownRead:
    case OpCode::kUpRead:
    case OpCode::kDownWrite:
    case OpCode::kUpWrite:
    case OpCode::kDownReadTrylock:
    case OpCode::kDowngradeWrite: outcome = co_await lock_step(self, program, step); break;
    case OpCode::kSpend: co_await spend(self, step.value); break;
    case OpCode::kSleep: co_await throttle(self, step.value, "sleep_ns"); break;   // time will end it: told as such
    case OpCode::kYield: co_await yield(self); break;
    case OpCode::kCondResched: co_await cond_resched(self); break;
    // --- memory
    case OpCode::kTake:
    case OpCode::kTryTake:
    case OpCode::kGive:
    case OpCode::kAlloc:
    case OpCode::kFree:
    case OpCode::kThrottle: outcome = co_await memory_step(self, program, step); break;
    case OpCode::kFolioGet:
    case OpCode::kFolioPut:
    case OpCode::kFolioTryGet:
    case OpCode::kFolioRefFreeze:
    case OpCode::kFolioRefUnfreeze:
    case OpCode::kFolioPutWaitLocked: outcome = co_await refs_step(self, program, step); break;
    // --- I/O
    case OpCode::kStartWriteback:
    case OpCode::kEndWriteback:
    case OpCode::kWaitWriteback:
    case OpCode::kWaitLocked:
    case OpCode::kMarkDirty:
    case OpCode::kClearDirty:
    case OpCode::kBioAdd:
    case OpCode::kSubmitBio:
    case OpCode::kStartPlug:
    case OpCode::kFinishPlug:
    case OpCode::kSubmitRead:
    case OpCode::kSubmitBh: co_await io_step(self, program, step); break;
    case OpCode::kNextRequest:
    case OpCode::kEndRequest:
    case OpCode::kDoReqFilebacked:
    case OpCode::kLockBacking:
    case OpCode::kUnlockBacking: co_await server_step(self, program, step); break;
    case OpCode::kJournalStart:
    case OpCode::kJournalStop:
    case OpCode::kNextCommit:
    case OpCode::kEndCommit:
    case OpCode::kJournalCommitWait:
    case OpCode::kJournalForceCommit: co_await journal_step(self, program, step); break;
    case OpCode::kMigratePages:
    case OpCode::kWriteCachePages: co_await call_step(self, program, step); break;
    // --- work queues
    case OpCode::kQueueWork:
    case OpCode::kFlushWork:
    case OpCode::kFlushWorkqueue:
    case OpCode::kCancelWorkSync: outcome = co_await work_step(self, program, step); break;
    // --- CPUs
    case OpCode::kPreemptDisable:
    case OpCode::kPreemptEnable:
    case OpCode::kLocalIrqDisable:
    case OpCode::kLocalIrqEnable:
    case OpCode::kLocalBhDisable:
    case OpCode::kLocalBhEnable:
    case OpCode::kSmpCall: outcome = co_await cpu_step(self, program, step); break;
    default: outcome = co_await event_step(self, program, step); break;
  }
  co_return outcome;
}

// Jumps, loops and calls. False: it is a step to be taken.
bool go_round(Actor& self, ProgramState& program, const Instruction& step) {
  std::int64_t& rounds = program.rounds_left[step.slot];
  const auto go_to = [&program](std::int32_t target) { program.pc = static_cast<std::uint32_t>(target) - 1; };
  switch (step.op) {
    case OpCode::kJump: go_to(step.target); return true;
    case OpCode::kRepeat: rounds = step.value; return true;
    case OpCode::kRepeatEnd:
      if (rounds == 0 || --rounds > 0) go_to(step.target);
      return true;
    case OpCode::kForget: std::fill(&rounds, std::end(program.rounds_left), 0); return true;
    case OpCode::kEnter: program.enter(self, step); return true;
    case OpCode::kLeave: program.leave(); return true;
    case OpCode::kLoop: return true;
    case OpCode::kSave: ++program.scopes[step.object.index]; return true;
    case OpCode::kRestore: --program.scopes[step.object.index]; return true;
    default: return false;
  }
}

}  // namespace

void fault(Actor& self, ScriptObjects& objects, const Instruction& step, const char* what, const char* why, const Object* object) {
  objects.fault = {true, step.line, step.column, &self, object, what, why};
  self.world.halted = true;
}

ScriptObjects::ScriptObjects(Mm& m)
    : mm(m),
      mutexes(ArenaAllocator<Mutex*>(m.world.arena)),
      spinlocks(ArenaAllocator<Spinlock*>(m.world.arena)),
      rwsems(ArenaAllocator<Rwsem*>(m.world.arena)),
      semaphores(ArenaAllocator<Semaphore*>(m.world.arena)),
      completions(ArenaAllocator<Completion*>(m.world.arena)),
      wait_queues(ArenaAllocator<WaitQueue*>(m.world.arena)),
      buffer_heads(ArenaAllocator<BufferHead*>(m.world.arena)),
      variables(ArenaAllocator<Variable*>(m.world.arena)),
      pools(ArenaAllocator<Pool*>(m.world.arena)),
      memories(ArenaAllocator<LimitedMemory*>(m.world.arena)),
      servers(ArenaAllocator<ServedDevice*>(m.world.arena)),
      journals(ArenaAllocator<Journal*>(m.world.arena)),
            conditions(ArenaAllocator<Object*>(m.world.arena)),
      smp_calls(ArenaAllocator<SmpTargets*>(m.world.arena)),
      workqueues(ArenaAllocator<Workqueue*>(m.world.arena)),
      works(ArenaAllocator<Work*>(m.world.arena)),
      work_code(ArenaAllocator<std::span<const Instruction>>(m.world.arena)),
      workers(ArenaAllocator<WorkerPrograms*>(m.world.arena)) {}

Object& ScriptObjects::at(ObjectRef ref) const {
  switch (ref.kind) {
    case ObjectKind::kMutex: return *mutexes[ref.index];
    case ObjectKind::kSpinlock: return *spinlocks[ref.index];
    case ObjectKind::kRwsem: return *rwsems[ref.index];
    case ObjectKind::kSemaphore: return *semaphores[ref.index];
    case ObjectKind::kCompletion: return *completions[ref.index];
    case ObjectKind::kWaitQueue: return *wait_queues[ref.index];
    case ObjectKind::kBufferHead: return *buffer_heads[ref.index];
    case ObjectKind::kVariable: return *variables[ref.index];
    case ObjectKind::kPool: return *pools[ref.index];
    case ObjectKind::kMemory: return *memories[ref.index];
    case ObjectKind::kServer: return servers[ref.index]->requests;
    case ObjectKind::kJournal: return *journals[ref.index];
    case ObjectKind::kWork: return *works[ref.index];
    case ObjectKind::kWorkqueue: return *workqueues[ref.index];
    case ObjectKind::kCondition: return *conditions[ref.index];
    default: return *mm.slots[ref.index];
  }
}

ProgramState::ProgramState(ScriptObjects& o, const ProgramText& text)
    : objects(o),
      locals(text.locals.begin(), text.locals.end(), ArenaAllocator<std::int64_t>(o.mm.world.arena)),
      held(ArenaAllocator<Held>(o.mm.world.arena)),
      io(o.mm, text) {
  std::copy(std::begin(text.scopes), std::end(text.scopes), scopes);
  std::copy(std::begin(text.scopes), std::end(text.scopes), first_scopes_);
  Arena& arena = o.mm.world.arena;
  const Arena::Inside common(arena, nullptr);
  code = keep<Instruction>(arena, text.code);
  first_locals_ = keep<std::int64_t>(arena, text.locals);
  std::vector<Term> terms;
  std::vector<std::uint32_t> first{0};
  auto& own = *arena.make<ArenaVector<std::uint8_t>>(ArenaAllocator<std::uint8_t>(arena));
  for (const Expression& expression : text.expressions) {
    terms.insert(terms.end(), expression.terms.begin(), expression.terms.end());
    first.push_back(static_cast<std::uint32_t>(terms.size()));
    own.push_back(expression.own);
  }
  terms_ = keep<Term>(arena, terms);
  first_term_ = keep<std::uint32_t>(arena, first);
  own_ = own;
  auto& names = *arena.make<ArenaVector<const char*>>(ArenaAllocator<const char*>(arena));
  for (const std::string& name : text.procedures) {
    char* kept = static_cast<char*>(arena.allocate(name.size() + 1));
    std::memcpy(kept, name.c_str(), name.size() + 1);
    names.push_back(kept);
  }
  procedures_ = names;
}

bool ProgramState::holds(ObjectRef object, bool shared) const {
  return std::binary_search(held.begin(), held.end(), Held{object, shared});
}

void ProgramState::took(ObjectRef object, bool shared) {
  const Held one{object, shared};
  held.insert(std::upper_bound(held.begin(), held.end(), one), one);
}

void ProgramState::gave_back(ObjectRef object, bool shared) {
  held.erase(std::lower_bound(held.begin(), held.end(), Held{object, shared}));
}

void ProgramState::enter(Actor& self, const Instruction& call) {
  MMSIM_CHECK(depth_ < kFrames_max, "calls are nested more deeply than the loader allows");
  call_line_[depth_] = call.line;
  frames_[depth_++].emplace(self, procedures_[static_cast<std::size_t>(call.value)]);
}

void ProgramState::rewind() {
  pc = 0;
  begun = false;
  std::fill(std::begin(rounds_left), std::end(rounds_left), 0);
  std::copy(std::begin(first_scopes_), std::end(first_scopes_), scopes);
  locals.assign(first_locals_.begin(), first_locals_.end());
  held.clear();
  joined = 0;
  off = {};
}

void ProgramState::leave() { frames_[--depth_].reset(); }

// The program itself is the procedure without a caller; what its steps call has no lines.
std::int32_t ProgramState::line_in(const Procedure& procedure) const {
  std::size_t inside = 0;   // calls from the program to the procedure
  if (procedure.caller() != nullptr)
    while (inside < depth_ && &*frames_[inside++] != &procedure) continue;
  const bool own = procedure.caller() == nullptr || (inside > 0 && &*frames_[inside - 1] == &procedure);
  if (!own) return 0;
  return inside < depth_ ? call_line_[inside] : line();
}

std::int32_t line_in(const Actor& actor, const Procedure& procedure) {
  const auto* program = dynamic_cast<const ProgramState*>(actor.foresight);
  return program != nullptr ? program->line_in(procedure) : 0;
}

Task<> run_program(Actor& self, ScriptObjects&, ProgramState& program) {
  Procedure here(self, "program");
  std::uint32_t quiet = 0;
  for (; program.now().op != OpCode::kEnd && !self.world.halted; ++program.pc) {
    here.settle(program.pc, program.rounds_left, program.scopes, program.locals, program.held, program.joined, program.io,
                program.off);   // loops that are over have no rounds left
    program.begun = true;
    const Instruction& step = program.now();
    if (go_round(self, program, step)) {
      if (++quiet % kQuiet_most == 0) co_await yield(self);
      continue;
    }
    const std::int64_t outcome = co_await take_step(self, program, step);
    const bool branches = step.branches || step.op == OpCode::kTest;
    if (branches && outcome == 0) program.pc = static_cast<std::uint32_t>(step.target) - 1;
  }
  if (program.io.plug.bios() > 0 && !self.world.halted)
    fault(self, program.objects, *program.io.plug_started, "ends with bios in the plug that begins here", "; expected finish_plug", nullptr);
}

Task<> run_handler(Actor& self, ScriptObjects& objects, ProgramState& program, HandlerControl control) {
  Past before(self);
  for (std::int64_t i = 0; control.times == 0 || i < control.times; ++i) {
    before.settle(control.times == 0 ? 0 : i);
    program.rewind();
    program.comes_again = i + 1 != control.times;
    if (i > 0) co_await UntilNextInterrupt(self, control.every_ns);
    co_await enter_interrupt(self, control.source);
    co_await run_program(self, objects, program);
    leave_interrupt(self);
  }
}

}  // namespace mmsim
