// The series of Sep 2022 ("batch TLB flushing", RFC on v6.0-rc5): unmap all, flush once, copy all, remap all, with the
// locks of the whole batch kept from the first step to the last. And fix B of the thread: batch only what a trylock gets,
// and take what is left one by one. (Fix A, batching only if MIGRATE_ASYNC, is a choice of chunk in migrate.cpp.)
#include "sim/mm/migrate_internal.hpp"

namespace mmsim {

namespace {

// Moves what was unmapped: flush, copy everything, then remap and unlock everything. What cannot be moved is put back and
// left on `undone`. What `caller` will still look at: rc_saved and `undone`.
Task<> move_batch(Actor& self, MigrateCall& call, Past& caller, int rc_saved, UnmappedList& unmapped, MigrateMode mode,
                  FolioList& undone) {
  Procedure here(self, "migrate_pages_batch");
  co_await try_to_unmap_flush(self, call.mc.mm, call.tlb);
  std::vector<bool, ArenaAllocator<bool>> copied(unmapped.size(), false, ArenaAllocator<bool>(call.arena));
  std::size_t left = unmapped.size();
  for (int pass = 0; pass < NR_MAX_MIGRATE_PAGES_RETRY && left > 0; ++pass)
    for (std::size_t i = 0; i < unmapped.size(); ++i) {
      if (copied[i]) continue;
      here.settle('c', pass, i, copied, unmapped, undone, call);
      co_await cond_resched(self);
      const int rc = co_await migrate_folio_copy(self, call, *unmapped[i].src, *unmapped[i].dst, mode);
      if (rc != MIGRATEPAGE_SUCCESS) continue;
      copied[i] = true;
      --left;
    }
  for (std::size_t i = 0; i < unmapped.size(); ++i) {
    caller.settle('d', rc_saved, rest_of(copied, i), rest_of(unmapped, i), undone, call);
    if (copied[i]) {
      co_await migrate_folio_done(self, call, *unmapped[i].src, *unmapped[i].dst);
      continue;
    }
    co_await migrate_folio_undo(self, call, *unmapped[i].src, *unmapped[i].dst);
    undone.push_back(unmapped[i].src);
  }
  unmapped.clear();
}

// Locks and unmaps as many folios of `from` as the mode allows: 0 or -ENOMEM.
Task<int> unmap_batch(Actor& self, MigrateCall& call, FolioList& from, UnmappedList& unmapped) {
  Procedure here(self, "migrate_pages_batch");
  for (int pass = 0; pass < NR_MAX_MIGRATE_PAGES_RETRY && !from.empty(); ++pass) {
    FolioList retry = call.list();
    for (std::size_t i = 0; i < from.size(); ++i) {
      here.settle(pass, rest_of(from, i), retry, unmapped, call);
      Folio& folio = *from[i];
      co_await cond_resched(self);
      Folio* dst = nullptr;
      const UnmapRules rules{.mode = call.mc.mode, .force = pass > 2};
      const int rc = co_await unmap_or_split(self, call, folio, &dst, rules, call.ret_folios);
      if (rc == MIGRATEPAGE_UNMAP) unmapped.push_back({&folio, dst});
      if (rc == -EAGAIN) retry.push_back(&folio);
      if (rc != -ENOMEM) continue;
      stop_for_memory(call, from, i, retry, call.ret_folios);
      co_return rc;
    }
    from.swap(retry);
  }
  give_up(call, from, call.ret_folios);
  co_return 0;
}

}  // namespace

Task<int> migrate_pages_rfc(Actor& self, MigrateCall& call, FolioList& from) {
  Past before(self);
  UnmappedList unmapped = call.unmapped_list();
  const int rc = co_await unmap_batch(self, call, from, unmapped);
  before.settle(rc, from, unmapped, call);
  FolioList undone = call.list();
  co_await move_batch(self, call, before, rc, unmapped, call.mc.mode, undone);
  give_up(call, undone, call.ret_folios);
  co_return rc;
}

Task<int> migrate_pages_rfc_fix_b(Actor& self, MigrateCall& call, FolioList& from) {
  Past before(self);
  UnmappedList unmapped = call.unmapped_list();
  FolioList left = call.list();
  // One pass by trylock; whatever the reason, what fails it is taken up below, when nothing is locked any more.
  for (std::size_t i = 0; i < from.size(); ++i) {
    before.settle('u', rest_of(from, i), left, unmapped, call);
    Folio* folio = from[i];
    co_await cond_resched(self);
    if (folio->order > 0 && !call.mc.thp_migration) {   // a split waits for the lock
      left.push_back(folio);
      continue;
    }
    Folio* dst = nullptr;
    const UnmapRules rules{.mode = MigrateMode::kAsync, .force = false};
    const int rc = co_await migrate_folio_unmap(self, call, *folio, &dst, rules);
    if (rc == MIGRATEPAGE_UNMAP)
      unmapped.push_back({folio, dst});
    else
      left.push_back(folio);
  }
  from.swap(left);
  before.settle('m', from, unmapped, call);
  co_await move_batch(self, call, before, 0, unmapped, MigrateMode::kAsync, from);
  before.settle('o', from, call);
  const int rc = co_await migrate_pages_one_by_one(self, call, from);
  co_return rc;
}

}  // namespace mmsim
