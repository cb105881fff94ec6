#include "sim/mm/filemap.hpp"

#include "sim/mm/block.hpp"

namespace mmsim {

namespace {

struct KeptBack {
  const char* how;
  const char* ends_by;
};

KeptBack kept_back(IoStage stage) {
  switch (stage) {
    case IoStage::kMarked: return {"has marked it and not made up its bio yet", "submit_bio"};
    case IoStage::kPrivateBio: return {"keeps it in a bio that is not submitted", "submit_bio"};
    case IoStage::kPlug: return {"keeps its bio in a block plug", "blk_flush_plug"};
    case IoStage::kServer: return {"serves the device its bio was submitted to", "bio_endio"};
    case IoStage::kInHand: return {"has taken its request and not ended it yet", "bio_endio"};
    case IoStage::kNone:
    case IoStage::kDevice: break;
  }
  return {"", ""};
}

// Whoever is left to end writeback that is marked and no more: who marked it, or a program that comes to folio_end_writeback().
void describe_marked(const Actor& keeper, const Object& folio, const WaitEdge& kept, Wait& wait) {
  if (keeper.foresight == nullptr || keeper.foresight->may_end(folio, true)) wait.edges.push_back(kept);
  for (Actor* actor : keeper.world.actors)
    if (actor != &keeper && actor->state != ActorState::kFinished && actor->foresight != nullptr && actor->foresight->may_end(folio, false))
      wait.edges.push_back({actor, EdgeKind::kOneOf, "is the one to end it", "folio_end_writeback"});
  if (wait.edges.size() > 1) wait.edges.front().kind = EdgeKind::kOneOf;
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
  wait.nobody = "nobody is left who could end it";
}

bool at_device(const Bio* bio) { return bio != nullptr && bio->io.stage >= IoStage::kDevice; }

void describe_lock(const BitLock& lock, const Bio* bio, Wait& wait) {
  if (bio == nullptr) return lock.holder.describe(wait);
  bio->io.describe(&bio->device, nullptr, wait);
}

QuickEnd quick_end_of_lock(const BitLock& lock, const Bio* bio) { return bio != nullptr ? bio->io.quick_end() : lock.holder.quick_end(); }

}  // namespace

void IoState::set(const World& world, IoStage to, Actor* by) {
  stage = to;
  keeper = by;
  since_ns = world.now_ns;
  kept_at = by != nullptr ? place_of(*by) : nullptr;
}

QuickEnd IoState::quick_end() const {
  if (stage == IoStage::kDevice) return {QuickEnd::By::kTime, nullptr};
  if (keeper == nullptr || (stage == IoStage::kMarked && keeper->foresight != nullptr)) return {};
  return {QuickEnd::By::kActor, keeper};
}

// Servers hold nothing: the request was handed to them.
void IoState::describe(const BlockDevice* device, const Object* marked, Wait& wait) const {
  wait.time_will = stage == IoStage::kDevice;
  if (wait.time_will) return;
  wait.need = 1;
  const KeptBack kept = kept_back(stage);
  const bool held = stage < IoStage::kDevice;
  const WaitEdge edge{keeper, EdgeKind::kOwner, kept.how, kept.ends_by, held ? static_cast<std::int64_t>(since_ns) : -1, kept_at};
  if (stage == IoStage::kMarked) return describe_marked(*keeper, *marked, edge, wait);
  if (keeper != nullptr) return wait.edges.push_back(edge);
  for (Actor* server : device->servers())
    if (server->state != ActorState::kFinished) wait.edges.push_back({server, EdgeKind::kOneOf, kept.how, kept.ends_by});
  wait.nobody = "nobody is left who serves the device";
}

bool Folio::handed_over() const { return at_device(read); }
QuickEnd Folio::quick_end() const { return quick_end_of_lock(*this, read); }
void Folio::describe(Wait& wait) const { describe_lock(*this, read, wait); }
bool BufferHead::handed_over() const { return at_device(io); }
QuickEnd BufferHead::quick_end() const { return quick_end_of_lock(*this, io); }
void BufferHead::describe(Wait& wait) const { describe_lock(*this, io, wait); }

QuickEnd WritebackWait::quick_end() const { return folio_.writeback->io.quick_end(); }

void WritebackWait::describe(Wait& wait) const {
  wait.noun = WritebackBit::kClass.noun;
  const Mapping* mapping = folio_.mapping;
  folio_.writeback->io.describe(mapping != nullptr ? mapping->device : nullptr, &folio_, wait);
}

void SlotTrylock::complete() {
  Folio& folio = *mm_.slots[slot_];
  taken_ = !folio.holder.held();
  if (taken_) {
    folio.holder.take(self);
    mm_.get(folio);
  }
  self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &folio, 0, taken_);
}

Task<Folio*> filemap_get_folio(Actor& self, Mm& mm, std::uint32_t slot) {
  if (!mm.counts_refs()) co_return mm.slots[slot];
  Folio* folio = co_await act_at(self, mm, slot, "filemap_get_folio", [&] {
    Folio* found = mm.slots[slot];
    mm.get(*found);
    return found;
  });
  co_return folio;
}

Task<Folio*> filemap_lock_folio(Actor& self, Mm& mm, std::uint32_t slot) {
  Folio* folio = co_await filemap_get_folio(self, mm, slot);
  co_await folio_lock(self, *folio);
  co_return folio;
}

Task<> folio_put(Actor& self, Mm& mm, Folio& folio) {
  if (mm.counts_refs()) co_await act(self, &folio, "folio_put", [&] { mm.put(folio); });
}

Task<> folio_unlock_and_put(Actor& self, Mm& mm, Folio& folio) {
  co_await folio_unlock(self, folio);
  co_await folio_put(self, mm, folio);
}

void folio_start_writeback(Actor& self, Folio& folio) {
  {
    const Unlogged check(self.world.arena);
    MMSIM_CHECK(folio.locked(), "PG_writeback was set on a folio that is not locked");
    MMSIM_CHECK(!folio.under_writeback(), "PG_writeback was set twice");
  }
  if (folio.writeback == nullptr) folio.writeback = &self.world.add<WritebackBit>(folio.name);
  WritebackBit& bit = *folio.writeback;
  bit.set = true;
  bit.io.set(self.world, IoStage::kMarked, &self);
  note(self, Note::kStartWriteback, &folio);
}

void folio_end_writeback(World& world, Folio& folio) {
  WritebackBit& bit = *folio.writeback;
  bit.set = false;
  bit.io.set(world, IoStage::kNone, nullptr);
  if (world.arena.log() == nullptr) count(world, NR_WRITTEN, static_cast<std::uint64_t>(folio.pages()));
  if (world.trace != nullptr)
    world.trace->record({world.now_ns, kNoId, folio.id, Event::kNote, -1, static_cast<std::uint32_t>(Note::kEndWriteback), 0});
  while (Waiter* first = bit.waiters.head()) world.wake(bit, *first);
}

}  // namespace mmsim
