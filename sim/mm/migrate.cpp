#include "sim/mm/migrate.hpp"

#include "sim/mm/migrate_internal.hpp"

namespace mmsim {

namespace {

// Cuts folios off the end of `rest`, which is the list turned round, until their pages reach the cap; the folio that
// crosses it is included.
FolioList cut_chunk(const MigrateCall& call, FolioList& rest, std::uint32_t pages_max) {
  FolioList chunk = call.list();
  for (std::int64_t pages = 0; !rest.empty() && pages < static_cast<std::int64_t>(pages_max); rest.pop_back()) {
    pages += rest.back()->pages();
    chunk.push_back(rest.back());
  }
  return chunk;
}

FolioList turned_round(const FolioList& list) { return FolioList(list.rbegin(), list.rend(), list.get_allocator()); }

// How many pages are taken on at once.
std::uint32_t chunk_pages(const MigrateControl& mc) {
  if (mc.variant == KernelVariant::kV6_2) return UINT32_MAX;   // no batches: the list is walked as a whole
  if (mc.variant == KernelVariant::kRfcFixA && mc.mode != MigrateMode::kAsync) return 1;
  return mc.batch_pages;
}

Task<int> migrate_chunk(Actor& self, MigrateCall& call, FolioList& chunk) {
  const bool async = call.mc.mode == MigrateMode::kAsync;
  int rc = 0;
  switch (call.mc.variant) {
    case KernelVariant::kV6_2: rc = co_await migrate_pages_one_by_one(self, call, chunk); break;
    case KernelVariant::kRfc:
    case KernelVariant::kRfcFixA: rc = co_await migrate_pages_rfc(self, call, chunk); break;
    case KernelVariant::kRfcFixB:
      if (async)
        rc = co_await migrate_pages_rfc(self, call, chunk);
      else
        rc = co_await migrate_pages_rfc_fix_b(self, call, chunk);
      break;
    case KernelVariant::kV6_3Rc1: rc = co_await migrate_pages_batch_v6_3_rc1(self, call, chunk); break;
    case KernelVariant::kV6_3:
    case KernelVariant::kV6_11:
      if (async)
        rc = co_await migrate_pages_batch(self, call, chunk, call.mc.mode, NR_MAX_MIGRATE_PAGES_RETRY, call.ret_folios);
      else
        rc = co_await migrate_pages_sync(self, call, chunk);
      break;
  }
  co_return rc;
}

bool is_merged(KernelVariant variant) { return variant >= KernelVariant::kV6_3Rc1; }

// Parts of split folios are tried once more. What fails of them does not count as a folio: their large folio did.
// DIFFERS: v6.3-rc1 did this inside the batch, in the caller's mode; the RFC in a batch of its own.
Task<> migrate_split_folios(Actor& self, MigrateCall& call) {
  const int failed_before = call.stats.nr_failed;
  FolioList parts = call.list();
  parts.swap(call.split_folios);
  if (is_merged(call.mc.variant))
    co_await migrate_pages_batch(self, call, parts, MigrateMode::kAsync, 1, call.ret_folios);
  else
    co_await migrate_pages_one_by_one(self, call, parts);
  call.stats.nr_failed = failed_before;
}

void add_to(FolioList& list, const FolioList& more) { list.insert(list.end(), more.begin(), more.end()); }

}  // namespace

Task<int> migrate_pages(Actor& self, const MigrateControl& mc, FolioList& from) {
  Procedure here(self, "migrate_pages");
  note(self, Note::kMigratePagesStart, nullptr, static_cast<std::int64_t>(from.size()));
  MigrateCall call(mc, mc.mm.world.arena);
  int rc = 0;
  FolioList rest = turned_round(from);
  while (!rest.empty() && rc >= 0) {
    here.settle(rest, call);
    FolioList chunk = cut_chunk(call, rest, chunk_pages(mc));
    rc = co_await migrate_chunk(self, call, chunk);
    if (rc >= 0 && !call.split_folios.empty()) co_await migrate_split_folios(self, call);
  }
  add_to(call.ret_folios, call.split_folios);
  add_to(call.ret_folios, turned_round(rest));
  from.assign(call.ret_folios.begin(), call.ret_folios.end());
  count(self, PGMIGRATE_SUCCESS, call.stats.nr_succeeded);
  count(self, PGMIGRATE_FAIL, call.stats.nr_failed_pages);
  count(self, THP_MIGRATION_SUCCESS, call.stats.nr_thp_succeeded);
  count(self, THP_MIGRATION_FAIL, call.stats.nr_thp_failed);
  count(self, THP_MIGRATION_SPLIT, call.stats.nr_thp_split);
  note(self, Note::kMigratePagesEnd, nullptr, static_cast<std::int64_t>(call.stats.nr_succeeded));
  if (from.empty()) co_return 0;
  co_return rc < 0 ? rc : call.stats.nr_failed;
}

void isolate_folios(Mm& mm, const ArenaVector<std::uint32_t>& slots, int to_node, FolioList& list) {
  for (const std::uint32_t slot : slots) {
    Folio& folio = *mm.slots[slot];
    if (folio.node == to_node || folio.isolated) continue;
    folio.isolated = true;
    list.push_back(&folio);
  }
}

void putback_movable_pages(FolioList& list) {
  for (Folio* folio : list) folio->isolated = false;
  list.clear();
}

}  // namespace mmsim
