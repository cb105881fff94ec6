#include "sim/run/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mmsim {

namespace {

// Sources: the comments at the head of mm/rmap.c (late 2024) and mm/filemap.c (v6.6), where they agree. What is taken with
// trylock alone (reclaim, the destination of a migration) breaks no order.
constexpr KernelRule kRules[] = {
    {"i_rwsem > mmap_lock > invalidate_lock > folio > i_mmap_rwsem > anon_vma > page_table_lock", "mm/rmap.c"},
    {"anon_vma > pte_lock > i_pages > lru_lock", "mm/rmap.c"},
    {"page_table_lock > swap_lock > i_pages > lru_lock", "mm/rmap.c"},
    {"pte_lock > swap_lock > mmlist_lock", "mm/rmap.c"},
    {"pte_lock > private_lock > i_pages", "mm/filemap.c"},
    {"pte_lock > i_lock", "mm/rmap.c"},
    {"pte_lock > list_lock > sb_lock > i_pages", "mm/filemap.c"},
    {nullptr, "mm/page-writeback.c, mm/vmscan.c: one folio at a time, or trylock for all but the first"},
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::span<const KernelRule> kernel_mm_rules() { return kRules; }

std::vector<std::string> order_classes(std::string_view text, std::string& fault) {
  std::vector<std::string> classes;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('>', at), text.size());
    std::string name(trimmed(text.substr(at, end - at)));
    if (name.empty()) fault = "a name is missing";
    if (std::find(classes.begin(), classes.end(), name) != classes.end()) fault = fmt::format("{} stands there twice", name);
    classes.push_back(std::move(name));
    at = end + 1;
  }
  if (fault.empty() && classes.size() < 2) fault = "it has one name";
  if (!fault.empty()) classes.clear();
  return classes;
}

void add_kernel_mm_rules(RulesSpec& rules) {
  for (const KernelRule& rule : kRules) {
    if (rule.order == nullptr) {
      rules.no_wait_with_folio_locked = true;
      continue;
    }
    const auto same = [&](const LockOrderRule& known) { return known.text == rule.order; };
    if (std::any_of(rules.orders.begin(), rules.orders.end(), same)) continue;
    std::string fault;
    rules.orders.push_back({order_classes(rule.order, fault), rule.order});
  }
}

}  // namespace mmsim
