// Copies and disk transfers that share bandwidth, in simulated time.
//
// A flow is an amount of bytes that moves over a fixed set of shared resources: memory channels, interconnect links,
// one direction of a disk. Flows that run at once share each resource by max-min fairness: no flow can be given more
// without taking from one that has less; a copy is never given more than the platform's copy_cap_Bps. SimGrid does the
// sharing; see shared_flows.hpp.
//
// Units: bytes, bytes per second, nanoseconds of simulated time.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/core/external_clock.hpp"
#include "sim/machine/flow_platform.hpp"

namespace mmsim {

// Called once for each flow that has ended, with what start_* was given. It may start flows at the date just reached.
using FlowDone = void (*)(void* context, std::uint64_t token);

// The flows under way, as a clock that the engine joins to its calendar.
//
// Dates. A flow starts exactly at `now_ns`. It ends, and leaves its share to the others, at the whole nanosecond
// nearest to the instant at which its last byte arrives; one that takes less than half a nanosecond ends at its start.
// Flows that end at the same date are reported in the order in which they were started. Dates depend on the flows
// alone, not on what ran earlier in the process nor on how far from zero the simulation is.
//
// Limits. SimGrid has one engine per process, so only one FlowNetwork may live at a time (one after another is fine),
// and all of its calls belong to one thread. The engine is built when a flow first has to share, so that a network in which none does
// costs nothing, and kept for later networks whose platform has the same shape. No flow may have more than 52 days to go
// (2^52 ns): next_ns() then throws std::range_error.
//
// Errors. Calls that break a REQUIRES throw std::logic_error: they are bugs of the caller. Where SimGrid cannot be loaded the call that
// needs it throws NoSharedFlows.
class FlowNetwork final : public ExternalClock {
 public:
  // REQUIRES: check_platform(platform) is empty; no other FlowNetwork is alive.
  FlowNetwork(const FlowPlatform& platform, FlowDone done, void* context);
  ~FlowNetwork() override;  // forgets the flows still under way, without a call to `done`
  FlowNetwork(const FlowNetwork&) = delete;
  FlowNetwork& operator=(const FlowNetwork&) = delete;

  // Start a flow. Zero bytes arrive at once, but are reported by advance_to() as any other flow.
  // REQUIRES: the node or disk exists; now_ns is not before an earlier date, and now_ns <= next_ns().
  void start_copy(std::int64_t now_ns, int from_node, int to_node, std::uint64_t bytes, std::uint64_t token);
  void start_read(std::int64_t now_ns, int disk, std::uint64_t bytes, std::uint64_t token);
  void start_write(std::int64_t now_ns, int disk, std::uint64_t bytes, std::uint64_t token);

  std::int64_t next_ns() override;
  void advance_to(std::int64_t now_ns) override;

  int active() const;                   // flows started and not yet reported
  std::uint64_t flows_started() const;  // since construction

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mmsim
