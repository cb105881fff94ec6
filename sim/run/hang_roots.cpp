#include "sim/run/hang_roots.hpp"

#include <algorithm>
#include <set>

#include "sim/core/actor.hpp"
#include "sim/core/event.hpp"
#include "sim/core/pool.hpp"
#include "sim/core/wait_roots.hpp"

namespace mmsim {

namespace {

// For units of a resource that several actors can have units of.
bool counted(const Wait& wait) {
  return dynamic_cast<const Pool*>(wait.object) != nullptr || dynamic_cast<const Semaphore*>(wait.object) != nullptr;
}

pb::HangKind kind_of(const WaitGraph::Graph& graph, const std::vector<std::size_t>& root) {
  bool waits_within = false, spinner = false, pool = false, choice = false;
  for (const std::size_t v : root) {
    const Wait& wait = graph[v].wait;
    std::set<std::size_t> holders;   // within
    bool units = false;
    for (auto [e, end] = boost::out_edges(v, graph); e != end; ++e) {
      const std::size_t holder = boost::target(*e, graph);
      if (std::find(root.begin(), root.end(), holder) == root.end()) continue;
      holders.insert(holder);
      units |= counted(wait) && graph[*e].since_ns >= 0;
    }
    waits_within |= !holders.empty();
    spinner |= graph[v].actor->state == ActorState::kRunnable;
    pool |= units && (holders.contains(v) || holders.size() > 1);
    choice |= holders.size() > 1 && wait.need < wait.edges.size();
  }
  if (!waits_within) return pb::ORPHANED_EVENT;
  if (spinner) return pb::STARVED_BY_SPINNER;
  if (pool) return pb::POOL_KNOT;
  return choice ? pb::EVENT_KNOT : pb::CYCLE;
}

// Those on cycles as they stand in them, then the others.
void put_in_order(const WaitGraph::Graph& graph, HangRoot& root) {
  std::vector<std::size_t> ordered;
  const auto add = [&](std::size_t v) {
    if (std::find(ordered.begin(), ordered.end(), v) == ordered.end()) ordered.push_back(v);
  };
  for (const auto& cycle : root.cycles)
    for (const auto& e : cycle) add(boost::source(e, graph));
  for (const std::size_t v : root.vertices) add(v);
  root.vertices = std::move(ordered);
}

// From the roots outwards, against the waits.
void add_victims(const WaitGraph::Graph& graph, const std::vector<std::size_t>& stuck, std::vector<HangRoot>& roots) {
  std::vector<HangRoot*> root_of(boost::num_vertices(graph), nullptr);
  for (HangRoot& root : roots)
    for (const std::size_t v : root.vertices) root_of[v] = &root;
  for (bool found = true; found;) {
    std::vector<std::pair<std::size_t, HangRoot*>> next;   // one wait further away than those before
    for (const std::size_t v : stuck) {
      if (root_of[v] != nullptr) continue;
      HangRoot* root = nullptr;
      for (auto [e, end] = boost::out_edges(v, graph); e != end && root == nullptr; ++e) root = root_of[boost::target(*e, graph)];
      if (root != nullptr) next.emplace_back(v, root);
    }
    for (const auto& [v, root] : next) {
      root_of[v] = root;
      root->victims.push_back(v);
    }
    found = !next.empty();
  }
}

}  // namespace

std::vector<HangRoot> hang_roots(const WaitGraph& graph, const std::vector<std::size_t>& stuck) {
  std::vector<HangRoot> roots;
  for (std::vector<std::size_t>& vertices : wait_roots(graph.graph(), stuck)) {
    HangRoot root{kind_of(graph.graph(), vertices), std::move(vertices), {}, {}};
    if (!is_knot(root.kind)) root.cycles = graph.cycles(root.vertices);
    put_in_order(graph.graph(), root);
    roots.push_back(std::move(root));
  }
  std::stable_partition(roots.begin(), roots.end(), [](const HangRoot& root) { return root.kind != pb::ORPHANED_EVENT; });
  add_victims(graph.graph(), stuck, roots);
  return roots;
}

}  // namespace mmsim
