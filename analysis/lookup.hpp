// Questions to a result that more than one report asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace mmsim {

// Whether its times mean something: those of an exploration do not, unless a schedule was replayed under the clock.
bool is_timed(const Result& result);

// nullptr if the actor is not stuck.
const StuckActor* find_stuck(const Result& result, std::string_view actor);

std::vector<std::string> names_with(const Result& result, Role role);

// The findings. Of a result that names cycles and orphans alone: one of all its cycles, and one for each orphan.
std::vector<Finding> findings_of(const Result& result);

// Every actor of a finding but orphans, in order; where there is none, the stuck ones called parties.
std::vector<std::string> parties_of(const Result& result);

// "cycle", "orphaned event", "pool knot", "knot of event waits", "no-progress loop", "starvation by a spinner"
std::string kind_words(HangKind kind);

// "the cycle of a, b and c", as somebody hangs behind it; an orphan is called by its name.
std::string name_of(const Finding& finding);

// "CPU 2, node1"; either part may be missing.
std::string place_of(int cpu, std::string_view node);

// "folio lock file[1]"; the kind alone where the resource is called like it.
std::string named(std::string_view kind, std::string_view resource);

}  // namespace mmsim
