#include "sim/mm/actors.hpp"

#include <algorithm>

#include "sim/core/time.hpp"
#include "sim/core/visible.hpp"
#include "sim/mm/fault.hpp"

namespace mmsim {

Task<> migrate_pages_actor(Actor& self, Mm& mm, MigrateControl control, const ArenaVector<std::uint32_t>& slots,
                           std::int64_t times) {
  const int there = control.to_node;
  const int back = slots.empty() ? there : mm.slots[slots.front()]->node.get();
  Past before(self);
  for (std::int64_t i = 0; i < times; ++i) {
    before.settle('i', i);
    control.to_node = i % 2 == 0 ? there : back;
    FolioList list(ArenaAllocator<Folio*>(mm.world.arena));
    co_await visible(self, nullptr, "isolate_lru_page", [&] { isolate_folios(mm, slots, control.to_node, list); });
    before.settle('m', i, list);
    co_await migrate_pages(self, control, list);
    std::sort(list.begin(), list.end());   // the order in which they failed is over, and must not tell states apart
    before.settle('p', i, list);
    co_await act(self, nullptr, "putback_movable_pages", [&] { putback_movable_pages(list); });
  }
}

Task<> writeback_actor(Actor& self, WritebackControl control, const ArenaVector<std::uint32_t>& slots, std::int64_t times) {
  Past before(self);
  for (std::int64_t i = 0; i < times; ++i) {
    before.settle(i);
    if (i > 0)
      co_await act(self, nullptr, "folio_mark_dirty", [&] {
        for (const std::uint32_t slot : slots) control.mm.slots[slot]->dirty = true;
      });
    co_await write_cache_pages(self, control, slots);
  }
}

Task<> page_fault_actor(Actor& self, Mm& mm, const ArenaVector<std::uint32_t>& slots, std::int64_t times,
                        std::int64_t think_ns) {
  Past before(self);
  for (std::int64_t i = 0; times == 0 || i < times; ++i)
    for (const std::uint32_t slot : slots) {
      before.settle(times == 0 ? 0 : i, slot);   // a slot is named once
      co_await spend(self, think_ns);
      co_await touch(self, mm, slot);
    }
}

}  // namespace mmsim
