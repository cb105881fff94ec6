// The folio lock and PG_writeback, as mm/filemap.c and mm/page-writeback.c.
#pragma once

#include "sim/mm/mm.hpp"

namespace mmsim {

inline Await<BitLockWait> folio_lock(Actor& self, Folio& folio) { return {self, folio, WaitBehavior::kExclusive}; }
inline Await<BitTrylock> folio_trylock(Actor& self, Folio& folio) { return {self, folio}; }
inline Await<BitUnlock> folio_unlock(Actor& self, Folio& folio) { return {self, folio}; }
inline Await<BitLockWait> folio_wait_locked(Actor& self, Folio& folio) { return {self, folio, WaitBehavior::kShared}; }
inline Await<BitLockWait> lock_buffer(Actor& self, BufferHead& bh) { return {self, bh, WaitBehavior::kExclusive}; }
inline Await<BitTrylock> trylock_buffer(Actor& self, BufferHead& bh) { return {self, bh}; }
inline Await<BitUnlock> unlock_buffer(Actor& self, BufferHead& bh) { return {self, bh}; }

// Waits until PG_writeback is clear. Who can end that depends on how far the folio has got; see WritebackStage.
class WritebackWait : public Operation {
 public:
  WritebackWait(Actor& s, Folio& f) : Operation(s), folio_(f) {}
  bool can_complete() const override { return !folio_.under_writeback(); }
  void complete() override {}
  void enqueue() override {
    if (folio_.writeback != nullptr) folio_.writeback->waiters.push_back(*this);
  }
  QuickEnd quick_end() const override;
  void describe(Wait& wait) const override;
  Object* object() const override { return folio_.writeback != nullptr ? static_cast<Object*>(folio_.writeback) : &folio_; }
  const char* verb() const override { return WritebackBit::kClass.acquire_shared; }
  void result() {}

 private:
  Folio& folio_;
};
inline Await<WritebackWait> folio_wait_writeback(Actor& self, Folio& folio) { return {self, folio}; }

// filemap_lock_folio(): a reference to what stands in the slot now, then its lock. With the reference it stays there.
// DIFFERS: no look whether the folio was truncated meanwhile.
Task<Folio*> filemap_lock_folio(Actor& self, Mm& mm, std::uint32_t slot);
// folio_unlock() and folio_put() of such a folio.
Task<> folio_unlock_and_put(Actor& self, Folio& folio);

// Sets PG_writeback; the bio is in the making. REQUIRES: the folio is locked and not under writeback.
void folio_start_writeback(Actor& self, Folio& folio);

// Clears it and wakes all who wait for that.
void folio_end_writeback(World& world, Folio& folio);

}  // namespace mmsim
