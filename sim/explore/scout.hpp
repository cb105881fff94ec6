// Looks around in a state space before it is searched, so that a reduction knows most of what actors can do.
//
// 1. From a state in which a step was new, all its successors are looked at, and so on from those in which again a step was new
//    (Lipovetzky and Geffner, "Width and serialization of classical planning problems", ECAI 2012, call such a search one of
//    width 1: it visits no more states than there are new things to see in each).
// 2. Schedules drawn at random lead to more such states; half of them go on with the same actor as long as it can,
//    mostly. As many are drawn in vain as were drawn before.
// The same states are looked at in every run. What was not seen is learned in the search itself.
#pragma once

#include <atomic>
#include <deque>

#include "sim/core/chooser.hpp"
#include "sim/explore/expander.hpp"

namespace mmsim {

class Scout {
 public:
  Scout(Expander& expander, const std::atomic<bool>* interrupted) : expander_(expander), interrupted_(interrupted), state_(expander.initial()), next_(state_) {}

  // Throws StepFault.
  void look_around();

 private:
  void draw(bool sticks);
  void spread(const State& from);
  bool expand(const State& state, Expansion& out);
  bool interrupted() const { return interrupted_ != nullptr && interrupted_->load(); }

  Expander& expander_;
  const std::atomic<bool>* interrupted_;
  SeededChooser chooser_{1};
  State state_, next_;
  Expansion expansion_;
  bool news_ = false;            // since the schedule began
};

}  // namespace mmsim
