// The machine as flows see it: memory channels, interconnect links and disks, with their bandwidths.
//
// Units: bytes per second.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace mmsim {

// What flows run over. Nodes and disks are numbered by their place in the vectors.
//
// A copy from node a to node b uses the channel of a, every link of the shortest path, and the channel of b; nodes in
// between forward without using their channels. A copy inside a node uses its channel once. The shortest path has the
// fewest links; among equals, the one whose nodes have the lowest numbers, compared from a on.
struct FlowPlatform {
  struct Node {
    double channel_Bps;  // memory channel: everything that is read from or written to the node
  };
  // Half duplex: flows of both directions share the one bandwidth.
  struct Link {
    int from;
    int to;
    double bandwidth_Bps;
  };
  // Reads share read_Bps among themselves and writes write_Bps; the two do not disturb each other, and a transfer uses
  // no memory channel.
  struct Disk {
    std::string name;
    double read_Bps;
    double write_Bps;
  };

  std::vector<Node> nodes;
  std::vector<Link> links;
  std::vector<Disk> disks;
  // No copy is faster than this, whatever else is idle: one thread copying. What it leaves goes to other flows.
  double copy_cap_Bps = std::numeric_limits<double>::infinity();
};

inline int node_count(const FlowPlatform& platform) { return static_cast<int>(platform.nodes.size()); }
inline bool caps_copies(const FlowPlatform& platform) {
  return platform.copy_cap_Bps < std::numeric_limits<double>::infinity();
}
inline int disk_count(const FlowPlatform& platform) { return static_cast<int>(platform.disks.size()); }

// Whether two platforms differ in nothing but bandwidths and the names of disks.
bool same_shape(const FlowPlatform& a, const FlowPlatform& b);

// Says what is wrong with a platform, in words for whoever wrote it; empty when nothing is. Wrong are: a bandwidth
// (or cap) that is not a positive number, a link to an unknown node or to itself, two links between the same nodes, two disks
// of one name, nodes that no path connects.
std::string check_platform(const FlowPlatform& platform);

// The links of the shortest path between two nodes, in the order they are passed; none when from == to.
// REQUIRES: check_platform(platform) is empty; both nodes exist.
std::vector<int> shortest_path(const FlowPlatform& platform, int from, int to);

}  // namespace mmsim
