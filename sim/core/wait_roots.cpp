#include "sim/core/wait_roots.hpp"

#include <algorithm>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <functional>

#include "sim/core/actor.hpp"

namespace mmsim {

namespace {

using Graph = WaitGraph::Graph;

// Those of a part who are stuck though everybody outside of it who has not finished acts.
std::vector<std::size_t> held_up_alone(const Graph& graph, const std::vector<std::size_t>& part) {
  std::vector<bool> held(boost::num_vertices(graph), false);
  for (const std::size_t v : part) held[v] = true;
  const auto acts = [&](std::size_t v) { return !held[v] && graph[v].actor->state != ActorState::kFinished; };
  for (bool changed = true; changed;) {
    changed = false;
    for (const std::size_t v : part) {
      if (!held[v]) continue;
      std::size_t able = 0;
      for (auto [edge, end] = boost::out_edges(v, graph); edge != end; ++edge) able += acts(boost::target(*edge, graph));
      if (able < std::max<std::size_t>(graph[v].wait.need, 1)) continue;
      held[v] = false;
      changed = true;
    }
  }
  std::vector<std::size_t> left;
  std::copy_if(part.begin(), part.end(), std::back_inserter(left), [&](std::size_t v) { return held[v]; });
  return left;
}

void add_roots(const Graph& graph, const std::vector<std::size_t>& vertices, std::vector<std::vector<std::size_t>>& out) {
  std::vector<bool> keep(boost::num_vertices(graph), false);
  for (const std::size_t v : vertices) keep[v] = true;
  const auto kept = [&](std::size_t v) { return static_cast<bool>(keep[v]); };
  const boost::filtered_graph<Graph, boost::keep_all, std::function<bool(std::size_t)>> among(graph, boost::keep_all{}, kept);
  std::vector<std::size_t> component(boost::num_vertices(graph), 0);
  const std::size_t count = boost::strong_components(among, component.data());
  std::vector<std::vector<std::size_t>> parts(count);
  for (const std::size_t v : vertices) parts[component[v]].push_back(v);
  for (const std::vector<std::size_t>& part : parts) {
    const std::vector<std::size_t> left = held_up_alone(graph, part);
    if (left.size() == part.size())
      out.push_back(left);
    else if (!left.empty())
      add_roots(graph, left, out);
  }
}

}  // namespace

std::vector<std::vector<std::size_t>> wait_roots(const WaitGraph::Graph& graph, const std::vector<std::size_t>& stuck) {
  std::vector<std::vector<std::size_t>> out;
  add_roots(graph, stuck, out);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace mmsim
