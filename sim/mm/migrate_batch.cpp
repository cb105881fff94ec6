// Batched migration as merged: v6.3-rc1 (5dfab109d519 and around), v6.3 (fb3592c41a44, a21d2133215b, 2ef7dbb26990), and
// v6.11, whose difference is in try_split_folio(). Unmap and flush are batched; copy, remap and unlock go folio by folio.
#include "sim/mm/migrate_internal.hpp"

namespace mmsim {

namespace {

// Failed folios; those of the whole call are hashed with it.
struct Failed {
  const MigrateCall& call;
  const FolioList& ret;
  void hash_into(Hash128& hash) const {
    if (&ret != &call.ret_folios) hash.add_any(ret);
  }
};

// The move stage: what cannot be moved for now is tried again, both folios locked; what is left in the end is put back.
// What `caller` will still look at: rc_saved and what is left of `from`.
Task<> move_unmapped(Actor& self, MigrateCall& call, Past& caller, int rc_saved, const FolioList& from, UnmappedList& unmapped,
                     MigrateMode mode, int nr_pass, FolioList& ret) {
  Procedure here(self, "migrate_pages_batch");
  co_await try_to_unmap_flush(self, call.mc.mm, call.tlb);
  for (int pass = 0; pass < nr_pass && !unmapped.empty(); ++pass) {
    UnmappedList retry = call.unmapped_list();
    for (std::size_t i = 0; i < unmapped.size(); ++i) {
      caller.settle('v', rc_saved, from, pass, rest_of(unmapped, i), retry, Failed{call, ret}, call);
      const Unmapped pair = unmapped[i];
      co_await cond_resched(self);
      const int rc = co_await migrate_folio_move(self, call, *pair.src, *pair.dst, mode);
      if (rc != MIGRATEPAGE_SUCCESS) retry.push_back(pair);
    }
    unmapped.swap(retry);
  }
  for (std::size_t i = 0; i < unmapped.size(); ++i) {
    caller.settle('w', rc_saved, from, rest_of(unmapped, i), Failed{call, ret}, call);
    const Unmapped pair = unmapped[i];
    co_await migrate_folio_undo(self, call, *pair.src, *pair.dst);
    count_failure(call.stats, *pair.src);
    ret.push_back(pair.src);
  }
  unmapped.clear();
}

}  // namespace

Task<int> migrate_pages_batch(Actor& self, MigrateCall& call, FolioList& from, MigrateMode mode, int nr_pass, FolioList& ret) {
  Procedure here(self, "migrate_pages_batch");
  // The kernel warns about a sleeping mode with more than one folio; migrate_pages_sync() never does that.
  MMSIM_CHECK(mode == MigrateMode::kAsync || from.size() == 1, "a sleeping migration of more than one folio");
  const UnmapRules rules{.mode = mode, .force = true, .batch_flush = mode == MigrateMode::kAsync};
  UnmappedList unmapped = call.unmapped_list();
  int rc_saved = 0;
  for (int pass = 0; pass < nr_pass && !from.empty() && rc_saved == 0; ++pass) {
    FolioList retry = call.list();
    for (std::size_t i = 0; i < from.size(); ++i) {
      here.settle('u', pass, rest_of(from, i), retry, unmapped, Failed{call, ret}, call);
      Folio& folio = *from[i];
      co_await cond_resched(self);
      Folio* dst = nullptr;
      const int rc = co_await unmap_or_split(self, call, folio, &dst, rules, ret);
      if (rc == MIGRATEPAGE_UNMAP) unmapped.push_back({&folio, dst});
      if (rc == -EAGAIN) retry.push_back(&folio);
      if (rc != -ENOMEM) continue;
      rc_saved = rc;   // move what is unmapped already, then say so
      stop_for_memory(call, from, i, retry, ret);
    }
    from.swap(retry);
  }
  give_up(call, from, ret);
  here.settle('m', rc_saved, unmapped, Failed{call, ret}, call);
  co_await move_unmapped(self, call, here, rc_saved, from, unmapped, mode, nr_pass, ret);
  co_return rc_saved;
}

// Asynchronously in a batch first; what that leaves, one by one in the caller's mode.
Task<int> migrate_pages_sync(Actor& self, MigrateCall& call, FolioList& from) {
  Procedure here(self, "migrate_pages_sync");
  FolioList left = call.list();
  const MigrateStats before = call.stats;
  int rc = co_await migrate_pages_batch(self, call, from, MigrateMode::kAsync, NR_MAX_MIGRATE_ASYNC_RETRY, left);
  if (rc < 0) {
    call.ret_folios.insert(call.ret_folios.end(), left.begin(), left.end());
    co_return rc;
  }
  // Its failures are forgotten: they get a second chance. What was split does not.
  call.stats.nr_failed = before.nr_failed + call.stats.nr_split - before.nr_split;
  call.stats.nr_failed_pages = before.nr_failed_pages;
  call.stats.nr_thp_failed = before.nr_thp_failed + call.stats.nr_thp_split - before.nr_thp_split;
  for (std::size_t i = 0; i < left.size(); ++i) {
    here.settle(rest_of(left, i), call);
    FolioList one = call.list();
    one.push_back(left[i]);
    rc = co_await migrate_pages_batch(self, call, one, call.mc.mode, NR_MAX_MIGRATE_SYNC_RETRY, call.ret_folios);
    if (rc >= 0) continue;
    call.ret_folios.insert(call.ret_folios.end(), left.begin() + static_cast<std::ptrdiff_t>(i) + 1, left.end());
    co_return rc;
  }
  co_return 0;
}

namespace {

// Unmaps as many as it can; 0, -ENOMEM, or -EDEADLOCK with what is left on `from`.
Task<int> unmap_batch_v6_3_rc1(Actor& self, MigrateCall& call, FolioList& from, UnmappedList& unmapped) {
  Past before(self);
  bool avoid_force_lock = false;
  for (int pass = 0; pass < NR_MAX_MIGRATE_PAGES_RETRY && !from.empty(); ++pass) {
    FolioList retry = call.list();
    for (std::size_t i = 0; i < from.size(); ++i) {
      before.settle(pass, avoid_force_lock, rest_of(from, i), retry, unmapped, call);
      Folio& folio = *from[i];
      co_await cond_resched(self);
      Folio* dst = nullptr;
      const UnmapRules rules{.mode = call.mc.mode, .force = pass > 2, .avoid_force_lock = avoid_force_lock};
      const int rc = co_await unmap_or_split(self, call, folio, &dst, rules, call.ret_folios);
      if (rc == MIGRATEPAGE_UNMAP) {
        unmapped.push_back({&folio, dst});
        avoid_force_lock = true;
      } else if (rc == -EAGAIN) {
        retry.push_back(&folio);
      } else if (rc == -ENOMEM) {
        stop_for_memory(call, from, i, retry, call.ret_folios);
        co_return rc;
      } else if (rc == -EDEADLOCK) {
        retry.insert(retry.end(), from.begin() + static_cast<std::ptrdiff_t>(i), from.end());
        from.swap(retry);
        co_return rc;
      }
    }
    from.swap(retry);
  }
  give_up(call, from, call.ret_folios);
  co_return 0;
}

}  // namespace

// v6.3-rc1: any mode in a batch. A folio lock that would have to be waited for while others are locked makes the batch
// give way: move and unlock what is unmapped, then start again. The waits for writeback and buffer locks have no such way out.
Task<int> migrate_pages_batch_v6_3_rc1(Actor& self, MigrateCall& call, FolioList& from) {
  Procedure here(self, "migrate_pages_batch");
  UnmappedList unmapped = call.unmapped_list();
  for (;;) {
    here.settle('u', from, unmapped, call);
    const int rc = co_await unmap_batch_v6_3_rc1(self, call, from, unmapped);
    here.settle('m', rc, from, unmapped, call);
    co_await move_unmapped(self, call, here, rc, from, unmapped, call.mc.mode, NR_MAX_MIGRATE_PAGES_RETRY, call.ret_folios);
    if (rc != -EDEADLOCK) co_return rc;
    count(self, MIGRATE_EDEADLOCK);
    note(self, Note::kBatchGivesWay);
  }
}

}  // namespace mmsim
