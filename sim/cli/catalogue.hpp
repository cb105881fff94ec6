// What a scenario can be written with, read from scenario.proto itself: names, types, defaults, and the comments beside
// them. A new field lists itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace mmsim {

struct Section {
  std::string name;
  std::string about;
};

// The sections in the order in which they are listed.
const std::vector<Section>& sections();

// Every entry, ordered by section and then as in scenario.proto. An entry without a comment has an empty `doc`.
Catalogue catalogue();

}  // namespace mmsim
