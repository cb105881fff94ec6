// A step of model code that others can observe: setting a flag, testing one, handing something over.
//
//   const bool busy = co_await act(self, &folio, "folio_test_writeback", [&] { return folio.under_writeback(); });
//
// The effect runs as one atomic operation. It records in the trace what is worth recording, by itself.
// In an exploration an actor that awaits act() learns what the effect returns (nothing, a number or a pointer), and no
// more: the effect may write shared memory as it likes, but to what is the actor's own it does the same whatever it
// finds there. Any other effect is for visible(), after which the actor is taken to know all that the effect looked at.
#pragma once

#include <type_traits>

#include "sim/core/holder.hpp"

namespace mmsim {

template <class Effect, bool kLearnsAll>
class Visible : public InstantOperation {
  using Result = std::invoke_result_t<Effect&>;
  static constexpr bool kVoid = std::is_void_v<Result>;

 public:
  Visible(Actor& s, Object* on, const char* what, Effect effect)
      : InstantOperation(s), object_(on), verb_(what), effect_(effect) {}
  void complete() override {
    if constexpr (kVoid)
      effect_();
    else
      result_ = effect_();
  }
  std::uint64_t observed() const override {
    if constexpr (kLearnsAll) {
      return kAll;
    } else if constexpr (kVoid) {
      return 0;
    } else if constexpr (std::is_pointer_v<Result>) {
      return reinterpret_cast<std::uintptr_t>(result_) & (Arena::kRegion_bytes - 1);
    } else {
      return static_cast<std::uint64_t>(result_);
    }
  }
  Object* object() const override { return object_; }
  const char* verb() const override { return verb_; }
  Result result() const {
    if constexpr (!kVoid) return result_;
  }

 private:
  Object* object_;
  const char* verb_;
  Effect effect_;
  std::conditional_t<kVoid, char, Result> result_{};
};

template <class Effect>
Await<Visible<Effect, true>> visible(Actor& self, Object* object, const char* verb, Effect effect) {
  return {self, object, verb, effect};
}
template <class Effect>
Await<Visible<Effect, false>> act(Actor& self, Object* object, const char* verb, Effect effect) {
  return {self, object, verb, effect};
}

}  // namespace mmsim
