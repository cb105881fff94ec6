#include "sim/cli/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace mmsim {
namespace {

const CatalogueEntry* find(const Catalogue& all, const std::string& section, const std::string& name) {
  const auto entry = std::find_if(all.entries().begin(), all.entries().end(),
                                  [&](const CatalogueEntry& e) { return e.section() == section && e.name() == name; });
  return entry == all.entries().end() ? nullptr : &*entry;
}

TEST(Catalogue, every_entry_has_a_comment) {
  const Catalogue all = catalogue();
  for (const CatalogueEntry& entry : all.entries())
    EXPECT_FALSE(entry.doc().empty()) << "no comment in scenario.proto: " << entry.section() << ' ' << entry.name();
}

TEST(Catalogue, every_cost_says_its_default_unit_and_source) {
  const Catalogue all = catalogue();
  for (const CatalogueEntry& entry : all.entries()) {
    if (entry.section() != "costs") continue;
    EXPECT_FALSE(entry.default_value().empty()) << entry.name();
    EXPECT_FALSE(entry.unit().empty()) << entry.name();
    EXPECT_FALSE(entry.source().empty()) << entry.name();
  }
}

TEST(Catalogue, every_section_has_entries) {
  const Catalogue all = catalogue();
  std::set<std::string> found;
  for (const CatalogueEntry& entry : all.entries()) found.insert(entry.section());
  for (const Section& section : sections()) EXPECT_EQ(found.erase(section.name), 1U) << section.name;
  EXPECT_THAT(found, testing::IsEmpty());
}

TEST(Catalogue, lists_what_is_written_in_a_scenario) {
  const Catalogue all = catalogue();
  const CatalogueEntry* mode = find(all, "actors", "migrate_pages.mode");
  ASSERT_NE(mode, nullptr);
  EXPECT_EQ(mode->type(), "MigrateMode");
  const CatalogueEntry* lock = find(all, "costs", "costs.lock_ns");
  ASSERT_NE(lock, nullptr);
  EXPECT_EQ(lock->default_value() + lock->unit(), "15ns");
  EXPECT_NE(find(all, "steps", "trylock.else"), nullptr);
  EXPECT_NE(find(all, "locks", "rwsem"), nullptr);
  EXPECT_NE(find(all, "machine", "machine.node.cpus"), nullptr);
  EXPECT_NE(find(all, "values", "V6_3_RC1"), nullptr);
  EXPECT_NE(find(all, "values", "POOL_KNOT"), nullptr);
  const CatalogueEntry* locked = find(all, "conditions", "locked(THING)");
  ASSERT_NE(locked, nullptr);
  EXPECT_THAT(locked->type(), testing::HasSubstr("mutex, spinlock"));
  EXPECT_NE(find(all, "conditions", "signal_pending"), nullptr);
  EXPECT_NE(find(all, "rules", "rules.order"), nullptr);
  EXPECT_NE(find(all, "rules", "no wait while another folio is locked"), nullptr);
}

}  // namespace
}  // namespace mmsim
