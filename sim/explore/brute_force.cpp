#include "sim/explore/brute_force.hpp"

#include <algorithm>
#include <compare>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/explore/brute_program.hpp"

namespace mmsim {
namespace {

using namespace brute;  // NOLINT(google-build-using-namespace)

constexpr int kNobody = -1;
constexpr int kEndless = std::numeric_limits<int>::max();

enum class Phase { kRunning, kQueued, kLetIn, kSpinning };

struct ActorNow {
  int line = 0;
  Phase phase = Phase::kRunning;
  std::vector<int> rounds;            // left of each loop around it
  int preemption = 0, interrupts = 0, bottom_halves = 0;   // how often off
  bool in_handler = false;
  bool woken = false;                 // out of the queue that it had joined before it slept
  auto operator<=>(const ActorNow&) const = default;
};

struct Queued {
  int actor = 0;
  bool exclusive = true;
  bool joined_first = false;          // it may not sleep yet
  auto operator<=>(const Queued&) const = default;
};

struct ThingNow {
  int owner = kNobody;                // of a lock; the writer of an rwsem
  std::vector<int> readers;           // in order of their numbers, once for each time
  int units = 0;                      // of a semaphore or pool, permits of a completion; value of a variable
  std::vector<Queued> queue;          // first come, first served
  auto operator<=>(const ThingNow&) const = default;
};

struct State {
  std::vector<ActorNow> actors;
  std::vector<ThingNow> things;
  std::vector<int> runners;           // of CPUs
  auto operator<=>(const State&) const = default;
};

// One step of one actor, made on a copy of the state.
class Stepper {
 public:
  Stepper(const Programs& programs, State& state, int actor)
      : programs_(programs), state_(state), actor_(actor), me_(state.actors[static_cast<std::size_t>(actor)]) {}

  const Line& line() const { return line_of(actor_); }

  // Goes on to the next line that takes a step.
  void settle() {
    for (;; ++me_.line) {
      const Line& now = line();
      if (now.op == Op::kGoto) {
        me_.line = now.target - 1;
      } else if (now.op == Op::kRepeat) {
        me_.rounds[static_cast<std::size_t>(now.counter)] = now.times;
      } else if (now.op == Op::kAgain) {
        if (now.times == 0 || --me_.rounds[static_cast<std::size_t>(now.counter)] > 0) me_.line = now.target - 1;
      } else if (now.op == Op::kLeave) {
        turn_handler(-1);
      } else {
        return;
      }
    }
  }

  // False if it cannot take a step; the state is then as it was.
  bool step() {
    if (line().op == Op::kEnd || me_.phase == Phase::kQueued) return false;
    const bool began_to_spin = me_.phase == Phase::kSpinning;
    if (!effect()) return false;
    if (me_.phase == Phase::kQueued || (!began_to_spin && me_.phase == Phase::kSpinning)) return true;
    me_.phase = Phase::kRunning;
    ++me_.line;
    settle();
    return true;
  }

 private:
  const Line& line_of(int actor) const {
    const auto i = static_cast<std::size_t>(actor);
    return programs_.actors[i][static_cast<std::size_t>(state_.actors[i].line)];
  }
  ThingNow& thing() { return state_.things[static_cast<std::size_t>(line().thing)]; }
  const Thing& what() const { return programs_.things[static_cast<std::size_t>(line().thing)]; }

  bool effect() {
    if (me_.phase == Phase::kLetIn) {
      me_.phase = Phase::kRunning;
      return true;
    }
    switch (line().op) {
      case Op::kLock: return take_lock();
      case Op::kTrylock: return trylock();
      case Op::kUnlock: return give(thing().owner, kNobody);
      case Op::kDownRead: return enter_rwsem(false);
      case Op::kDownWrite: return enter_rwsem(true);
      case Op::kUpRead: return leave_rwsem(false);
      case Op::kUpWrite: return leave_rwsem(true);
      case Op::kDown: return take_unit();
      case Op::kUp: return give(thing().units, thing().units + 1);
      case Op::kWait: return what().kind == Kind::kCompletion ? take_unit() : join_queue();
      case Op::kWake: return what().kind == Kind::kCompletion ? permit(1) : wake(1);
      case Op::kWakeAll: return what().kind == Kind::kCompletion ? permit(kEndless) : wake(kEndless);
      case Op::kTryRead: return try_read();
      case Op::kDowngrade: return downgrade();
      case Op::kTryDown: return take_unit() || fail();
      case Op::kSet: return give(thing().units, line().value);
      case Op::kAdd: return give(thing().units, thing().units + line().value);
      case Op::kTest: return holds() || fail();
      case Op::kWaitUntil: return holds();
      case Op::kPrepare: return prepare();
      case Op::kSchedule: return me_.woken;
      case Op::kFinish: return finish();
      case Op::kSpinLock: return spin_lock();
      case Op::kSpinTrylock: return spin_trylock();
      case Op::kSpinUnlock: return spin_unlock();
      case Op::kPreemption: return give(me_.preemption, me_.preemption + line().value);
      case Op::kInterrupts: return give(me_.interrupts, me_.interrupts + line().value);
      case Op::kBottomHalves: return give(me_.bottom_halves, me_.bottom_halves + line().value);
      case Op::kEnter: return enter();
      case Op::kTake: return take_units();
      case Op::kTryTake: return take_units() || fail();
      case Op::kGive: return give(thing().units, thing().units + line().value);
      default: return true;
    }
  }

  static bool give(int& value, int to) {
    value = to;
    return true;
  }

  bool take_lock() { return thing().owner == kNobody && give(thing().owner, actor_); }

  void turn_off(int by) {
    me_.preemption += by;
    if (what().irq_safe) me_.interrupts += by;
    if (what().bh_safe) me_.bottom_halves += by;
  }

  void turn_handler(int by) {
    me_.in_handler = by > 0;
    me_.preemption += by;
    (programs_.placed[static_cast<std::size_t>(actor_)].context == Context::kHardirq ? me_.interrupts : me_.bottom_halves) += by;
  }

  bool enter() {
    turn_handler(1);
    return true;
  }

  // To begin to spin shows where CPUs are shared, or where it keeps interrupts out that could come.
  bool spin_lock() {
    const bool shows = programs_.shared_cpus || (programs_.has_handlers() && (what().irq_safe || what().bh_safe));
    if (thing().owner == kNobody) {
      if (me_.phase != Phase::kSpinning) turn_off(1);
      return give(thing().owner, actor_);
    }
    if (!shows || me_.phase == Phase::kSpinning) return false;
    turn_off(1);
    me_.phase = Phase::kSpinning;
    return true;
  }

  bool spin_trylock() {
    if (thing().owner != kNobody) return fail();
    turn_off(1);
    return give(thing().owner, actor_);
  }

  bool spin_unlock() {
    turn_off(-1);
    return give(thing().owner, kNobody);
  }

  bool trylock() {
    const bool is_free = thing().owner == kNobody && thing().readers.empty() && thing().queue.empty();
    if (!is_free) return fail();
    thing().owner = actor_;
    return true;
  }

  // A step that changes nothing but where it goes on.
  bool fail() {
    me_.line = line().target - 1;
    return true;
  }

  bool holds() {
    const int value = thing().units;
    switch (line().compares) {
      case '<': return value < line().value;
      case '=': return value == line().value;
      default: return value >= line().value;
    }
  }

  bool try_read() {
    if (thing().owner != kNobody || !thing().queue.empty()) return fail();
    add_reader(thing(), actor_);
    return true;
  }

  bool downgrade() {
    thing().owner = kNobody;
    add_reader(thing(), actor_);
    if (!thing().queue.empty() && line_of(thing().queue.front().actor).op != Op::kDownWrite) let_readers_in(thing());
    return true;
  }

  bool prepare() {
    me_.woken = false;
    auto& queue = thing().queue;
    if (std::any_of(queue.begin(), queue.end(), [this](const Queued& q) { return q.joined_first && q.actor == actor_; })) return true;
    const bool exclusive = line().value != 0;
    queue.insert(exclusive ? queue.end() : queue.begin(), {actor_, exclusive, true});
    return true;
  }

  bool finish() {
    me_.woken = false;
    std::erase_if(thing().queue, [this](const Queued& q) { return q.joined_first && q.actor == actor_; });
    return true;
  }

  bool take_unit() {
    if (thing().units == 0) return false;
    if (thing().units != kEndless) --thing().units;
    return true;
  }

  bool take_units() { return thing().units >= line().value + line().reserve && give(thing().units, thing().units - line().value); }

  bool permit(int count) {
    int& permits = thing().units;
    permits = permits == kEndless || count == kEndless ? kEndless : permits + count;
    return true;
  }

  bool join_queue() {
    thing().queue.push_back({actor_});
    me_.phase = Phase::kQueued;
    return true;
  }

  void let_in(ThingNow& from, std::size_t place) {
    ActorNow& actor = state_.actors[static_cast<std::size_t>(from.queue[place].actor)];
    if (from.queue[place].joined_first) actor.woken = true;
    else actor.phase = Phase::kLetIn;
    from.queue.erase(from.queue.begin() + static_cast<std::ptrdiff_t>(place));
  }

  bool wake(int count) {
    while (count > 0 && !thing().queue.empty()) {
      count -= thing().queue.front().exclusive;
      let_in(thing(), 0);
    }
    return true;
  }

  static void add_reader(ThingNow& rwsem, int actor) {
    rwsem.readers.insert(std::upper_bound(rwsem.readers.begin(), rwsem.readers.end(), actor), actor);
  }

  bool enter_rwsem(bool write) {
    ThingNow& rwsem = thing();
    if (!rwsem.queue.empty() || rwsem.owner != kNobody || (write && !rwsem.readers.empty())) return join_queue();
    if (write) rwsem.owner = actor_;
    else add_reader(rwsem, actor_);
    return true;
  }

  bool leave_rwsem(bool write) {
    ThingNow& rwsem = thing();
    if (write) rwsem.owner = kNobody;
    else rwsem.readers.erase(std::find(rwsem.readers.begin(), rwsem.readers.end(), actor_));
    if (rwsem.queue.empty() || rwsem.owner != kNobody) return true;
    const auto writes = [&](int actor) { return line_of(actor).op == Op::kDownWrite; };
    if (writes(rwsem.queue.front().actor)) {
      if (!rwsem.readers.empty()) return true;
      rwsem.owner = rwsem.queue.front().actor;
      let_in(rwsem, 0);
      return true;
    }
    let_readers_in(rwsem);
    return true;
  }

  void let_readers_in(ThingNow& rwsem) {
    for (std::size_t i = 0; i < rwsem.queue.size();) {
      if (line_of(rwsem.queue[i].actor).op == Op::kDownWrite) {
        ++i;
      } else {
        add_reader(rwsem, rwsem.queue[i].actor);
        let_in(rwsem, i);
      }
    }
  }

  const Programs& programs_;
  State& state_;
  int actor_;
  ActorNow& me_;
};

struct Edge {
  int actor;
  std::size_t to;
};

bool is_over(const Programs& programs, State& state) {
  for (int actor = 0; actor < static_cast<int>(programs.names.size()); ++actor)
    if (!programs.background[static_cast<std::size_t>(actor)] && Stepper(programs, state, actor).line().op != Op::kEnd) return false;
  return true;
}

// Who has its CPU in a state.
class Cpus {
 public:
  explicit Cpus(const Programs& programs) : programs_(programs) {
    members_.resize(static_cast<std::size_t>(programs.cpus));
    for (int actor = 0; actor < static_cast<int>(programs.actors.size()); ++actor)
      members_[static_cast<std::size_t>(placed(actor).cpu)].push_back(actor);
  }

  // Those who can go on, and may. `next`: the states they lead to.
  std::vector<int> enabled(const State& state, std::vector<State>& next) const {
    std::vector<int> out;
    for (int actor = 0; actor < static_cast<int>(programs_.actors.size()); ++actor) {
      State after = state;
      if (!Stepper(programs_, after, actor).step() || waits_for_cpu(state, actor)) continue;
      if (const auto cpu = static_cast<std::size_t>(placed(actor).cpu); tasks(cpu) > 1 && placed(actor).context == Context::kTask)
        after.runners[cpu] = actor;
      for (int& runner : after.runners)
        if (runner != kNobody && !keeps(after, runner)) runner = kNobody;
      out.push_back(actor);
      next.push_back(std::move(after));
    }
    return out;
  }

 private:
  const Placed& placed(int actor) const { return programs_.placed[static_cast<std::size_t>(actor)]; }
  static const ActorNow& now(const State& state, int actor) { return state.actors[static_cast<std::size_t>(actor)]; }
  const Line& line(const State& state, int actor) const {
    return programs_.actors[static_cast<std::size_t>(actor)][static_cast<std::size_t>(now(state, actor).line)];
  }
  long tasks(std::size_t cpu) const {
    return std::count_if(members_[cpu].begin(), members_[cpu].end(), [this](int actor) { return placed(actor).context == Context::kTask; });
  }
  bool able(const State& state, int actor) const {
    State copy = state;
    return Stepper(programs_, copy, actor).step();
  }
  bool spins(const State& state, int actor) const { return line(state, actor).op == Op::kSpinLock; }
  bool sleeps(const State& state, int actor) const { return line(state, actor).op == Op::kSleep; }

  bool keeps(const State& state, int actor) const {
    const Op op = line(state, actor).op;
    if (!able(state, actor)) return spins(state, actor);
    if (op == Op::kYield || op == Op::kSleep) return false;
    if (programs_.preemption == 'N') return true;
    const bool may_sleep = op == Op::kLock || op == Op::kDown || op == Op::kWait || op == Op::kWaitUntil;
    if (programs_.preemption == 'V') return !may_sleep;
    return now(state, actor).preemption > 0 || now(state, actor).interrupts > 0 || now(state, actor).bottom_halves > 0;
  }

  int running(const State& state, std::size_t cpu) const {
    int top = kNobody;
    for (const int actor : members_[cpu])
      if (now(state, actor).in_handler && (top == kNobody || placed(actor).context > placed(top).context)) top = actor;
    if (top != kNobody) return top;
    if (tasks(cpu) > 1) return state.runners[cpu];
    for (const int actor : members_[cpu])
      if (placed(actor).context == Context::kTask && (able(state, actor) ? !sleeps(state, actor) : spins(state, actor))) return actor;
    return kNobody;
  }

  bool waits_for_cpu(const State& state, int actor) const {
    const auto cpu = static_cast<std::size_t>(placed(actor).cpu);
    const int runner = running(state, cpu);
    if (runner == actor) return false;
    if (placed(actor).context != Context::kTask) {
      if (now(state, actor).in_handler) return true;
      if (runner == kNobody) return false;
      return now(state, runner).interrupts > 0 || (placed(actor).context == Context::kSoftirq && now(state, runner).bottom_halves > 0);
    }
    return runner != kNobody || std::any_of(members_[cpu].begin(), members_[cpu].end(), [&](int other) {
      return placed(other).context == Context::kTask && placed(other).priority > placed(actor).priority && able(state, other) &&
             !sleeps(state, other);
    });
  }

  const Programs& programs_;
  std::vector<std::vector<int>> members_;   // by CPU
};

// The whole graph; state 0 is the start, and states are numbered in order of their distance from it.
struct Graph {
  std::vector<std::vector<Edge>> edges;
  std::vector<int> depth;
  std::vector<bool> over, deadlock;
  int actors = 0;
};

State start_of(const Programs& programs) {
  State start;
  for (const Thing& thing : programs.things) start.things.push_back({kNobody, {}, thing.units, {}});
  const std::vector<int> rounds(static_cast<std::size_t>(programs.counters));
  start.actors.assign(programs.actors.size(), {.rounds = rounds});
  start.runners.assign(static_cast<std::size_t>(programs.cpus), kNobody);
  for (std::size_t i = 0; i < programs.actors.size(); ++i) Stepper(programs, start, static_cast<int>(i)).settle();
  return start;
}

Graph build_graph(const Programs& programs) {
  Graph graph;
  graph.actors = static_cast<int>(programs.actors.size());
  const Cpus cpus(programs);
  const State start = start_of(programs);
  std::map<State, std::size_t> numbers{{start, 0}};
  std::vector<const State*> states{&numbers.begin()->first};
  graph.depth.push_back(0);
  for (std::size_t now = 0; now < states.size(); ++now) {
    std::vector<Edge> edges;
    State copy = *states[now];
    const bool over = is_over(programs, copy);
    std::vector<State> next;
    const std::vector<int> enabled = over ? std::vector<int>{} : cpus.enabled(*states[now], next);
    for (std::size_t i = 0; i < enabled.size(); ++i) {
      const auto [known, is_new] = numbers.try_emplace(std::move(next[i]), states.size());
      if (is_new) {
        states.push_back(&known->first);
        graph.depth.push_back(graph.depth[now] + 1);
      }
      edges.push_back({enabled[i], known->second});
    }
    graph.over.push_back(over);
    graph.deadlock.push_back(edges.empty() && !over);
    graph.edges.push_back(std::move(edges));
  }
  return graph;
}

// By going back from the ends as long as that reaches more.
std::uint64_t lost_states(const Graph& graph) {
  std::vector<bool> ends = graph.over;
  for (bool more = true; std::exchange(more, false);)
    for (std::size_t state = graph.edges.size(); state-- > 0;) {
      const auto& edges = graph.edges[state];
      if (ends[state] || std::none_of(edges.begin(), edges.end(), [&](const Edge& edge) { return ends[edge.to]; })) continue;
      ends[state] = more = true;
    }
  return static_cast<std::uint64_t>(std::count(ends.begin(), ends.end(), false));
}

// Every step goes forward, so the graph has no cycle.
double deadlock_probability(const Graph& graph, std::size_t state, std::vector<double>& known) {
  if (known[state] >= 0) return known[state];
  double sum = graph.deadlock[state] ? 1 : 0;
  for (const Edge& edge : graph.edges[state])
    sum += deadlock_probability(graph, edge.to, known) / static_cast<double>(graph.edges[state].size());
  return known[state] = sum;
}

// Shortest paths over states and who took the last step, where only preemptions have a length.
int fewest_preemptions(const Graph& graph) {
  const auto width = static_cast<std::size_t>(graph.actors + 1);
  const std::size_t nobody = width - 1;
  std::vector<int> least(graph.edges.size() * width, kEndless);
  std::deque<std::size_t> open{nobody};
  least[nobody] = 0;
  while (!open.empty()) {
    const std::size_t at = open.front();
    open.pop_front();
    const std::size_t state = at / width;
    if (graph.deadlock[state]) return least[at];
    const int last = static_cast<int>(at % width);
    const auto& edges = graph.edges[state];
    const bool could_go_on = std::any_of(edges.begin(), edges.end(), [&](const Edge& e) { return e.actor == last; });
    for (const Edge& edge : edges) {
      const bool preempts = could_go_on && edge.actor != last;
      const std::size_t to = edge.to * width + static_cast<std::size_t>(edge.actor);
      const int length = least[at] + (preempts ? 1 : 0);
      if (length >= least[to]) continue;
      least[to] = length;
      preempts ? open.push_back(to) : open.push_front(to);
    }
  }
  return -1;
}

}  // namespace

BruteForceAnswer brute_force(const pb::Scenario& scenario, bool shared_cpus) {
  const Programs programs = read_programs(scenario, shared_cpus);
  const Graph graph = build_graph(programs);
  BruteForceAnswer answer;
  answer.states = graph.edges.size();
  for (std::size_t state = 0; state < graph.edges.size(); ++state) {
    answer.transitions += graph.edges[state].size();
    if (!graph.edges[state].empty()) continue;
    if (!graph.deadlock[state]) {
      ++answer.finished_states;
    } else if (answer.deadlock_states++ == 0) {
      answer.shortest_witness = graph.depth[state];
    }
  }
  answer.lost_states = lost_states(graph);
  std::vector<double> known(graph.edges.size(), -1);
  if (!programs.endless()) answer.deadlock_probability = deadlock_probability(graph, 0, known);
  answer.fewest_preemptions = fewest_preemptions(graph);
  return answer;
}

bool leads_to_deadlock(const pb::Scenario& scenario, const std::vector<std::string>& actors, bool shared_cpus) {
  const Programs programs = read_programs(scenario, shared_cpus);
  const Cpus cpus(programs);
  State state = start_of(programs);
  for (const std::string& name : actors) {
    const auto actor = static_cast<int>(std::find(programs.names.begin(), programs.names.end(), name) - programs.names.begin());
    std::vector<State> next;
    const std::vector<int> enabled = cpus.enabled(state, next);
    const auto at = std::find(enabled.begin(), enabled.end(), actor);
    if (at == enabled.end()) return false;
    state = State(next[static_cast<std::size_t>(at - enabled.begin())]);
  }
  std::vector<State> next;
  return cpus.enabled(state, next).empty() && !is_over(programs, state);
}

}  // namespace mmsim
