#include "sim/machine/flow_platform.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>
#include <utility>

namespace mmsim {
namespace {

bool is_bandwidth(double bandwidth_Bps) { return std::isfinite(bandwidth_Bps) && bandwidth_Bps > 0; }

struct Hop {
  int node;  // reached by
  int link;
};

constexpr int kUnreached = -1;

// Breadth-first tree: for each node the hop that leads from it back towards `root`; a node without a path is
// kUnreached.
//
// Neighbours are visited in ascending order, so among equally short paths each node gets the one that comes first in
// the order of node numbers from `root` on.
std::vector<Hop> hops_towards(const FlowPlatform& platform, int root) {
  std::vector<std::vector<Hop>> neighbours(platform.nodes.size());
  for (int i = 0; i < static_cast<int>(platform.links.size()); ++i) {
    const FlowPlatform::Link& link = platform.links[i];
    neighbours[link.from].push_back({link.to, i});
    neighbours[link.to].push_back({link.from, i});
  }
  std::vector<Hop> hops(platform.nodes.size(), Hop{kUnreached, -1});
  hops[root].node = root;
  std::deque<int> frontier{root};
  while (!frontier.empty()) {
    const int node = frontier.front();
    frontier.pop_front();
    std::sort(neighbours[node].begin(), neighbours[node].end(), [](Hop a, Hop b) { return a.node < b.node; });
    for (const Hop& neighbour : neighbours[node]) {
      if (hops[neighbour.node].node != kUnreached) continue;
      hops[neighbour.node] = {node, neighbour.link};
      frontier.push_back(neighbour.node);
    }
  }
  return hops;
}

std::string check_link(const FlowPlatform& platform, int index) {
  const FlowPlatform::Link& link = platform.links[index];
  const int nodes = node_count(platform);
  const std::string name = "link " + std::to_string(index);
  for (const int end : {link.from, link.to}) {
    if (end < 0 || end >= nodes) {
      return name + " ends at node " + std::to_string(end) + ", but there are " + std::to_string(nodes) + " nodes";
    }
  }
  if (link.from == link.to) return name + " joins node " + std::to_string(link.from) + " to itself";
  if (!is_bandwidth(link.bandwidth_Bps)) return name + ": bandwidth must be positive";
  for (int i = 0; i < index; ++i) {
    const FlowPlatform::Link& earlier = platform.links[i];
    if (std::minmax(earlier.from, earlier.to) == std::minmax(link.from, link.to)) {
      return name + " joins the same nodes as link " + std::to_string(i) + "; give one link their joint bandwidth";
    }
  }
  return {};
}

}  // namespace

std::string check_platform(const FlowPlatform& platform) {
  const int nodes = node_count(platform);
  for (int i = 0; i < nodes; ++i) {
    if (!is_bandwidth(platform.nodes[i].channel_Bps)) {
      return "node " + std::to_string(i) + ": channel bandwidth must be positive";
    }
  }
  for (int i = 0; i < static_cast<int>(platform.links.size()); ++i) {
    if (std::string error = check_link(platform, i); !error.empty()) return error;
  }
  std::set<std::string> names;
  for (const FlowPlatform::Disk& disk : platform.disks) {
    if (!names.insert(disk.name).second) return "two disks are named '" + disk.name + "'";
    if (!is_bandwidth(disk.read_Bps)) return "disk '" + disk.name + "': read bandwidth must be positive";
    if (!is_bandwidth(disk.write_Bps)) return "disk '" + disk.name + "': write bandwidth must be positive";
  }
  if (caps_copies(platform) && !is_bandwidth(platform.copy_cap_Bps)) return "the cap of copies must be positive";
  if (nodes == 0) return {};
  const std::vector<Hop> hops = hops_towards(platform, 0);
  for (int i = 0; i < nodes; ++i) {
    if (hops[i].node == kUnreached) return "no path of links joins node 0 and node " + std::to_string(i);
  }
  return {};
}

bool same_shape(const FlowPlatform& a, const FlowPlatform& b) {
  const auto same_ends = [](const FlowPlatform::Link& x, const FlowPlatform::Link& y) {
    return x.from == y.from && x.to == y.to;
  };
  return node_count(a) == node_count(b) && disk_count(a) == disk_count(b) && caps_copies(a) == caps_copies(b) &&
         std::equal(a.links.begin(), a.links.end(), b.links.begin(), b.links.end(), same_ends);
}

std::vector<int> shortest_path(const FlowPlatform& platform, int from, int to) {
  const std::vector<Hop> hops = hops_towards(platform, from);
  std::vector<int> links;
  for (int node = to; node != from; node = hops[node].node) links.push_back(hops[node].link);
  std::reverse(links.begin(), links.end());
  return links;
}

}  // namespace mmsim
