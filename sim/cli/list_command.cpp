// mmsim list [WHAT]: what a scenario can be written with.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/format.hpp"
#include "analysis/report.hpp"
#include "sim/cli/catalogue.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

// A section, or an entry with what belongs to it ("migrate_pages" and "migrate_pages.mode").
bool matches(const CatalogueEntry& entry, const std::string& filter) {
  return filter.empty() || entry.section() == filter || entry.name() == filter ||
         entry.name().starts_with(filter + ".") || entry.name().ends_with("." + filter) || entry.type() == filter;
}

Catalogue chosen(const Catalogue& all, const std::string& filter) {
  Catalogue out;
  for (const CatalogueEntry& entry : all.entries())
    if (matches(entry, filter)) *out.add_entries() = entry;
  if (out.entries_size() > 0) return out;
  std::vector<std::string> names;
  for (const Section& section : sections()) names.push_back(section.name);
  const std::string known = list_of(names, names.size());
  for (const CatalogueEntry& entry : all.entries()) names.push_back(entry.name());
  throw ScenarioError(
      fmt::format("mmsim list: nothing is called \"{}\"; expected one of the sections {}, or a name in them{}", filter,
                  known, did_you_mean(filter, names)));
}

std::string section_text(const Section& section, const Catalogue& entries) {
  constexpr auto kLeft = Table::Align::kLeft;
  Table table({{"", kLeft}, {"", kLeft}, {"", Table::Align::kRight}, {"", kLeft}, {"", kLeft}, {"", kLeft}});
  for (const CatalogueEntry& entry : entries.entries())
    if (entry.section() == section.name)
      table.add({entry.name(), entry.type(), entry.default_value(), entry.default_value().empty() ? "" : entry.unit(),
                 entry.source(), entry.doc()});
  return table.empty() ? std::string() : fmt::format("{}: {}\n{}", section.name, section.about, table.text(2));
}

}  // namespace

ExitStatus list_command(const ListArgs& args) {
  const Catalogue entries = chosen(catalogue(), args.filter);
  if (args.format == Format::kJson) {
    print(json_report(entries));
    return ExitStatus::kGood;
  }
  std::string out;
  for (const Section& section : sections()) {
    const std::string text = section_text(section, entries);
    if (!out.empty() && !text.empty()) out += '\n';
    out += text;
  }
  print(out);
  return ExitStatus::kGood;
}

}  // namespace mmsim
