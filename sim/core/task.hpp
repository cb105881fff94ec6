// Procedures of actors as coroutines: Task<T> f(Actor& self, ...), awaited by their caller.
//
// 1. The first parameter is Actor& self. The frame comes from the arena of its world.
// 2. A call and a return never resume anybody: they leave the next frame in Actor::leaf, and the engine's loop resumes
//    that. So the machine stack stays flat however long a loop of calls is. (Symmetric transfer would overflow it: GCC
//    12 makes no tail calls when it does not optimise, nor under AddressSanitizer.)
// 3. Model code throws nothing.
// 4. No co_await stands in the condition of an if, while or switch: GCC 12 then puts the condition's value in front of
//    a frame without locals, where every handle expects the frame to begin. Name the result first; a check finds
//    offenders.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include "sim/core/actor.hpp"
#include "sim/core/arena.hpp"
#include "sim/core/check.hpp"

namespace mmsim {

// Called when an actor's root coroutine has returned.
void actor_finished(Actor& actor) noexcept;
Arena& arena_of(const Actor& actor);

namespace detail {

struct PromiseBase {
  template <class... Args>
  explicit PromiseBase(Actor& s, const Args&...) : self(s) {}

  template <class... Args>
  static void* operator new(std::size_t bytes, Actor& self, const Args&...) {
    Arena& arena = arena_of(self);
    return self.heap != nullptr ? arena.allocate_in(*self.heap, bytes) : arena.allocate(bytes);
  }
  static void operator delete(void* frame, std::size_t bytes) { Arena::of(frame).deallocate(frame, bytes); }

  struct Return {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      PromiseBase& promise = ended.promise();
      if (promise.caller)
        promise.self.leaf = promise.caller;
      else
        actor_finished(promise.self);   // and the engine frees the frame, which is still Actor::leaf
    }
    void await_resume() noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Return final_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

  // The handle of the coroutine whose promise this is.
  template <class Promise>
  static std::coroutine_handle<Promise> handle_of(Promise& promise) {
    const auto handle = std::coroutine_handle<Promise>::from_promise(promise);
#ifndef __clang__   // may put the frame of a callee inside that of its caller, which is right
    MMSIM_CHECK(reinterpret_cast<std::uintptr_t>(handle.address()) % Arena::kGrain_bytes == 0,
                "the compiler laid a coroutine's frame out wrongly: see task.hpp on co_await in conditions");
#endif
    return handle;
  }

  Actor& self;
  std::coroutine_handle<> caller;
};

template <class T>
struct Promise : PromiseBase {
  using PromiseBase::PromiseBase;
  std::coroutine_handle<Promise> get_return_object() { return handle_of(*this); }
  void return_value(T v) { value = std::move(v); }
  T value{};
};

template <>
struct Promise<void> : PromiseBase {
  using PromiseBase::PromiseBase;
  std::coroutine_handle<Promise> get_return_object() { return handle_of(*this); }
  void return_void() {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> caller) {
    handle_.promise().caller = caller;
    handle_.promise().self.leaf = handle_;
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return std::move(handle_.promise().value);
  }

  // Hands the frame to the engine, as the root of an actor.
  Handle release() { return std::exchange(handle_, {}); }

 private:
  Handle handle_;
};

}  // namespace mmsim
