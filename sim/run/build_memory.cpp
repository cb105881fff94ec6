#include "sim/run/build_memory.hpp"

namespace mmsim {

namespace {

constexpr LockClass kWords[] = {
    Pool::kClass,
    {"mempool", "mempool_alloc", "mempool_alloc", "mempool_free"},
    {"bioset", "bio_alloc_bioset", "bio_alloc_bioset", "bio_put"},
    {"isolated pages", "too_many_isolated", "isolate_lru_page", "putback_lru_page"},
    {"hugetlb pool", "alloc_huge_page", "dequeue_huge_page", "free_huge_page"},
    {"dirty limit", "balance_dirty_pages", "folio_account_dirtied", "folio_end_writeback"},
};

}  // namespace

void build_memory(const Resolved& scenario, ScriptObjects& objects) {
  World& world = objects.mm.world;
  for (const PoolSpec& spec : scenario.pools)
    objects.pools.push_back(&world.add<Pool>(Name{world.intern(spec.base), spec.instance}, world.arena, spec.size,
                                             kWords[static_cast<std::size_t>(spec.words)]));
  for (const MemorySpec& spec : scenario.memories)
    objects.memories.push_back(&world.add<LimitedMemory>(Name{world.intern(spec.name)}, spec.memcg ? MemoryKind::kMemcg : MemoryKind::kZone,
                                                         LimitedMemory::Size{spec.pages, spec.min_pages, spec.low_pages, spec.used_pages}));
}

}  // namespace mmsim
