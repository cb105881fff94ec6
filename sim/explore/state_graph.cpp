#include "sim/explore/state_graph.hpp"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <deque>
#include <set>
#include <unordered_map>

namespace mmsim {

// They come in that order already.
void StateGraph::sort_edges() {
  first_edge_.assign(size() + 1, 0);
  for (const Edge& edge : edges_) ++first_edge_[edge.from + 1];
  for (std::size_t i = 0; i < size(); ++i) first_edge_[i + 1] += first_edge_[i];
}

StateGraph::Index StateGraph::first_without_completion() const {
  const std::vector<bool> completes = who_reach(completed_);
  const auto bad = std::find(completes.begin(), completes.end(), false);
  return bad == completes.end() ? kNone : static_cast<Index>(bad - completes.begin());
}

std::vector<std::vector<StateGraph::Index>> StateGraph::endless() const {
  std::vector<bool> ends = completed_;
  for (Index i = 0; i < size(); ++i)
    if (first_edge_[i] == first_edge_[i + 1]) ends[i] = true;
  ends = who_reach(std::move(ends));
  std::vector<Index> part;
  for (Index i = 0; i < size(); ++i)
    if (!ends[i]) part.push_back(i);
  return bottoms(part);
}

std::vector<bool> StateGraph::who_reach(std::vector<bool> reaches) const {
  std::vector<std::size_t> first(size() + 1, 0);
  for (const Edge& edge : edges_) ++first[edge.to + 1];
  for (std::size_t i = 0; i < size(); ++i) first[i + 1] += first[i];
  std::vector<Index> from(edges_.size());
  std::vector<std::size_t> at(first.begin(), first.end() - 1);
  for (const Edge& edge : edges_) from[at[edge.to]++] = edge.from;
  std::deque<Index> open;
  for (Index i = 0; i < size(); ++i)
    if (reaches[i]) open.push_back(i);
  for (; !open.empty(); open.pop_front())
    for (std::size_t i = first[open.front()]; i < first[open.front() + 1]; ++i)
      if (!reaches[from[i]]) {
        reaches[from[i]] = true;
        open.push_back(from[i]);
      }
  return reaches;
}

std::vector<StateGraph::Index> StateGraph::reachable(Index start) const {
  std::vector<Index> out{start};
  std::vector<bool> seen(size(), false);
  seen[start] = true;
  for (std::size_t i = 0; i < out.size(); ++i)
    for (std::size_t e = first_edge_[out[i]]; e < first_edge_[out[i] + 1]; ++e)
      if (!seen[edges_[e].to]) {
        seen[edges_[e].to] = true;
        out.push_back(edges_[e].to);
      }
  return out;
}

std::vector<StateGraph::Index> StateGraph::bottom(Index start) const { return bottoms(reachable(start)).front(); }

// The components of a part that lead nowhere else. REQUIRES: no step leads out of the part.
std::vector<std::vector<StateGraph::Index>> StateGraph::bottoms(const std::vector<Index>& part) const {
  std::unordered_map<Index, std::size_t> place;   // for look-up only
  for (std::size_t i = 0; i < part.size(); ++i) place.emplace(part[i], i);
  std::vector<std::pair<std::size_t, std::size_t>> arcs;
  for (std::size_t i = 0; i < part.size(); ++i)
    for (std::size_t e = first_edge_[part[i]]; e < first_edge_[part[i] + 1]; ++e) arcs.emplace_back(i, place.at(edges_[e].to));
  using Graph = boost::compressed_sparse_row_graph<boost::directedS>;
  const Graph graph(boost::edges_are_unsorted_multi_pass, arcs.begin(), arcs.end(), part.size());
  std::vector<std::size_t> component(part.size());
  const auto number = boost::get(boost::vertex_index, graph);
  const std::size_t components =
      part.empty() ? 0 : boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), number));
  std::vector<bool> left(components, false);
  for (const auto& [from, to] : arcs)
    if (component[from] != component[to]) left[component[from]] = true;
  std::vector<std::vector<Index>> out;
  std::vector<std::size_t> place_of(components, ~std::size_t{0});   // in `out`
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (left[component[i]]) continue;
    std::size_t& at = place_of[component[i]];
    if (at == ~std::size_t{0}) {
      at = out.size();
      out.emplace_back();
    }
    out[at].push_back(part[i]);
  }
  return out;
}

// From each place on by the shortest way to where somebody steps who has not yet.
Path StateGraph::cycle(Index at, const std::vector<Index>& inside) const {
  std::vector<bool> allowed(size(), false);
  for (const Index i : inside) allowed[i] = true;
  std::set<std::uint16_t> missing;
  for (const Index i : inside)
    for (std::size_t e = first_edge_[i]; e < first_edge_[i + 1]; ++e)
      if (allowed[edges_[e].to]) missing.insert(edges_[e].actor);
  Path out;
  Index here = at;
  // Goes on to the end of the nearest edge that is wanted.
  const auto go = [&](const auto& wanted) {
    std::unordered_map<Index, std::size_t> came_by;   // edge; for look-up only
    std::deque<Index> open{here};
    for (; !open.empty(); open.pop_front())
      for (std::size_t e = first_edge_[open.front()]; e < first_edge_[open.front() + 1]; ++e) {
        const Index to = edges_[e].to;
        if (!allowed[to]) continue;
        if (wanted(edges_[e])) {
          Path back{edges_[e].actor};
          for (Index i = edges_[e].from; i != here; i = edges_[came_by.at(i)].from) back.push_back(edges_[came_by.at(i)].actor);
          out.insert(out.end(), back.rbegin(), back.rend());
          for (const std::uint32_t actor : back) missing.erase(static_cast<std::uint16_t>(actor));
          here = to;
          return;
        }
        if (to != here && came_by.emplace(to, e).second) open.push_back(to);
      }
    MMSIM_CHECK(false, "a state of a loop does not reach another one");
  };
  while (!missing.empty()) go([&](const Edge& edge) { return missing.contains(edge.actor); });
  if (here != at) go([&](const Edge& edge) { return edge.to == at; });
  return out;
}

Path StateGraph::path_to(Index state) const {
  Path back;
  for (; before_[state] != kNone; state = before_[state]) back.push_back(by_[state]);
  return Path(back.rbegin(), back.rend());
}

}  // namespace mmsim
