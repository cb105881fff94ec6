#include "sim/core/wait_graph.hpp"

#include <algorithm>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/hawick_circuits.hpp>
#include <deque>
#include <functional>
#include <limits>

#include "sim/core/world.hpp"

namespace mmsim {

namespace {

constexpr std::size_t kNoVertex = std::numeric_limits<std::size_t>::max();

// Collects circuits as hawick_circuits finds them, and stops it when there are enough.
struct Enough {};
struct Collector {
  std::vector<WaitGraph::Cycle>& cycles;
  std::size_t most;
  template <class Vertices, class G>
  void cycle(const Vertices& vertices, const G& graph) {
    WaitGraph::Cycle cycle;
    for (std::size_t i = 0; i < vertices.size(); ++i)
      cycle.push_back(boost::edge(vertices[i], vertices[(i + 1) % vertices.size()], graph).first);
    cycles.push_back(std::move(cycle));
    if (cycles.size() == most) throw Enough{};
  }
};

}  // namespace

bool describe_wait(const Actor& actor, Wait& wait) {
  if (actor.waiting()) {
    actor.pending->describe(wait);
    wait.object = actor.pending->object();
    if (wait.values.empty() && actor.foresight != nullptr) wait.values = actor.foresight->values();
    return true;
  }
  if (actor.state != ActorState::kRunnable) return false;
  wait.noun = "CPU";
  Actor* hog = actor.world.cpus->hog(actor);
  if (hog == nullptr)
    wait.time_will = true;
  else if (hog->context > actor.context)
    wait.edges.push_back({hog, EdgeKind::kOwner, "runs there in interrupt context", "irq_exit"});
  else if (hog->context < actor.context)
    wait.edges.push_back({hog, EdgeKind::kOwner, "spins there with interrupts off", "local_irq_enable"});
  else
    wait.edges.push_back({hog, EdgeKind::kOwner, "spins there and is not preempted", "schedule", hog->waiting_since_ns});
  wait.need = wait.edges.size();
  return true;
}

WaitGraph::WaitGraph(World& world) : vertex_of_actor_(world.actors.size(), kNoVertex) {}

std::size_t WaitGraph::vertex_of(Actor& actor) {
  std::size_t& vertex = vertex_of_actor_[actor.id];
  if (vertex == kNoVertex) vertex = boost::add_vertex(Vertex{&actor, {}, false}, graph_);
  return vertex;
}

void WaitGraph::expand(std::size_t vertex) {
  Wait wait;
  const bool waits = describe_wait(*graph_[vertex].actor, wait);
  for (const WaitEdge& edge : wait.edges) boost::add_edge(vertex, vertex_of(*edge.holder), edge, graph_);
  graph_[vertex].wait = std::move(wait);
  graph_[vertex].waits = waits;
}

WaitGraph WaitGraph::reachable_from(Actor& actor) {
  WaitGraph out(actor.world);
  out.vertex_of(actor);
  for (std::size_t vertex = 0; vertex < boost::num_vertices(out.graph_); ++vertex) out.expand(vertex);
  return out;
}

WaitGraph WaitGraph::all(World& world) {
  WaitGraph out(world);
  for (Actor* actor : world.actors) out.vertex_of(*actor);
  for (std::size_t vertex = 0; vertex < boost::num_vertices(out.graph_); ++vertex) out.expand(vertex);
  return out;
}

std::vector<std::size_t> WaitGraph::stuck_set() const {
  const std::size_t n = boost::num_vertices(graph_);
  std::vector<std::vector<std::size_t>> waiters(n);   // one entry per edge
  std::vector<std::size_t> needs(n, 0);
  std::vector<bool> free(n, false);
  std::deque<std::size_t> let_go;
  for (std::size_t v = 0; v < n; ++v) {
    const Vertex& vertex = graph_[v];
    for (auto [edge, end] = boost::out_edges(v, graph_); edge != end; ++edge)
      waiters[boost::target(*edge, graph_)].push_back(v);
    needs[v] = vertex.wait.need;
    const bool can_act = !vertex.waits && vertex.actor->state != ActorState::kFinished;
    if (can_act || vertex.wait.time_will || (vertex.waits && needs[v] == 0 && boost::out_degree(v, graph_) > 0)) {
      free[v] = true;
      let_go.push_back(v);
    }
  }
  for (; !let_go.empty(); let_go.pop_front())
    for (const std::size_t waiter : waiters[let_go.front()])
      if (!free[waiter] && --needs[waiter] == 0) {
        free[waiter] = true;
        let_go.push_back(waiter);
      }
  std::vector<std::size_t> stuck;
  for (std::size_t v = 0; v < n; ++v)
    if (!free[v] && graph_[v].waits) stuck.push_back(v);
  return stuck;
}

std::vector<WaitGraph::Cycle> WaitGraph::cycles(const std::vector<std::size_t>& vertices, std::size_t most) const {
  std::vector<bool> keep(boost::num_vertices(graph_), false);
  for (const std::size_t v : vertices) keep[v] = true;
  const auto kept = [&](std::size_t v) { return static_cast<bool>(keep[v]); };
  const boost::filtered_graph<Graph, boost::keep_all, std::function<bool(std::size_t)>> stuck(graph_, boost::keep_all{}, kept);
  std::vector<Cycle> found;
  try {
    if (most > 0) boost::hawick_unique_circuits(stuck, Collector{found, most});
  } catch (const Enough&) {
  }
  std::stable_sort(found.begin(), found.end(), [](const Cycle& a, const Cycle& b) { return a.size() < b.size(); });
  return found;
}

void mark_stuck(World& world, const WaitGraph& graph) {
  for (const std::size_t v : graph.stuck_set()) {
    Actor& actor = *graph.graph()[v].actor;
    if (actor.stuck) continue;
    actor.stuck = true;
    if (actor.must_finish) --world.unfinished;
    world.record(Event::kStuck, actor, graph.graph()[v].wait.object);
    if (world.closed_ns >= 0) continue;
    world.closed_ns = world.now_ns;
    if (world.trace != nullptr) world.trace->keep_last();
  }
}

}  // namespace mmsim
