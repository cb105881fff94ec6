#include "sim/script/expression.hpp"

#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

constexpr std::size_t kStack_most = 64;   // the loader bounds the length of expressions

bool lock_held(const ScriptObjects& objects, ObjectRef ref) {
  switch (ref.kind) {
    case ObjectKind::kMutex: return objects.mutexes[ref.index]->holder.held();
    case ObjectKind::kSpinlock: return objects.spinlocks[ref.index]->holder.held();
    case ObjectKind::kBufferHead: return objects.buffer_heads[ref.index]->locked();
    case ObjectKind::kRwsem: {
      const Rwsem& rwsem = *objects.rwsems[ref.index];
      return rwsem.writer.held() || !rwsem.readers.empty();
    }
    default: return objects.mm.slots[ref.index]->locked();
  }
}

std::int64_t waiters_of(const WaitQueue& queue) {
  std::int64_t n = 0;
  for (const Waiter* waiter = queue.waiters.head(); waiter != nullptr; waiter = waiter->next) ++n;
  return n;
}

std::int64_t property_value(const Actor* self, const ProgramState& program, const Term& term) {
  const ObjectRef ref = term.object;
  const ScriptObjects& objects = program.objects;
  const auto folio = [&]() -> const Folio& { return *objects.mm.slots[ref.index]; };
  const auto in = [&program](GfpScope scope) { return program.scopes[static_cast<std::size_t>(scope)] > 0; };
  switch (term.property) {
    case Property::kLocked: return lock_held(objects, ref);
    case Property::kHeld: return program.holds(ref) || program.holds(ref, true);
    case Property::kCount: return objects.semaphores[ref.index]->count;
    case Property::kDone: return objects.completions[ref.index]->done > 0;
    case Property::kWaiters: return waiters_of(*objects.wait_queues[ref.index]);
    case Property::kDirty: return folio().dirty;
    case Property::kUptodate: return folio().uptodate;
    case Property::kWriteback: return folio().under_writeback();
    case Property::kMapped: return folio().mapped;
    case Property::kRefs: return folio().extra_refs;
    case Property::kFree: return ref.kind == ObjectKind::kPool ? objects.pools[ref.index]->free : objects.memories[ref.index]->free;
    case Property::kGfpFs: return term.value != 0 && !in(GfpScope::kNofs) && !in(GfpScope::kNoio);
    case Property::kGfpIo: return term.value != 0 && !in(GfpScope::kNoio);
    case Property::kPfMemalloc: return in(GfpScope::kNoreclaim);
    case Property::kPagefaultDisabled: return in(GfpScope::kPagefault);
    case Property::kPfKswapd:
    case Property::kPfKcompactd: break;
    case Property::kPlugged: return program.io.plug.bios();
    case Property::kRequests: return objects.servers[ref.index]->requests.count();
    case Property::kInHand: return program.io.taken_from(ref.index) != nullptr;
    case Property::kReads: {
      const Bio* bio = program.io.taken_from(ref.index);
      return bio != nullptr && bio->reads;
    }
    case Property::kCredits: return objects.journals[ref.index]->free_credits();
    case Property::kHandles: return static_cast<std::int64_t>(objects.journals[ref.index]->handles.size());
    case Property::kCommitting: return objects.journals[ref.index]->locked || objects.journals[ref.index]->committing;
    case Property::kSignalPending: return self != nullptr && self->fatal_signal;
  }
  return 0;
}

template <class Effect>
class Test : public Visible<Effect, false>, public Telling {
 public:
  using Visible<Effect, false>::Visible;
  std::string told() const override { return this->result() ? "holds" : "does not hold"; }
};
template <class Effect>
Await<Test<Effect>> test_of(Actor& self, Object* condition, Effect effect) {
  return {self, condition, "test", effect};
}

}  // namespace

std::int64_t term_value(const ProgramState& program, const Term& term, const Actor* self) {
  if (term.kind == Term::kConstant) return term.value;
  if (term.kind == Term::kProperty) return property_value(self, program, term);
  if (term.object.kind == ObjectKind::kLocal) return program.locals[term.object.index];
  return program.objects.variables[term.object.index]->value;
}

std::int64_t evaluate(const Actor& self, const ProgramState& program, const Instruction& step, std::span<const Term> terms) {
  std::int64_t stack[kStack_most];
  std::size_t n = 0;
  for (const Term& term : terms) {
    switch (term.kind) {
      case Term::kNegate:
      case Term::kBinary: {
        const std::int64_t right = stack[--n];
        const std::int64_t left = term.kind == Term::kBinary ? stack[--n] : 0;
        const Arithmetic result = apply_operator(term.kind == Term::kBinary ? term.op : "-", left, right, stack[n]);
        ++n;
        if (result == Arithmetic::kFine) break;
        const char* what = result == Arithmetic::kOverflow ? "computes what does not fit into 64 bits" : "divides by zero";
        fault(const_cast<Actor&>(self), program.objects, step, what, "", nullptr);
        return 0;
      }
      case Term::kNot: stack[n - 1] = stack[n - 1] == 0; break;
      default:
        MMSIM_CHECK(n < kStack_most, "an expression is nested too deeply");
        stack[n++] = term_value(program, term, &self);
    }
  }
  return stack[0];
}

Task<std::int64_t> test(Actor& self, ProgramState& program, const Instruction& step) {
  if (program.own(step)) co_return evaluate(self, program, step, program.terms(step));
  Object* condition = &program.objects.at(step.object);
  const bool holds = co_await test_of(self, condition, [&] { return evaluate(self, program, step, program.terms(step)) != 0; });
  co_return holds;
}

}  // namespace mmsim
