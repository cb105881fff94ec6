// Ctrl-C asks a run to stop and say what is known so far; a second one ends the program at once.
#pragma once

#include <atomic>

namespace mmsim {

// From now on SIGINT sets the flag, which runs poll.
void catch_interrupt();

const std::atomic<bool>& interrupt_flag();

}  // namespace mmsim
