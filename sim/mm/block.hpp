// Bios and the devices they go to.
#pragma once

#include <span>

#include "sim/machine/disk.hpp"
#include "sim/mm/mm.hpp"

namespace mmsim {

class BlockDevice;

// What a bio begins with: a buffer by its number, or the folio of a slot.
struct BioPlace {
  bool buffer = false;
  std::uint32_t number = 0;
  friend bool operator==(const BioPlace&, const BioPlace&) = default;
};

inline std::uint64_t key_of_folio(const void* folio) {
  return reinterpret_cast<std::uintptr_t>(*static_cast<Folio* const*>(folio)) & (Arena::kRegion_bytes - 1);
}

// Folios to be written or read together, or one buffer. It lives in the arena from bio_alloc() to its end; in an exploration
// there is one for each slot whose folio may be the first of a bio, and for each buffer: that folio is under writeback, or
// locked, as long as its bio is in use.
struct Bio final : DiskRequest {
  Bio(Mm& m, BlockDevice& d, BufferHead* bh = nullptr) : mm(m), device(d), buffer(bh) { write = true; }
  void done(World& world) override;   // the device's completion interrupt
  // Its end unlocks something, rather than ending writeback.
  bool unlocks() const { return buffer != nullptr || reads; }
  Object& first() const { return buffer != nullptr ? static_cast<Object&>(*buffer) : *folios.front(); }
  BioPlace place() const { return buffer != nullptr ? BioPlace{true, buffer->number} : BioPlace{false, folios.front()->slot}; }

  SharedVector<Folio*, key_of_folio> folios;
  Mm& mm;
  BlockDevice& device;
  BufferHead* const buffer;
  Shared<bool> reads = false;
  IoState io;                         // of what it unlocks; writeback has it folio by folio
  Actor* ender = nullptr;             // explorations: who ends it at a device that needs nobody
  Unobserved<Actor*> submitter;
  Shared<Bio*> next;                  // in a plug or in the queue of a loop device
  Shared<bool> in_flight = false;     // explorations: at a device that needs nobody
};

// Where bios go.
class BlockDevice {
 public:
  virtual void queue(World& world, Bio& bio) = 0;
  // The stage that a queued bio is in, and who serves it: any of these.
  virtual IoStage stage() const = 0;
  virtual std::span<Actor* const> servers() const { return {}; }
  Actor* server() const { return servers().size() == 1 ? servers().front() : nullptr; }
  // A block plug holds its bios back: it has a blk-mq request queue.
  virtual bool plugs() const { return true; }

 protected:
  ~BlockDevice() = default;
};

class DiskDevice final : public BlockDevice {
 public:
  explicit DiskDevice(Disk& d) : disk_(d) {}
  void queue(World& world, Bio& bio) override { disk_.submit(world, bio); }
  IoStage stage() const override { return IoStage::kDevice; }

 private:
  Disk& disk_;
};

// The same where there is no clock: an actor of its own ends each bio, at any time. See disk_io().
// DIFFERS: any number of requests is in flight, whatever the queue depth: they end in every order either way.
class ExploredDisk final : public BlockDevice {
 public:
  void queue(World&, Bio& bio) override { bio.in_flight = true; }
  IoStage stage() const override { return IoStage::kDevice; }
};

// Ends that bio whenever it is in flight, for ever.
// DIFFERS: the completion interrupt comes at once, whatever the CPU that submitted it is doing.
Task<> disk_io(Actor& self, Bio& bio, BioPlace place);

// struct blk_plug: bios of one task that are not submitted until one more comes than it takes, the task says so, or it
// sleeps. A task that spins or is preempted keeps them.
// DIFFERS: no merging of requests, and so no flush at 128 KiB in one request.
class Plug {
 public:
  static constexpr int kMaxBios = 32;   // BLK_MAX_REQUEST_COUNT
  // As blk_add_rq_to_plug(): a full plug is flushed first.
  void add(Actor& self, Bio& bio);
  void flush(Actor& self);
  int bios() const { return bios_; }
  void hash_into(Hash128& hash) const {
    hash.add_any(head_);
    hash.add_any(tail_);
    hash.add_any(bios_);
  }

 private:
  Bio* head_ = nullptr;
  Bio* tail_ = nullptr;
  int bios_ = 0;
};

// current->plug; nullptr: none.
inline Plug* current_plug(const Actor& self) { return static_cast<Plug*>(self.io_context); }
// Inside of another plug it makes no difference.
void blk_start_plug(Actor& self, Plug& plug);
Task<> blk_finish_plug(Actor& self, Plug& plug);

// A bio whose first folio is to be `first`, for the device of its mapping.
Bio& bio_alloc(Mm& mm, const Folio& first);

// Says of each folio of the bio, or of its buffer, where it has got to.
void set_stage(Bio& bio, IoStage stage, Actor* keeper);

// Ends the writeback of its folios, or unlocks what was read or written, and frees the bio. In interrupt context, or as a step
// of the actor that serves it.
void bio_endio(World& world, Bio& bio);

// Hands a bio to its device, or to the caller's plug if it has one.
Task<> submit_bio(Actor& self, Bio& bio);

// Reads folios of one device in. REQUIRES: the caller has locked them; the end of the read unlocks them.
// DIFFERS: one bio for all of them, whatever their indices.
Task<> submit_read(Actor& self, Mm& mm, std::span<const std::uint32_t> slots);

// submit_bh(): writes a buffer to `device` or reads it. REQUIRES: the caller has locked it; the end of the I/O unlocks it.
Task<> submit_bh(Actor& self, Mm& mm, BufferHead& bh, BlockDevice& device, bool read);

}  // namespace mmsim
