#include "sim/core/world.hpp"

#include <algorithm>
#include <cstring>

#include "sim/core/histogram.hpp"
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
      duties(ArenaAllocator<const Shared<bool>*>(a)),
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
  supervised |= exploring;
  Arena::Heap* heap = exploring ? &arena.private_heap(actors.size()) : nullptr;
  const Arena::Inside inside(arena, heap);
  Actor* actor = arena.make<Actor>(*this, name, actor_timer_fired, heap);
  actor->id = static_cast<std::uint32_t>(actors.size());
  actors.push_back(actor);
  return *actor;
}

void World::start(Actor& actor, Task<> root, std::int64_t at_ns) {
  actor.leaf = root.release();
  if (actor.must_finish) ++unfinished;
  if (!exploring) calendar.set(actor.timer, at_ns);
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
  actor.fall_asleep();
  if (cpus != nullptr && actor.cpu >= 0) cpus->give_up(actor);
  calendar.set(actor.timer, now_ns + ns);
  changed();
}

namespace {
bool keeps_cpu_when_held(const Actor& actor) {
  return actor.world.cpus == nullptr || actor.cpu < 0 || !actor.preemptible();
}
}  // namespace

// As a sleep whose end nobody knows.
void World::hold(Actor& actor) {
  actor.state = ActorState::kTimed;
  if (keeps_cpu_when_held(actor)) return;
  record(Event::kSleep, actor, nullptr);
  cpus->give_up(actor);
}

void World::let_go(Actor& actor) {
  if (keeps_cpu_when_held(actor)) return dispatch(actor);
  resume_timed(actor);
}

void World::begin_wait(Operation& op) {
  Actor& actor = op.self;
  if (!op.waited) {
    op.waited = true;
    actor.wait.woken = false;
    actor.wait.granted = false;
    actor.pending = &op;
    actor.waiting_since_ns = now_ns;
  }
  op.enqueue();
  // Words are compared, not addresses: whether equal literals are one depends on the optimiser.
  if (const Object* object = op.object(); object != nullptr) {
    const bool shared = std::string_view(op.verb()) == object->lock_class().acquire_shared;
    record(Event::kWait, actor, object, 0, shared);
  }
  const bool sends = !op.spins() && actor.before_sleep != nullptr;
  if (!op.spins()) actor.fall_asleep();
  actor.state = op.spins() ? ActorState::kSpinning : ActorState::kBlocked;
  if (cpus != nullptr && actor.cpu >= 0) {
    if (op.spins())
      cpus->spins(actor);
    else
      cpus->give_up(actor);
  }
  if (sends) changed();
  if (actor.waiting()) check_stuck(actor);   // else that was what it waits for
}

void World::join(Operation& op) {
  Actor& actor = op.self;
  actor.wait.woken = false;
  actor.wait.granted = false;
  op.waited = true;
  if (op.joins())
    op.enqueue();
  else if (op.spins())
    op.begin_to_spin();
  if (!op.spins()) actor.fall_asleep();
}

void World::wake(Object& object, Waiter& waiter) {
  Actor& actor = waiter.actor;
  if (waiter.queued) object.waiters.remove(waiter);
  waiter.woken = true;
  if (!exploring) resume_woken(object, actor);
}

void World::wake_prepared(Object& object, Waiter& waiter) {
  object.waiters.remove(waiter);
  waiter.woken = true;
  Actor& actor = waiter.actor;
  if (!exploring && actor.waiting() && actor.pending->object() == &object) resume_woken(object, actor);
}

void World::interrupt_wait(Actor& actor) {
  if (exploring || !actor.waiting() || !actor.pending->can_complete()) return;
  Object& object = *actor.pending->object();
  if (actor.wait.queued) object.waiters.remove(actor.wait);
  resume_woken(object, actor);
}

void World::look_at_conditions() {
  for (Object* object : *conditions)
    for (Waiter* waiter = object->waiters.head(); waiter != nullptr;) {
      Waiter* next = waiter->next;
      if (waiter->actor.pending->can_complete()) wake(*object, *waiter);
      waiter = next;
    }
}

void World::resume_woken(Object& object, Actor& actor) {
  MMSIM_CHECK(!actor.stuck, "an actor found to be stuck was woken: its wait did not name all who could end it");
  record(Event::kWoken, actor, &object);
  if (actor.state == ActorState::kSpinning) return dispatch(actor);
  resume_timed(actor);
}

void World::count_wait(const Operation& op) {
  if (!op.waited || op.object() == nullptr) return;   // it only lost its CPU before it began; it slept
  count_wait(op.object()->lock_class().noun, now_ns - op.self.waiting_since_ns);
}

void World::count_wait(const char* noun, std::int64_t waited_ns) {
  auto stats = std::find_if(wait_stats.begin(), wait_stats.end(),
                            [&](const WaitStats& s) { return std::string_view(s.noun) == noun; });
  if (stats == wait_stats.end()) stats = wait_stats.insert(stats, WaitStats{noun});
  ++stats->contended;
  stats->total_wait_ns += waited_ns;
  stats->max_wait_ns = std::max(stats->max_wait_ns, waited_ns);
  if (!histograms) return;
  if (stats->buckets == nullptr) stats->buckets = arena.make<ArenaVector<std::uint32_t>>(ArenaAllocator<std::uint32_t>(arena));
  const std::uint32_t bucket = bucket_of(waited_ns);
  if (bucket >= stats->buckets->size()) stats->buckets->resize(bucket + 1);
  ++(*stats->buckets)[bucket];
}

void World::finished(Actor& actor) {
  actor.state = ActorState::kFinished;
  if (exploring) return;
  record(Event::kFinish, actor, nullptr);
  if (actor.must_finish) --unfinished;
  if (cpus != nullptr && actor.cpu >= 0) cpus->give_up(actor);
  recheck();
}

bool World::all_done() const {
  const bool finished = std::all_of(actors.begin(), actors.end(), [](const Actor* actor) {
    return !actor->must_finish || actor->state == ActorState::kFinished;
  });
  return finished && std::none_of(duties.begin(), duties.end(), [](const Shared<bool>* duty) { return duty->get(); });
}

void World::look_at_duties() const {
  if (!exploring || !duties_come_back) return;
  for (const Shared<bool>* duty : duties) static_cast<void>(duty->get());
}

// A stuck set closes only when somebody stops acting, and contains whoever did. Those who waited for it before are in the
// set too, but cannot be reached from it: once there is something to mark, the whole graph is built.
void World::check_stuck(Actor& actor) {
  if (!checks || plainly_free(actor)) return;
  if (!WaitGraph::reachable_from(actor).stuck_set().empty()) mark_stuck(*this, WaitGraph::all(*this));
}

void World::recheck() {
  if (!checks || exploring) return;
  for (const Actor* actor : actors)
    if ((actor->waiting() || actor->state == ActorState::kRunnable) && !actor->stuck && !plainly_free(*actor))
      return mark_stuck(*this, WaitGraph::all(*this));
}

}  // namespace mmsim
