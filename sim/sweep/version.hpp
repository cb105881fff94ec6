// Which program results are of.
#pragma once

#include <string>

namespace mmsim {

// "0.1.0+3f5a0c9be1": the version of mmsim, and a digest of the sources that decide about results. Two builds of the same sources
// have the same, whatever the compiler: their results are the same too.
std::string program_version();

}  // namespace mmsim
