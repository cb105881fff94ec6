#include "sim/machine/flow_routes.hpp"

#include <algorithm>

namespace mmsim {

std::vector<double> bandwidths_of(const FlowPlatform& platform) {
  std::vector<double> bandwidths;
  for (const auto& node : platform.nodes) bandwidths.push_back(node.channel_Bps / 1e9);
  for (const auto& disk : platform.disks) bandwidths.insert(bandwidths.end(), {disk.read_Bps / 1e9, disk.write_Bps / 1e9});
  for (const auto& link : platform.links) bandwidths.push_back(link.bandwidth_Bps / 1e9);
  if (caps_copies(platform)) bandwidths.push_back(platform.copy_cap_Bps / 1e9);
  return bandwidths;
}

std::vector<int> resources_of(const FlowPlatform& platform, Route route) {
  std::vector<int> out{route.from};
  if (route.from >= node_count(platform)) return out;
  const int ends = end_count(platform);
  for (const int link : shortest_path(platform, route.from, route.to)) out.push_back(ends + link);
  if (route.to != route.from) out.push_back(route.to);
  if (caps_copies(platform)) out.push_back(ends + static_cast<int>(platform.links.size()));
  return out;
}

RatesAlone::RatesAlone(const FlowPlatform& platform) : nodes_(node_count(platform)) {
  const std::vector<double> bandwidths = bandwidths_of(platform);
  const auto add = [&](Route route) {
    double least = bandwidths[route.from];
    for (const int resource : resources_of(platform, route)) least = std::min(least, bandwidths[resource]);
    rates_.push_back(least);
  };
  for (int from = 0; from < nodes_; ++from)
    for (int to = 0; to < nodes_; ++to) add({from, to});
  for (int end = nodes_; end < end_count(platform); ++end) add({end, end});
}

}  // namespace mmsim
