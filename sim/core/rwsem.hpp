// A sleeping lock for many readers or one writer, as kernel/locking/rwsem.c: first come first served, so that a queued
// writer blocks readers that come after it.
//
// When the head of the queue is a reader, all queued readers are let in, as the kernel does (up to 256; that limit is
// not modelled). RwsemPolicy::kReadersPass lets a new reader in whenever no writer holds the lock.
// DIFFERS: nobody steals a lock that is free while others queue, and writers do not spin on a running holder.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

enum class RwsemPolicy : std::uint8_t { kFair, kReadersPass };

class Rwsem final : public Object {
 public:
  Rwsem(Name n, Arena& arena, RwsemPolicy p = RwsemPolicy::kFair)
      : Object(n), readers(ArenaAllocator<Holder>(arena)), policy(p) {}
  static constexpr LockClass kClass{"rwsem",  "down_write", "down_write_trylock", "up_write",
                                    "down_read", "up_read"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override;

  bool write_held() const { return writer.held(); }
  bool read_held_by(const Actor& actor) const;
  // Lets in who may go in, after a release.
  void grant_waiters();

  ArenaVector<Holder> readers;
  Holder writer;
  RwsemPolicy policy;
};

class RwsemAcquire : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  RwsemAcquire(Actor& s, Rwsem& r, bool write) : Operation(s), rwsem_(r), write_(write) {}
  bool can_complete() const override;
  void complete() override;
  void enqueue() override { rwsem_.waiters.push_back(*this); }
  void describe(Wait& wait) const override;
  Object* object() const override { return &rwsem_; }
  const char* verb() const override { return write_ ? Rwsem::kClass.acquire : Rwsem::kClass.acquire_shared; }
  bool write() const { return write_; }
  void grant();
  void result() {}

 private:
  void take();
  const RwsemAcquire* queued_before() const;   // whoever must be let in first, the nearest of them

  Rwsem& rwsem_;
  bool write_;
  bool granted_ = false;
};

class RwsemTryWrite : public InstantOperation {
 public:
  RwsemTryWrite(Actor& s, Rwsem& r) : InstantOperation(s), rwsem_(r) {}
  void complete() override;
  Object* object() const override { return &rwsem_; }
  const char* verb() const override { return Rwsem::kClass.try_acquire; }
  bool result() const { return taken_; }

 private:
  Rwsem& rwsem_;
  bool taken_ = false;
};

class RwsemRelease : public InstantOperation {
 public:
  RwsemRelease(Actor& s, Rwsem& r, bool write) : InstantOperation(s), rwsem_(r), write_(write) {}
  void complete() override;
  Object* object() const override { return &rwsem_; }
  const char* verb() const override { return write_ ? Rwsem::kClass.release : Rwsem::kClass.release_shared; }

 private:
  Rwsem& rwsem_;
  bool write_;
};

inline Await<RwsemAcquire> down_read(Actor& self, Rwsem& rwsem) { return {self, rwsem, false}; }
inline Await<RwsemAcquire> down_write(Actor& self, Rwsem& rwsem) { return {self, rwsem, true}; }
inline Await<RwsemTryWrite> down_write_trylock(Actor& self, Rwsem& rwsem) { return {self, rwsem}; }
inline Await<RwsemRelease> up_read(Actor& self, Rwsem& rwsem) { return {self, rwsem, false}; }
inline Await<RwsemRelease> up_write(Actor& self, Rwsem& rwsem) { return {self, rwsem, true}; }

}  // namespace mmsim
