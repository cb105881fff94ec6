// Memory that runs out: a zone with its watermarks, or what a memory cgroup may charge. As mm/page_alloc.c and mm/memcontrol.c, as
// far as one request for pages is concerned; the slow path around it is flattened into programs (see sim/run/resolve_alloc.cpp).
#pragma once

#include "sim/core/holder.hpp"
#include "sim/mm/watermark.hpp"

namespace mmsim {

enum class MemoryKind : std::uint8_t { kZone, kMemcg };

// Invariant: 0 <= free <= pages, but that a memory cgroup may be over its limit.
class LimitedMemory final : public Object {
 public:
  struct Size {
    std::int64_t pages = 0;
    std::int64_t min_pages = 0;
    std::int64_t low_pages = 0;
    std::int64_t used_pages = 0;   // at the start
  };
  LimitedMemory(Name n, MemoryKind k, Size s) : Object(n), kind(k), size(s), free(s.pages - s.used_pages) {}
  static constexpr LockClass kZone{"zone", "get_page_from_freelist", "get_page_from_freelist", "__free_pages"};
  static constexpr LockClass kMemcg{"memory cgroup", "page_counter_try_charge", "page_counter_try_charge", "page_counter_uncharge"};
  const LockClass& lock_class() const override { return kind == MemoryKind::kZone ? kZone : kMemcg; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}   // nobody keeps books of pages

  const MemoryKind kind;
  const Size size;
  Shared<std::int64_t> free;   // pages
};

// One try. A task that was killed may use a part of the reserve (ALLOC_OOM), so that it can go on to its end.
class GetPages : public InstantOperation {
 public:
  GetPages(Actor& s, LimitedMemory& m, std::int64_t pages, Watermark watermark)
      : InstantOperation(s), memory_(m), pages_(pages), watermark_(watermark) {}
  void complete() override;
  Object* object() const override { return &memory_; }
  const char* verb() const override { return memory_.lock_class().acquire; }
  std::uint64_t observed() const override { return taken_; }
  const char* outcome() const override { return taken_ ? "" : "fails"; }
  bool result() const { return taken_; }

 private:
  bool enough() const;
  LimitedMemory& memory_;
  std::int64_t pages_;
  Watermark watermark_;
  bool taken_ = false;
};

// Its result is false, and nothing is done, if there are not that many in use.
class PutPages : public InstantOperation {
 public:
  PutPages(Actor& s, LimitedMemory& m, std::int64_t pages) : InstantOperation(s), memory_(m), pages_(pages) {}
  void complete() override;
  Object* object() const override { return &memory_; }
  const char* verb() const override { return memory_.lock_class().release; }
  std::uint64_t observed() const override { return done_; }
  bool result() const { return done_; }

 private:
  LimitedMemory& memory_;
  std::int64_t pages_;
  bool done_ = false;
};

inline Await<GetPages> get_pages(Actor& self, LimitedMemory& memory, std::int64_t pages, Watermark watermark) {
  return {self, memory, pages, watermark};
}
inline Await<PutPages> put_pages(Actor& self, LimitedMemory& memory, std::int64_t pages) { return {self, memory, pages}; }

}  // namespace mmsim
