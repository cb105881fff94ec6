#include "sim/core/wait_graph.hpp"
#include "sim/core/wait_roots.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <set>
#include <vector>

#include "sim/core/testing.hpp"

namespace mmsim {
namespace {

// A wait that says what it is told to say.
class ToldWait final : public Operation {
 public:
  using Operation::Operation;
  bool can_complete() const override { return false; }
  void complete() override {}
  void enqueue() override {}
  void describe(Wait& wait) const override { wait = told; }
  Object* object() const override { return nullptr; }
  const char* verb() const override { return "wait"; }
  Wait told;
};

struct Edges {
  std::size_t kind;                   // of EdgeKind
  std::vector<std::size_t> holders;   // may repeat, may be the waiter itself
  std::size_t k;
  int state;                          // 0: acts, 1: time will let it go on, 2: has finished, else it waits
};

rc::Gen<Edges> any_edges(std::size_t actors) {
  return rc::gen::construct<Edges>(
      rc::gen::inRange<std::size_t>(0, 4),
      rc::gen::resize(4, rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, actors))),
      rc::gen::inRange<std::size_t>(0, 4), rc::gen::inRange(0, 12));
}

struct Told {
  explicit Told(std::vector<Edges> edges) : plan(std::move(edges)) {
    for (std::size_t i = 0; i < plan.size(); ++i) w.actor("a");
    for (std::size_t i = 0; i < plan.size(); ++i) tell(*w.world.actors[i], plan[i]);
  }
  void tell(Actor& actor, const Edges& edges) {
    actor.state = ActorState::kBlocked;
    if (edges.state == 0) actor.state = ActorState::kReady;
    if (edges.state == 2) actor.state = ActorState::kFinished;
    if (!actor.waiting()) return;
    ToldWait& wait = told_waits.emplace_back(actor);
    actor.pending = &wait;
    wait.told.time_will = edges.state == 1;
    const auto kind = static_cast<EdgeKind>(edges.kind);
    for (const std::size_t holder : edges.holders) wait.told.edges.push_back({w.world.actors[holder], kind});
    wait.told.need = kind == EdgeKind::kOneOf ? 1 : kind == EdgeKind::kKOfN ? edges.k : edges.holders.size();
  }
  bool waits(std::size_t i) const { return plan[i].state == 1 || plan[i].state > 2; }

  // Everybody is stuck who waits, until nobody can be shown not to be.
  // Those of `let_go` act, whatever they wait for.
  std::set<std::size_t> stuck_by_fixpoint(const std::set<std::size_t>& let_go = {}) const {
    std::set<std::size_t> stuck;
    for (std::size_t i = 0; i < plan.size(); ++i)
      if (waits(i) && plan[i].state != 1 && !let_go.contains(i)) stuck.insert(i);
    for (std::size_t before = plan.size() + 1; stuck.size() != before;) {
      before = stuck.size();
      std::erase_if(stuck, [&](std::size_t i) {
        const Edges& edges = plan[i];
        const auto acts = std::count_if(edges.holders.begin(), edges.holders.end(),
                                        [&](std::size_t h) { return plan[h].state != 2 && !stuck.contains(h); });
        const auto able = static_cast<std::size_t>(acts);
        if (edges.holders.empty()) return false;
        switch (static_cast<EdgeKind>(edges.kind)) {
          case EdgeKind::kOneOf: return able >= 1;
          case EdgeKind::kKOfN: return able >= edges.k;
          default: return able == edges.holders.size();
        }
      });
    }
    return stuck;
  }

  TestWorld w;
  std::vector<Edges> plan;
  std::deque<ToldWait> told_waits;
};

std::vector<Edges> any_waits(std::size_t most) {
  const auto actors = *rc::gen::inRange<std::size_t>(1, most + 1);
  return *rc::gen::container<std::vector<Edges>>(actors, any_edges(actors));
}

std::set<std::size_t> actors_of(const WaitGraph& graph, const std::vector<std::size_t>& vertices) {
  std::set<std::size_t> out;
  for (const std::size_t v : vertices) out.insert(graph.graph()[v].actor->id);
  return out;
}

using Path = std::vector<std::size_t>;   // of actors; of a cycle, from its least one on

// Every simple path from `path.front()` on through larger actors of `in`, back to its start.
void find_cycles(const std::vector<Edges>& plan, const std::set<std::size_t>& in, Path& path, std::set<Path>& cycles) {
  for (const std::size_t next : plan[path.back()].holders) {
    if (next == path.front()) cycles.insert(path);
    if (next <= path.front() || !in.contains(next) || std::find(path.begin(), path.end(), next) != path.end()) continue;
    path.push_back(next);
    find_cycles(plan, in, path, cycles);
    path.pop_back();
  }
}

RC_GTEST_PROP(WaitGraph, leaves_stuck_whom_a_naive_fixpoint_leaves_stuck, ()) {
  Told told(any_waits(12));
  const WaitGraph graph = WaitGraph::all(told.w.world);
  const std::set<std::size_t> expected = told.stuck_by_fixpoint();
  RC_ASSERT(actors_of(graph, graph.stuck_set()) == expected);
  for (Actor* actor : told.w.world.actors) {   // the part of the graph that matters to one actor decides about it
    const WaitGraph part = WaitGraph::reachable_from(*actor);
    RC_ASSERT(actors_of(part, part.stuck_set()).contains(actor->id) == expected.contains(actor->id));
  }
}

RC_GTEST_PROP(WaitGraph, lists_each_elementary_cycle_of_the_stuck_set_once_shortest_first, ()) {
  Told told(any_waits(6));
  const WaitGraph graph = WaitGraph::all(told.w.world);
  const std::set<std::size_t> stuck = told.stuck_by_fixpoint();
  std::set<Path> expected;
  for (const std::size_t first : stuck) {
    Path path{first};
    find_cycles(told.plan, stuck, path, expected);
  }
  const auto cycles = graph.cycles(graph.stuck_set(), 100'000);
  std::set<Path> listed;
  for (const WaitGraph::Cycle& cycle : cycles) {
    Path path;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      RC_ASSERT(target(cycle[i], graph.graph()) == source(cycle[(i + 1) % cycle.size()], graph.graph()));
      path.push_back(graph.graph()[source(cycle[i], graph.graph())].actor->id);
    }
    std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
    RC_ASSERT(listed.insert(path).second);
  }
  RC_ASSERT(listed == expected);
  const auto shorter = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  RC_ASSERT(std::is_sorted(cycles.begin(), cycles.end(), shorter));
  const std::size_t most = *rc::gen::inRange<std::size_t>(0, 5);
  RC_ASSERT(graph.cycles(graph.stuck_set(), most).size() == std::min(most, expected.size()));
}

// A root stands though all others are let go; without the roots nothing stands.
RC_GTEST_PROP(WaitGraph, finds_what_of_the_stuck_set_holds_itself_up, ()) {
  Told told(any_waits(10));
  const WaitGraph graph = WaitGraph::all(told.w.world);
  std::set<std::size_t> in_roots;
  for (const std::vector<std::size_t>& vertices : wait_roots(graph.graph(), graph.stuck_set())) {
    const std::set<std::size_t> root = actors_of(graph, vertices);
    std::set<std::size_t> others;
    for (std::size_t i = 0; i < told.plan.size(); ++i)
      if (!root.contains(i) && told.waits(i)) others.insert(i);
    RC_ASSERT(told.stuck_by_fixpoint(others) == root);
    for (const std::size_t actor : root) {
      RC_ASSERT(in_roots.insert(actor).second);
      std::set<std::size_t> reached{actor};   // within the root
      for (std::size_t before = 0; before != reached.size();) {
        before = reached.size();
        for (const std::size_t from : std::set(reached))
          for (const std::size_t to : told.plan[from].holders)
            if (root.contains(to)) reached.insert(to);
      }
      RC_ASSERT(reached == root);
    }
  }
  RC_ASSERT(told.stuck_by_fixpoint(in_roots).empty());
}

TEST(WaitGraph, tells_two_cycles_and_an_orphan_from_those_who_hang_behind_them) {
  const auto waits_for = [](std::vector<std::size_t> holders) { return Edges{0, std::move(holders), 0, 5}; };
  // 0 and 1 wait for each other, and 1 for the orphan 2 as well; 3 waits for itself; 4 hangs behind 3 and 5 behind 4.
  Told told({waits_for({1}), waits_for({0, 2}), waits_for({}), waits_for({3}), waits_for({3}), waits_for({4, 0})});
  const WaitGraph graph = WaitGraph::all(told.w.world);
  EXPECT_EQ(wait_roots(graph.graph(), graph.stuck_set()), (std::vector<std::vector<std::size_t>>{{0, 1}, {2}, {3}}));
}

// 20 actors that all wait for each other stand in more cycles than could ever be listed.
TEST(WaitGraph, stops_listing_cycles_at_the_bound) {
  std::vector<std::size_t> everybody;
  for (std::size_t i = 0; i < 20; ++i) everybody.push_back(i);
  Told told(std::vector<Edges>(20, Edges{0, everybody, 0, 5}));
  const WaitGraph graph = WaitGraph::all(told.w.world);
  EXPECT_EQ(graph.stuck_set().size(), 20U);
  EXPECT_EQ(graph.cycles(graph.stuck_set(), 64).size(), 64U);
}

}  // namespace
}  // namespace mmsim
