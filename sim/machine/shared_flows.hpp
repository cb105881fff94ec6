// Flows that share bandwidth, on a clock of their own: what FlowNetwork leaves to SimGrid.
//
// SimGrid takes 30 ms and 20 MiB to load, and only timed runs in which two flows run at once need it. So shared_flows.cpp is a
// module beside the program, which is loaded when the first flow has to share.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "sim/machine/flow_platform.hpp"
#include "sim/machine/flow_routes.hpp"

namespace mmsim {

// The clock is a double that counts nanoseconds from kFirstClock on. There the doubles are whole numbers.
class SharedFlows {
 public:
  static constexpr double kFirstClock = 4503599627370496.0;   // 2^52
  struct Flow;                                                // as the module knows it
  using Ended = void (*)(void* tag);

  virtual Flow* start(Route route, std::uint64_t bytes, void* tag) = 0;   // from now on
  virtual void let_go(Flow* flow) = 0;                                    // one that has ended
  virtual void cancel(Flow* flow) = 0;                                    // and lets go
  virtual double clock() const = 0;
  // Calls `ended` for each flow that ends until then.
  virtual void run_until(double date) = 0;
  virtual double time_to_next_completion() const = 0;                     // negative when nothing is under way

 protected:
  ~SharedFlows() = default;
};

// The module's own: one for the process, with this platform now. It stays until the next call.
using MakeSharedFlows = SharedFlows* (*)(const FlowPlatform& platform, SharedFlows::Ended ended);

// The module is not where it belongs, or cannot be loaded. what() says which file.
class NoSharedFlows : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Loads the module when it is first called.
SharedFlows& shared_flows(const FlowPlatform& platform, SharedFlows::Ended ended);

}  // namespace mmsim
