// Up to v6.2: one folio at a time, unmapped, flushed, copied, remapped and unlocked before the next.
#include "sim/mm/migrate_internal.hpp"

namespace mmsim {

namespace {

// unmap_and_move(): as unmap_or_split(), but for a folio that could be unmapped: 0 or -EAGAIN.
Task<int> unmap_and_move(Actor& self, MigrateCall& call, Folio& folio, bool force) {
  Procedure here(self, "unmap_and_move");
  Folio* dst = nullptr;
  const UnmapRules rules{.mode = call.mc.mode, .force = force, .batch_flush = false};
  int rc = co_await unmap_or_split(self, call, folio, &dst, rules, call.ret_folios);
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
      here.settle(pass, rest_of(from, i), retry, call);
      co_await cond_resched(self);
      const int rc = co_await unmap_and_move(self, call, *from[i], pass > 2);
      if (rc == -EAGAIN) retry.push_back(from[i]);
      if (rc != -ENOMEM) continue;
      stop_for_memory(call, from, i, retry, call.ret_folios);
      co_return rc;
    }
    from.swap(retry);
  }
  give_up(call, from, call.ret_folios);
  co_return 0;
}

}  // namespace mmsim
