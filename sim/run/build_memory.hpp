// What of memory programs can name beside folios.
#pragma once

#include "sim/run/build_world.hpp"

namespace mmsim {

void build_memory(const Resolved& scenario, ScriptObjects& objects);

}  // namespace mmsim
