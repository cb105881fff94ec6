// A program must not unlock what it cannot hold.
#pragma once

#include <vector>

#include "sim/run/resolve_context.hpp"
#include "sim/script/program_text.hpp"

namespace mmsim {

// The instructions of a program, and the step that each was made from.
struct FlatProgram {
  ProgramText text;
  std::vector<At> at;
};

// Fails at the first unlock, up_read or up_write of a lock that is held on no path to it. Locks held on some paths only
// pass: what the program does then is for the run to find. Semaphores pass too, they have no holder.
void check_held(const ResolveContext& context, const FlatProgram& program);

}  // namespace mmsim
