// Breadth-first search through all states, layer by layer, with any number of workers.
//
// All states of a layer are as many steps from the start, so the first hang met is one of fewest steps. With reduction a step may
// be a chain of several (see reduction.hpp): its end is put into the layer of its depth, and expanded there unless a
// shorter way to it was found meanwhile. What is counted and found does not depend on the number of workers or their
// speed: a layer is a set, and what is kept of a state is chosen by value (see Visited).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "sim/explore/chain.hpp"
#include "sim/explore/layer_trend.hpp"
#include "sim/explore/visited.hpp"

namespace mmsim {

// Is shown every state that a search expands, with what can happen there.
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;
  virtual void begin() = 0;            // a search, before its first state; all that was shown before is not of it
  // By any thread. `depth`: steps of a way to the state.
  virtual void visit(const State& state, const Expansion& expansion, std::uint64_t depth) = 0;
  virtual bool enough() const { return false; }   // asked after each layer: ends the search
};

struct SearchLimits {
  std::uint64_t states_max = UINT64_MAX;
  std::uint64_t memory_max_bytes = UINT64_MAX;
  double seconds_max = 1e18;
  bool stop_at_first = false;          // hang
  bool stop_at_completion = false;
  const std::atomic<bool>* interrupted = nullptr;
  StateVisitor* visitor = nullptr;
};

struct SearchProgress {
  std::uint64_t states = 0, transitions = 0, depth = 0, frontier = 0, memory_bytes = 0;
  double states_in_the_end = -1;       // a guess; below 0: none
  bool hang_found = false;
};

struct SearchFindings {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t deadlock_states = 0;
  std::uint64_t completed_states = 0;
  std::uint64_t depth = 0;
  bool loops = false;              // some step that may recur led to a state that is not deeper: there may be cycles
  bool hang = false;
  Hash128 deadlock;                // the first: of those in the first layer that has any, the smallest
  std::uint64_t deadlock_depth = 0;
  std::string limit;               // what ended it early, as a flag is written; empty: nothing
};

class Search {
 public:
  // Without `reduction` everything is expanded; so it is where there are more than ActorSet::kMost actors.
  Search(Expander& expander, const Reduction* reduction, int jobs, const SearchLimits& limits,
         std::function<void(const SearchProgress&)> progress);

  ~Search();

  // From the initial state. Throws StepFault.
  SearchFindings run();
  SearchFindings run_from(const State& first);
  // The same from where a search stood: its visited states, the states to expand by depth, and what it had found.
  SearchFindings go_on(std::map<std::uint64_t, Layer> open, SearchFindings so_far);

  Visited& visited() { return visited_; }
  const Visited& visited() const { return visited_; }

  // Called before each layer but the first.
  void between_layers(std::function<void()> call) { between_layers_ = std::move(call); }
  // Where it stood before the layer it is in, or was stopped in. That layer can be expanded again: states and ways that
  // are known are found known. What is open are the visited states of open_depth() and more.
  const SearchFindings& before_layer() const { return before_layer_; }
  std::uint64_t open_depth() const { return depth_; }

 private:
  struct Worker;
  // States of a layer that one worker expands, one behind the other.
  struct Unit {
    std::size_t chunk;
    std::uint32_t begin, end;
  };
  void divide_layer();
  void expand_layer();
  void work(Worker& worker);
  void expand_all(Worker& worker);
  void expand_some(Worker& worker);
  void note_end(Worker& worker, bool completed, bool deadlock);
  bool visit(Worker& worker, std::uint32_t actor);
  Visited::Found reach(Worker& worker, const State& state, std::uint64_t depth, std::uint32_t actor, const Hash128& from);
  void look_up_batch(Worker& worker);
  void let_go_expanded(Worker& worker);
  bool limit_reached(const Worker& worker);
  void gather();

  Expander& expander_;
  const Reduction* reduction_;
  SearchLimits limits_;
  std::function<void(const SearchProgress&)> progress_;
  std::function<void()> between_layers_;
  Visited visited_;
  std::map<std::uint64_t, Layer> open_;        // by depth
  Layer layer_;
  std::uint64_t depth_ = 0;                    // of the states in layer_
  LayerTrend trend_;
  SearchFindings found_;
  SearchFindings before_layer_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Unit> units_;                    // of layer_
  std::atomic<std::size_t> next_unit_ = 0;
  std::unique_ptr<std::atomic<std::uint32_t>[]> left_;   // states that are still needed, by chunk of layer_
  std::atomic<bool> stop_ = false;
  double started_s_ = 0;
};

}  // namespace mmsim
