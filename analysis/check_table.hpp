// The rows of `mmsim check` as a Markdown table, one line for each bug: a scenario and its fixed twin, `NAME-fixed`.
#pragma once

#include <string>
#include <vector>

#include "proto/result.hpp"

namespace mmsim {

// `rows` in the order of their paths. Seconds stand in the last two columns, so that they can be left out of a comparison.
std::string check_table(const std::vector<TimedCheckRow>& rows);

// The commits that the sources of a scenario name, as links to them: words of at least twelve hexadecimal digits. Addresses are
// passed over, and so is what stands behind "fixes": where the bug came from.
std::string commits_of(const CheckRow& row);

}  // namespace mmsim
