// Schedules in order of their preemptions: first all without any, then those with one, and so on.
//
// A preemption takes the CPU from an actor that could have gone on; a switch away from one that waits or has finished is none. Most hangs
// need few (Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded programs", PLDI 2007). A state of this
// search is a state of the world and who took the last step, so the first hang met has the fewest preemptions there are, and
// among those the fewest steps that this order finds. No reduction: reordering steps changes how many preemptions there are.
#pragma once

#include "sim/explore/witness.hpp"

namespace mmsim {

struct BoundedFindings {
  bool hang = false;
  Path path;                          // with the fewest preemptions
  std::uint32_t preemptions = 0;      // of it; without a hang, the last number that was covered
  std::uint64_t states = 0;           // pairs of a state and who came last
  std::uint64_t transitions = 0;
  bool everything = false;            // no schedule has more preemptions than were allowed
  std::string limit;                  // what ended it early
};

BoundedFindings search_by_preemptions(Expander& expander, std::uint32_t preemptions_max, const SearchLimits& limits,
                                      const std::function<void(const SearchProgress&)>& progress);

}  // namespace mmsim
