// The invariants of section 9 of the facts, over random worlds: folios, variants, modes, writers, faults, a loop device.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "sim/mm/testing.hpp"

namespace mmsim {
namespace {

// What a random world is made from; shown when a property fails.
struct Recipe {
  KernelVariant variant;
  MigrateMode mode;
  std::uint64_t seed;
  int files, anon, order, backing;
  std::uint32_t batch;
  bool split, memalloc, plug, sync_all, small_target, flows;
  WriterProfile profile;
  std::int64_t start_ns;
};

std::ostream& operator<<(std::ostream& out, const Recipe& r) {
  return out << name_of(r.variant) << ' ' << to_string(r.mode) << " seed " << r.seed << " files " << r.files << " anon " << r.anon
             << " order " << r.order << " backing " << r.backing << " batch " << r.batch << " split " << r.split << " memalloc "
             << r.memalloc << " plug " << r.plug << " sync_all " << r.sync_all << " small_target " << r.small_target << " flows "
             << r.flows << " profile " << static_cast<int>(r.profile) << " start " << r.start_ns;
}

Recipe any_recipe() {
  const auto flag = [] { return *rc::gen::arbitrary<bool>(); };
  return {.variant = *rc::gen::elementOf(std::vector<KernelVariant>(std::begin(kAllVariants), std::end(kAllVariants))),
          .mode = *rc::gen::elementOf(std::vector<MigrateMode>(std::begin(kAllModes), std::end(kAllModes))),
          .seed = *rc::gen::inRange<std::uint64_t>(0, 1000),
          .files = *rc::gen::inRange(1, 24),
          .anon = *rc::gen::inRange(0, 12),
          .order = *rc::gen::inRange(0, 4),
          .backing = *rc::gen::inRange(0, 2),
          .batch = *rc::gen::inRange<std::uint32_t>(1, 40),
          .split = flag(),
          .memalloc = flag(),
          .plug = flag(),
          .sync_all = flag(),
          .small_target = flag(),
          .flows = flag(),
          .profile = static_cast<WriterProfile>(*rc::gen::inRange(0, 4)),
          .start_ns = *rc::gen::inRange<std::int64_t>(0, 40'000)};
}

// The world of a recipe, run to its end.
struct RandomRun {
  explicit RandomRun(const Recipe& r) : recipe(r), w({.pages = 2048}, r.seed) {
    if (r.flows) {
      const FlowPlatform platform{{{20e9}, {20e9}}, {{0, 1, 5e9}}, {{"disk", 2e9, 1e9}}, w.mm.costs.copy_Bps};
      flows = std::make_unique<FlowNetwork>(platform, FlowClient::done, &w.world);
      w.mm.flows = flows.get();
      w.world.external = flows.get();
    }
    if (r.small_target) w.mm.nodes[1].free_pages = small_pages;
    disk = w.world.arena.make<Disk>(DiskParameters{.write_latency_ns = 5000, .write_Bps = 1e9, .queue_depth = 2}, flows.get());
    BlockDevice* device = w.world.arena.make<DiskDevice>(*disk);
    AddressSpace& app = w.address_space("app", {2});
    Slots list(ArenaAllocator<std::uint32_t>(w.world.arena));
    if (r.backing != 0) device = &with_loop(list);
    Slots& file = w.folios("file", r.files, {.order = r.order, .mapping = &w.mapping("file_mapping", MappingKind::kFile, device), .mm = &app, .dirty = true});
    Slots& anon = w.folios("anon", r.anon, {.order = r.order, .mm = &app});
    Slots& bdev = w.folios("bdev", 3, {.mapping = &w.mapping("bdev_mapping", MappingKind::kBdev)});
    for (const Slots* slots : {&file, &anon, &bdev}) list.insert(list.end(), slots->begin(), slots->end());
    total_pages = 0;
    for (const Folio* folio : w.mm.slots) total_pages += folio->pages();
    for (const MemoryNode& node : w.mm.nodes) total_pages += node.free_pages;
    for (const std::uint32_t slot : list) list_pages += w.mm.slots[slot]->pages();
    listed = list.size();

    MigrateControl control = w.control(r.variant, r.mode);
    control.batch_pages = r.batch;
    control.thp_migration = !r.split;
    control.memalloc = r.memalloc;
    migrator = &w.migrate(control, list, out, r.start_ns);
    w.start_on(3, "writer", 0, write_once, WritebackControl{w.mm, r.profile, r.sync_all, 4, r.plug}, file);
    w.start_on(2, "app", 0, touch_slots, w.mm, file, 300, 3);
    if (r.anon > 0) w.start_on(2, "app2", 0, touch_slots, w.mm, anon, 500, 3);
    w.start_on(1, "buffer owner", 0, hold_buffer, *w.mm.slots[bdev[1]]->buffers, 20'000);
    end = w.finish({.steps_max = 1'000'000});
  }

  BlockDevice& with_loop(Slots& list) {
    auto& loop = *w.world.arena.make<ServedDevice>(w.name("loop0"), w.mm, ServerKind::kLoop);
    Slots& backing = w.folios("backing", recipe.files << recipe.order, {.mapping = &w.mapping("tmpfs", MappingKind::kShmem)});
    loop.backing_slots.assign(backing.begin(), backing.end());
    list.insert(list.end(), backing.begin(), backing.end());
    Actor& worker = w.actor("loop0");
    loop.served_by.push_back(&worker);
    worker.cpu = 3;
    worker.must_finish = false;
    w.world.start(worker, loop_worker(worker, w.mm, loop), 0);
    return loop;
  }

  bool hung() const { return w.world.closed_ns >= 0; }

  const Recipe recipe;
  static constexpr std::int64_t small_pages = 20;
  MmWorld w;
  std::unique_ptr<FlowNetwork> flows;
  Disk* disk = nullptr;
  Actor* migrator = nullptr;
  MigrateOutcome out;
  RunEnd end{};
  std::int64_t total_pages = 0;
  std::int64_t list_pages = 0;
  std::size_t listed = 0;
};

// Every run ends with all done, or with a stuck set that the graph explains, and only where the variant has a deadlock.
void check_end(RandomRun& run) {
  RC_ASSERT(run.end == RunEnd::kAllDone || run.end == RunEnd::kNothingLeft);
  const bool hangs = !WaitGraph::all(run.w.world).stuck_set().empty();
  RC_ASSERT(hangs == run.hung());
  if (!run.hung())
    for (const Actor* actor : run.w.world.actors) RC_ASSERT(!actor->must_finish || actor->state == ActorState::kFinished);
  const KernelVariant v = run.recipe.variant;
  const bool may_hang = v == KernelVariant::kRfc || v == KernelVariant::kV6_3Rc1 || run.recipe.split;
  RC_ASSERT(!run.hung() || may_hang);
  // Nothing that one thread holds one folio lock for can hang by migration in v6.2, nor anything from v6.11 on.
  RC_ASSERT(!run.hung() || (v != KernelVariant::kV6_2 && v != KernelVariant::kV6_11));
}

// Pages are conserved: free, in a slot, or a destination that is not in its slot yet.
void check_pages(const RandomRun& run) {
  std::int64_t pages = 0;
  for (const Folio* folio : run.w.mm.slots) pages += folio->pages();
  for (const MemoryNode& node : run.w.mm.nodes) pages += node.free_pages;
  pages += static_cast<std::int64_t>(run.w.counter(PGALLOC)) - static_cast<std::int64_t>(run.w.counter(PGFREE));
  RC_ASSERT(pages == run.total_pages);
}

// Every folio passed in is moved or left, once, and nothing of it stays locked or unmapped.
void check_accounts(const RandomRun& run) {
  if (!run.out.returned) return;
  std::int64_t moved = 0;
  std::int64_t here = 0;
  for (const Folio* folio : run.w.mm.slots) {
    (folio->node == 1 ? moved : here) += folio->pages();
    RC_ASSERT(!folio->migration_entries && folio->migrating_from == nullptr);
    RC_ASSERT(!folio->holder.held_by(*run.migrator));
    RC_ASSERT(folio->mapped == (folio->mm != nullptr));
  }
  std::int64_t left = 0;
  std::set<const Folio*> once;
  for (const Folio* folio : run.out.left) {
    RC_ASSERT(once.insert(folio).second);
    RC_ASSERT(folio->node == 0);
    left += folio->pages();
  }
  RC_ASSERT(left == here);
  RC_ASSERT(moved + left == run.list_pages);
  RC_ASSERT(static_cast<std::int64_t>(run.w.counter(PGMIGRATE_SUCCESS)) == moved);
  RC_ASSERT((run.out.rc == 0) == run.out.left.empty());
  if (run.out.rc > 0) RC_ASSERT(static_cast<std::size_t>(run.out.rc) <= run.listed);
  // What -ENOMEM kept from being tried at all is not counted.
  const auto failed = static_cast<std::int64_t>(run.w.counter(PGMIGRATE_FAIL));
  RC_ASSERT(failed == left || (failed < left && run.recipe.small_target));
}

// Over the trace of the migrator: entries only under the lock, copies only after the acknowledged flush, no sleep in ASYNC.
void check_trace(const RandomRun& run) {
  std::map<std::uint32_t, std::uint32_t> locked_by;   // object to actor
  std::set<std::uint32_t> entries;
  std::set<std::uint32_t> unflushed;
  for (const TraceRecord& r : run.w.records) {
    const std::string noun = run.w.noun_of(r);
    const bool mine = r.actor == run.migrator->id;
    const auto is = [&](Note n) { return r.event == Event::kNote && r.extra == static_cast<std::uint32_t>(n); };
    if (noun == "folio lock" && r.event == Event::kAcquire) {
      RC_ASSERT(locked_by.insert({r.object, r.actor}).second);
    }
    if (noun == "folio lock" && r.event == Event::kRelease) {
      RC_ASSERT(!entries.contains(r.object));
      locked_by.erase(r.object);
    }
    if (is(Note::kStartWriteback)) RC_ASSERT(locked_by.contains(r.object) && locked_by.at(r.object) == r.actor);
    if (!mine) continue;
    if (is(Note::kUnmap)) {
      RC_ASSERT(locked_by.contains(r.object) && locked_by.at(r.object) == r.actor);
      entries.insert(r.object);
      unflushed.insert(r.object);
    }
    if (is(Note::kRemap)) entries.erase(r.object);
    if (r.event == Event::kAcquire && noun == IpiAcks::kClass.noun) unflushed.clear();
    if (is(Note::kCopy)) RC_ASSERT(!unflushed.contains(r.object));
    const bool may_sleep = run.recipe.mode != MigrateMode::kAsync || run.recipe.split || run.recipe.small_target;
    if (r.event == Event::kWait && noun != IpiAcks::kClass.noun) RC_ASSERT(may_sleep);
  }
}

RC_GTEST_PROP(MigrateProperty, HoldsItsInvariantsInRandomWorlds, ()) {
  const Recipe recipe = any_recipe();
  RC_LOG() << recipe << '\n';
  RandomRun run(recipe);
  RC_CLASSIFY(run.hung(), "hung");
  RC_CLASSIFY(run.out.returned && run.out.rc == 0, "all moved");
  check_end(run);
  check_pages(run);
  check_accounts(run);
  check_trace(run);
}

RC_GTEST_PROP(MigrateProperty, TheSameSeedGivesTheSameTrace, ()) {
  const Recipe recipe = any_recipe();
  std::string first;
  {
    first = RandomRun(recipe).w.trace.digest();
  }
  RC_ASSERT(RandomRun(recipe).w.trace.digest() == first);
}

}  // namespace
}  // namespace mmsim
