// Ctrl-C asks a run to stop and say what is known so far; a second one ends the program at once. Schedulers ask in other words.
#pragma once

#include <atomic>

namespace mmsim {

// From now on SIGINT sets the flag, which runs poll.
void catch_interrupt();

const std::atomic<bool>& interrupt_flag();

// From now on SIGTERM and SIGUSR1, with which schedulers announce that a job will be ended, set a flag too.
void catch_termination();

const std::atomic<bool>& termination_flag();

}  // namespace mmsim
