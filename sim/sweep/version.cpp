#include "sim/sweep/version.hpp"

// Made at build time: see CMakeLists.txt.
extern const char mmsim_source_digest[];

namespace mmsim {

std::string program_version() { return std::string(MMSIM_VERSION "+") + mmsim_source_digest; }

}  // namespace mmsim
