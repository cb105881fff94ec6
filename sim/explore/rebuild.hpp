// States from their fingerprints: the steps that first led to each, taken again.
#pragma once

#include <map>

#include "sim/explore/witness.hpp"

namespace mmsim {

// All visited states of `depth` and more, by depth. Depth by depth from the start: what several ways share is gone only
// once, and only the layers that a step can come from are kept. `reduction`: that of the search, deciding as it did then.
// False if no steps lead to some of them: it was not this program that visited them.
bool rebuild(Expander& expander, const Reduction* reduction, const Visited& visited, std::uint64_t depth,
             std::map<std::uint64_t, Layer>& out);

}  // namespace mmsim
