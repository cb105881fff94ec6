#include "sim/explore/reduction.hpp"

#include <algorithm>

#include "sim/explore/recurrence.hpp"

namespace mmsim {

Reduction::Reduction(Expander& expander) : expander_(expander), actors_(expander.executor().actors()) { learn(); }

Reduction::Union Reduction::all_met() const {
  const Executor& executor = expander_.executor();
  Union out;
  out.locals = executor.locals();
  if (noted_.empty()) return out;
  LocalKeys here;
  for (std::uint32_t id = 0; id < out.locals; ++id) here.try_emplace({executor.local(id).key, executor.local(id).actor}, id);
  for (std::uint32_t i = 0; i < noted_.size(); ++i) {
    const auto known = here.find(noted_[i].local);
    out.place.push_back(known != here.end() ? known->second : static_cast<std::uint32_t>(out.size()));
    if (known == here.end()) out.only.push_back(i);
  }
  return out;
}

namespace {

Hash128 key_of_edge(const LocalKey& from, const LocalKey& to) {
  Hash128 key = from.key;
  key.add(from.actor);
  key.add(to.key.low);
  key.add(to.key.high);
  return key;
}

LocalKey key_of_local(const LocalState& local) { return {local.key, local.actor}; }

bool contains(const std::vector<Hash128>& edges, const Hash128& edge) { return std::binary_search(edges.begin(), edges.end(), edge); }

void sort_unique(std::vector<Hash128>& edges) {
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
}

}  // namespace

Reduction::Noted Reduction::gather() const {
  Noted out;
  out.met = all_met();
  out.words = expander_.executor().memory().cells() / 64 + 1;
  const std::vector<NotedEdge> edges = edges_of(out.met);
  out.flow = BackFlow(out.met.size(), edges);
  gather_futures(out);
  gather_onward(out, edges);
  return out;
}

void Reduction::gather_futures(Noted& noted) const {
  const Executor& executor = expander_.executor();
  const Union& met = noted.met;
  std::vector<std::uint64_t>& futures = noted.futures;
  const std::size_t row = kUses * noted.words;
  futures.assign(met.size() * row, 0);
  noted.open.assign(met.size(), false);
  const auto note = [&](std::size_t at, const std::vector<Access>& accesses) {
    for (const Access& access : accesses) {
      const auto set = [&](std::size_t use) {
        futures[at * row + use * noted.words + access.cell / 64] |= std::uint64_t{1} << (access.cell % 64);
      };
      if ((access.modes & kReads) != 0) set(kRead);
      if ((access.modes & kWrites) != 0) set(kWrite);
      if ((access.modes & (kAcquires | kReleases)) != 0) set(kLock);
    }
  };
  for (std::size_t id = 0; id < met.locals; ++id) {
    const LocalState& local = executor.local(static_cast<LocalId>(id));
    note(id, local.accesses);
    noted.open[id] = local.accesses.empty() && local.edges.empty() && !local.finished;
  }
  for (std::size_t i = 0; i < noted_.size(); ++i) {
    note(met.place[i], noted_[i].accesses);
    if (!noted_[i].accesses.empty() || !noted_[i].edges.empty()) noted.open[met.place[i]] = false;
  }
  for (const std::uint32_t i : met.only) noted.open[met.place[i]] = noted_[i].accesses.empty() && noted_[i].edges.empty();
  noted.flow.run(noted.futures, row, jobs_);
}

std::vector<NotedEdge> Reduction::edges_of(const Union& met) const {
  const Executor& executor = expander_.executor();
  std::vector<NotedEdge> edges;
  for (std::uint32_t id = 0; id < met.locals; ++id)
    for (const Edge& edge : executor.local(id).edges) edges.push_back({id, edge.to, &edge});
  for (std::size_t i = 0; i < noted_.size(); ++i)
    for (const Edge& edge : noted_[i].edges) edges.push_back({met.place[i], met.place[edge.to], &edge});
  return edges;
}

void Reduction::gather_onward(Noted& noted, const std::vector<NotedEdge>& edges) const {
  const std::vector<bool> recurs = recurrent(noted.met.size(), edges);
  for (std::size_t i = 0; i < edges.size(); ++i)
    (recurs[i] ? noted.recurrent : noted.onward).push_back(key_of_edge(key_of(noted.met, edges[i].from), key_of(noted.met, edges[i].to)));
  sort_unique(noted.recurrent);
  sort_unique(noted.onward);
  // An edge may have been noted in two processes.
  std::erase_if(noted.onward, [&](const Hash128& edge) { return contains(noted.recurrent, edge); });
}

const std::uint64_t* Reduction::row_elsewhere(const LocalKey& local) const {
  const auto known = elsewhere_.find(local);
  return known != elsewhere_.end() ? futures_elsewhere_.data() + known->second * kUses * words_ : any_row(local.actor);
}

bool Reduction::is_onward(const Outcome& outcome) const {
  const Executor& executor = expander_.executor();
  return outcome.enabled && contains(onward_edges_, key_of_edge(key_of_local(executor.local(outcome.from)), key_of_local(executor.local(outcome.next))));
}

// Whether what the choices were made by had all that is in this.
bool Reduction::covered(const Noted& noted) const {
  const Executor& executor = expander_.executor();
  const Union& met = noted.met;
  if (std::any_of(noted.recurrent.begin(), noted.recurrent.end(), [&](const Hash128& edge) { return contains(onward_edges_, edge); }))
    return false;
  for (std::size_t at = 0; at < met.size(); ++at) {
    const auto id = static_cast<LocalId>(at);
    const std::uint64_t* used = nullptr;
    if (words_ != 0) used = at < met.locals ? future(executor.local(id).actor, id) : row_elsewhere(noted_[met.only[at - met.locals]].local);
    for (std::size_t use = 0; use < kUses; ++use)
      for (std::size_t word = 0; word < noted.words; ++word) {
        const std::uint64_t known = word < words_ ? used[use * words_ + word] : 0;
        if ((noted.futures[(at * kUses + use) * noted.words + word] & ~known) != 0) return false;
      }
  }
  return true;
}

LocalKey Reduction::key_of(const Union& met, std::size_t at) const {
  return at < met.locals ? key_of_local(expander_.executor().local(static_cast<LocalId>(at))) : noted_[met.only[at - met.locals]].local;
}

// Takes over what each actor was ever seen to use, for local states of which nothing is known, and gives these all of it.
void Reduction::widen(Noted& noted) {
  const std::size_t row = kUses * noted.words;
  anything_.assign(actors_ * row, 0);
  for (std::size_t at = 0; at < noted.met.size(); ++at) {
    std::uint64_t* const its = &anything_[key_of(noted.met, at).actor * row];
    for (std::size_t i = 0; i < row; ++i) its[i] |= noted.futures[at * row + i];
  }
  for (std::size_t at = 0; at < noted.met.size(); ++at)
    if (noted.open[at]) std::copy_n(&anything_[key_of(noted.met, at).actor * row], row, &noted.futures[at * row]);
  noted.flow.run(noted.futures, row, jobs_);
}

bool Reduction::learn() {
  Noted noted = gather();
  if (covered(noted) && foreign_releases_seen() == foreign_releases_) return false;
  freeze(std::move(noted));
  return true;
}

void Reduction::freeze(Noted noted) {
  const Executor& executor = expander_.executor();
  const Union& met = noted.met;
  const std::size_t row = kUses * noted.words;
  ++epoch_;
  foreign_releases_ = foreign_releases_seen();
  known_locals_ = met.locals;
  words_ = noted.words;
  widen(noted);
  elsewhere_.clear();
  for (std::size_t behind = 0; behind < met.only.size(); ++behind)
    elsewhere_.emplace(noted_[met.only[behind]].local, static_cast<std::uint32_t>(behind));
  const auto end_of_here = noted.futures.begin() + static_cast<std::ptrdiff_t>(met.locals * row);
  futures_elsewhere_.assign(end_of_here, noted.futures.end());
  noted.futures.erase(end_of_here, noted.futures.end());
  futures_ = std::move(noted.futures);
  onward_edges_ = std::move(noted.onward);
  onward_.clear();
  for (std::size_t number = 0; number < executor.noted(); ++number) onward_.push_back(is_onward(executor.noted(number)));
}

}  // namespace mmsim
