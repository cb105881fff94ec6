// Large folios that cannot be moved as they are. Their parts are tried once the chunk is done; see migrate.cpp.
// DIFFERS: thp_migration false splits every large folio, as the kernel does with those of PMD size where it cannot migrate
// them and with those on the deferred split list. A split is never refused for the caller's reason.
#include "sim/mm/migrate_internal.hpp"

namespace mmsim {

namespace {

// 0 or -EAGAIN.
Task<int> try_split_folio(Actor& self, MigrateCall& call, Folio& folio, MigrateMode mode) {
  Procedure here(self, "try_split_folio");
  // Until v6.11 this lock was waited for whatever the mode, with the rest of the batch locked.
  if (call.mc.variant == KernelVariant::kV6_11 && mode == MigrateMode::kAsync) {
    const bool locked = co_await folio_trylock(self, folio);
    if (!locked) co_return -EAGAIN;
  } else {
    co_await folio_lock(self, folio);
  }
  const bool done = co_await visible(self, &folio, "split_folio_to_list", [&] {
    if (folio.extra_refs != 0 || folio.under_writeback()) return false;
    call.mc.mm.split_folio(folio, call.split_folios);
    note(self, Note::kSplit, &folio);
    return true;
  });
  co_await folio_unlock(self, folio);
  if (!done) co_return -EAGAIN;
  call.split_folios.push_back(&folio);
  co_return 0;
}

}  // namespace

Task<bool> split_instead(Actor& self, MigrateCall& call, Folio& folio, MigrateMode mode) {
  const bool thp = is_thp(folio);
  ++call.stats.nr_failed;
  call.stats.nr_thp_failed += thp;
  const int rc = co_await try_split_folio(self, call, folio, mode);
  if (rc != 0) co_return false;
  ++call.stats.nr_split;
  call.stats.nr_thp_split += thp;
  co_return true;
}

Task<int> unmap_or_split(Actor& self, MigrateCall& call, Folio& folio, Folio** dst, UnmapRules rules, FolioList& ret) {
  const auto pages = static_cast<std::uint64_t>(folio.pages());
  if (folio.order > 0 && !call.mc.thp_migration) {
    const bool split = co_await split_instead(self, call, folio, rules.mode);
    if (split) co_return 0;
    call.stats.nr_failed_pages += pages;
    ret.push_back(&folio);
    co_return 0;
  }
  const int rc = co_await migrate_folio_unmap(self, call, folio, dst, rules);
  if (rc == MIGRATEPAGE_UNMAP || rc == -EAGAIN || rc == -EDEADLOCK) co_return rc;
  if (rc == -ENOMEM && folio.order > 0) {   // there may be room for its parts
    const bool split = co_await split_instead(self, call, folio, rules.mode);
    if (split) co_return 0;
    call.stats.nr_failed_pages += pages;
    co_return -ENOMEM;
  }
  count_failure(call.stats, folio);
  if (rc == -ENOMEM) co_return rc;
  ret.push_back(&folio);
  co_return 0;
}

void stop_for_memory(MigrateCall& call, FolioList& from, std::size_t at, FolioList& retry, FolioList& ret) {
  give_up(call, retry, ret);
  ret.insert(ret.end(), from.begin() + static_cast<std::ptrdiff_t>(at), from.end());   // not counted: never tried
  from.clear();
}

}  // namespace mmsim
