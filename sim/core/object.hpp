// What actors wait for and hold: locks, events, flags.
//
// 1. An object has a name the scenario gave it, never an address.
// 2. Its queue holds the operations that wait for it; an operation lives in the frame of the coroutine that awaits it,
//    so queueing allocates nothing.
// 3. Adding a kind of lock is one file: a class derived from Object, its LockClass, and its operations
//    (see sim/core/mutex.hpp for the shortest).
#pragma once

#include <cstdint>
#include <string>

#include "sim/core/arena.hpp"

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

// Operations waiting for one object, first come first.
class WaitList {
 public:
  bool empty() const { return head_ == nullptr; }
  Operation* head() const { return head_; }
  void push_back(Operation& op);
  void push_front(Operation& op);
  void remove(Operation& op);

 private:
  Operation* head_ = nullptr;
  Operation* tail_ = nullptr;
};

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
