#include "sim/mm/block.hpp"

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/machine/cpus.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

// Driver's side of a submission.
void queue(Actor& self, Bio& bio) {
  note(self, Note::kSubmitBio, &bio.first(), static_cast<std::int64_t>(bio.buffer != nullptr ? 1 : bio.folios.size()));
  set_stage(bio, bio.device.stage(), bio.device.server());
  count(self, BIO_SUBMITTED);
  bio.device.queue(self.world, bio);
}

// The end of a bio that a disk has in an exploration: all of it is one step.
class EndOfIo : public Operation {
 public:
  EndOfIo(Actor& s, Bio& bio, BioPlace place) : Operation(s), bio_(bio), place_(place) {}
  bool can_complete() const override { return bio_.in_flight; }
  void complete() override { bio_endio(self.world, bio_); }
  void enqueue() override { MMSIM_CHECK(false, "a disk without a clock in a timed run"); }
  QuickEnd quick_end() const override { return {QuickEnd::By::kTime, nullptr}; }
  void describe(Wait& wait) const override {
    wait.noun = "request";
    wait.time_will = true;
  }
  bool waits_for_work() const override { return true; }
  Object* object() const override {
    return bio_.buffer != nullptr ? static_cast<Object*>(bio_.buffer) : bio_.mm.slots[place_.number].get();
  }
  const char* verb() const override { return "bio_endio"; }
  void result() {}

 private:
  Bio& bio_;
  BioPlace place_;
};

void flush_before_sleep(Actor& actor) { current_plug(actor)->flush(actor); }

// In whatever context I/O ends.
void unlock_at_end_of_io(World& world, BitLock& lock) {
  lock.holder.drop();
  if (world.trace != nullptr) world.trace->record({world.now_ns, kNoId, lock.id, Event::kRelease, -1, 0, 0});
  BitLockWait::wake_waiters(lock);
}

// folio_end_read()
void folio_end_read(World& world, Folio& folio) {
  folio.uptodate = true;
  folio.read = nullptr;
  unlock_at_end_of_io(world, folio);
}

// end_buffer_read_sync(), end_buffer_write_sync()
void end_buffer_sync(World& world, BufferHead& bh) {
  bh.io = nullptr;
  unlock_at_end_of_io(world, bh);
}

Bio& room_for(Bio& bio, std::size_t folios) {
  bio.folios.reserve(folios);
  return bio;
}

}  // namespace

Bio& Mm::expect_bio(std::uint32_t slot, std::size_t folios) {
  bios.resize(slots.size());
  if (bios[slot] == nullptr) bios[slot] = world.arena.make<Bio>(*this, *slots[slot]->mapping->device);
  return room_for(*bios[slot], folios);
}

void Mm::expect_writeback(std::uint32_t slot) {
  for (Folio* folio : {slots[slot].get(), slots[slot]->partner})
    if (folio != nullptr && folio->writeback == nullptr) folio->writeback = &world.add<WritebackBit>(slots[slot]->name);
}

Bio& Mm::expect_bio(BufferHead& bh, BlockDevice& device) {
  if (bh.bio == nullptr) bh.bio = world.arena.make<Bio>(*this, device, &bh);
  return *bh.bio;
}

Bio& bio_alloc(Mm& mm, const Folio& first) {
  if (mm.world.exploring) return *mm.bios[first.slot];
  return *mm.world.arena.make<Bio>(mm, *first.mapping->device);
}

// Whoever has the bio of a locked thing is who will unlock it.
void set_stage(Bio& bio, IoStage stage, Actor* keeper) {
  const World& world = bio.mm.world;
  if (!bio.unlocks()) {
    for (Folio* folio : bio.folios) folio->writeback->io.set(world, stage, keeper);
    return;
  }
  bio.io.set(world, stage, keeper);
  if (stage == IoStage::kPrivateBio || stage == IoStage::kPlug) return;
  Actor* unlocks = stage == IoStage::kDevice ? bio.ender : keeper;
  if (bio.buffer != nullptr) bio.buffer->holder.hand_over(unlocks);
  for (Folio* folio : bio.folios) folio->holder.hand_over(unlocks);
}

Task<> disk_io(Actor& self, Bio& bio, BioPlace place) {
  Past before(self);
  for (;;) {
    before.settle();
    co_await Await<EndOfIo>(self, bio, place);
  }
}

// The completion interrupt, on the CPU that submitted it.
void Bio::done(World& world) {
  const auto handler = [](void* bio, int, std::int64_t) {
    auto& done = *static_cast<Bio*>(bio);
    World& its_world = done.mm.world;
    if (its_world.gate != nullptr) its_world.gate->device_ends(done.first());
    bio_endio(its_world, done);
  };
  const Actor& sent_by = *submitter;
  if (mm.cpus == nullptr || sent_by.cpu < 0) return handler(this, sent_by.cpu, world.now_ns);
  mm.cpus->interrupt(sent_by.cpu, {mm.costs.irq_ns, handler, this});
}

void bio_endio(World& world, Bio& bio) {
  if (bio.buffer != nullptr) end_buffer_sync(world, *bio.buffer);
  for (Folio* folio : bio.folios) {
    if (bio.reads)
      folio_end_read(world, *folio);
    else
      folio_end_writeback(world, *folio);
  }
  world.changed();
  if (world.exploring) {   // as it was before it was first used
    if (bio.unlocks()) bio.io.set(world, IoStage::kNone, nullptr);
    if (bio.reads) bio.reads = false;
    bio.folios.clear();
    bio.next = nullptr;
    bio.in_flight = false;
    return;
  }
  bio.~Bio();
  world.arena.deallocate(&bio, sizeof bio);
}

void Plug::add(Actor& self, Bio& bio) {
  if (bios_ >= kMaxBios) flush(self);
  bio.next = nullptr;
  if (tail_ != nullptr)
    tail_->next = &bio;
  else
    head_ = &bio;
  tail_ = &bio;
  ++bios_;
  self.before_sleep = flush_before_sleep;
}

void Plug::flush(Actor& self) {
  Bio* bio = head_;
  head_ = tail_ = nullptr;
  bios_ = 0;
  self.before_sleep = nullptr;
  while (bio != nullptr) {
    Bio* next = bio->next;
    queue(self, *bio);
    bio = next;
  }
}

void blk_start_plug(Actor& self, Plug& plug) {
  if (self.io_context == nullptr) self.io_context = &plug;
}

Task<> blk_finish_plug(Actor& self, Plug& plug) {
  if (current_plug(self) != &plug) co_return;
  co_await act(self, nullptr, "blk_finish_plug", [&] { plug.flush(self); });
  self.io_context = nullptr;
}

Task<> submit_bio(Actor& self, Bio& bio) {
  Procedure here(self, "submit_bio");
  bio.submitter = &self;
  if (!self.world.exploring) {
    std::uint64_t bytes = 0;
    for (const Folio* folio : bio.folios) bytes += folio->bytes();
    bio.bytes = bio.buffer != nullptr ? 4096 : bytes;
    bio.write = !bio.reads;
  }
  Object* first = &bio.first();
  co_await spend(self, bio.mm.costs.submit_bio_ns);
  Plug* plug = bio.device.plugs() ? current_plug(self) : nullptr;
  if (plug == nullptr) {
    co_await act(self, first, "submit_bio", [&] { queue(self, bio); });
    co_return;
  }
  co_await act(self, first, "blk_add_rq_to_plug", [&] {
    note(self, Note::kPlugBio, first, static_cast<std::int64_t>(bio.buffer != nullptr ? 1 : bio.folios.size()));
    plug->add(self, bio);
    set_stage(bio, IoStage::kPlug, &self);
  });
}

// read_pages() of readahead: the reference that the caller looked each folio up with ends here.
Task<> submit_read(Actor& self, Mm& mm, std::span<const std::uint32_t> slots) {
  Procedure here(self, "read_pages");
  for (const std::uint32_t slot : slots) co_await folio_put(self, mm, *mm.slots[slot]);
  Bio& bio = bio_alloc(mm, *mm.slots[slots.front()]);
  bio.reads = true;
  for (const std::uint32_t slot : slots) {
    Folio* folio = mm.slots[slot];
    folio->read = &bio;
    bio.folios.push_back(folio);
  }
  set_stage(bio, IoStage::kPrivateBio, &self);
  co_await submit_bio(self, bio);
}

Task<> submit_bh(Actor& self, Mm& mm, BufferHead& bh, BlockDevice& device, bool read) {
  Procedure here(self, "submit_bh");
  Bio& bio = self.world.exploring ? *bh.bio : *self.world.arena.make<Bio>(mm, device, &bh);
  bio.reads = read;
  bh.io = &bio;
  set_stage(bio, IoStage::kPrivateBio, &self);
  co_await submit_bio(self, bio);
}

}  // namespace mmsim
