// An integer that actors read and write, each access one atomic step; and waits until a condition over such things holds.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

// As a word that is read with READ_ONCE() and written with WRITE_ONCE() or atomic_*(): no ordering beyond that of steps.
class Variable final : public Object {
 public:
  Variable(Name n, std::int64_t v) : Object(n), value(v) {}
  static constexpr LockClass kClass{"variable", "READ_ONCE", "", "WRITE_ONCE"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}
  Shared<std::int64_t> value;
};

// Those who wait until a condition holds. In a timed run World::changed() lets those go whose condition has come to hold;
// an exploration looks at the conditions themselves.
class Conditions final : public Object {
 public:
  using Object::Object;
  static constexpr LockClass kClass{"condition", "wait_event", "", "wake_up"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}
};

}  // namespace mmsim
