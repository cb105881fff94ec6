#include "sim/core/pool.hpp"

#include <algorithm>

namespace mmsim {

std::int64_t Pool::taken_by(const Actor& actor) const {
  std::int64_t units = 0;
  for (const Taker& taker : takers)
    if (taker.holding.holder == &actor) units += taker.units;
  return units;
}

void Pool::take(Actor& actor, std::int64_t units) {
  free -= units;
  note_taken(actor, units);
}

bool Pool::give(Actor& actor, std::int64_t units) {
  if (free + units > size) return false;
  free += units;
  note_given(actor, units);
  // Explorations have no queue here: they look at the number.
  for (Waiter* waiter = waiters.head(); waiter != nullptr;) {
    Waiter* next = waiter->next;
    if (waiter->actor.pending->can_complete()) actor.world.wake(*this, *waiter);
    waiter = next;
  }
  return true;
}

void Pool::note_taken(Actor& actor, std::int64_t units) {
  if (Arena::of(this).log() == nullptr) takers.push_back({held_now(actor, false), units});
}

// Its own first, the latest of them; then those of whoever took first.
void Pool::note_given(const Actor& actor, std::int64_t units) {
  if (Arena::of(this).log() != nullptr) return;
  const auto give_from = [&](Taker& taker) {
    const std::int64_t some = std::min(units, taker.units);
    taker.units -= some;
    units -= some;
  };
  for (auto taker = takers.rbegin(); taker != takers.rend(); ++taker)
    if (taker->holding.holder == &actor) give_from(*taker);
  for (Taker& taker : takers) give_from(taker);
  takers.erase(std::remove_if(takers.begin(), takers.end(), [](const Taker& t) { return t.units == 0; }), takers.end());
}

// One that stands before a step it has not done yet is not seen to have it before it by its program.
std::int64_t Pool::may_give(const Actor& actor, std::int64_t has, std::int64_t enough) const {
  const bool at_it = actor.pending != nullptr && actor.pending->object() == this;
  const bool giving = at_it && std::string_view(actor.pending->verb()) == words_->release;
  if (giving) return enough;
  return actor.foresight != nullptr ? actor.foresight->may_give(*this, has, at_it, enough) : has;
}

// Where all that can come is just enough, all of them must act.
void Pool::describe(const Actor& waiter, std::int64_t units, std::int64_t reserve, Wait& wait) const {
  const std::int64_t missing = units - free;
  wait.noun = lock_class().noun;
  wait.nobody = "nobody is left who could give it back";
  const std::int64_t needed = units - reserve;
  wait.values = std::to_string(free) + " of " + std::to_string(size) + (size == 1 ? " unit is free and " : " units are free and ") +
                std::to_string(needed) + (needed == 1 ? " is needed" : " are needed") +
                (reserve > 0 ? " beyond a reserve of " + std::to_string(reserve) : "");
  std::int64_t can_come = 0;
  std::vector<std::int64_t> by_edge;
  for (Actor* actor : waiter.world.actors) {
    if (actor->state == ActorState::kFinished) continue;
    const std::int64_t has = taken_by(*actor);
    const std::int64_t gives = std::min(may_give(*actor, has, missing), actor == &waiter ? std::min(has, missing) : missing);
    if (gives <= 0) continue;
    const auto own = std::find_if(takers.begin(), takers.end(), [&](const Taker& t) { return t.holding.holder == actor; });
    if (own != takers.end())
      wait.edges.push_back({actor, EdgeKind::kKOfN, "", "", own->holding.since_ns, own->holding.held_at});
    else
      wait.edges.push_back({actor, EdgeKind::kKOfN, "may give some back", ""});
    by_edge.push_back(gives);
    can_come += gives;
  }
  if (can_come <= missing || wait.edges.size() == 1) {
    for (WaitEdge& edge : wait.edges) edge.kind = EdgeKind::kOwner;
    wait.need = wait.edges.size() + (can_come < missing && !wait.edges.empty());
    return;
  }
  wait.need = static_cast<std::size_t>(missing);
  if (missing == 1) {
    for (WaitEdge& edge : wait.edges) edge.kind = EdgeKind::kOneOf;
    return;
  }
  std::vector<WaitEdge> one_each = std::move(wait.edges);
  wait.edges.clear();
  for (std::size_t i = 0; i < one_each.size(); ++i) wait.edges.insert(wait.edges.end(), static_cast<std::size_t>(by_edge[i]), one_each[i]);
}

}  // namespace mmsim
