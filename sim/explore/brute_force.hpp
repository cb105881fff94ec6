// A second explorer, for tests: naive, slow, and with a meaning of its own for every step. It keeps whole states in an
// ordered map, builds the whole graph and then asks it.
//
// 1. A lock, a folio lock, a unit of a semaphore: whoever comes first when it is free takes it, in one step.
// 2. An rwsem is fair. Who cannot be let in, because of a holder or because others queue, joins the queue, one step; a
//    release lets in the head of the queue, and with a reader at the head all readers that queue; who was let in goes on
//    with one step more. A trylock succeeds only where nobody holds it and nobody queues.
// 3. A completion has a number of permits: complete adds one, complete_all endless ones, a wait takes one.
// 4. Who waits on a wait queue joins it, one step; wake lets the first go, wake_all everybody; then one step to go on.
// 5. When all but those in the background have finished, the run is over: nobody takes a step any more.
// 6. Deadlock: nobody can take a step and the run is not over.
// 7. On a CPU one runs: who took the last step there, while it keeps the CPU. It does not if it has finished, cannot go on and does not
//    spin, stands before a yield or a sleep, or preemption lets it be preempted; then of those who could go on the highest may.
//    To begin to spin is a step. An interrupt comes on top, unless who runs has it turned off; nobody below steps until it is over.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/scenario.pb.h"

namespace mmsim {

struct BruteForceAnswer {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t deadlock_states = 0;
  std::uint64_t finished_states = 0;
  std::uint64_t lost_states = 0;      // from which the run cannot come to its end any more
  int shortest_witness = -1;          // steps to the nearest deadlock; -1: none can be reached
  int fewest_preemptions = -1;        // on the way to a deadlock; a preemption: the last one could have gone on
  double deadlock_probability = -1;   // each step by one of those who can, all equally likely; -1: not known, there are loops for ever
};

// The scenario may have what brute_program.hpp can read.
BruteForceAnswer brute_force(const pb::Scenario& scenario, bool shared_cpus = false);

// Whether these actors can take a step each, one after the other, and then nobody can though somebody has not finished.
bool leads_to_deadlock(const pb::Scenario& scenario, const std::vector<std::string>& actors, bool shared_cpus = false);

}  // namespace mmsim
