#include "sim/core/arena.hpp"

#include <sys/mman.h>

#include <cstring>

#include "sim/core/check.hpp"

namespace mmsim {

namespace {
// Far from where the loader, the heap and the sanitizers' shadow live on x86-64 and arm64.
constexpr std::uintptr_t kFirstRegion = 0x2000'0000'0000;
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
    arena->used_bytes_ = (sizeof(Arena) + kGrain_bytes - 1) / kGrain_bytes * kGrain_bytes;
    return Owner(arena);
  }
  throw std::bad_alloc();
}

void Arena::Unmap::operator()(Arena* arena) const noexcept { munmap(arena, kRegion_bytes); }

void* Arena::extend(std::size_t bytes) {
  MMSIM_CHECK(bytes <= kRegion_bytes - used_bytes_, "a world outgrew its arena of 16 GiB");
  void* block = reinterpret_cast<std::byte*>(this) + used_bytes_;
  used_bytes_ += bytes;
  return block;
}

void Arena::save(std::vector<std::byte>& image) const {
  image.resize(used_bytes_);
  std::memcpy(image.data(), static_cast<const void*>(this), used_bytes_);
}

void Arena::restore(const std::vector<std::byte>& image) {
  std::memcpy(static_cast<void*>(this), image.data(), image.size());
}

}  // namespace mmsim
