#include "sim/explore/selector.hpp"

namespace mmsim {

// Brings the users of cells up to the local states of `state`.
void Selector::follow(const State& state) {
  if (epoch_ != reduction_.epoch()) {
    epoch_ = reduction_.epoch();
    rows_.assign(state.locals.size(), nullptr);
    users_.assign(reduction_.words() * 64, {});
  }
  const std::size_t words = reduction_.words();
  for (std::uint32_t actor = 0; actor < rows_.size(); ++actor) {
    const std::uint64_t* row = reduction_.future(actor, state.locals[actor]);
    const std::uint64_t* before = std::exchange(rows_[actor], row);
    if (row == before) continue;
    for (std::size_t use = 0; use < Reduction::kUses; ++use)
      for (std::size_t word = 0; word < words; ++word) {
        const std::uint64_t now = row[use * words + word];
        std::uint64_t differ = before != nullptr ? now ^ before[use * words + word] : now;
        for (; differ != 0; differ &= differ - 1) {
          const int bit = std::countr_zero(differ);
          users_[word * 64 + static_cast<std::size_t>(bit)].of[use].set(actor, (now >> bit & 1) != 0);
        }
      }
  }
}

// Whose future a step matters to; of one that waits, who may change what it looks at.
void Selector::users(const Outcome& outcome, bool steps, ActorSet& out) const {
  const bool releases_matter = !steps || reduction_.expander().has_precedence();
  for (const Access& access : outcome.accesses) {
    if (access.cell >= users_.size()) continue;   // nobody else was ever seen there
    const Users& users = users_[access.cell];
    out |= users.of[Reduction::kWrite];
    if (releases_matter || access.modes != kReleases) out |= users.of[Reduction::kLock];
    if (steps && access.modes != kReads) out |= users.of[Reduction::kRead];
  }
}

// Who has to be in a persistent set with `actor`.
const ActorSet& Selector::conflicts(const Walk& walk, std::uint32_t actor) {
  ActorSet& out = conflicts_[actor];
  if (known_conflicts_.has(actor)) return out;
  known_conflicts_.put(actor);
  out.clear();
  const Outcome& outcome = walk.outcome(actor);
  const Expander& expander = reduction_.expander();
  const int cpu = expander.cpu_of(actor);
  if (cpu >= 0)
    for (const std::uint32_t other : expander.shared_cpus()[static_cast<std::size_t>(cpu)]) out.put(other);
  const bool owned = !outcome.enabled && cpu < 0 && outcome.owner_cell != Outcome::kNoCell && !reduction_.foreign_releases();
  const std::uint32_t owner = owned ? expander.executor().owner(outcome.owner_cell, walk.state().blocks) : Executor::kNobody;
  if (owner != Executor::kNobody)
    out.put(owner);
  else
    users(outcome, outcome.enabled || cpu >= 0, out);
  return out;
}

// Completes the set around `first`; returns how many of it can step, or stops beyond `most`.
std::size_t Selector::close(const Walk& walk, std::uint32_t first, std::size_t most, ActorSet& set) {
  ActorSet open;
  set.clear();
  set.put(first);
  open.put(first);
  std::size_t can_step = 0;
  while (!open.empty()) {
    const std::uint32_t actor = open.first();
    open.take(actor);
    if (walk.enabled().has(actor) && ++can_step > most) break;
    const ActorSet more = conflicts(walk, actor) - set;
    set |= more;
    open |= more;
  }
  return can_step;
}

ActorSet Selector::choose(const Walk& walk) {
  if (walk.enabled().one()) return walk.enabled();
  follow(walk.state());
  known_conflicts_.clear();
  std::size_t best = ActorSet::kMost + 1;
  ActorSet chosen = walk.enabled();
  ActorSet set;
  walk.enabled().for_each([&](std::uint32_t first) {
    if (best == 1) return;
    const std::size_t size = close(walk, first, best - 1, set);
    if (size >= best) return;
    best = size;
    chosen = set;
  });
  return chosen & walk.enabled();
}

}  // namespace mmsim
