// Up to v6.2: one folio at a time, unmapped, flushed, copied, remapped and unlocked before the next.
#include "sim/mm/migrate_internal.hpp"

namespace mmsim {

namespace {

// unmap_and_move()
Task<int> unmap_and_move(Actor& self, MigrateCall& call, Folio& folio, bool force) {
  Procedure here(self, "unmap_and_move");
  Folio* dst = nullptr;
  const UnmapRules rules{.mode = call.mc.mode, .force = force, .batch_flush = false};
  int rc = co_await migrate_folio_unmap(self, call, folio, &dst, rules);
  if (rc != MIGRATEPAGE_UNMAP) co_return rc;
  rc = co_await migrate_folio_move(self, call, folio, *dst, call.mc.mode);
  if (rc != MIGRATEPAGE_SUCCESS) co_await migrate_folio_undo(self, call, folio, *dst);
  co_return rc;
}

}  // namespace

Task<int> migrate_pages_one_by_one(Actor& self, MigrateCall& call, FolioList& from) {
  Procedure here(self, "migrate_pages");
  for (int pass = 0; pass < NR_MAX_MIGRATE_PAGES_RETRY && !from.empty(); ++pass) {
    FolioList retry = call.list();
    for (std::size_t i = 0; i < from.size(); ++i) {
      Folio& folio = *from[i];
      co_await cond_resched(self);
      int rc = 0;
      if (folio.order > 0 && !call.mc.thp_migration) {
        rc = co_await try_split_folio(self, call, folio, call.mc.mode);
        if (rc == 0) continue;
      } else {
        rc = co_await unmap_and_move(self, call, folio, pass > 2);
      }
      if (rc == MIGRATEPAGE_SUCCESS) continue;
      if (rc == -EAGAIN) {
        retry.push_back(&folio);
        continue;
      }
      count_failure(call.stats, folio);
      call.ret_folios.push_back(&folio);
      if (rc != -ENOMEM) continue;
      for (std::size_t rest = i + 1; rest < from.size(); ++rest) call.ret_folios.push_back(from[rest]);
      call.ret_folios.insert(call.ret_folios.end(), retry.begin(), retry.end());
      from.clear();
      co_return -ENOMEM;
    }
    from.swap(retry);
  }
  for (Folio* folio : from) {
    count_failure(call.stats, *folio);
    call.ret_folios.push_back(folio);
  }
  from.clear();
  co_return 0;
}

}  // namespace mmsim
