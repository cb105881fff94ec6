// The folio lock and PG_writeback, as mm/filemap.c and mm/page-writeback.c.
#pragma once

#include "sim/core/visible.hpp"
#include "sim/mm/mm.hpp"

namespace mmsim {

inline Await<BitLockWait> folio_lock(Actor& self, Folio& folio) { return {self, folio, WaitBehavior::kExclusive}; }
inline Await<BitTrylock> folio_trylock(Actor& self, Folio& folio) { return {self, folio}; }
inline Await<BitUnlock> folio_unlock(Actor& self, Folio& folio) { return {self, folio}; }
inline Await<BitLockWait> folio_wait_locked(Actor& self, Folio& folio) { return {self, folio, WaitBehavior::kShared}; }
inline Await<BitLockWait> lock_buffer(Actor& self, BufferHead& bh) { return {self, bh, WaitBehavior::kExclusive}; }
inline Await<BitTrylock> trylock_buffer(Actor& self, BufferHead& bh) { return {self, bh}; }
inline Await<BitUnlock> unlock_buffer(Actor& self, BufferHead& bh) { return {self, bh}; }

// visible() and act() on what stands in a slot when the effect runs.
template <class Effect, bool kLearnsAll>
class VisibleAtSlot : public Visible<Effect, kLearnsAll> {
 public:
  VisibleAtSlot(Actor& s, Mm& mm, std::uint32_t slot, const char* what, Effect effect)
      : Visible<Effect, kLearnsAll>(s, nullptr, what, effect), mm_(mm), slot_(slot) {}
  Object* object() const override { return mm_.slots[slot_].get(); }

 private:
  Mm& mm_;
  std::uint32_t slot_;
};
template <class Effect>
Await<VisibleAtSlot<Effect, true>> visible_at(Actor& self, Mm& mm, std::uint32_t slot, const char* verb, Effect effect) {
  return {self, mm, slot, verb, effect};
}
template <class Effect>
Await<VisibleAtSlot<Effect, false>> act_at(Actor& self, Mm& mm, std::uint32_t slot, const char* verb, Effect effect) {
  return {self, mm, slot, verb, effect};
}

// folio_trylock() of what stands in a slot when it is tried, with a reference if it is taken.
class SlotTrylock : public InstantOperation {
 public:
  SlotTrylock(Actor& s, Mm& mm, std::uint32_t slot) : InstantOperation(s), mm_(mm), slot_(slot) {}
  void complete() override;
  Object* object() const override { return mm_.slots[slot_].get(); }
  const char* verb() const override { return Folio::kClass.try_acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  Mm& mm_;
  std::uint32_t slot_;
  bool taken_ = false;
};

// Waits until PG_writeback is clear. Who can end that depends on how far the folio has got; see IoStage.
class WritebackWait : public Operation {
 public:
  WritebackWait(Actor& s, Folio& f) : Operation(s), folio_(f) {}
  bool can_complete() const override { return !folio_.under_writeback(); }
  void complete() override {}
  void enqueue() override {
    if (WritebackBit* bit = folio_.writeback; bit != nullptr) bit->waiters.push_back(self.wait);
  }
  QuickEnd quick_end() const override;
  void describe(Wait& wait) const override;
  Object* object() const override { return folio_.writeback != nullptr ? static_cast<Object*>(folio_.writeback.get()) : &folio_; }
  const char* verb() const override { return WritebackBit::kClass.acquire_shared; }
  void result() {}

 private:
  Folio& folio_;
};
inline Await<WritebackWait> folio_wait_writeback(Actor& self, Folio& folio) { return {self, folio}; }

// filemap_get_folio(): a reference to what stands in the slot now. In a world where nothing migrates nobody counts them.
Task<Folio*> filemap_get_folio(Actor& self, Mm& mm, std::uint32_t slot);
// folio_put() of such a reference; never the last one.
Task<> folio_put(Actor& self, Mm& mm, Folio& folio);
// filemap_lock_folio(): a reference to what stands in the slot now, then its lock. With the reference it stays there.
// DIFFERS: no look whether the folio was truncated meanwhile.
Task<Folio*> filemap_lock_folio(Actor& self, Mm& mm, std::uint32_t slot);
// The same if its lock is free.
inline Await<SlotTrylock> filemap_trylock_folio(Actor& self, Mm& mm, std::uint32_t slot) { return {self, mm, slot}; }
// folio_unlock() and folio_put() of such a folio.
Task<> folio_unlock_and_put(Actor& self, Mm& mm, Folio& folio);

// Sets PG_writeback; the bio is in the making. REQUIRES: the folio is locked and not under writeback.
void folio_start_writeback(Actor& self, Folio& folio);

// Clears it and wakes all who wait for that.
void folio_end_writeback(World& world, Folio& folio);

}  // namespace mmsim
