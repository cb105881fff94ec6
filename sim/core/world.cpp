#include "sim/core/world.hpp"

#include <algorithm>
#include <cstring>

#include "sim/core/wait_graph.hpp"

namespace mmsim {

namespace {

void actor_timer_fired(World& world, Timer& timer) {
  Actor& actor = reinterpret_cast<Actor&>(timer);  // Actor's first member; see there
  world.resume_timed(actor);
}

// The chain of sole holders ends, nearly always, at an actor that can act.
bool chain_ends_at_one_who_can_act(const Actor& actor) {
  constexpr int kHops_max = 8;
  const Actor* at = &actor;
  for (int hop = 0; hop < kHops_max; ++hop) {
    if (at->can_act()) return true;
    if (at->state == ActorState::kRunnable) {
      at = at->world.cpus->hog(*at);
      if (at == nullptr) return true;
      continue;
    }
    if (!at->waiting()) return false;
    const QuickEnd end = at->pending->quick_end();
    if (end.by == QuickEnd::By::kTime) return true;
    if (end.by == QuickEnd::By::kAskDescription || end.actor == nullptr) return false;
    at = end.actor;
  }
  return false;
}

// What remains are, nearly always, several who can act.
bool enough_others_can_act(const Actor& actor) {
  Wait wait;
  if (!describe_wait(actor, wait) || wait.time_will) return true;
  const auto able =
      std::count_if(wait.edges.begin(), wait.edges.end(), [](const WaitEdge& edge) { return edge.holder->can_act(); });
  return able > 0 && static_cast<std::size_t>(able) >= wait.need;
}

// True only if the actor is not stuck, which takes no graph to see.
bool plainly_free(const Actor& actor) { return chain_ends_at_one_who_can_act(actor) || enough_others_can_act(actor); }

}  // namespace

void actor_finished(Actor& actor) noexcept { actor.world.finished(actor); }

World::World(Arena& a)
    : arena(a),
      calendar(a),
      ready(ArenaAllocator<Actor*>(a)),
      actors(ArenaAllocator<Actor*>(a)),
      objects(ArenaAllocator<Object*>(a)),
      wait_stats(ArenaAllocator<WaitStats>(a)),
      counters(ArenaAllocator<std::uint64_t>(a)),
      strings_(ArenaAllocator<Text>(a)) {
  chooser = arena.make<FirstChooser>();
}

std::uint32_t World::intern(std::string_view text) {
  for (std::size_t i = 0; i < strings_.size(); ++i)
    if (std::string_view(strings_[i].chars, strings_[i].size) == text) return static_cast<std::uint32_t>(i);
  char* chars = static_cast<char*>(arena.allocate(text.size()));
  std::memcpy(chars, text.data(), text.size());
  strings_.push_back({chars, text.size()});
  return static_cast<std::uint32_t>(strings_.size() - 1);
}

std::string World::text(Name name) const {
  const Text& base = strings_[name.base];
  std::string out(base.chars, base.size);
  if (name.instance >= 0) out.append("[").append(std::to_string(name.instance)).append("]");
  return out;
}

Actor& World::add_actor(Name name) {
  Actor* actor = arena.make<Actor>(*this, name, actor_timer_fired);
  actor->id = static_cast<std::uint32_t>(actors.size());
  actors.push_back(actor);
  return *actor;
}

void World::start(Actor& actor, Task<> root, std::int64_t at_ns) {
  actor.leaf = root.release();
  if (actor.must_finish) ++unfinished;
  calendar.set(actor.timer, at_ns);
}

void World::dispatch(Actor& actor) {
  actor.state = ActorState::kReady;
  ready.push_back(&actor);
}

void World::resume_timed(Actor& actor) {
  if (actor.state == ActorState::kNew) record(Event::kStart, actor, nullptr);
  if (cpus == nullptr || actor.cpu < 0) return dispatch(actor);
  actor.state = ActorState::kRunnable;
  cpus->want(actor);
  if (actor.state == ActorState::kRunnable) check_stuck(actor);
}

void World::spend(Actor& actor, std::int64_t ns) {
  actor.state = ActorState::kTimed;
  if (cpus != nullptr && actor.cpu >= 0) return cpus->spend(actor, ns);
  calendar.set(actor.timer, now_ns + ns);
}

void World::sleep(Actor& actor, std::int64_t ns) {
  actor.state = ActorState::kTimed;
  record(Event::kSleep, actor, nullptr, ns);
  if (actor.before_sleep != nullptr) actor.before_sleep(actor);
  if (cpus != nullptr && actor.cpu >= 0) cpus->give_up(actor);
  calendar.set(actor.timer, now_ns + ns);
}

void World::begin_wait(Operation& op) {
  Actor& actor = op.self;
  if (!op.waited) {
    op.waited = true;
    actor.pending = &op;
    actor.waiting_since_ns = now_ns;
  }
  op.enqueue();
  // Words are compared, not addresses: whether equal literals are one depends on the optimiser.
  const bool shared = std::string_view(op.verb()) == op.object()->lock_class().acquire_shared;
  record(Event::kWait, actor, op.object(), 0, shared);
  if (!op.spins() && actor.before_sleep != nullptr) actor.before_sleep(actor);
  actor.state = op.spins() ? ActorState::kSpinning : ActorState::kBlocked;
  if (!op.spins() && cpus != nullptr && actor.cpu >= 0) cpus->give_up(actor);
  check_stuck(actor);
}

void World::wake(Operation& op) {
  Actor& actor = op.self;
  MMSIM_CHECK(!actor.stuck, "an actor found to be stuck was woken: its wait did not name all who could end it");
  if (op.queued) op.object()->waiters.remove(op);
  op.woken = true;
  record(Event::kWoken, actor, op.object());
  if (actor.state == ActorState::kSpinning) return dispatch(actor);
  resume_timed(actor);
}

void World::count_wait(const Operation& op) {
  if (!op.waited) return;   // it only lost its CPU before it began
  const char* noun = op.object()->lock_class().noun;
  auto stats = std::find_if(wait_stats.begin(), wait_stats.end(),
                            [&](const WaitStats& s) { return std::string_view(s.noun) == noun; });
  if (stats == wait_stats.end()) stats = wait_stats.insert(stats, WaitStats{noun});
  const std::int64_t waited_ns = now_ns - op.self.waiting_since_ns;
  ++stats->contended;
  stats->total_wait_ns += waited_ns;
  stats->max_wait_ns = std::max(stats->max_wait_ns, waited_ns);
}

void World::finished(Actor& actor) {
  actor.state = ActorState::kFinished;
  record(Event::kFinish, actor, nullptr);
  if (actor.must_finish) --unfinished;
  if (cpus != nullptr && actor.cpu >= 0) cpus->give_up(actor);
  recheck();
}

// A stuck set closes only when somebody stops acting, and contains whoever did. Those who waited for it before are in the
// set too, but cannot be reached from it: once there is something to mark, the whole graph is built.
void World::check_stuck(Actor& actor) {
  if (!checks || plainly_free(actor)) return;
  if (!WaitGraph::reachable_from(actor).stuck_set().empty()) mark_stuck(*this, WaitGraph::all(*this));
}

void World::recheck() {
  if (!checks) return;
  for (const Actor* actor : actors)
    if ((actor->waiting() || actor->state == ActorState::kRunnable) && !actor->stuck && !plainly_free(*actor))
      return mark_stuck(*this, WaitGraph::all(*this));
}

}  // namespace mmsim
