// How the executor remembers a step that was run, so that it is found ever after.
#include <algorithm>

#include "sim/explore/executor_log.hpp"

namespace mmsim {

void add_edge(std::vector<Edge>& edges, LocalId to, const Changes& changes) {
  auto edge = std::find_if(edges.begin(), edges.end(), [to](const Edge& e) { return e.to == to; });
  if (edge == edges.end()) edge = edges.insert(edge, {to, {}});
  if (std::find(edge->changes.begin(), edge->changes.end(), changes) == edge->changes.end()) edge->changes.push_back(changes);
}

// Puts the outcome at the end of the way that the values it read lead, and adds to what is known of the local state.
void Executor::remember(LocalId id, const Log& log, std::unique_ptr<Outcome> outcome) {
  LocalState& local = locals_[id];
  std::map<BlockId, std::vector<CellWrite>> writes;
  Changes changes;
  for (const Log::Seen& seen : log.seen()) {
    std::uint8_t modes = 0;
    if (seen.test) modes |= kReads;
    if (seen.tested_write) modes |= kWrites;
    // Who begins to wait has seen that it is taken, and could not once it is free.
    if (modes == 0) modes = outcome->join ? kReads : lock_access_.discipline == Discipline::kRelease ? kReleases : kAcquires;
    outcome->accesses.push_back({seen.cell, modes});
    if (seen.read_first) outcome->looks |= memory_.place_bit_of(seen.cell);
    if (!seen.written) continue;
    outcome->touches |= memory_.place_bit_of(seen.cell);
    const CellValue value = memory_.now(seen.cell);
    const BlockId block = memory_.block_of(seen.cell);
    writes[block].push_back({seen.cell, value});
    changes.push_back({seen.cell, seen.read_first, seen.read_first ? memory_.key(seen.cell, seen.value) : 0, memory_.key(seen.cell, value)});
  }
  outcome->blocks = std::vector<BlockWrite>(writes.size());
  std::size_t at = 0;
  for (auto& [block, cells] : writes) {
    const BlockValue now = memory_.after(block, memory_.known_in_memory(block), cells);
    memory_.in_memory(block, now);
    outcome->blocks[at].block = block;
    outcome->blocks[at++].writes = std::move(cells);
  }
  std::sort(outcome->accesses.begin(), outcome->accesses.end(), [](const Access& a, const Access& b) { return a.cell < b.cell; });
  for (const Access& access : outcome->accesses) {
    const auto known = std::find_if(local.accesses.begin(), local.accesses.end(), [&](const Access& a) { return a.cell == access.cell; });
    if (known == local.accesses.end())
      local.accesses.push_back(access);
    else
      known->modes |= access.modes;
  }
  if (outcome->enabled) add_edge(local.edges, outcome->next, changes);
  outcome->number = static_cast<std::uint32_t>(outcomes_.size());
  bytes_ += sizeof(Outcome) + 64 * outcome->blocks.size() + 8 * outcome->accesses.size() + sizeof(Change) * changes.size();
  outcomes_.push_back(std::move(outcome));
  link(local, log, *outcomes_.back());
}

void Executor::link(LocalState& local, const Log& log, const Outcome& outcome) {
  const auto new_node = [this] {
    LocalState::Node& node = nodes_.emplace_back();
    bytes_ += sizeof(LocalState::Node) + sizeof(LocalState::Node::Branch);
    return &node;
  };
  std::vector<const Log::Seen*> reads;
  for (const Log::Seen& seen : log.seen())
    if (seen.read_first) reads.push_back(&seen);
  // From the leaf up, so that nobody meets a node without its end.
  LocalState::Node* node = local.root.load(std::memory_order_relaxed);
  std::size_t depth = 0;
  LocalState::Node* last = nullptr;
  while (node != nullptr) {
    MMSIM_CHECK(depth < reads.size() && node->cell == reads[depth]->cell, "two runs of one step looked at different memory");
    last = node;
    const CellValue value = reads[depth++]->value;
    const LocalState::Node::Branch* branch = node->branches.load(std::memory_order_relaxed);
    while (branch != nullptr && branch->value != value) branch = branch->sibling;
    node = branch != nullptr ? branch->to : nullptr;
  }
  LocalState::Node* below = new_node();
  below->outcome = &outcome;
  const auto put_above = [this](LocalState::Node& above, CellValue value, LocalState::Node* to) {
    branches_.push_back({value, to, above.branches.load(std::memory_order_relaxed)});
    above.branches.store(&branches_.back(), std::memory_order_release);
  };
  for (std::size_t i = reads.size(); i > depth; --i) {
    LocalState::Node* above = new_node();
    above->cell = reads[i - 1]->cell;
    put_above(*above, reads[i - 1]->value, below);
    below = above;
  }
  if (last == nullptr)
    local.root.store(below, std::memory_order_release);
  else
    put_above(*last, reads[depth - 1]->value, below);
}

}  // namespace mmsim
