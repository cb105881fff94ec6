// A loop device: its worker is an actor that writes requests into the folios of another mapping, as drivers/block/loop.c.
#pragma once

#include "sim/mm/block.hpp"

namespace mmsim {

class LoopDevice final : public BlockDevice {
 public:
  // Page i of the device is in the folio at backing_slots[i].
  LoopDevice(Name name, Mm& mm) : requests(mm.world.add<Requests>(name)), backing_slots(ArenaAllocator<std::uint32_t>(mm.world.arena)) {}

  void queue(World& world, Bio& bio) override;
  WritebackStage stage() const override { return WritebackStage::kServer; }
  Actor* server() const override { return worker; }
  Bio* take();

  // The queue of requests, for the worker to sleep on.
  class Requests final : public Object {
   public:
    using Object::Object;
    static constexpr LockClass kClass{"loop request", "loop_process_work", "", "loop_queue_work"};
    const LockClass& lock_class() const override { return kClass; }
    void holdings(void (*)(void*, const Holding&), void*) const override {}
    Bio* head = nullptr;
    Bio* tail = nullptr;
  };

  Requests& requests;
  ArenaVector<std::uint32_t> backing_slots;
  Actor* worker = nullptr;
};

// Serves requests, first come first served, for ever. A request needs the folio lock of each backing folio in turn.
Task<> loop_worker(Actor& self, Mm& mm, LoopDevice& loop);

}  // namespace mmsim
