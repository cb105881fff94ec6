// Names of figures: the numbers of a run that tables and pictures can show. See message Figure of scenario.proto.
//
//   elapsed_ns  steps  states  witness_steps      of the run
//   pgmigrate_success  pgmigrate_success/s        a counter; a counter per simulated second
//   folio_lock.p99_ns                             waits of a kind: contended, total_ns, max_ns, avg_ns, and p50_ns, p90_ns, p99_ns,
//                                                 p999_ns from the histogram, within 3 %
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mmsim {

struct FigureName {
  enum class Of : std::uint8_t { kRun, kCounter, kRate, kWait };
  Of of = Of::kRun;
  std::string name;      // column, counter, or kind of wait
  std::string part;      // of a wait
  double quantile = 0;   // of a wait, where the part is a percentile
};

// Nothing for a name of no known form. Whether there is such a counter or kind of wait is not known here.
std::optional<FigureName> parse_figure(const std::string& name);

// "ns", "1/s", or nothing.
std::string unit_of(const FigureName& figure);

// True where more is better: rates, and pages that were migrated.
bool higher_is_better(const FigureName& figure);

// Names of run columns, and parts of waits, for messages.
const std::vector<std::string>& run_figures();
const std::vector<std::string>& wait_parts();

// Value at `quantile` of a histogram (lowest value of a bucket -> count): the middle of the bucket that holds it, by nearest rank.
// REQUIRES: it is not empty.
double quantile_of(const std::map<std::int64_t, std::uint64_t>& histogram, double quantile);

}  // namespace mmsim
