// A sweep as a table: a row per point, over its seeds. Made from a results database and from nothing else; times of the wall clock
// are not in it, so the same sweep gives the same table whatever machines ran it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "results/reader.hpp"

namespace mmsim {

struct TableAxis {
  std::string name;
  std::string unit;
  bool integer = true;
  std::vector<std::string> values;     // numbers by size, words as the sweep lists them
  std::vector<std::int64_t> numbers;   // of an integer axis, one per value
};

struct TableFigure {
  std::string name;
  std::string unit;
  bool higher_is_better = false;
  FigureName form;
};

// What is known of a point.
enum class PointState : std::uint8_t {
  kFree,      // every run completed, or every order of steps is proved to
  kHangs,     // a run hung
  kUnclear,   // neither: a bound, a crash, or not run
};

struct TablePoint {
  std::uint64_t point = 0;
  std::vector<std::uint32_t> at;       // index into the values of each axis
  std::optional<bool> claimed;         // whether it hangs by the sweep's claim
  std::uint32_t runs = 0;              // recorded
  std::uint32_t hangs = 0;
  std::uint32_t limits = 0;
  std::uint32_t crashed = 0;
  std::uint32_t bad = 0;
  std::uint64_t hang_seed = 0;         // of the first run that hung
  std::string verdict;                 // of the first run that hung, else the worst there is; empty: not run
  std::vector<Estimate> figures;       // over the runs that completed
  PointState state = PointState::kUnclear;
};

struct SweepTable {
  SweepIdentity sweep;
  std::string path;                    // of the database
  std::uint64_t points_recorded = 0;   // in the database, before rows were chosen
  std::uint64_t runs_due = 0;          // of its points
  std::uint64_t runs = 0;              // recorded
  std::vector<TableAxis> axes;
  std::vector<TableFigure> figures;
  std::vector<TablePoint> points;      // in the order of the axes
  std::vector<RunRow> failures;        // crashed and bad runs, the first ones

  const std::string& value(const TablePoint& point, std::size_t axis) const { return axes[axis].values[point.at[axis]]; }
  // "batch=8 mode=MIGRATE_SYNC"
  std::string text(const TablePoint& point) const;
};

// Which values of an axis are of interest; every other point is left out.
using Only = std::map<std::string, std::set<std::string>>;

// `figures` instead of those of the sweep, if there are any, as "name" or "name:max", "name:min". Throws ResultsError for what is
// wrong with the file; std::invalid_argument for an axis, a value or a figure that is not there.
SweepTable read_table(ResultsReader& reader, const std::vector<std::string>& figures, const Only& only);

}  // namespace mmsim
