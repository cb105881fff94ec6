#include "sim/run/result_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/core/wait_graph.hpp"

namespace mmsim {

namespace {

constexpr std::size_t kLastEvents = 12;

class ResultBuilder {
 public:
  ResultBuilder(const Resolved& scenario, const BuiltWorld& built, const Trace& trace)
      : scenario_(scenario), world_(*built.world), cpus_(*built.cpus), trace_(trace), graph_(WaitGraph::all(*built.world)) {}

  pb::Result build(RunEnd end);

 private:
  void decide(RunEnd end);
  void add_cycles();
  void add_stuck(std::size_t vertex, pb::Role role);
  void add_all_stuck();
  void add_holdings();
  void add_actors();
  void add_last_events();
  void add_numbers();
  pb::Edge edge(WaitGraph::Graph::edge_descriptor descriptor) const;
  std::string resource(const Wait& wait, const Actor& waiter) const;
  std::string node_of(int cpu) const {
    return cpu < 0 ? std::string() : scenario_.nodes[static_cast<std::size_t>(cpus_.node(cpu))].name;
  }
  Actor& actor(std::size_t vertex) const { return *graph_.graph()[vertex].actor; }

  const Resolved& scenario_;
  World& world_;
  const Cpus& cpus_;
  const Trace& trace_;
  WaitGraph graph_;
  std::vector<std::size_t> stuck_;
  std::vector<WaitGraph::Cycle> cycles_;
  std::set<std::size_t> parties_;       // vertices
  pb::Result out_;
};

const char* state_name(const Actor& actor) {
  if (actor.stuck) return "stuck";
  switch (actor.state) {
    case ActorState::kFinished: return "finished";
    case ActorState::kBlocked:
    case ActorState::kSpinning: return "waiting";
    case ActorState::kTimed: return "sleeping";
    case ActorState::kNew: return "not started";
    default: return "running";
  }
}

std::string ResultBuilder::resource(const Wait& wait, const Actor& waiter) const {
  return wait.object != nullptr ? world_.text(*wait.object) : std::to_string(waiter.cpu);   // "CPU 0"
}

void ResultBuilder::decide(RunEnd end) {
  stuck_ = graph_.stuck_set();
  cycles_ = graph_.cycles(stuck_);
  for (const auto& cycle : cycles_)
    for (const auto& e : cycle) parties_.insert(boost::source(e, graph_.graph()));
  if (!stuck_.empty()) return out_.set_verdict(cycles_.empty() ? pb::LOST_WAKEUP : pb::DEADLOCK);
  switch (end) {
    case RunEnd::kAllDone: return out_.set_verdict(pb::COMPLETED);
    case RunEnd::kSteps: out_.set_limit(fmt::format("bounds.steps={}", scenario_.steps_max)); break;
    case RunEnd::kTime: out_.set_limit(fmt::format("bounds.time_ns={}", scenario_.time_max_ns)); break;
    case RunEnd::kInterrupted: out_.set_limit("interrupted"); break;
    default: MMSIM_CHECK(false, "nothing can happen any more, yet nobody is stuck");
  }
  out_.set_verdict(pb::LIMIT);
}

pb::Edge ResultBuilder::edge(WaitGraph::Graph::edge_descriptor descriptor) const {
  const auto& graph = graph_.graph();
  const Actor& waiter = actor(boost::source(descriptor, graph));
  const Wait& wait = graph[boost::source(descriptor, graph)].wait;
  const WaitEdge& why = graph[descriptor];
  pb::Edge out;
  out.set_waiter(world_.text(waiter));
  out.set_holder(world_.text(*why.holder));
  out.set_resource(resource(wait, waiter));
  out.set_kind(static_cast<pb::EdgeKind>(why.kind));
  out.set_wait_kind(wait.noun);
  out.set_since_ns(waiter.waiting_since_ns);
  out.set_held_since_ns(why.since_ns);
  if (why.since_ns >= 0 && why.held_at != nullptr) out.set_held_at(why.held_at);
  if (why.kind != EdgeKind::kQueuedBehind) out.set_how(why.how);
  const char* ends_by = *why.ends_by != '\0' || wait.object == nullptr ? why.ends_by : wait.object->lock_class().release;
  out.set_ends_when(fmt::format("{}({})", ends_by, out.resource()));
  out.set_k(static_cast<int>(wait.need));
  for (const WaitEdge& other : wait.edges)
    if (other.kind == why.kind && other.holder != why.holder) out.add_beside(world_.text(*other.holder));
  return out;
}

void ResultBuilder::add_cycles() {
  for (const auto& cycle : cycles_) {
    pb::Cycle& out = *out_.add_cycles();
    for (const auto& e : cycle) *out.add_edges() = edge(e);
  }
}

void ResultBuilder::add_stuck(std::size_t vertex, pb::Role role) {
  const Actor& who = actor(vertex);
  const Wait& wait = graph_.graph()[vertex].wait;
  pb::StuckActor& out = *out_.add_stuck();
  out.set_actor(world_.text(who));
  out.set_role(role);
  out.set_waits_for(resource(wait, who));
  out.set_wait_kind(wait.noun);
  out.set_since_ns(who.waiting_since_ns);
  if (role == pb::ORPHAN) out.set_nobody(wait.nobody);
  if (who.pending != nullptr) out.add_call_trace(fmt::format("{}({})", who.pending->verb(), out.waits_for()));
  const std::int32_t line = who.foresight != nullptr ? who.foresight->line() : 0;
  for (const Procedure* at = who.innermost; at != nullptr; at = at->caller())
    out.add_call_trace(line > 0 ? fmt::format("{} (line {})", at->name(), line) : at->name());
  out.set_cpu(who.cpu);
  out.set_node(node_of(who.cpu));
  out.set_state(who.state == ActorState::kBlocked ? "D" : "R");
  for (const WaitEdge& why : wait.edges) {
    const std::string name = world_.text(*why.holder);
    if (std::find(out.behind().begin(), out.behind().end(), name) == out.behind().end()) out.add_behind(name);
  }
}

// Parties in the order in which they stand in their cycles, then those with nobody to wait for, then the rest.
void ResultBuilder::add_all_stuck() {
  std::set<std::size_t> told;
  for (const auto& cycle : cycles_)
    for (const auto& e : cycle)
      if (const std::size_t v = boost::source(e, graph_.graph()); told.insert(v).second) add_stuck(v, pb::PARTY);
  const auto orphan = [&](std::size_t v) { return boost::out_degree(v, graph_.graph()) == 0; };
  for (const std::size_t v : stuck_)
    if (orphan(v) && told.insert(v).second) add_stuck(v, pb::ORPHAN);
  for (const std::size_t v : stuck_)
    if (told.insert(v).second) add_stuck(v, pb::VICTIM);
}

// What each stuck actor holds. Only those are told: a finished run has a million folios and nobody to blame.
void ResultBuilder::add_holdings() {
  if (out_.stuck().empty()) return;
  struct Visit {
    ResultBuilder& builder;
    const Object* object;
  };
  const auto visit = [](void* context, const Holding& holding) {
    auto& [builder, object] = *static_cast<Visit*>(context);
    if (!holding.holder->stuck) return;
    for (pb::StuckActor& who : *builder.out_.mutable_stuck()) {
      if (who.actor() != builder.world_.text(*holding.holder)) continue;
      pb::Held& held = *who.add_holds();
      held.set_resource(builder.world_.text(*object));
      held.set_kind(object->lock_class().noun);
      held.set_since_ns(holding.since_ns);
      if (holding.held_at != nullptr) held.set_at(holding.held_at);
    }
  };
  for (const Object* object : world_.objects) {
    Visit context{*this, object};
    object->holdings(visit, &context);
  }
  for (pb::StuckActor& who : *out_.mutable_stuck())
    std::stable_sort(who.mutable_holds()->begin(), who.mutable_holds()->end(),
                     [](const pb::Held& a, const pb::Held& b) { return a.since_ns() < b.since_ns(); });
}

void ResultBuilder::add_actors() {
  for (const Actor* who : world_.actors) {
    pb::ActorEnd& out = *out_.add_actors();
    out.set_actor(world_.text(*who));
    out.set_state(state_name(*who));
    out.set_cpu(who->cpu);
    out.set_node(node_of(who->cpu));
    if (who->waiting())
      out.set_at(fmt::format("{}({})", who->pending->verb(), world_.text(*who->pending->object())));
    else if (who->innermost != nullptr)
      out.set_at(who->innermost->name());
    if (who->throttled.count == 0) continue;
    pb::Throttled& throttled = *out_.add_throttled();
    throttled.set_actor(out.actor());
    throttled.set_reason(who->throttled.reason);
    throttled.set_total_ns(who->throttled.total_ns);
    throttled.set_count(who->throttled.count);
  }
}

// How it came to the hang: the last of what each party did, and of what others did to what the parties wait for. Where
// nobody hangs, the last of the run.
void ResultBuilder::add_last_events() {
  const bool hung = world_.closed_ns >= 0;
  const std::vector<TraceRecord> records = hung ? trace_.kept() : trace_.last(Trace::kKept);
  std::set<std::uint32_t> parties;
  std::set<std::uint32_t> objects;
  for (const std::size_t v : stuck_) {
    if (!cycles_.empty() && parties_.count(v) == 0) continue;
    parties.insert(actor(v).id);
    if (const Object* object = graph_.graph()[v].wait.object) objects.insert(object->id);
  }
  const std::size_t share = std::max<std::size_t>(kLastEvents / std::max<std::size_t>(parties.size(), 1), 3);
  std::map<std::uint32_t, std::size_t> told;   // events by actor
  std::vector<pb::TraceEvent> events;
  for (auto record = records.rbegin(); record != records.rend() && events.size() < std::max(kLastEvents, 3 * parties.size()); ++record) {
    if (record->actor == kNoId) continue;
    const bool to_tell = !hung || parties.count(record->actor) > 0 || objects.count(record->object) > 0;
    if (!to_tell || (hung && told[record->actor] == share)) continue;
    pb::TraceEvent event;
    event.set_text(event_text(world_, *record));
    if (event.text().empty()) continue;
    ++told[record->actor];
    event.set_time_ns(record->time_ns);
    event.set_actor(world_.text(*world_.actors[record->actor]));
    event.set_cpu(record->cpu);
    events.push_back(std::move(event));
  }
  for (auto event = events.rbegin(); event != events.rend(); ++event) *out_.add_last_events() = std::move(*event);
}

void ResultBuilder::add_numbers() {
  const bool migrates = std::any_of(scenario_.actors.begin(), scenario_.actors.end(), [](const ActorSpec& spec) {
    return std::holds_alternative<MigratePagesSpec>(spec.kind);
  });
  for (std::size_t i = 0; i < world_.counters.size(); ++i) {
    const bool always = migrates && (i == PGMIGRATE_SUCCESS || i == PGMIGRATE_FAIL);
    if (world_.counters[i] != 0 || always) (*out_.mutable_counters())[kCounterNames[i]] = world_.counters[i];
  }
  for (const WaitStats& stats : world_.wait_stats) {
    auto& out = *out_.add_waits();
    out.set_type(stats.noun);
    out.set_contended(stats.contended);
    out.set_total_wait_ns(stats.total_wait_ns);
    out.set_max_wait_ns(stats.max_wait_ns);
  }
}

pb::Result ResultBuilder::build(RunEnd end) {
  out_.set_scenario(scenario_.path);
  out_.set_claim(scenario_.claim);
  for (const std::string& set : scenario_.set) out_.add_set(set);
  out_.set_transitions(world_.steps);
  out_.set_elapsed_ns(world_.now_ns);
  out_.set_closed_ns(world_.closed_ns);
  out_.set_trace_digest(trace_.digest());
  decide(end);
  add_cycles();
  add_all_stuck();
  add_holdings();
  add_actors();
  add_last_events();
  add_numbers();
  return std::move(out_);
}

}  // namespace

pb::Result build_result(const Resolved& scenario, const BuiltWorld& built, const Trace& trace, RunEnd end) {
  return ResultBuilder(scenario, built, trace).build(end);
}

}  // namespace mmsim
