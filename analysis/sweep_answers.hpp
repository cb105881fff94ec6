// What follows from the points of a sweep, as data: counts, where it hangs, what is best, where figures bend, and how two variants
// compare.
#pragma once

#include <optional>
#include <string>

#include "analysis/sweep_table.hpp"
#include "proto/result.hpp"

namespace mmsim {

SweepAnswers answers_of(const SweepTable& table);

// Two values of one axis against each other. `word` is "A=B", or "AXIS:A=B" where several axes have both. Throws
// std::invalid_argument where there are no such values; ResultsError for what is wrong with the file.
PairedComparison compare_values(ResultsReader& reader, const SweepTable& table, const std::string& word);

}  // namespace mmsim
