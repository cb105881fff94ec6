// Steps of writeback, bios, plugs and reads.
#include <algorithm>

#include "sim/mm/filemap.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

Folio& folio_of(const ProgramState& program, const Instruction& step) { return *program.objects.mm.slots[step.object.index]; }

// False, and a fault, unless the program has it locked.
bool has_locked(Actor& self, ProgramState& program, const Instruction& step, const char* what, ObjectRef lock) {
  if (program.holds(lock)) return true;
  fault(self, program.objects, step, what, ", which it has not locked", &program.objects.at(lock));
  return false;
}

Task<> start_writeback(Actor& self, ProgramState& program, const Instruction& step) {
  if (!has_locked(self, program, step, "starts writeback of", step.object)) co_return;
  Folio& folio = folio_of(program, step);
  co_await act(self, &folio, "folio_start_writeback", [&] {
    if (folio.under_writeback())
      fault(self, program.objects, step, "starts writeback of", ", which is under writeback already; expected wait_writeback before", &folio);
    else
      folio_start_writeback(self, folio);
  });
}

Task<> end_writeback(Actor& self, ProgramState& program, const Instruction& step) {
  Mm& mm = program.objects.mm;
  co_await act_at(self, mm, step.object.index, "folio_end_writeback", [&] {
    Folio& folio = folio_of(program, step);
    if (!folio.under_writeback())
      fault(self, program.objects, step, "ends writeback of", ", which is not under writeback", &folio);
    else if (folio.writeback->io.stage != IoStage::kMarked)
      fault(self, program.objects, step, "ends writeback of", ", which is in a bio; whoever ends that ends it", &folio);
    else
      folio_end_writeback(self.world, folio);
  });
}

// By the reference that the folio was locked or looked up with it stays where it is.
Task<> wait_writeback(Actor& self, ProgramState& program, const Instruction& step) {
  Mm& mm = program.objects.mm;
  if (program.holds(step.object)) {
    co_await folio_wait_writeback(self, folio_of(program, step));
    co_return;
  }
  Folio* folio = co_await filemap_get_folio(self, mm, step.object.index);
  co_await folio_wait_writeback(self, *folio);
  co_await folio_put(self, mm, *folio);
}

Task<> wait_locked(Actor& self, ProgramState& program, const Instruction& step) {
  Mm& mm = program.objects.mm;
  if (step.object.kind == ObjectKind::kBufferHead) {
    co_await bit_wait(self, *program.objects.buffer_heads[step.object.index]);
    co_return;
  }
  Folio* folio = co_await filemap_get_folio(self, mm, step.object.index);
  co_await folio_wait_locked(self, *folio);
  co_await folio_put(self, mm, *folio);
}

// Into the program's bio of that number, which begins with the first.
Task<> bio_add(Actor& self, ProgramState& program, const Instruction& step) {
  Folio& folio = folio_of(program, step);
  Bio*& bio = program.io.bios[static_cast<std::size_t>(step.value)];
  if (bio == nullptr) bio = &bio_alloc(program.objects.mm, folio);
  Bio& to = *bio;
  co_await act(self, &folio, "bio_add_folio", [&] {
    const bool marked = folio.under_writeback() && folio.writeback->io.stage == IoStage::kMarked && folio.writeback->io.keeper == &self;
    if (!marked)
      return fault(self, program.objects, step, "adds to a bio", ", which it has not marked by start_writeback, or has in a bio already", &folio);
    to.folios.push_back(&folio);
    set_stage(to, IoStage::kPrivateBio, &self);
    note(self, Note::kKeepBio, &folio);
  });
}

Task<> submit_own_bio(Actor& self, ProgramState& program, const Instruction& step) {
  Bio* bio = std::exchange(program.io.bios[static_cast<std::size_t>(step.value)], nullptr);
  if (bio != nullptr) co_await submit_bio(self, *bio);
}

Task<> start_plug(Actor& self, ProgramState& program, const Instruction& step) {
  ProgramIo& io = program.io;
  if (io.plug_depth++ > 0) co_return;
  io.plug_started = &step;
  blk_start_plug(self, io.plug);
}

Task<> finish_plug(Actor& self, ProgramState& program, const Instruction& step) {
  ProgramIo& io = program.io;
  if (io.plug_depth == 0) {
    fault(self, program.objects, step, "finishes a plug that it has not started", "", nullptr);
    co_return;
  }
  if (--io.plug_depth == 0) co_await blk_finish_plug(self, io.plug);
}

Task<> read_folios(Actor& self, ProgramState& program, const Instruction& step) {
  const ArenaVector<std::uint32_t>& slots = program.io.lists[static_cast<std::size_t>(step.value)];
  for (const std::uint32_t slot : slots)
    if (!has_locked(self, program, step, "reads into", {ObjectKind::kFolio, slot})) co_return;
  for (const std::uint32_t slot : slots) program.gave_back({ObjectKind::kFolio, slot});
  co_await submit_read(self, program.objects.mm, slots);
}

Task<> submit_buffer(Actor& self, ProgramState& program, const Instruction& step) {
  if (!has_locked(self, program, step, "submits", step.object)) co_return;
  program.gave_back(step.object);
  Mm& mm = program.objects.mm;
  BufferHead& bh = *program.objects.buffer_heads[step.object.index];
  BlockDevice* device = nullptr;
  {
    const Unlogged the_same_whatever_stands_there(mm.world.arena);
    device = mm.slots[step.other.index]->mapping->device;
  }
  co_await submit_bh(self, mm, bh, *device, step.value != 0);
}

}  // namespace

Task<> io_step(Actor& self, ProgramState& program, const Instruction& step) {
  Mm& mm = program.objects.mm;
  const std::uint32_t slot = step.object.index;
  switch (step.op) {
    case OpCode::kStartWriteback: co_await start_writeback(self, program, step); break;
    case OpCode::kEndWriteback: co_await end_writeback(self, program, step); break;
    case OpCode::kWaitWriteback: co_await wait_writeback(self, program, step); break;
    case OpCode::kWaitLocked: co_await wait_locked(self, program, step); break;
    case OpCode::kMarkDirty: co_await act_at(self, mm, slot, "folio_mark_dirty", [&] { mm.slots[slot]->dirty = true; }); break;
    case OpCode::kClearDirty:
      co_await act_at(self, mm, slot, "folio_clear_dirty_for_io", [&] { mm.slots[slot]->dirty = false; });
      break;
    case OpCode::kBioAdd: co_await bio_add(self, program, step); break;
    case OpCode::kSubmitBio: co_await submit_own_bio(self, program, step); break;
    case OpCode::kStartPlug: co_await start_plug(self, program, step); break;
    case OpCode::kFinishPlug: co_await finish_plug(self, program, step); break;
    case OpCode::kSubmitRead: co_await read_folios(self, program, step); break;
    default: co_await submit_buffer(self, program, step); break;
  }
}

}  // namespace mmsim
