// Memory that several actors read and write: every such field is a Shared<T> or a SharedVector<T>.
//
// 1. A timed run pays a load and a branch for it. An exploration listens: each access is told to the arena's AccessLog,
//    and that is how it knows what a step depends on and what it changed, without anybody declaring it.
// 2. What is not shared belongs to one actor (its frames, what its procedures allocate) or never changes once the
//    world is built. An exploration checks after each step it runs that nothing else was written.
// 3. Unobserved<T> and UnobservedVector<T> are for notes that only reports read: when something was taken, and where. No step may depend
//    on them, and while accesses are logged they are not kept.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "sim/core/arena.hpp"

namespace mmsim {

class SharedArray;

class AccessLog {
 public:
  virtual void read(const void* cell, std::uint32_t bytes) = 0;
  virtual void write(void* cell, std::uint32_t bytes) = 0;     // about to be
  virtual void read(const SharedArray& array) = 0;
  virtual void write(SharedArray& array) = 0;

 protected:
  ~AccessLog() = default;
};

// A value of at most eight bytes. REQUIRES: lives in an arena.
template <class T>
class Shared {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);

 public:
  Shared(T value = {}) : value_(value) {}
  Shared(const Shared& other) : value_(other.get()) {}
  Shared& operator=(const Shared& other) { return *this = other.get(); }
  Shared& operator=(T value) {
    if (AccessLog* log = Arena::of(this).log(); log != nullptr) [[unlikely]] log->write(&value_, sizeof(T));
    value_ = value;
    return *this;
  }
  operator T() const { return get(); }
  T get() const {
    if (AccessLog* log = Arena::of(this).log(); log != nullptr) [[unlikely]] log->read(&value_, sizeof(T));
    return value_;
  }
  T operator->() const
    requires std::is_pointer_v<T>
  {
    return get();
  }
  Shared& operator++() { return *this = static_cast<T>(get() + 1); }
  Shared& operator--() { return *this = static_cast<T>(get() - 1); }
  Shared& operator+=(T by) { return *this = static_cast<T>(get() + by); }
  Shared& operator-=(T by) { return *this = static_cast<T>(get() - by); }
  T unlogged() const { return value_; }

 private:
  T value_;
};

template <class T>
class Unobserved {
 public:
  Unobserved(T value = {}) : value_(value) {}
  Unobserved& operator=(T value) {
    if (Arena::of(this).log() == nullptr) [[likely]] value_ = value;
    return *this;
  }
  operator T() const { return value_; }

 private:
  T value_;
};

// Accesses until the scope ends are not logged: what a check looks at, and what the actor knows anyway.
class Unlogged {
 public:
  explicit Unlogged(Arena& arena) : arena_(arena), log_(arena.log()) { arena.set_log(nullptr); }
  ~Unlogged() { arena_.set_log(log_); }
  Unlogged(const Unlogged&) = delete;
  Unlogged& operator=(const Unlogged&) = delete;

 private:
  Arena& arena_;
  AccessLog* log_;
};

// The storage of a SharedVector: a whole array is one cell.
class SharedArray {
 public:
  using Key = std::uint64_t (*)(const void* element);   // what of an element counts; no address but those in the arena

  const std::byte* data() const { return data_; }
  std::uint32_t bytes() const { return size_ * element_bytes_; }
  std::size_t capacity_bytes() const { return std::size_t{capacity_} * element_bytes_; }
  std::uint32_t element_bytes() const { return element_bytes_; }
  Key key() const { return key_; }
  // Puts back what data() and bytes() gave at another time. REQUIRES: no more than has been reserved.
  void restore(const std::byte* data, std::uint32_t bytes) {
    if (bytes != 0) std::memcpy(data_, data, bytes);   // an empty one may have no storage
    size_ = bytes / element_bytes_;
  }

 protected:
  SharedArray(std::uint32_t element_bytes, Key k) : element_bytes_(element_bytes), key_(k) {}
  void reserve(std::uint32_t n);

  std::byte* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint32_t element_bytes_;
  Key key_;
};

// REQUIRES: lives in an arena. An exploration needs room to be reserved when the world is built: see World::reserve_shared.
template <class T, SharedArray::Key kKey>
class SharedVector : public SharedArray {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= Arena::kGrain_bytes);

 public:
  SharedVector() : SharedArray(sizeof(T), kKey) {}
  SharedVector(const SharedVector&) = delete;
  SharedVector& operator=(const SharedVector&) = delete;
  ~SharedVector() {
    if (data_ != nullptr) Arena::of(data_).deallocate(data_, std::size_t{capacity_} * sizeof(T));
  }

  std::size_t size() const { return reading().size_; }
  bool empty() const { return size() == 0; }
  const T* begin() const { return reading().elements(); }
  const T* end() const { return elements() + size_; }
  const T& front() const { return *begin(); }
  const T& operator[](std::size_t i) const { return begin()[i]; }
  void push_back(const T& element) { insert(elements() + size_, element); }
  // Before `at`, which begin() or a search gave.
  void insert(const T* at, const T& element) {
    const auto index = static_cast<std::size_t>(at - elements());
    writing();
    if (size_ == capacity_) reserve(2 * capacity_ + 4);
    std::memmove(mutable_elements() + index + 1, elements() + index, (size_ - index) * sizeof(T));
    ++size_;
    std::memcpy(mutable_elements() + index, &element, sizeof(T));
  }
  void erase(const T* at) {
    const auto index = static_cast<std::size_t>(at - elements());
    writing();
    --size_;
    std::memmove(mutable_elements() + index, elements() + index + 1, (size_ - index) * sizeof(T));
  }
  void clear() {
    writing();
    size_ = 0;
  }
  void reserve(std::size_t n) { SharedArray::reserve(static_cast<std::uint32_t>(n)); }

 private:
  const SharedVector& reading() const {
    if (AccessLog* log = Arena::of(this).log(); log != nullptr) [[unlikely]] log->read(*this);
    return *this;
  }
  void writing() {
    if (AccessLog* log = Arena::of(this).log(); log != nullptr) [[unlikely]] log->write(*this);
  }
  const T* elements() const { return reinterpret_cast<const T*>(data_); }
  T* mutable_elements() { return reinterpret_cast<T*>(data_); }
};

}  // namespace mmsim
