#include "sim/mm/filemap.hpp"

#include "sim/core/visible.hpp"

namespace mmsim {

namespace {

struct KeptBack {
  const char* how;
  const char* ends_by;
};

KeptBack kept_back(WritebackStage stage) {
  switch (stage) {
    case WritebackStage::kMarked: return {"has marked it and not made up its bio yet", "submit_bio"};
    case WritebackStage::kPrivateBio: return {"keeps it in a bio that is not submitted", "submit_bio"};
    case WritebackStage::kPlug: return {"keeps its bio in a block plug", "blk_flush_plug"};
    case WritebackStage::kServer: return {"serves the device its bio was submitted to", "bio_endio"};
    case WritebackStage::kNone:
    case WritebackStage::kDevice: break;
  }
  return {"", ""};
}

}  // namespace

QuickEnd WritebackWait::quick_end() const {
  const WritebackBit& bit = *folio_.writeback;
  if (bit.keeper == nullptr) return {QuickEnd::By::kTime, nullptr};
  return {QuickEnd::By::kActor, bit.keeper};
}

void WritebackWait::describe(Wait& wait) const {
  const WritebackBit& bit = *folio_.writeback;
  wait.noun = WritebackBit::kClass.noun;
  wait.time_will = bit.keeper == nullptr;
  if (wait.time_will) return;
  const KeptBack kept = kept_back(bit.stage);
  // A server holds nothing: the request was handed to it.
  const bool handed_over = bit.stage == WritebackStage::kServer;
  const std::int64_t since_ns = handed_over ? -1 : bit.since_ns;
  wait.edges.push_back({bit.keeper, EdgeKind::kOwner, kept.how, kept.ends_by, since_ns, bit.kept_at});
  wait.need = 1;
}

Task<Folio*> filemap_lock_folio(Actor& self, Mm& mm, std::uint32_t slot) {
  Folio* folio = co_await visible(self, mm.slots[slot], "filemap_get_folio", [&] {
    ++mm.slots[slot]->extra_refs;
    return mm.slots[slot];
  });
  co_await folio_lock(self, *folio);
  co_return folio;
}

Task<> folio_unlock_and_put(Actor& self, Folio& folio) {
  co_await folio_unlock(self, folio);
  co_await visible(self, &folio, "folio_put", [&] { --folio.extra_refs; });
}

void folio_start_writeback(Actor& self, Folio& folio) {
  MMSIM_CHECK(folio.locked(), "PG_writeback was set on a folio that is not locked");
  MMSIM_CHECK(!folio.under_writeback(), "PG_writeback was set twice");
  if (folio.writeback == nullptr) folio.writeback = &self.world.add<WritebackBit>(folio.name);
  WritebackBit& bit = *folio.writeback;
  bit.stage = WritebackStage::kMarked;
  bit.keeper = &self;
  bit.since_ns = self.world.now_ns;
  bit.kept_at = self.innermost != nullptr ? self.innermost->name() : nullptr;
  note(self, Note::kStartWriteback, &folio);
}

void folio_end_writeback(World& world, Folio& folio) {
  WritebackBit& bit = *folio.writeback;
  bit.stage = WritebackStage::kNone;
  bit.keeper = nullptr;
  world.counters[NR_WRITTEN] += static_cast<std::uint64_t>(folio.pages());
  if (world.trace != nullptr)
    world.trace->record({world.now_ns, kNoId, folio.id, Event::kNote, -1, static_cast<std::uint32_t>(Note::kEndWriteback), 0});
  while (Operation* first = bit.waiters.head()) world.wake(*first);
}

}  // namespace mmsim
