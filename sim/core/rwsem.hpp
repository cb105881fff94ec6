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
  Rwsem(Name n, Arena&, RwsemPolicy p = RwsemPolicy::kFair) : Object(n), policy(p) {}
  static constexpr LockClass kClass{"rwsem",  "down_write", "down_write_trylock", "up_write",
                                    "down_read", "up_read"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override;

  bool write_held() const { return writer.held(); }
  bool read_held_by(const Actor& actor) const;
  // Lets in who may go in, after a release.
  void grant_waiters();
  void take(Actor& actor, bool write);

  Holdings readers;          // by actor number, so that the order in which they came is no part of the state
  Holder writer;
  RwsemPolicy policy;
};

class RwsemAcquire : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  RwsemAcquire(Actor& s, Rwsem& r, bool write) : Operation(s), rwsem_(r), write_(write) {}
  bool can_complete() const override;
  void complete() override;
  void enqueue() override {
    self.wait.tag = write_;
    rwsem_.waiters.push_back(self.wait);
  }
  void describe(Wait& wait) const override;
  void abandon() override {
    Operation::abandon();
    rwsem_.grant_waiters();   // who was queued behind it may go in
  }
  Object* object() const override { return &rwsem_; }
  const char* verb() const override { return write_ ? Rwsem::kClass.acquire : Rwsem::kClass.acquire_shared; }
  bool joins() const override { return rwsem_.policy == RwsemPolicy::kFair; }
  void result() {}

 private:
  const Waiter* queued_before() const;   // whoever must be let in first, the nearest of them

  Rwsem& rwsem_;
  bool write_;
};

class RwsemTry : public InstantOperation {
 public:
  RwsemTry(Actor& s, Rwsem& r, bool write) : InstantOperation(s), rwsem_(r), write_(write) {}
  void complete() override;
  Object* object() const override { return &rwsem_; }
  const char* verb() const override { return write_ ? Rwsem::kClass.try_acquire : "down_read_trylock"; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  Rwsem& rwsem_;
  bool write_;
  bool taken_ = false;
};

// From write to read without letting go: readers at the head of the queue go in.
class RwsemDowngrade : public InstantOperation {
 public:
  RwsemDowngrade(Actor& s, Rwsem& r) : InstantOperation(s), rwsem_(r) {}
  void complete() override;
  Object* object() const override { return &rwsem_; }
  const char* verb() const override { return "downgrade_write"; }

 private:
  Rwsem& rwsem_;
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
inline Await<RwsemTry> down_write_trylock(Actor& self, Rwsem& rwsem) { return {self, rwsem, true}; }
inline Await<RwsemTry> down_read_trylock(Actor& self, Rwsem& rwsem) { return {self, rwsem, false}; }
inline Await<RwsemDowngrade> downgrade_write(Actor& self, Rwsem& rwsem) { return {self, rwsem}; }
inline Await<RwsemRelease> up_read(Actor& self, Rwsem& rwsem) { return {self, rwsem, false}; }
inline Await<RwsemRelease> up_write(Actor& self, Rwsem& rwsem) { return {self, rwsem, true}; }

}  // namespace mmsim
