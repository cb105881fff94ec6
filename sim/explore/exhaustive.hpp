// A complete search, repeated until the reduction has nothing more to learn.
#pragma once

#include <memory>

#include "sim/explore/checkpoint.hpp"
#include "sim/explore/search.hpp"

namespace mmsim {

struct ExhaustiveOptions {
  bool reduction = true;
  int jobs = 1;
  SearchLimits limits = {};                                      // of all rounds together
  std::function<void(const SearchProgress&)> progress = {};
  Checkpoint* checkpoint = nullptr;                              // what was begun there is gone on with
};

// Looks around, then searches with what is known until a search meets nothing that was not (see
// reduction.hpp).
class ExhaustiveSearch {
 public:
  // `reduction` is used, and goes on learning, if the options say so.
  ExhaustiveSearch(Expander& expander, Reduction& reduction, ExhaustiveOptions options);

  // Throws StepFault.
  SearchFindings run();
  // The last round; it has the visited states.
  Search& search() { return *search_; }

 private:
  Expander& expander_;
  Reduction& reduction_;
  ExhaustiveOptions options_;
  std::unique_ptr<Search> search_;
};

}  // namespace mmsim
