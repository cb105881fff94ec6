// Devices whose requests actors serve: loop, device mapper, FUSE, NFS. The server is an actor like any other, and what it waits
// for is what the I/O waits for.
#pragma once

#include "sim/mm/block.hpp"

namespace mmsim {

enum class ServerKind : std::uint8_t { kLoop, kDm, kFuse, kNfs };

// Requests that no server has taken yet, for idle servers to sleep on.
class Requests final : public Object {
 public:
  Requests(Name n, ServerKind k) : Object(n), kind(k) {}
  const LockClass& lock_class() const override;
  void holdings(void (*)(void*, const Holding&), void*) const override {}
  std::int64_t count() const;

  const ServerKind kind;
  Shared<Bio*> head;
  Shared<Bio*> tail;
};

class ServedDevice final : public BlockDevice {
 public:
  ServedDevice(Name name, Mm& mm, ServerKind kind)
      : requests(mm.world.add<Requests>(name, kind)),
        served_by(ArenaAllocator<Actor*>(mm.world.arena)),
        backing_slots(ArenaAllocator<std::uint32_t>(mm.world.arena)) {}

  void queue(World& world, Bio& bio) override;
  IoStage stage() const override { return IoStage::kServer; }
  std::span<Actor* const> servers() const override { return served_by; }
  // The loop driver is a blk-mq one. Bio-based device mapper targets, FUSE and NFS have no requests that a plug could keep.
  bool plugs() const override { return requests.kind == ServerKind::kLoop; }

  Requests& requests;
  ArenaVector<Actor*> served_by;
  // Page i of the device is in the folio at backing_slots[i]; empty: what servers do with a request is their own affair.
  ArenaVector<std::uint32_t> backing_slots;
};

// Takes the first request, or waits for one: an idle server waits for work, not for anybody, and no hang comes of that.
class NextRequest : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  NextRequest(Actor& s, ServedDevice& d) : Operation(s), device_(d) {}
  bool can_complete() const override { return device_.requests.head != nullptr; }
  void complete() override;
  void enqueue() override { device_.requests.waiters.push_back(self.wait); }
  QuickEnd quick_end() const override { return {QuickEnd::By::kTime, nullptr}; }
  void describe(Wait& wait) const override;
  bool waits_for_work() const override { return true; }
  Object* object() const override { return &device_.requests; }
  const char* verb() const override { return device_.requests.lock_class().acquire; }
  std::uint64_t observed() const override { return reinterpret_cast<std::uintptr_t>(taken_) & (Arena::kRegion_bytes - 1); }
  Bio* result() const { return taken_; }

 private:
  ServedDevice& device_;
  Bio* taken_ = nullptr;
};
inline Await<NextRequest> next_request(Actor& self, ServedDevice& device) { return {self, device}; }

// Ends a request that the caller has taken.
Task<> end_request(Actor& self, ServedDevice& device, Bio& bio);

// The slots of the folios in which the pages of a request are, in order, each once in a row.
void backing_of(const ServedDevice& device, const Bio& bio, ArenaVector<std::uint32_t>& slots);

// do_req_filebacked(): each backing folio in turn is locked and written, or read into if it has to be.
Task<> do_req_filebacked(Actor& self, Mm& mm, ServedDevice& device, Bio& bio);

// Serves requests, first come first served, for ever.
Task<> loop_worker(Actor& self, Mm& mm, ServedDevice& loop);

}  // namespace mmsim
