// States of shared memory as vectors of numbers, against copies of the memory itself.
#include "sim/explore/shared_memory.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "sim/core/shared.hpp"

namespace mmsim {
namespace {

std::uint64_t key_of_int(const void* element) { return static_cast<std::uint64_t>(*static_cast<const int*>(element)); }
using Numbers = SharedVector<int, key_of_int>;
std::uint64_t key_of_wide(const void* element) { return static_cast<std::uint64_t>(*static_cast<const std::int64_t*>(element)); }
using Wide = SharedVector<std::int64_t, key_of_wide>;   // equal keys, other bytes

// Some blocks' worth of cells, and three arrays.
struct Memory {
  Shared<std::uint8_t> small[24];
  Shared<std::uint64_t> large[24];
  Numbers lists[2];
  Wide wide;
};

// What is in memory, by value.
struct Snapshot {
  std::vector<std::uint64_t> cells;
  std::vector<std::vector<int>> lists;
  auto operator<=>(const Snapshot&) const = default;
};

Snapshot snapshot(const Memory& memory) {
  Snapshot out;
  for (const auto& cell : memory.small) out.cells.push_back(cell.unlogged());
  for (const auto& cell : memory.large) out.cells.push_back(cell.unlogged());
  for (const auto& list : memory.lists) out.lists.emplace_back(list.begin(), list.end());
  out.lists.emplace_back(memory.wide.begin(), memory.wide.end());
  return out;
}

struct Blocks {
  std::vector<BlockValue> values;
  Hash128 hash;
};

class Model {
 public:
  Model() : arena_(Arena::create()), memory(*arena_->make<Memory>()), numbers(*arena_) {
    for (auto& list : memory.lists) list.reserve(8);
    memory.wide.reserve(8);
  }

  // One write as a step does it: from the state `from`, which becomes that of memory.
  Blocks write(const Blocks& from) {
    numbers.sync(from.values, nullptr, nullptr);
    const int what = *rc::gen::inRange(0, 63);
    const auto value = *rc::gen::inRange<std::uint64_t>(0, 3);
    CellId cell = 0;
    if (what < 24) {
      cell = numbers.cell_at(&memory.small[what], 1);
      memory.small[what] = static_cast<std::uint8_t>(value);
    } else if (what < 48) {
      cell = numbers.cell_at(&memory.large[what - 24], 8);
      memory.large[what - 24] = value;
    } else {
      cell = what % 3 != 0 ? write_to(memory.lists[what % 3 - 1], value) : write_to(memory.wide, value);
    }
    const BlockId block = numbers.block_of(cell);
    Blocks out = from;
    if (block >= out.values.size()) out.values.resize(block + 1, 0);
    const CellWrite written{cell, numbers.now(cell)};
    out.hash ^= numbers.hash(block, out.values[block]);
    out.values[block] = numbers.after(block, out.values[block], {&written, 1});
    out.hash ^= numbers.hash(block, out.values[block]);
    numbers.in_memory(block, out.values[block]);
    return out;
  }

 private:
  template <class List>
  CellId write_to(List& list, std::uint64_t value) {
    const CellId cell = numbers.cell_of(list);
    if (value == 0 || list.size() == 8)
      list.clear();
    else
      list.push_back(static_cast<std::remove_cvref_t<decltype(list.front())>>(value));
    return cell;
  }

  Arena::Owner arena_;

 public:
  Memory& memory;
  SharedMemory numbers;
};

RC_GTEST_PROP(SharedMemory, GivesBackEveryStateItHadAndTellsThemApart, ()) {
  Model model;
  std::vector<std::pair<Blocks, Snapshot>> states{{{}, snapshot(model.memory)}};
  std::map<Snapshot, Hash128> hashes{{states[0].second, {}}};
  const int n = *rc::gen::inRange(0, 80);
  for (int i = 0; i < n; ++i) {
    const Blocks from = states[*rc::gen::inRange<std::size_t>(0, states.size())].first;
    const Blocks reached = model.write(from);
    states.emplace_back(reached, snapshot(model.memory));
    const auto& [blocks, content] = states.back();
    const auto [known, added] = hashes.try_emplace(content, blocks.hash);
    RC_ASSERT(known->second == blocks.hash);   // whatever the way to it
  }
  std::map<Hash128, Snapshot> by_hash;
  for (const auto& [content, hash] : hashes) RC_ASSERT(by_hash.emplace(hash, content).second);
  for (int i = 0; i < 2 * n; ++i) {
    const auto& [blocks, content] = states[*rc::gen::inRange<std::size_t>(0, states.size())];
    model.numbers.sync(blocks.values, nullptr, nullptr);
    RC_ASSERT(snapshot(model.memory) == content);
    for (CellId cell = 0; cell < model.numbers.cells(); ++cell)
      RC_ASSERT(model.numbers.now(cell) == model.numbers.value(cell, blocks.values));
  }
}

}  // namespace
}  // namespace mmsim
