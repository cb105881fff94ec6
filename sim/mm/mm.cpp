#include "sim/mm/mm.hpp"

#include <utility>

namespace mmsim {

namespace {

template <class T>
void swap_shared(Shared<T>& a, Shared<T>& b) {
  const T was = a;
  a = b.get();
  b = was;
}

}  // namespace

Mm::Mm(World& w)
    : world(w),
      nodes(ArenaAllocator<MemoryNode>(w.arena)),
      slots(ArenaAllocator<Shared<Folio*>>(w.arena)),
      bios(ArenaAllocator<Bio*>(w.arena)),
      spare_(ArenaAllocator<Folio*>(w.arena)),
      spare_name_(w.intern("newfolio")) {
  w.counters.assign(kCounters, 0);
  w.note_names = kNoteNames.data();
}

Folio* Mm::alloc_folio(int node, const Folio& src) {
  const std::int64_t pages = src.pages();
  MemoryNode& memory = nodes[static_cast<std::size_t>(node)];
  if (counts_pages()) {
    if (memory.free_pages < pages) return nullptr;
    memory.free_pages -= pages;
  }
  count(world, PGALLOC, static_cast<std::uint64_t>(pages));
  Folio* folio = src.partner;
  if (folio == nullptr) {
    if (spare_.empty()) spare_.push_back(&world.add<Folio>(Name{}));
    folio = spare_.back();
    spare_.pop_back();
  }
  if (world.arena.log() == nullptr) folio->name = new_name(src);
  folio->node = static_cast<std::uint16_t>(node);
  folio->order = src.order.get();
  return folio;
}

void Mm::expect_migration(Folio& folio) {
  if (folio.partner != nullptr) return;
  folio.partner = &world.add<Folio>(new_name(folio));
  folio.partner->partner = &folio;
}

void Mm::free_folio(Folio& folio) {
  {
    const Unlogged check(world.arena);
    MMSIM_CHECK(!folio.locked() && folio.waiters.empty(), "a folio was freed while it was locked or waited for");
    MMSIM_CHECK(!folio.under_writeback(), "a folio was freed under writeback");
    MMSIM_CHECK(folio.extra_refs == 0, "a folio was freed while somebody had a reference");
  }
  if (counts_pages()) nodes[folio.node].free_pages += folio.pages();
  count(world, PGFREE, static_cast<std::uint64_t>(folio.pages()));
  folio.dirty = false;
  folio.mapped = false;
  folio.migration_entries = false;
  folio.isolated = false;
  folio.mapping = nullptr;
  folio.mm = nullptr;
  if (folio.partner == nullptr) return spare_.push_back(&folio);
  folio.node = 0;   // a free struct keeps nothing of what it was
  folio.order = 0;
  folio.slot = 0;
  folio.index = 0;
  folio.uptodate = true;
}

Folio& Mm::add_folio(Name name, int node, int order) {
  Folio& folio = world.add<Folio>(name);
  nodes[static_cast<std::size_t>(node)].free_pages -= std::int64_t{1} << order;
  MMSIM_CHECK(nodes[static_cast<std::size_t>(node)].free_pages >= 0, "more folios than a node has memory");
  folio.node = static_cast<std::uint16_t>(node);
  folio.order = static_cast<std::uint8_t>(order);
  folio.slot = static_cast<std::uint32_t>(slots.size());
  slots.emplace_back(&folio);
  return folio;
}

void Mm::replace(Folio& src, Folio& dst) {
  if (slots[src.slot] != &dst) slots[src.slot] = &dst;
  if (dst.slot != src.slot) dst.slot = src.slot.get();
  if (!world.exploring) swap_shared(src.writeback, dst.writeback);   // there each struct has one that is clear now
  if (src.buffers != dst.buffers) swap_shared(src.buffers, dst.buffers);
  if (world.arena.log() != nullptr) return;   // names are notes
  std::swap(src.name, dst.name);
  std::swap(src.id, dst.id);
  world.objects[src.id] = &src;
  world.objects[dst.id] = &dst;
}

const FolioParts& Mm::make_parts(const Folio& folio) {
  const std::uint32_t part_name = world.intern("page of " + world.text(folio));
  auto& parts = *world.arena.make<FolioParts>(world.arena);
  parts.first_slot = static_cast<std::uint32_t>(slots.size());
  for (std::int32_t i = 1; i < folio.pages(); ++i) {
    Folio& part = world.add<Folio>(Name{part_name, i});
    if (folio.buffers != nullptr) part.buffers = &world.add<BufferHead>(Name{folio.buffers->name.base, i});
    parts.folios.push_back(&part);
    slots.emplace_back(&part);
  }
  return parts;
}

void Mm::expect_split(Folio& folio) {
  if (folio.parts != nullptr) return;
  folio.parts = folio.partner->parts = &make_parts(folio);
  for (std::size_t i = 0; i < folio.parts->folios.size(); ++i) {
    Folio& part = *folio.parts->folios[i];
    const auto slot = folio.parts->first_slot + static_cast<std::uint32_t>(i);
    part.partner = &world.add<Folio>(Name{spare_name_, static_cast<std::int32_t>(slot)});
    part.partner->partner = &part;
  }
}

void Mm::split_folio(Folio& folio, ArenaVector<Folio*>& parts) {
  const FolioParts& into = folio.parts != nullptr ? *folio.parts : make_parts(folio);
  folio.order = 0;
  for (std::size_t i = 0; i < into.folios.size(); ++i) {
    Folio& part = *into.folios[i];
    part.slot = into.first_slot + static_cast<std::uint32_t>(i);
    part.index = folio.index + static_cast<std::int64_t>(i) + 1;
    part.isolated = folio.isolated.get();
    part.node = folio.node.get();
    part.dirty = folio.dirty.get();
    part.uptodate = folio.uptodate.get();
    part.mapped = folio.mapped.get();
    part.mapping = folio.mapping.get();
    part.mm = folio.mm.get();
    parts.push_back(&part);
  }
}

}  // namespace mmsim
