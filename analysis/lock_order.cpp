#include "analysis/lock_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/hawick_circuits.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"

namespace mmsim {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using Circle = std::vector<std::string>;                    // locks
using Choices = std::vector<std::vector<const LockNesting*>>; // of each lock of a circle, who takes the next one within it

struct Enough {};
struct Collector {
  std::vector<std::vector<std::size_t>>& circles;
  template <class Vertices, class G>
  void cycle(const Vertices& vertices, const G&) {
    circles.emplace_back(vertices.begin(), vertices.end());
    if (circles.size() == kInversions_most) throw Enough{};
  }
};

std::vector<Circle> circles_of(const Result& result) {
  std::map<std::string, std::size_t> number;
  std::vector<std::string> names;
  const auto vertex = [&](const std::string& lock) {
    const auto [known, added] = number.try_emplace(lock, names.size());
    if (added) names.push_back(lock);
    return known->second;
  };
  std::set<std::pair<std::size_t, std::size_t>> arcs;
  for (const LockNesting& edge : result.lock_order()) {
    const std::size_t held = vertex(edge.held());
    arcs.emplace(held, vertex(edge.taken()));
  }
  Graph graph(names.size());
  for (const auto& [from, to] : arcs) boost::add_edge(from, to, graph);
  std::vector<std::vector<std::size_t>> found;
  try {
    boost::hawick_unique_circuits(graph, Collector{found});
  } catch (const Enough&) {
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  std::vector<Circle> circles;
  for (const auto& circle : found) {
    Circle& locks = circles.emplace_back();
    for (const std::size_t lock : circle) locks.push_back(names[lock]);
  }
  return circles;
}

// Whether a hang that was found waits for just these locks.
bool is_closed(const Result& result, const Circle& circle) {
  const std::set<std::string> locks(circle.begin(), circle.end());
  return std::any_of(result.cycles().begin(), result.cycles().end(), [&](const Cycle& cycle) {
    std::set<std::string> waited;
    for (const Edge& edge : cycle.edges()) waited.insert(edge.resource());
    return waited == locks;
  });
}

using Edges = std::vector<const LockNesting*>;

bool different_actors(const Edges& edges) {
  std::set<std::string> actors;
  for (const LockNesting* edge : edges) actors.insert(edge->actor());
  return actors.size() == edges.size();
}

// A lock that two of them hold around it, so that they are never inside at once; empty: there is none.
std::string gate_of(const Edges& edges) {
  for (std::size_t i = 0; i < edges.size(); ++i)
    for (std::size_t j = i + 1; j < edges.size(); ++j)
      for (const std::string& gate : edges[i]->gates())
        if (std::find(edges[j]->gates().begin(), edges[j]->gates().end(), gate) != edges[j]->gates().end()) return gate;
  return {};
}

// A lock that is only read on both sides; empty: there is none.
std::string read_only(const Edges& edges) {
  for (std::size_t i = 0; i < edges.size(); ++i)
    if (const LockNesting& next = *edges[(i + 1) % edges.size()]; edges[i]->taken_shared() && next.held_shared()) return next.held();
  return {};
}

// How near a choice comes to a deadlock: the higher the nearer.
int nearness(const Edges& edges) {
  if (!different_actors(edges)) return 0;
  if (!gate_of(edges).empty()) return 1;
  return read_only(edges).empty() ? 3 : 2;
}

constexpr std::size_t kTried_most = 100'000;

// The choice of one edge for each lock that comes nearest to a deadlock; the first of equals.
void choose(const Choices& choices, Edges& edges, Edges& best, int& best_nearness, std::size_t& tried) {
  if (best_nearness == 3 || tried == kTried_most) return;
  if (edges.size() == choices.size()) {
    ++tried;
    if (const int near = nearness(edges); near > best_nearness) {
      best_nearness = near;
      best = edges;
    }
    return;
  }
  for (const LockNesting* edge : choices[edges.size()]) {
    edges.push_back(edge);
    choose(choices, edges, best, best_nearness, tried);
    edges.pop_back();
  }
}

std::string why_free(const Result& result, const Edges& edges) {
  std::set<std::string> actors;
  for (const LockNesting* edge : edges) actors.insert(edge->actor());
  if (actors.size() == 1) return "an order inversion that this one task alone cannot close; another that does the same could";
  if (!different_actors(edges))
    return fmt::format("an order inversion that these {} tasks alone cannot close; more that do the same could", actors.size());
  if (const std::string gate = gate_of(edges); !gate.empty())
    return fmt::format("an order inversion that nobody can close as long as {} is held around it", gate);
  if (const std::string lock = read_only(edges); !lock.empty())
    return fmt::format("an order inversion of readers of {}, which only a writer that queues in between closes", lock);
  if (result.verdict() != COMPLETED) return "an order inversion that may be another hang of this scenario";
  if (!result.proved()) return "an order inversion that was not met closed; it may be a deadlock";
  return "an order inversion that no order of steps closes: something other than these locks keeps the tasks apart";
}

std::string place_in(const LockNesting& edge) {
  std::string text;
  if (!edge.at().empty()) text = " in " + edge.at();
  if (edge.line() > 0) text += fmt::format(" (line {})", edge.line());
  return text;
}

}  // namespace

std::vector<Inversion> inversions_of(const Result& result) {
  std::vector<Inversion> out(result.inversions().begin(), result.inversions().end());
  if (result.lock_order().empty() || !out.empty()) return out;
  for (const Circle& circle : circles_of(result)) {
    if (is_closed(result, circle)) continue;
    Choices choices(circle.size());
    for (std::size_t i = 0; i < circle.size(); ++i)
      for (const LockNesting& edge : result.lock_order())
        if (edge.held() == circle[i] && edge.taken() == circle[(i + 1) % circle.size()]) choices[i].push_back(&edge);
    Edges edges, best;
    int nearest = -1;
    std::size_t tried = 0;
    choose(choices, edges, best, nearest, tried);
    Inversion& inversion = out.emplace_back();
    inversion.set_why_free(why_free(result, best));
    for (const LockNesting* edge : best) *inversion.add_edges() = *edge;
  }
  return out;
}

void fill_inversions(Result& result) {
  const auto inversions = inversions_of(result);
  result.mutable_inversions()->Assign(inversions.begin(), inversions.end());
}

std::string inversion_sentence(const Inversion& inversion) {
  std::string text;
  for (int i = 0; i < inversion.edges_size(); ++i) {
    const LockNesting& edge = inversion.edges(i);
    const bool same = i > 0 && inversion.edges(i - 1).actor() == edge.actor();
    if (i > 0) text += same ? (i + 1 == inversion.edges_size() ? " and " : ", ") : ", ";
    if (!same) text += edge.actor() + (edge.taken_shared() ? " reads " : " takes ");
    text += fmt::format("{} with {} held{}", named(edge.taken_kind(), edge.taken()), edge.held(), place_in(edge));
  }
  return fmt::format("{}: {}.", text, inversion.why_free());
}

}  // namespace mmsim
