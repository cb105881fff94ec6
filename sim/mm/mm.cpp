#include "sim/mm/mm.hpp"

#include <utility>

namespace mmsim {

Mm::Mm(World& w)
    : world(w),
      nodes(ArenaAllocator<MemoryNode>(w.arena)),
      slots(ArenaAllocator<Folio*>(w.arena)),
      spare_(ArenaAllocator<Folio*>(w.arena)),
      spare_name_(w.intern("newfolio")) {
  w.counters.assign(kCounters, 0);
  w.note_names = kNoteNames.data();
}

Folio* Mm::alloc_folio(int node, int order) {
  const std::int64_t pages = std::int64_t{1} << order;
  MemoryNode& memory = nodes[static_cast<std::size_t>(node)];
  if (memory.free_pages < pages) return nullptr;
  memory.free_pages -= pages;
  world.counters[PGALLOC] += static_cast<std::uint64_t>(pages);
  if (spare_.empty()) spare_.push_back(&world.add<Folio>(Name{spare_name_, spares_made_++}));
  Folio* folio = spare_.back();
  spare_.pop_back();
  folio->node = static_cast<std::uint16_t>(node);
  folio->order = static_cast<std::uint8_t>(order);
  return folio;
}

void Mm::free_folio(Folio& folio) {
  MMSIM_CHECK(!folio.locked() && folio.waiters.empty(), "a folio was freed while it was locked or waited for");
  MMSIM_CHECK(!folio.under_writeback(), "a folio was freed under writeback");
  MMSIM_CHECK(folio.extra_refs == 0, "a folio was freed while somebody had a reference");
  nodes[folio.node].free_pages += folio.pages();
  world.counters[PGFREE] += static_cast<std::uint64_t>(folio.pages());
  folio.dirty = folio.mapped = folio.migration_entries = folio.isolated = false;
  folio.mapping = nullptr;
  folio.mm = nullptr;
  spare_.push_back(&folio);
}

Folio& Mm::add_folio(Name name, int node, int order) {
  Folio& folio = world.add<Folio>(name);
  nodes[static_cast<std::size_t>(node)].free_pages -= std::int64_t{1} << order;
  MMSIM_CHECK(nodes[static_cast<std::size_t>(node)].free_pages >= 0, "more folios than a node has memory");
  folio.node = static_cast<std::uint16_t>(node);
  folio.order = static_cast<std::uint8_t>(order);
  folio.slot = static_cast<std::uint32_t>(slots.size());
  slots.push_back(&folio);
  return folio;
}

void Mm::replace(Folio& src, Folio& dst) {
  slots[src.slot] = &dst;
  dst.slot = src.slot;
  std::swap(src.name, dst.name);
  std::swap(src.writeback, dst.writeback);
  std::swap(src.buffers, dst.buffers);
  std::swap(src.id, dst.id);
  world.objects[src.id] = &src;
  world.objects[dst.id] = &dst;
}

void Mm::split_folio(Folio& folio, ArenaVector<Folio*>& parts) {
  const std::uint32_t part_name = world.intern("page of " + world.text(folio));
  const auto pages = static_cast<std::int32_t>(folio.pages());
  folio.order = 0;
  for (std::int32_t i = 1; i < pages; ++i) {
    Folio& part = world.add<Folio>(Name{part_name, i});
    part.slot = static_cast<std::uint32_t>(slots.size());
    slots.push_back(&part);
    part.index = folio.index + i;
    part.isolated = folio.isolated;
    if (folio.buffers != nullptr) part.buffers = &world.add<BufferHead>(Name{folio.buffers->name.base, i});
    part.node = folio.node;
    part.dirty = folio.dirty;
    part.uptodate = folio.uptodate;
    part.mapped = folio.mapped;
    part.mapping = folio.mapping;
    part.mm = folio.mm;
    parts.push_back(&part);
  }
}

}  // namespace mmsim
