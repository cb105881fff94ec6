// Two explorations side by side: the hangs that the second one does not have any more, those that it has kept, and those that are new.
// Hangs are told apart by the signatures of their findings, which name no line: a fix may move code about.
#pragma once

#include <string>

#include "analysis/report.hpp"

namespace mmsim {

// REQUIRES: both results come from searches that looked for all hangs, under the same options.
Comparison compare(const Result& before, const Result& after);

// Every hang of the first is gone, it had one, and none is new; both searches came to their end.
bool is_mended(const Comparison& comparison);
// A bound ended one of the searches: what was not met may be there all the same.
bool is_bounded(const Comparison& comparison);

std::string comparison_report(const Comparison& comparison, const ReportStyle& style);

}  // namespace mmsim
