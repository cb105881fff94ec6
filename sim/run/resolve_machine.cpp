// Nodes, distances, links: the machine that a scenario names, or the plain one that it leaves out.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

constexpr int kDistanceLocal = 10;
constexpr int kDistanceRemote = 21;
constexpr int kDistance_max = 254;  // ACPI: 255 is unreachable

std::string node_name(const Node& node, int number) {
  return node.has_name() ? node.name() : fmt::format("node{}", number);
}

void resolve_node(ResolveContext& context, const Node& node, int number) {
  const int node_count = context.scenario.machine().node_size();
  context.check_range({&node, Node::kChannelMBpsFieldNumber}, node.channel_mbps(), 1, UINT32_MAX);

  context.check_at_most({&node, Node::kPagesFieldNumber}, node.pages(), kPages_max);
  context.check_range({&node, Node::kCpusFieldNumber}, node.cpus(), 0, kCpus_max);
  NodeSpec spec;
  spec.name = node_name(node, number);
  spec.cpus = static_cast<int>(node.cpus());
  spec.pages = static_cast<std::int64_t>(node.pages());
  spec.channel_Bps = node.channel_mbps() * 1e6;
  if (node.distance_size() != 0 && node.distance_size() != node_count) {
    context.fail({&node, Node::kDistanceFieldNumber}, fmt::format("{} has {} distances; expected {}, one per node",
                                                                  spec.name, node.distance_size(), node_count));
  }
  for (int other = 0; other < node_count; ++other) {
    const bool given = node.distance_size() != 0;
    const std::uint32_t left_out = other == number ? kDistanceLocal : kDistanceRemote;
    const std::uint32_t distance = given ? node.distance(other) : left_out;
    const At at{&node, Node::kDistanceFieldNumber, other};
    if (other == number && distance != kDistanceLocal) {
      context.fail(at,
                   fmt::format("the distance of {} to itself is {}; expected {}", spec.name, distance, kDistanceLocal));
    }
    if (other != number) context.check_range(at, distance, kDistanceLocal + 1, kDistance_max);
    spec.distance.push_back(static_cast<int>(distance));
  }
  context.out.nodes.push_back(std::move(spec));
}

void check_symmetry(const ResolveContext& context) {
  const auto& nodes = context.out.nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (nodes[i].distance[j] == nodes[j].distance[i]) continue;
      const bool given = context.scenario.machine().node(static_cast<int>(i)).distance_size() != 0;
      const std::size_t from = given ? i : j;
      const std::size_t to = given ? j : i;
      context.fail(
          {&context.scenario.machine().node(static_cast<int>(from)), Node::kDistanceFieldNumber, static_cast<int>(to)},
          fmt::format("the distance from {0} to {1} is {2}, from {1} to {0} {3}; expected the same", nodes[from].name,
                      nodes[to].name, nodes[from].distance[to], nodes[to].distance[from]));
    }
  }
}

void resolve_links(ResolveContext& context) {
  const Machine& machine = context.scenario.machine();
  context.check_range({&machine, Machine::kLinkMBpsFieldNumber}, machine.link_mbps(), 1, UINT32_MAX);
  std::set<std::pair<int, int>> linked;
  for (const Link& link : machine.link()) {
    for (const int end : {Link::kFromFieldNumber, Link::kToFieldNumber, Link::kMBpsFieldNumber})
      context.require(link, end);
    const auto node = [&](int field, const std::string& name) {
      return static_cast<int>(context.look_up({&link, field}, name, {Thing::kNode}).first);
    };
    const int from = node(Link::kFromFieldNumber, link.from());
    const int to = node(Link::kToFieldNumber, link.to());
    context.check_range({&link, Link::kMBpsFieldNumber}, link.mbps(), 1, UINT32_MAX);
    if (from == to)
      context.fail({&link, Link::kToFieldNumber}, fmt::format("a link from {0} to {0}; expected two nodes", link.to()));
    if (!linked.insert(std::minmax(from, to)).second) {
      context.fail({&link}, fmt::format("{} and {} are linked twice; expected one link, it serves both directions",
                                        link.from(), link.to()));
    }
    context.out.links.push_back({from, to, link.mbps() * 1e6});
  }
  const int node_count = static_cast<int>(context.out.nodes.size());
  for (int from = 0; from < node_count; ++from) {
    for (int to = from + 1; to < node_count; ++to) {
      if (linked.count({from, to}) == 0) context.out.links.push_back({from, to, machine.link_mbps() * 1e6});
    }
  }
}

}  // namespace

void resolve_machine(ResolveContext& context) {
  const Machine& machine = context.scenario.machine();
  switch (machine.preemption()) {
    case PREEMPT_VOLUNTARY: context.out.preemption = PreemptionModel::kVoluntary; break;
    case PREEMPT_FULL: context.out.preemption = PreemptionModel::kFull; break;
    default: context.out.preemption = PreemptionModel::kNone;
  }
  if (context.scenario.has_machine()) context.require(machine, Machine::kNodeFieldNumber);
  if (machine.node_size() > kNodes_max) {
    context.fail({&machine.node(kNodes_max)},
                 fmt::format("{} nodes; expected at most {}", machine.node_size(), kNodes_max));
  }
  for (int i = 0; i < machine.node_size(); ++i) {
    const Node& node = machine.node(i);
    context.define(node, Node::kNameFieldNumber, node_name(node, i), {Thing::kNode, static_cast<std::uint32_t>(i)});
  }
  for (int i = 0; i < machine.node_size(); ++i) resolve_node(context, machine.node(i), i);
  if (machine.node_size() == 0) {
    const Node& plain = Node::default_instance();
    context.names.emplace("node0", Named{Thing::kNode});
    context.out.nodes.push_back({"node0",
                                 static_cast<int>(context.out.actors.size()),
                                 static_cast<std::int64_t>(plain.pages()),
                                 {kDistanceLocal},
                                 plain.channel_mbps() * 1e6});
  }
  check_symmetry(context);
  resolve_links(context);
  std::int64_t cpus = 0;
  for (const NodeSpec& node : context.out.nodes) cpus += node.cpus;
  if (cpus < 1 || cpus > kCpus_max) {
    context.fail({&machine}, fmt::format("the machine has {} CPUs; expected 1 to {}", cpus, kCpus_max));
  }
}

}  // namespace mmsim
