// An exhaustive search kept in a file, to be gone on with by another process.
//
// 1. The file holds the visited states and how each was reached, what was counted before the layer that is open, and what
//    the reduction knows (see Knowledge). Open states are those visited of that depth and more: they are rebuilt by taking the
//    steps that led to them (see rebuild.hpp), because numbers of local states and blocks are private to a process.
// 2. A search that was stopped within a layer expands that layer again when it goes on: its states are found known, and
//    what had been counted in it is not in the file. So all counts are those of a search that was never stopped.
// 3. Of the reduction the frozen futures are kept beside all that was noted: decisions go on being made by what they were
//    made by, and in the end the noted of all processes together has to be covered by it, as if one process had searched.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/explore/search.hpp"

namespace mmsim {

class SealedReader;

// What a search must have in common with its checkpoint.
struct SearchIdentity {
  std::string scenario_digest;            // of the file's text
  std::vector<std::string> set;           // every --set, in order
  bool scenario_cpus = false;
  bool reduction = true;
};

class Checkpoint {
 public:
  // Told what was wrong with the last attempt to write the file; nothing if nothing was.
  using Complain = std::function<void(const std::string& fault)>;

  // If the file is there, `reduction` takes over what it knows. Throws ScenarioError if it is not a checkpoint of this search: it
  // is left as it is. REQUIRES: `expander` has done nothing yet.
  Checkpoint(std::string path, SearchIdentity identity, Expander& expander, Reduction& reduction, Complain complain, double pause_s = 60);
  ~Checkpoint();

  // There is a search to go on with.
  bool found() const { return reader_ != nullptr; }
  // Does so, once. REQUIRES: found(); `search` has done nothing yet.
  SearchFindings go_on(Search& search);

  // To be called between layers: writes the file if the pause since the last time is over.
  void keep_now_and_then(const Search& search);
  // Writes the file. REQUIRES: the search is between layers, or was ended by a bound.
  void keep(const Search& search);
  // The search has come to its end.
  void remove();

 private:
  using Clock = std::chrono::steady_clock;   // for when to write only

  void read();
  void check_identity();
  void read_cells();
  Knowledge read_knowledge();
  void write(const Search& search) const;
  [[noreturn]] void differs(const std::string& there, const std::string& here) const;

  std::string path_;
  SearchIdentity identity_;
  Expander& expander_;
  Reduction& reduction_;
  Complain complain_;
  std::unique_ptr<SealedReader> reader_;
  Clock::time_point kept_ = Clock::now();
  Clock::duration pause_;
};

}  // namespace mmsim
