// Steps on the reference counts of folios. DIFFERS: a count that is frozen stops folio_try_get only, not the look-ups of `lock` and
// its like, which in the kernel look again until it is not.
#include "sim/mm/filemap.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

Folio& folio_of(const ProgramState& program, const Instruction& step) { return *program.objects.mm.slots[step.object.index]; }

// An effect that says whether it was possible.
template <class Effect>
class TryAtSlot : public VisibleAtSlot<Effect, false> {
 public:
  using VisibleAtSlot<Effect, false>::VisibleAtSlot;
  const char* outcome() const override { return this->result() ? "" : "fails"; }
};
template <class Effect>
Await<TryAtSlot<Effect>> try_at(Actor& self, const ProgramState& program, const Instruction& step, const char* verb, Effect effect) {
  return {self, program.objects.mm, step.object.index, verb, effect};
}

Task<> folio_get(Actor& self, ProgramState& program, const Instruction& step) {
  Mm& mm = program.objects.mm;
  co_await act_at(self, mm, step.object.index, "folio_get", [&] {
    Folio& folio = folio_of(program, step);
    if (folio.refs_frozen)
      fault(self, program.objects, step, "folio_get of", ", whose count is frozen; expected folio_try_get", &folio);
    else
      mm.get(folio);
  });
}

// Of the same folio that the reference was taken of: with it, that could not move.
Task<Folio*> put_reference(Actor& self, ProgramState& program, const Instruction& step) {
  Mm& mm = program.objects.mm;
  Folio* folio = co_await act_at(self, mm, step.object.index, "folio_put", [&] {
    Folio& here = folio_of(program, step);
    if (here.extra_refs == 0)
      fault(self, program.objects, step, "folio_put of", ", to which nobody has a reference; expected folio_get before", &here);
    else
      mm.put(here);
    return &here;
  });
  co_return folio;
}

Task<bool> folio_try_get(Actor& self, ProgramState& program, const Instruction& step) {
  Mm& mm = program.objects.mm;
  const bool taken = co_await try_at(self, program, step, "folio_try_get", [&] {
    Folio& folio = folio_of(program, step);
    if (folio.refs_frozen) return false;
    mm.get(folio);
    return true;
  });
  co_return taken;
}

Task<bool> folio_ref_freeze(Actor& self, ProgramState& program, const Instruction& step) {
  const bool frozen = co_await try_at(self, program, step, "folio_ref_freeze", [&] {
    Folio& folio = folio_of(program, step);
    if (folio.refs_frozen || folio.extra_refs != step.value) return false;
    folio.refs_frozen = true;
    return true;
  });
  co_return frozen;
}

Task<> folio_ref_unfreeze(Actor& self, ProgramState& program, const Instruction& step) {
  co_await act_at(self, program.objects.mm, step.object.index, "folio_ref_unfreeze", [&] {
    Folio& folio = folio_of(program, step);
    if (!folio.refs_frozen)
      fault(self, program.objects, step, "folio_ref_unfreeze of", ", whose count is not frozen; expected folio_ref_freeze before", &folio);
    folio.refs_frozen = false;
  });
}

// DIFFERS: gives the reference back before it joins the queue, not in it. Whatever comes between, it holds nothing then.
Task<> folio_put_wait_locked(Actor& self, ProgramState& program, const Instruction& step) {
  Procedure here(self, "folio_put_wait_locked");
  Folio* folio = co_await put_reference(self, program, step);
  if (!self.world.halted) co_await Await<BitLockWait>{self, *folio, WaitBehavior::kDrop};
}

}  // namespace

Task<std::int64_t> refs_step(Actor& self, ProgramState& program, const Instruction& step) {
  bool outcome = true;
  switch (step.op) {
    case OpCode::kFolioGet: co_await folio_get(self, program, step); break;
    case OpCode::kFolioPut: co_await put_reference(self, program, step); break;
    case OpCode::kFolioTryGet: outcome = co_await folio_try_get(self, program, step); break;
    case OpCode::kFolioRefFreeze: outcome = co_await folio_ref_freeze(self, program, step); break;
    case OpCode::kFolioRefUnfreeze: co_await folio_ref_unfreeze(self, program, step); break;
    default: co_await folio_put_wait_locked(self, program, step); break;
  }
  co_return outcome;
}

}  // namespace mmsim
