// What actors wait for and hold: locks, events, flags.
//
// 1. An object has a name the scenario gave it, never an address.
// 2. Its queue links the Waiters of the actors that wait for it, which stand in the actors themselves: queueing allocates
//    nothing.
// 3. Adding a kind of lock is one file: a class derived from Object, its LockClass, and its operations
//    (see sim/core/mutex.hpp for the shortest).
#pragma once

#include <cstdint>
#include <string>

#include "sim/core/arena.hpp"
#include "sim/core/shared.hpp"

namespace mmsim {

struct Actor;
class Operation;
class World;

// The words of a kind of lock, as the kernel spells them; what a trace and a report print.
struct LockClass {
  const char* noun;          // "mutex", "folio lock"
  const char* acquire;       // "mutex_lock"
  const char* try_acquire;   // "mutex_trylock"
  const char* release;       // "mutex_unlock"
  const char* acquire_shared = "";
  const char* release_shared = "";
  bool spins = false;        // waiters keep their CPU; holders are not preempted
};

// `file[3]` is {base "file", instance 3}; the base is a number in the world's list of strings.
struct Name {
  std::uint32_t base = 0;
  std::int32_t instance = -1;    // -1: called `base`
  friend bool operator==(const Name&, const Name&) = default;
};

// An actor's place in a queue. An actor waits for one thing at a time, so it has one of these.
struct Waiter {
  explicit Waiter(Actor& a) : actor(a) {}
  Actor& actor;
  Shared<Waiter*> next;
  Shared<Waiter*> prev;
  Shared<bool> queued = false;
  Shared<bool> woken = false;      // at least once since it began to wait
  Shared<bool> granted = false;    // what it waits for was handed to it
  Shared<std::uint8_t> tag = 0;    // what whoever serves the queue must know of it; the object's
  // The wait is over, and how it went is nobody's concern any more.
  void forget() {
    woken = false;
    granted = false;
    tag = 0;
  }
};

// Who waits for one object, first come first.
class WaitList {
 public:
  bool empty() const { return head_ == nullptr; }
  Waiter* head() const { return head_; }
  inline void push_back(Waiter& waiter);
  inline void push_front(Waiter& waiter);
  inline void remove(Waiter& waiter);

 private:
  Shared<Waiter*> head_;
  Shared<Waiter*> tail_;
};

inline void WaitList::push_back(Waiter& waiter) {
  Waiter* last = tail_;
  waiter.prev = last;
  waiter.next = nullptr;
  waiter.queued = true;
  (last != nullptr ? last->next : head_) = &waiter;
  tail_ = &waiter;
}
inline void WaitList::push_front(Waiter& waiter) {
  Waiter* first = head_;
  waiter.next = first;
  waiter.prev = nullptr;
  waiter.queued = true;
  (first != nullptr ? first->prev : tail_) = &waiter;
  head_ = &waiter;
}
inline void WaitList::remove(Waiter& waiter) {
  Waiter* before = waiter.prev;
  Waiter* after = waiter.next;
  (before != nullptr ? before->next : head_) = after;
  (after != nullptr ? after->prev : tail_) = before;
  waiter.next = nullptr;
  waiter.prev = nullptr;
  waiter.queued = false;
}

// One thing an actor holds.
struct Holding {
  Actor* holder;
  std::int64_t since_ns;
  const char* held_at;       // procedure in which it was taken; nullptr: outside any
  bool shared;
};

class Object {
 public:
  explicit Object(Name n) : name(n) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  virtual const LockClass& lock_class() const = 0;
  // Calls visit(holding) for each actor that holds it, in order of acquisition.
  virtual void holdings(void (*visit)(void* context, const Holding&), void* context) const = 0;

  Name name;
  std::uint32_t id = 0;      // set by World::add
  WaitList waiters;

 protected:
  ~Object() = default;       // objects end with their arena
};

}  // namespace mmsim
