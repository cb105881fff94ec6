// Completion dates computed a second time, without SimGrid, by progressive filling: raise the rates of all flows
// together, and freeze those that meet a full resource, until all are frozen.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/machine/flows_test.hpp"

namespace mmsim {
namespace {

struct Fluid {
  std::vector<int> resources;
  double left_bytes;
  double rate = 0;
};

void share(std::map<std::size_t, Fluid>& flows, const std::vector<double>& capacity) {
  std::vector<double> free = capacity;
  std::map<std::size_t, Fluid*> rising;
  for (auto& [id, flow] : flows) rising[id] = &flow;
  while (!rising.empty()) {
    std::vector<int> users(free.size(), 0);
    for (auto& [id, flow] : rising) {
      for (const int r : flow->resources) ++users[r];
    }
    double level = std::numeric_limits<double>::infinity();
    int full = -1;
    for (int r = 0; r < static_cast<int>(free.size()); ++r) {
      if (users[r] > 0 && free[r] / users[r] < level) level = free[r] / users[r], full = r;
    }
    for (auto it = rising.begin(); it != rising.end();) {
      const std::vector<int>& used = it->second->resources;
      if (std::find(used.begin(), used.end(), full) == used.end()) {
        ++it;
        continue;
      }
      it->second->rate = level;
      for (const int r : used) free[r] -= level;
      it = rising.erase(it);
    }
  }
}

// Depth first over all simple paths; keeps the first of the fewest links, in order of node numbers.
void walk(const FlowPlatform& platform, int node, int to, std::vector<int>& nodes, std::vector<int>& links,
          std::optional<std::vector<int>>& best) {
  if (node == to) {
    if (!best || links.size() < best->size()) best = links;
    return;
  }
  for (int next = 0; next < static_cast<int>(platform.nodes.size()); ++next) {
    if (std::find(nodes.begin(), nodes.end(), next) != nodes.end()) continue;
    for (int i = 0; i < static_cast<int>(platform.links.size()); ++i) {
      const auto& link = platform.links[i];
      if (std::minmax(link.from, link.to) != std::minmax(node, next)) continue;
      nodes.push_back(next), links.push_back(i);
      walk(platform, next, to, nodes, links, best);
      nodes.pop_back(), links.pop_back();
    }
  }
}

// Resources are numbered: channels, links, then reading and writing of each disk.
std::vector<int> resources_of(const FlowPlatform& platform, const Request& request) {
  const int nodes = static_cast<int>(platform.nodes.size());
  const int first_disk = nodes + static_cast<int>(platform.links.size());
  if (request.kind != Request::kCopy) return {first_disk + 2 * request.from + (request.kind == Request::kWrite)};
  if (request.from == request.to) return {request.from};
  std::vector<int> visited{request.from}, links;
  std::optional<std::vector<int>> path;
  walk(platform, request.from, request.to, visited, links, path);
  std::vector<int> resources{request.from, request.to};
  for (const int link : path.value()) resources.push_back(nodes + link);
  return resources;
}

// A flow ends, and gives its share to others, at the nearest whole nanosecond. Where rates differ a thousandfold the half
// nanosecond shows in the dates of later flows, so it is part of what is computed here.
double end_ns(double now, const Fluid& flow) { return std::rint(now + flow.left_bytes / flow.rate); }

std::vector<double> fluid_dates(const FlowPlatform& platform, const std::vector<Request>& requests) {
  std::vector<double> capacity;
  for (const auto& node : platform.nodes) capacity.push_back(node.channel_Bps / kGB);
  for (const auto& link : platform.links) capacity.push_back(link.bandwidth_Bps / kGB);
  for (const auto& disk : platform.disks) {
    capacity.push_back(disk.read_Bps / kGB);
    capacity.push_back(disk.write_Bps / kGB);
  }
  std::vector<double> ends(requests.size());
  std::map<std::size_t, Fluid> flows;
  std::size_t next = 0;
  double now = 0;
  while (next < requests.size() || !flows.empty()) {
    double until = std::numeric_limits<double>::infinity();
    if (next < requests.size()) until = static_cast<double>(requests[next].start_ns);
    for (const auto& [id, flow] : flows) until = std::min(until, end_ns(now, flow));
    for (auto it = flows.begin(); it != flows.end();) {
      Fluid& flow = it->second;
      const bool ends_now = end_ns(now, flow) <= until;
      flow.left_bytes -= flow.rate * (until - now);
      if (ends_now) ends[it->first] = until;
      it = ends_now ? flows.erase(it) : std::next(it);
    }
    now = until;
    for (; next < requests.size() && static_cast<double>(requests[next].start_ns) <= now; ++next) {
      flows[next] = {resources_of(platform, requests[next]), static_cast<double>(requests[next].bytes)};
    }
    share(flows, capacity);
  }
  return ends;
}

rc::Gen<double> any_bandwidth() {
  return rc::gen::map(rc::gen::inRange(1, 1000), [](int tenths) { return tenths * 1e8; });
}

FlowPlatform any_platform() {
  FlowPlatform platform;
  const int nodes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < nodes; ++i) platform.nodes.push_back({*any_bandwidth()});
  for (int to = 1; to < nodes; ++to) {
    const int anchor = *rc::gen::inRange(0, to);  // one link at least to an earlier node: all are connected
    for (int from = 0; from < to; ++from) {
      if (from == anchor || *rc::gen::arbitrary<bool>()) platform.links.push_back({from, to, *any_bandwidth()});
    }
  }
  const int disks = *rc::gen::inRange(0, 3);
  for (int i = 0; i < disks; ++i) platform.disks.push_back({std::to_string(i), *any_bandwidth(), *any_bandwidth()});
  return platform;
}

std::vector<Request> any_requests(const FlowPlatform& platform) {
  const int nodes = static_cast<int>(platform.nodes.size());
  const int disks = static_cast<int>(platform.disks.size());
  std::vector<Request> requests(*rc::gen::inRange<std::size_t>(1, 30));
  std::int64_t start_ns = 0;
  for (Request& request : requests) {
    if (disks > 0) request.kind = *rc::gen::element(Request::kCopy, Request::kRead, Request::kWrite);
    request.start_ns = start_ns += *rc::gen::element(0, 1) * *rc::gen::inRange(0, 100000);
    request.from = *rc::gen::inRange(0, request.kind == Request::kCopy ? nodes : disks);
    request.to = *rc::gen::inRange(0, nodes);
    request.bytes = *rc::gen::inRange<std::uint64_t>(1, 1000000);
  }
  return requests;
}

RC_GTEST_PROP(FlowNetwork, AgreesWithProgressiveFillingOnAnyPlatform, ()) {
  const FlowPlatform platform = any_platform();
  const std::vector<Request> requests = any_requests(platform);
  RC_ASSERT(check_platform(platform) == "");
  const std::vector<double> expected = fluid_dates(platform, requests);
  const std::vector<std::int64_t> reported = dates(platform, requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    RC_ASSERT(static_cast<double>(reported[i]) > expected[i] - 3);
    RC_ASSERT(static_cast<double>(reported[i]) < expected[i] + 3);
  }
}

RC_GTEST_PROP(FlowNetwork, GivesTheSameDatesEveryTimeInOneProcess, ()) {
  const FlowPlatform platform = any_platform();
  const std::vector<Request> requests = any_requests(platform);
  const std::vector<Recorder::End> first = run(platform, requests);
  RC_ASSERT(run(platform, requests) == first);
  dates(two_nodes(3 * kGB), {{Request::kCopy, 0, 0, 1, *rc::gen::inRange<std::uint64_t>(1, 1000000)}});
  RC_ASSERT(run(platform, requests) == first);
}

}  // namespace
}  // namespace mmsim
