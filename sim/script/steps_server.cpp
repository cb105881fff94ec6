// Steps of those who serve devices, and calls of whole procedures of the kernel.
#include <algorithm>

#include "sim/mm/actors.hpp"
#include "sim/mm/filemap.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

ServedDevice& device_of(const ProgramState& program, const Instruction& step) { return *program.objects.servers[step.object.index]; }

Task<> take_request(Actor& self, ProgramState& program, const Instruction& step) {
  ServedDevice& device = device_of(program, step);
  if (program.io.taken_from(step.object.index) != nullptr) {
    fault(self, program.objects, step, "takes a request of", " while it has not ended the one before", &device.requests);
    co_return;
  }
  Bio* bio = co_await next_request(self, device);
  auto& in_hand = program.io.in_hand;
  const auto behind = std::find_if(in_hand.begin(), in_hand.end(), [&](const auto& other) { return other.server > step.object.index; });
  in_hand.insert(behind, {step.object.index, bio});
}

// nullptr, and a fault, if there is none.
Bio* request_in_hand(Actor& self, ProgramState& program, const Instruction& step) {
  Bio* bio = program.io.taken_from(step.object.index);
  if (bio == nullptr)
    fault(self, program.objects, step, "works on a request of", ", of which it has none in hand", &device_of(program, step).requests);
  return bio;
}

Task<> end_taken(Actor& self, ProgramState& program, const Instruction& step, Bio& bio) {
  std::erase_if(program.io.in_hand, [&](const auto& request) { return request.server == step.object.index; });
  co_await end_request(self, device_of(program, step), bio);
}

ArenaVector<std::uint32_t> slots_of(const ProgramState& program, const Instruction& step, const Bio& bio) {
  ArenaVector<std::uint32_t> slots{ArenaAllocator<std::uint32_t>(program.objects.mm.world.arena)};
  backing_of(device_of(program, step), bio, slots);
  return slots;
}

Task<> lock_backing(Actor& self, ProgramState& program, const Instruction& step, const Bio& bio) {
  Procedure here(self, "write_begin");
  const ArenaVector<std::uint32_t> slots = slots_of(program, step, bio);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    here.settle(rest_of(slots, i), program.held);
    co_await filemap_lock_folio(self, program.objects.mm, slots[i]);
    program.took({ObjectKind::kFolio, slots[i]});
  }
}

Task<> unlock_backing(Actor& self, ProgramState& program, const Instruction& step, const Bio& bio) {
  Procedure here(self, "write_end");
  Mm& mm = program.objects.mm;
  const ArenaVector<std::uint32_t> slots = slots_of(program, step, bio);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    here.settle(rest_of(slots, i), program.held);
    const ObjectRef folio{ObjectKind::kFolio, slots[i]};
    if (!program.holds(folio)) {
      fault(self, program.objects, step, "unlocks", ", which it does not hold", &program.objects.at(folio));
      co_return;
    }
    program.gave_back(folio);
    co_await folio_unlock_and_put(self, mm, *mm.slots[slots[i]]);
  }
}

}  // namespace

Task<> server_step(Actor& self, ProgramState& program, const Instruction& step) {
  if (step.op == OpCode::kNextRequest) {
    co_await take_request(self, program, step);
    co_return;
  }
  Bio* bio = request_in_hand(self, program, step);
  if (bio == nullptr) co_return;
  switch (step.op) {
    case OpCode::kDoReqFilebacked: co_await do_req_filebacked(self, program.objects.mm, device_of(program, step), *bio); break;
    case OpCode::kLockBacking: co_await lock_backing(self, program, step, *bio); break;
    case OpCode::kUnlockBacking: co_await unlock_backing(self, program, step, *bio); break;
    default: co_await end_taken(self, program, step, *bio); break;
  }
}

Task<> call_step(Actor& self, ProgramState& program, const Instruction& step) {
  const auto at = static_cast<std::size_t>(step.value);
  if (step.op == OpCode::kMigratePages) {
    const MigrateCallText& call = program.io.migrations[at];
    co_await migrate_pages_actor(self, program.objects.mm, call.control, call.slots, call.times);
  } else {
    const WritebackCallText& call = program.io.writebacks[at];
    co_await writeback_actor(self, call.control, call.slots, call.times);
  }
}

}  // namespace mmsim
