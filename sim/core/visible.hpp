// A step of model code that others can observe: setting a flag, testing one, handing something over.
//
//   const bool busy = co_await visible(self, &folio, "folio_test_writeback", [&] { return folio.under_writeback(); });
//
// The effect runs as one atomic operation. It records in the trace what is worth recording, by itself.
#pragma once

#include <type_traits>

#include "sim/core/holder.hpp"

namespace mmsim {

template <class Effect>
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
Await<Visible<Effect>> visible(Actor& self, Object* object, const char* verb, Effect effect) {
  return {self, object, verb, effect};
}

}  // namespace mmsim
