#include "sim/mm/block.hpp"

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/machine/cpus.hpp"
#include "sim/mm/filemap.hpp"

namespace mmsim {

namespace {

// Driver's side of a submission.
void queue(World& world, Bio& bio) {
  note(*bio.submitter, Note::kSubmitBio, bio.folios.front(), static_cast<std::int64_t>(bio.folios.size()));
  set_stage(bio, bio.device.stage(), bio.device.server());
  ++world.counters[BIO_SUBMITTED];
  bio.device.queue(world, bio);
}

}  // namespace

Bio& bio_alloc(Mm& mm, BlockDevice& device) { return *mm.world.arena.make<Bio>(mm, device); }

void set_stage(Bio& bio, WritebackStage stage, Actor* keeper) {
  for (Folio* folio : bio.folios) {
    WritebackBit& bit = *folio->writeback;
    bit.stage = stage;
    bit.keeper = keeper;
    bit.since_ns = bio.mm.world.now_ns;
    bit.kept_at = keeper != nullptr && keeper->innermost != nullptr ? keeper->innermost->name() : nullptr;
  }
}

// The completion interrupt, on the CPU that submitted it.
void Bio::done(World& world) {
  const auto handler = [](void* bio, int, std::int64_t) {
    auto& done = *static_cast<Bio*>(bio);
    bio_endio(done.mm.world, done);
  };
  if (mm.cpus == nullptr || submitter->cpu < 0) return bio_endio(world, *this);
  mm.cpus->interrupt(submitter->cpu, {mm.costs.irq_ns, handler, this});
}

void bio_endio(World& world, Bio& bio) {
  for (Folio* folio : bio.folios) folio_end_writeback(world, *folio);
  bio.~Bio();
  world.arena.deallocate(&bio, sizeof bio);
}

void Plug::add(World& world, Bio& bio) {
  if (bios_ >= kMaxBios) flush(world);
  bio.next = nullptr;
  (tail_ != nullptr ? tail_->next : head_) = &bio;
  tail_ = &bio;
  ++bios_;
}

void Plug::flush(World& world) {
  Bio* bio = head_;
  head_ = tail_ = nullptr;
  bios_ = 0;
  while (bio != nullptr) {
    Bio* next = bio->next;
    queue(world, *bio);
    bio = next;
  }
}

void Plug::flush_before_sleep(Actor& actor) { static_cast<Plug*>(actor.io_context)->flush(actor.world); }

Task<> submit_bio(Actor& self, Bio& bio, Plug* plug) {
  Procedure here(self, "submit_bio");
  bio.submitter = &self;
  bio.bytes = 0;
  for (const Folio* folio : bio.folios) bio.bytes += folio->bytes();
  Object* first = bio.folios.front();
  co_await spend(self, bio.mm.costs.submit_bio_ns);
  if (plug == nullptr) {
    co_await visible(self, first, "submit_bio", [&] { queue(self.world, bio); });
    co_return;
  }
  co_await visible(self, first, "blk_add_rq_to_plug", [&] {
    note(self, Note::kPlugBio, first, static_cast<std::int64_t>(bio.folios.size()));
    plug->add(self.world, bio);
    set_stage(bio, WritebackStage::kPlug, &self);
  });
}

}  // namespace mmsim
