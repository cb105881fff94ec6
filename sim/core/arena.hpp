// The memory of one world: a contiguous region that holds every byte a run can change.
//
// 1. Everything that model code allocates (actors, coroutine frames, locks, folios, queues) comes from here, the
//    allocator's own state included. Saving a world is one copy of [begin, begin + used_bytes()); restoring it is one
//    copy back to the same address, so that all pointers inside stay good.
// 2. A region is aligned to its size: Arena::of(p) finds the arena of any pointer into it.
// 3. Addresses are the same in every run where the system allows it, and reach no result either way.
// 4. An exploration gives each actor a heap of its own (PrivateHeap), so that what belongs to one actor can be saved and
//    restored without the others. Where nothing says otherwise blocks come from the common heap.
// 5. Freed blocks are kept in lists by size class (multiples of 16 bytes, above 512 powers of two), last in, first out:
//    reuse is deterministic.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "sim/core/check.hpp"

namespace mmsim {

class AccessLog;

class Arena {
 public:
  static constexpr std::size_t kRegion_bytes = std::size_t{1} << 34;
  static constexpr std::size_t kGrain_bytes = 16;   // alignment of every block

  struct Unmap {
    void operator()(Arena* arena) const noexcept;
  };
  using Owner = std::unique_ptr<Arena, Unmap>;

  // Reserves a region; pages cost memory only once they are touched. Throws std::bad_alloc.
  static Owner create();

  static Arena& of(const void* inside) {
    return *reinterpret_cast<Arena*>(reinterpret_cast<std::uintptr_t>(inside) & ~(kRegion_bytes - 1));
  }

  class Heap;

  void* allocate(std::size_t bytes) { return allocate_in(*current_, bytes); }
  void* allocate_in(Heap& heap, std::size_t bytes) {
    const std::size_t cls = size_class(bytes);
    if (heap.free_[cls] != nullptr) return std::exchange(heap.free_[cls], heap.free_[cls]->next);
    return extend(heap, class_bytes(cls));
  }

  // REQUIRES: `block` came from allocate(bytes) of this arena.
  void deallocate(void* block, std::size_t bytes) noexcept {
    const std::size_t cls = size_class(bytes);
    Heap& heap = heap_of(block);
    heap.free_[cls] = new (block) FreeBlock{heap.free_[cls]};
  }

  // The heap of actor number n; the first call makes it. It begins at the same address in every arena.
  // REQUIRES: n < kPrivateHeaps.
  Heap& private_heap(std::size_t n);
  // Where allocate() takes from until the scope ends; nullptr: the common heap.
  class Inside {
   public:
    Inside(Arena& arena, Heap* heap) : arena_(arena), before_(arena.current_) {
      arena.current_ = heap != nullptr ? heap : &arena.common_;
    }
    ~Inside() { arena_.current_ = before_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Arena& arena_;
    Heap* before_;
  };

  // Who is told of accesses to shared memory (see shared.hpp); nullptr: nobody.
  AccessLog* log() const { return log_; }
  void set_log(AccessLog* log) { log_ = log; }

  // Objects made this way are never destroyed: they end with the arena.
  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(alignof(T) <= kGrain_bytes);
    return new (allocate(sizeof(T))) T(std::forward<Args>(args)...);
  }

  std::size_t used_bytes() const { return common_.used_bytes_; }   // of the common heap

  // Copies the used bytes of the common heap to `image`, and back. REQUIRES for restore: the image was saved from this
  // very arena.
  void save(std::vector<std::byte>& image) const;
  void restore(const std::vector<std::byte>& image);

 private:
  struct FreeBlock {
    FreeBlock* next;
  };
  static constexpr std::size_t kSmall_bytes = 512;
  static constexpr std::size_t kSmallClasses = kSmall_bytes / kGrain_bytes + 1;  // class 0 stays empty
  static constexpr std::size_t kClasses = kSmallClasses + 26;                    // 1 KiB ... 16 GiB and spare

  static std::size_t size_class(std::size_t bytes) {
    if (bytes <= kSmall_bytes) return (bytes + kGrain_bytes - 1) / kGrain_bytes + (bytes == 0);
    MMSIM_CHECK(bytes <= kRegion_bytes, "one block larger than an arena");
    return kSmallClasses + static_cast<std::size_t>(std::bit_width(bytes - 1)) - 10;
  }
  static std::size_t class_bytes(std::size_t cls) {
    return cls < kSmallClasses ? cls * kGrain_bytes : std::size_t{1} << (cls - kSmallClasses + 10);
  }

  static constexpr std::size_t kCommon_bytes = kRegion_bytes / 4 * 3;
  static constexpr std::size_t kPrivate_bytes = std::size_t{1} << 20;

 public:
  static constexpr std::size_t kPrivateHeaps = (kRegion_bytes - kCommon_bytes) / kPrivate_bytes;

  // Free lists and how far the heap has grown. A private one stands at the beginning of its own memory, so that copying
  // [begin(), begin() + used_bytes()) saves it whole.
  class Heap {
   public:
    std::byte* begin() { return reinterpret_cast<std::byte*>(this); }
    std::size_t used_bytes() const { return used_bytes_; }

   private:
    friend class Arena;
    std::size_t used_bytes_ = 0;       // from the beginning of its memory
    FreeBlock* free_[kClasses] = {};
  };

 private:
  Arena() = default;
  void* extend(Heap& heap, std::size_t bytes);
  Heap& heap_of(const void* block) {
    const std::size_t offset = reinterpret_cast<std::uintptr_t>(block) & (kRegion_bytes - 1);
    if (offset < kCommon_bytes) [[likely]] return common_;
    return *reinterpret_cast<Heap*>(reinterpret_cast<std::uintptr_t>(block) & ~(kPrivate_bytes - 1));
  }

  AccessLog* log_ = nullptr;
  Heap* current_ = nullptr;
  Heap common_;
};

// Standard containers whose elements live in an arena: std::vector<T, ArenaAllocator<T>>.
template <class T>
class ArenaAllocator {
 public:
  using value_type = T;
  explicit ArenaAllocator(Arena& arena) : arena_(&arena) {}
  template <class U>
  ArenaAllocator(const ArenaAllocator<U>& other) : arena_(&other.arena()) {}
  T* allocate(std::size_t n) { return static_cast<T*>(arena_->allocate(n * sizeof(T))); }
  void deallocate(T* block, std::size_t n) noexcept { arena_->deallocate(block, n * sizeof(T)); }
  Arena& arena() const { return *arena_; }
  friend bool operator==(const ArenaAllocator& a, const ArenaAllocator& b) { return a.arena_ == b.arena_; }

 private:
  Arena* arena_;
};

template <class T>
using ArenaVector = std::vector<T, ArenaAllocator<T>>;

}  // namespace mmsim
