// Bios and the devices they go to.
#pragma once

#include "sim/machine/disk.hpp"
#include "sim/mm/mm.hpp"

namespace mmsim {

class BlockDevice;

// Folios to be written together. It lives in the arena from bio_alloc() to its end.
struct Bio final : DiskRequest {
  Bio(Mm& m, BlockDevice& d) : folios(ArenaAllocator<Folio*>(m.world.arena)), mm(m), device(d) { write = true; }
  void done(World& world) override;   // the device's completion interrupt

  ArenaVector<Folio*> folios;
  Mm& mm;
  BlockDevice& device;
  Actor* submitter = nullptr;
  Bio* next = nullptr;                // in a plug or in the queue of a loop device
};

// Where bios go.
class BlockDevice {
 public:
  virtual void queue(World& world, Bio& bio) = 0;
  // The stage that folios of a queued bio are in, and who serves them.
  virtual WritebackStage stage() const = 0;
  virtual Actor* server() const { return nullptr; }

 protected:
  ~BlockDevice() = default;
};

class DiskDevice final : public BlockDevice {
 public:
  explicit DiskDevice(Disk& d) : disk_(d) {}
  void queue(World& world, Bio& bio) override { disk_.submit(world, bio); }
  WritebackStage stage() const override { return WritebackStage::kDevice; }

 private:
  Disk& disk_;
};

// struct blk_plug: bios of one task that are not submitted until one more comes than it takes, the task says so, or it
// sleeps. A task that spins or is preempted keeps them.
// DIFFERS: no merging of requests, and so no flush at 128 KiB in one request.
class Plug {
 public:
  static constexpr int kMaxBios = 32;   // BLK_MAX_REQUEST_COUNT
  // As blk_add_rq_to_plug(): a full plug is flushed first.
  void add(World& world, Bio& bio);
  void flush(World& world);
  int bios() const { return bios_; }

  static void flush_before_sleep(Actor& actor);   // Actor::before_sleep, with io_context the plug

 private:
  Bio* head_ = nullptr;
  Bio* tail_ = nullptr;
  int bios_ = 0;
};

Bio& bio_alloc(Mm& mm, BlockDevice& device);

// Says of each folio of the bio where it has got to.
void set_stage(Bio& bio, WritebackStage stage, Actor* keeper);

// Ends the writeback of its folios and frees the bio. In interrupt context, or as a step of the actor that serves it.
void bio_endio(World& world, Bio& bio);

// Hands a bio to its device, or to the caller's plug if it has one.
Task<> submit_bio(Actor& self, Bio& bio, Plug* plug);

}  // namespace mmsim
