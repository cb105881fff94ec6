// Questions to a result that more than one report asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace mmsim {

// nullptr if the actor is not stuck.
const StuckActor* find_stuck(const Result& result, std::string_view actor);

std::vector<std::string> names_with(const Result& result, Role role);

// Every actor on a cycle, in the order of the cycles; where there is none (livelock), the stuck ones called parties.
std::vector<std::string> parties_of(const Result& result);

// "CPU 2, node1"; either part may be missing.
std::string place_of(int cpu, std::string_view node);

// "folio lock file[1]"; the kind alone where the resource is called like it.
std::string named(std::string_view kind, std::string_view resource);

}  // namespace mmsim
