#include "sim/core/arena.hpp"

#include <sys/mman.h>

#include <cstring>

#include "sim/core/check.hpp"

namespace mmsim {

namespace {
// Far from where the loader, the heap and the sanitizers' shadow live on x86-64 and arm64. ThreadSanitizer's is nearly everywhere.
#if defined(__SANITIZE_THREAD__)
constexpr std::uintptr_t kFirstRegion = 0x7f00'0000'0000;
#else
constexpr std::uintptr_t kFirstRegion = 0x2000'0000'0000;
#endif
constexpr int kRegions = 512;
}  // namespace

Arena::Owner Arena::create() {
  for (int i = 0; i < kRegions; ++i) {
    void* wanted = reinterpret_cast<void*>(kFirstRegion + static_cast<std::uintptr_t>(i) * kRegion_bytes);
    void* got = mmap(wanted, kRegion_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == MAP_FAILED) continue;
    if (got != wanted) {  // a kernel that does not know MAP_FIXED_NOREPLACE
      munmap(got, kRegion_bytes);
      continue;
    }
    Arena* arena = new (got) Arena;
    arena->common_.used_bytes_ = (sizeof(Arena) + kGrain_bytes - 1) / kGrain_bytes * kGrain_bytes;
    arena->current_ = &arena->common_;
    return Owner(arena);
  }
  throw std::bad_alloc();
}

void Arena::Unmap::operator()(Arena* arena) const noexcept { munmap(arena, kRegion_bytes); }

void* Arena::extend(Heap& heap, std::size_t bytes) {
  const bool common = &heap == &common_;
  MMSIM_CHECK(bytes <= (common ? kCommon_bytes : kPrivate_bytes) - heap.used_bytes_,
              common ? "a world outgrew its arena of 12 GiB" : "an actor outgrew its heap of 1 MiB");
  void* block = (common ? reinterpret_cast<std::byte*>(this) : heap.begin()) + heap.used_bytes_;
  heap.used_bytes_ += bytes;
  return block;
}

Arena::Heap& Arena::private_heap(std::size_t n) {
  MMSIM_CHECK(n < kPrivateHeaps, "more actors than an exploration has heaps for");
  auto* heap = reinterpret_cast<Heap*>(reinterpret_cast<std::byte*>(this) + kCommon_bytes + n * kPrivate_bytes);
  if (heap->used_bytes_ == 0) {
    new (heap) Heap;
    heap->used_bytes_ = (sizeof(Heap) + kGrain_bytes - 1) / kGrain_bytes * kGrain_bytes;
  }
  return *heap;
}

void Arena::save(std::vector<std::byte>& image) const {
  image.resize(used_bytes());
  std::memcpy(image.data(), static_cast<const void*>(this), used_bytes());
}

void Arena::restore(const std::vector<std::byte>& image) {
  std::memcpy(static_cast<void*>(this), image.data(), image.size());
}

}  // namespace mmsim
