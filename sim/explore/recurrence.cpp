#include "sim/explore/recurrence.hpp"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <set>

namespace mmsim {

namespace {

class Pruning {
 public:
  Pruning(std::size_t locals, const std::vector<NotedEdge>& edges) : locals_(locals), edges_(edges), left_(edges.size()) {
    for (std::size_t i = 0; i < edges.size(); ++i) left_[i].assign(edges[i].edge->changes.size(), true);
  }

  std::vector<bool> run() {
    bool some = true;
    while (some) {
      some = leave_loops();
      some = leave_values() || some;
    }
    std::vector<bool> out;
    for (const std::vector<bool>& left : left_) out.push_back(any(left));
    return out;
  }

 private:
  static bool any(const std::vector<bool>& left) { return std::find(left.begin(), left.end(), true) != left.end(); }

  // Leaves out steps between local states that are not in one loop. True if there were any.
  bool leave_loops() {
    std::vector<std::pair<std::size_t, std::size_t>> arcs;
    for (std::size_t i = 0; i < edges_.size(); ++i)
      if (any(left_[i])) arcs.emplace_back(edges_[i].from, edges_[i].to);
    if (arcs.empty()) return false;
    using Graph = boost::compressed_sparse_row_graph<boost::directedS>;
    const Graph graph(boost::edges_are_unsorted_multi_pass, arcs.begin(), arcs.end(), locals_);
    std::vector<std::size_t> loop(locals_);
    boost::strong_components(graph, boost::make_iterator_property_map(loop.begin(), boost::get(boost::vertex_index, graph)));
    bool some = false;
    for (std::size_t i = 0; i < edges_.size(); ++i) {
      if (loop[edges_[i].from] == loop[edges_[i].to] || !any(left_[i])) continue;
      left_[i].assign(left_[i].size(), false);
      some = true;
    }
    return some;
  }

  // Leaves out steps that overwrite what nobody writes.
  bool leave_values() {
    std::set<std::pair<CellId, std::uint64_t>> written;
    for_each_left([&](std::size_t, std::size_t, const Changes& changes) {
      for (const Change& change : changes) written.emplace(change.cell, change.after);
    });
    bool some = false;
    for_each_left([&](std::size_t i, std::size_t k, const Changes& changes) {
      const bool comes_back = std::all_of(changes.begin(), changes.end(), [&](const Change& change) {
        return !change.looked || change.before == change.after || written.contains({change.cell, change.before});
      });
      if (comes_back) return;
      left_[i][k] = false;
      some = true;
    });
    return some;
  }

  template <class Visit>
  void for_each_left(Visit visit) {
    for (std::size_t i = 0; i < edges_.size(); ++i)
      for (std::size_t k = 0; k < left_[i].size(); ++k)
        if (left_[i][k]) visit(i, k, edges_[i].edge->changes[k]);
  }

  std::size_t locals_;
  const std::vector<NotedEdge>& edges_;
  std::vector<std::vector<bool>> left_;   // by edge, and by place in its changes
};

}  // namespace

std::vector<bool> recurrent(std::size_t locals, const std::vector<NotedEdge>& edges) { return Pruning(locals, edges).run(); }

}  // namespace mmsim
