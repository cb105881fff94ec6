#include "sim/explore/exhaustive.hpp"

#include <chrono>

#include "sim/explore/scout.hpp"

namespace mmsim {

ExhaustiveSearch::ExhaustiveSearch(Expander& expander, Reduction& reduction, ExhaustiveOptions options)
    : expander_(expander), reduction_(reduction), options_(std::move(options)) {
  reduction_.use(options_.jobs);
}

SearchFindings ExhaustiveSearch::run() {
  using Clock = std::chrono::steady_clock;   // to end in time only
  const auto started = Clock::now();
  Checkpoint* const checkpoint = options_.checkpoint;
  bool resumed = checkpoint != nullptr && checkpoint->found();
  if (options_.reduction && !resumed) {
    Scout(expander_, options_.limits.interrupted).look_around();
    reduction_.learn();
  }
  for (;; resumed = false) {
    SearchLimits limits = options_.limits;
    limits.seconds_max -= std::chrono::duration<double>(Clock::now() - started).count();
    search_.reset();   // its memory first
    expander_.find_idle();
    search_ = std::make_unique<Search>(expander_, options_.reduction ? &reduction_ : nullptr, options_.jobs, limits, options_.progress);
    if (checkpoint != nullptr) search_->between_layers([this] { options_.checkpoint->keep_now_and_then(*search_); });
    SearchFindings found = resumed ? checkpoint->go_on(*search_) : search_->run();
    const bool bounded = !found.limit.empty() && found.limit != "first";
    if (checkpoint != nullptr && bounded) checkpoint->keep(*search_);
    // What the search chose by is needed for the way to what it found.
    if (!found.limit.empty() || !options_.reduction || !reduction_.learn()) return found;
  }
}

}  // namespace mmsim
