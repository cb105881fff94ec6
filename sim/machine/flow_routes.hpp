// The way of each flow over a FlowPlatform, in numbers: what the network builds in SimGrid, and what a flow gets alone.
#pragma once

#include <vector>

#include "sim/machine/flow_platform.hpp"

namespace mmsim {

// The ends of a flow: first the nodes, then a reading and a writing end for each disk.
struct Route {
  int from;
  int to;
};

inline int end_count(const FlowPlatform& platform) { return node_count(platform) + 2 * disk_count(platform); }
inline int end_of_disk(const FlowPlatform& platform, int disk) { return node_count(platform) + 2 * disk; }

// Bandwidths in bytes per nanosecond: one for each end, one for each link, the cap of copies if there is one.
std::vector<double> bandwidths_of(const FlowPlatform& platform);

// What a flow passes, as indices of bandwidths_of(). REQUIRES: check_platform(platform) is empty; two nodes, or one end of a
// disk twice.
std::vector<int> resources_of(const FlowPlatform& platform, Route route);

// The bytes per nanosecond of a flow that shares with nobody: the least bandwidth on its way.
class RatesAlone {
 public:
  explicit RatesAlone(const FlowPlatform& platform);
  double operator()(Route route) const { return rates_[route.from < nodes_ ? route.from * nodes_ + route.to : nodes_ * (nodes_ - 1) + route.from]; }

 private:
  int nodes_;
  std::vector<double> rates_;   // of each pair of nodes, then of each end of a disk
};

}  // namespace mmsim
