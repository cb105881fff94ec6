#include "sim/run/result_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/core/histogram.hpp"
#include "sim/core/variable.hpp"
#include "sim/core/wait_graph.hpp"
#include "sim/run/hang_roots.hpp"
#include "sim/script/program.hpp"

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
  void add_findings();
  void add_stuck(std::size_t vertex, pb::Role role);
  void add_all_stuck();
  void add_holdings();
  void add_actors();
  void add_last_events();
  void add_numbers();
  pb::Edge edge(WaitGraph::Graph::edge_descriptor descriptor) const;
  WaitGraph::Graph::edge_descriptor wait_within(const HangRoot& root, std::size_t vertex) const;
  std::string resource(const Wait& wait, const Actor& waiter) const;
  std::string operand(const Actor& actor) const;
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
  std::vector<HangRoot> roots_;
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

// What the operation is done to that the actor is about to do.
std::string ResultBuilder::operand(const Actor& actor) const {
  const Object* object = actor.pending->object();
  return object != nullptr ? world_.text(*object) : std::string();
}

std::string ResultBuilder::resource(const Wait& wait, const Actor& waiter) const {
  return wait.object != nullptr ? world_.text(*wait.object) : std::to_string(waiter.cpu);   // "CPU 0"
}

void ResultBuilder::decide(RunEnd end) {
  stuck_ = graph_.stuck_set();
  // Whoever is in the background may wait for ever once the others are done: nobody is there who could call it.
  const auto counts = [this](std::size_t v) { return actor(v).must_finish || actor(v).has_duties; };
  if (end == RunEnd::kAllDone && std::none_of(stuck_.begin(), stuck_.end(), counts)) stuck_.clear();
  roots_ = hang_roots(graph_, stuck_);
  if (!stuck_.empty()) {
    const bool orphans = std::all_of(roots_.begin(), roots_.end(), [](const HangRoot& root) { return root.kind == pb::ORPHANED_EVENT; });
    return out_.set_verdict(orphans ? pb::LOST_WAKEUP : pb::DEADLOCK);
  }
  switch (end) {
    case RunEnd::kAllDone: return out_.set_verdict(pb::COMPLETED);
    case RunEnd::kSteps: out_.set_limit(fmt::format("bounds.steps={}", scenario_.steps_max)); break;
    case RunEnd::kTime: out_.set_limit(fmt::format("bounds.time_ns={}", scenario_.time_max_ns)); break;
    case RunEnd::kInterrupted: out_.set_limit("interrupted"); break;
    default: MMSIM_CHECK(false, "nothing can happen any more, yet nobody is stuck");
  }
  out_.set_verdict(pb::LIMIT);
}

// "folio_unlock(file[3])"; a description that is no operation stands for itself.
// Time on a CPU has no object.
std::string ending(const char* ends_by, const std::string& resource) {
  return std::string_view(ends_by).find(' ') != std::string_view::npos ? ends_by : fmt::format("{}({})", ends_by, resource);
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
  out.set_ends_when(ending(ends_by, wait.object != nullptr ? out.resource() : std::string()));
  out.set_values(wait.values);
  out.set_k(static_cast<int>(wait.need));
  std::set<const Actor*> told{why.holder};   // one may stand for several units
  for (const WaitEdge& other : wait.edges)
    if (other.kind == why.kind && told.insert(other.holder).second) out.add_beside(world_.text(*other.holder));
  return out;
}

// "cycle: a waits for mutex m in f; b waits for folio lock x in g". Whoever compares two results compares these.
std::string signature_of(const pb::Result& result, const pb::Finding& finding) {
  std::set<std::string> waits;
  for (const pb::StuckActor& who : result.stuck()) {
    if (std::find(finding.actors().begin(), finding.actors().end(), who.actor()) == finding.actors().end()) continue;
    std::string wait = fmt::format("{} waits for {} {}", who.actor(), who.wait_kind(), who.waits_for());
    if (!who.at().empty()) wait += " in " + who.at();
    waits.insert(std::move(wait));
  }
  return fmt::format("{}: {}", pb::HangKind_Name(finding.kind()), fmt::join(waits, "; "));
}

// Of the waits of a party, the first for another one.
WaitGraph::Graph::edge_descriptor ResultBuilder::wait_within(const HangRoot& root, std::size_t vertex) const {
  const auto [begin, end] = boost::out_edges(vertex, graph_.graph());
  return *std::find_if(begin, end, [&](const auto& e) {
    return std::find(root.vertices.begin(), root.vertices.end(), boost::target(e, graph_.graph())) != root.vertices.end();
  });
}

void ResultBuilder::add_findings() {
  const auto& graph = graph_.graph();
  for (const HangRoot& root : roots_) {
    pb::Finding& finding = *out_.add_findings();
    finding.set_kind(root.kind);
    for (const std::size_t v : root.vertices) finding.add_actors(world_.text(actor(v)));
    for (const std::size_t v : root.victims) finding.add_victims(world_.text(actor(v)));
    for (const auto& cycle : root.cycles) {
      finding.add_cycles(static_cast<std::uint32_t>(out_.cycles_size()));
      pb::Cycle& out = *out_.add_cycles();
      for (const auto& e : cycle) *out.add_edges() = edge(e);
    }
    for (const std::size_t v : root.vertices) {
      if (is_knot(root.kind)) *finding.add_waits() = edge(wait_within(root, v));
      if (actor(v).state == ActorState::kRunnable) finding.add_by(world_.text(*graph[v].wait.edges.front().holder));
    }
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
  if (role == pb::ORPHAN) {
    out.set_nobody(wait.nobody);
    if (!wait.edges.empty()) out.set_nobody(fmt::format("{} has finished", world_.text(*wait.edges.front().holder)));
  }
  if (wait.object != nullptr && &wait.object->lock_class() != &Conditions::kClass)
    out.set_ends_when(ending(wait.object->lock_class().release, out.waits_for()));
  out.set_values(wait.values);
  if (who.pending != nullptr)
    out.add_call_trace(fmt::format("{}({})", who.pending->verb(), wait.object != nullptr ? out.waits_for() : operand(who)));
  for (const Procedure* at = who.innermost; at != nullptr; at = at->caller()) {
    const std::int32_t line = line_in(who, *at);
    out.add_call_trace(line > 0 ? fmt::format("{} (line {})", at->name(), line) : at->name());
  }
  if (who.innermost != nullptr) out.set_at(who.innermost->name());
  if (who.foresight != nullptr) out.set_line(who.foresight->line());
  out.set_cpu(who.cpu);
  out.set_node(node_of(who.cpu));
  out.set_state(who.state == ActorState::kBlocked ? "D" : "R");
  for (const WaitEdge& why : wait.edges) {
    const std::string name = world_.text(*why.holder);
    if (std::find(out.behind().begin(), out.behind().end(), name) == out.behind().end()) out.add_behind(name);
  }
}

// Parties in the order in which the findings name them, then those with nobody to wait for, then the rest.
void ResultBuilder::add_all_stuck() {
  std::set<std::size_t> told;
  const auto tell = [&](std::size_t v, pb::Role role) {
    if (told.insert(v).second) add_stuck(v, role);
  };
  for (const HangRoot& root : roots_)
    for (const std::size_t v : root.vertices) tell(v, root.kind == pb::ORPHANED_EVENT ? pb::ORPHAN : pb::PARTY);
  for (const std::size_t v : stuck_) tell(v, pb::VICTIM);
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
  for (const HangRoot& root : roots_)
    for (const std::size_t v : root.vertices) {
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
  bool migrates = false;
  for_each_call<MigratePagesSpec>(scenario_, [&migrates](const MigratePagesSpec&) { migrates = true; });
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
    for (std::uint32_t bucket = 0; stats.buckets != nullptr && bucket < stats.buckets->size(); ++bucket) {
      if ((*stats.buckets)[bucket] == 0) continue;
      out.mutable_histogram()->add_low_ns(bucket_low(bucket));
      out.mutable_histogram()->add_count((*stats.buckets)[bucket]);
    }
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
  add_findings();
  add_all_stuck();
  for (pb::Finding& finding : *out_.mutable_findings()) finding.set_signature(signature_of(out_, finding));
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
