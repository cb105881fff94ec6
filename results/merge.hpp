// Databases of shards put into one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmsim {

struct MergeResult {
  std::uint64_t points = 0;      // in the whole sweep
  std::uint64_t have = 0;        // of them in OUT now
  std::uint64_t runs_due = 0;    // of the whole sweep
  std::uint64_t runs = 0;        // recorded in OUT now
  std::uint64_t added = 0;       // runs that were not there before
};

// Adds what each of `in` holds to `out`, which is made if it is not there. Merging the same again changes nothing, and the order does
// not matter. A run that crashed in one and not in another is taken from the other. Each file is put in whole or not at all.
// Throws ResultsError where a file is no results database or is of another sweep, and where two tell different things of the same run.
MergeResult merge_databases(const std::string& out, const std::vector<std::string>& in);

}  // namespace mmsim
