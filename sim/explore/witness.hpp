// From what a search stored back to schedules: paths of actors, the world they lead to, and what can be said of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/explore/search.hpp"

namespace mmsim {

// Who takes each step, from the initial state on.
using Path = std::vector<std::uint32_t>;

// Takes a step of `actor` from a state, with the chain behind it where that is what leads to `to`. False if neither does: `out` and
// what was appended to `path`, if there is one, are of no use then.
bool step_to(Expander& expander, Chain* chain, const State& from, std::uint32_t actor, const Hash128& to, State& out, Path* path);

// A way of fewest steps to a visited state.
// `reduction`: that of the search, whose chains are part of the way.
Path path_to(Expander& expander, const Reduction* reduction, const Visited& visited, const Hash128& state);

// The state a path leads to. REQUIRES: it can be taken.
State state_after(Expander& expander, const Path& path, std::size_t steps);

// Steps of the path whose actor took the CPU from one that could have gone on, ascending from 0.
std::vector<std::size_t> preemptions_of(Expander& expander, const Path& path);

struct NoReturn {
  std::size_t step = 0;      // number from 1 of the last step before which some order still completes; 0: none ever does
  bool exact = false;        // else no order from before it was seen to complete, and not all were tried
};
struct NoReturnLimits {
  std::uint64_t states_most = UINT64_MAX;   // looked at in all
  double seconds_max = 1e18;
  const std::atomic<bool>* interrupted = nullptr;
};
// REQUIRES: `path` leads to a hang.
NoReturn point_of_no_return(Expander& expander, const Reduction* reduction, const Path& path, const NoReturnLimits& limits);

// One step as a report tells it.
struct TakenStep {
  std::uint32_t actor = 0;
  std::string words;         // "folio_lock(file[3])"
  std::string outcome;       // "fails", "joins the queue", "sleeps", "finishes"; empty: nothing to say
  std::string procedure;
  std::int32_t line = 0;
};

// Steps the world itself, without tables: notes are kept, so that reports can be written of where it comes to.
class Replayer {
 public:
  explicit Replayer(Executor& executor) : executor_(executor) { executor.rewind(); }
  // What `actor` is about to do; empty if it has finished.
  std::string about_to(const Actor& actor) const;
  // REQUIRES: executor.can_step(actor).
  TakenStep take(Actor& actor);
  // Says of every actor whether it waits, so that the wait-for graph can be built.
  void settle_states();

 private:
  Executor& executor_;
};

std::string words_of(const World& world, const Operation& op);

}  // namespace mmsim
