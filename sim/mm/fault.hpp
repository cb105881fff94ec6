// Touching memory: what a task does that meets a migration entry, as handle_mm_fault() and migration_entry_wait().
#pragma once

#include "sim/mm/mm.hpp"

namespace mmsim {

// Touches the memory at `slot`. Where its PTEs are migration entries the fault waits, without a reference and holding
// mmap_lock for reading, for the source folio to be unlocked, and the access is tried again.
Task<> touch(Actor& self, Mm& mm, std::uint32_t slot);

}  // namespace mmsim
