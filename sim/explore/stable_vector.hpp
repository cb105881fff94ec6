// A list that only grows and never moves its elements: one thread at a time appends, any number read what they were told
// the index of.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>

namespace mmsim {

template <class T>
class StableVector {
 public:
  StableVector() = default;
  StableVector(const StableVector&) = delete;
  StableVector& operator=(const StableVector&) = delete;
  ~StableVector() {
    for (std::size_t k = 0; k < chunks_.size(); ++k) delete[] chunks_[k].load(std::memory_order_relaxed);
  }

  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  T& operator[](std::size_t i) { return chunk(i)[offset(i)]; }
  const T& operator[](std::size_t i) const { return chunk(i)[offset(i)]; }
  // REQUIRES: nobody else appends.
  T& append() {
    const std::size_t i = size_.load(std::memory_order_relaxed);
    std::atomic<T*>& at = chunks_[number(i)];
    if (at.load(std::memory_order_relaxed) == nullptr) at.store(new T[kFirst << number(i)], std::memory_order_release);
    T& out = at.load(std::memory_order_relaxed)[offset(i)];
    size_.store(i + 1, std::memory_order_release);
    return out;
  }

 private:
  static constexpr std::size_t kFirst = 64;
  static constexpr std::size_t number(std::size_t i) { return static_cast<std::size_t>(std::bit_width(i / kFirst + 1)) - 1; }
  static constexpr std::size_t offset(std::size_t i) { return i - kFirst * ((std::size_t{1} << number(i)) - 1); }
  T* chunk(std::size_t i) const { return chunks_[number(i)].load(std::memory_order_relaxed); }

  std::array<std::atomic<T*>, 32> chunks_{};
  std::atomic<std::size_t> size_ = 0;
};

}  // namespace mmsim
