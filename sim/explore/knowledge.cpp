// A reduction's knowledge, given to another process and taken from one.
#include "sim/explore/knowledge.hpp"

#include <algorithm>

#include "sim/explore/reduction.hpp"

namespace mmsim {

namespace {

void add(const Access& access, std::vector<Access>& to) {
  const auto known = std::find_if(to.begin(), to.end(), [&](const Access& a) { return a.cell == access.cell; });
  if (known == to.end())
    to.push_back(access);
  else
    known->modes |= access.modes;
}

}  // namespace

Knowledge Reduction::knowledge() const {
  const Executor& executor = expander_.executor();
  const Union met = all_met();
  Knowledge out;
  out.noted.resize(met.size());
  for (std::size_t id = 0; id < met.locals; ++id) {
    const LocalState& local = executor.local(static_cast<LocalId>(id));
    out.noted[id] = {{local.key, local.actor}, local.accesses, local.edges};
  }
  for (std::size_t i = 0; i < noted_.size(); ++i) {
    NotedLocal& noted = out.noted[met.place[i]];
    noted.local = noted_[i].local;
    for (const Access& access : noted_[i].accesses) add(access, noted.accesses);
    for (const Edge& edge : noted_[i].edges)
      for (const Changes& changes : edge.changes) add_edge(noted.edges, met.place[edge.to], changes);
  }
  out.foreign_releases = foreign_releases_seen();
  out.words = static_cast<std::uint32_t>(words_);
  out.anything = anything_;
  out.frozen_foreign_releases = foreign_releases_;
  out.futures = futures_;
  out.onward = onward_edges_;
  LocalKeys here;
  for (std::size_t id = 0; id < known_locals_; ++id) {
    const LocalState& local = executor.local(static_cast<LocalId>(id));
    out.frozen.push_back({local.key, local.actor});
    here.emplace(out.frozen.back(), 0);
  }
  for (const NotedLocal& noted : noted_) {   // in their order: a file is to be the same for the same search
    const auto row = elsewhere_.find(noted.local);
    if (row == elsewhere_.end() || here.contains(noted.local)) continue;
    out.frozen.push_back(noted.local);
    const std::uint64_t* from = row_elsewhere(noted.local);
    out.futures.insert(out.futures.end(), from, from + kUses * words_);
  }
  return out;
}

void Reduction::resume(Knowledge knowledge) {
  ++epoch_;
  foreign_releases_elsewhere_ = knowledge.foreign_releases;
  foreign_releases_ = knowledge.frozen_foreign_releases;
  onward_edges_ = std::move(knowledge.onward);
  onward_.clear();
  noted_ = std::move(knowledge.noted);
  words_ = knowledge.words;
  anything_ = std::move(knowledge.anything);
  futures_elsewhere_ = std::move(knowledge.futures);
  elsewhere_.clear();
  for (std::uint32_t i = 0; i < knowledge.frozen.size(); ++i) elsewhere_.emplace(knowledge.frozen[i], i);
  futures_.clear();
  known_locals_ = 0;
  number_known();
}

void Reduction::number_known() {
  if (elsewhere_.empty()) return;   // all numbers were known when the futures were frozen, or all are new
  ++epoch_;   // rows may stand elsewhere
  const Executor& executor = expander_.executor();
  while (onward_.size() < executor.noted()) onward_.push_back(is_onward(executor.noted(onward_.size())));
  for (const std::size_t locals = executor.locals(); known_locals_ < locals; ++known_locals_) {
    const LocalState& local = executor.local(static_cast<LocalId>(known_locals_));
    const std::uint64_t* row = row_elsewhere({local.key, local.actor});
    futures_.insert(futures_.end(), row, row + kUses * words_);
  }
}

}  // namespace mmsim
