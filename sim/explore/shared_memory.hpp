// The shared memory of a world as a vector of small numbers.
//
// 1. A cell is one Shared<T> or SharedVector<T>. Cells are found as steps touch them.
// 2. Cells that have been written are gathered by block of 64 bytes, about one lock or folio. What a block has ever held is
//    numbered from 0, its state when the world was built; a state of shared memory is the number of each block. Blocks
//    are numbered as they are first written: a shorter vector has zeros behind its end.
// 3. The hash of a state is the exclusive or of the hashes of its blocks, and that of a block depends on what is in it and
//    where, not on its number: it is the same whatever the order in which things were found.
// 4. sync() puts a state into memory. Numbers are given by one thread at a time (see Executor); any thread may look values up.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "sim/core/hash.hpp"
#include "sim/core/shared.hpp"
#include "sim/explore/stable_vector.hpp"

namespace mmsim {

using CellId = std::uint32_t;
using BlockId = std::uint32_t;
using BlockValue = std::uint16_t;
inline constexpr BlockId kNoBlock = ~BlockId{0};

// What a cell held: the bytes of a Shared<T>; for an array, a number that stands for its content.
using CellValue = std::uint64_t;

struct CellWrite {
  CellId cell;
  CellValue value;
};

class SharedMemory {
 public:
  explicit SharedMemory(Arena& arena) : arena_(arena) {}

  // --- looked up by any thread
  CellValue value(CellId cell, std::span<const BlockValue> blocks) const {
    const Cell& c = cells_[cell];
    const BlockId block = c.block.load(std::memory_order_acquire);
    if (block >= blocks.size()) return c.initial;   // kNoBlock too
    const Content& content = blocks_[block].contents[blocks[block]];
    return c.field < content.fields ? content.values[c.field] : c.initial;
  }
  const Hash128& hash(BlockId block, BlockValue value) const { return blocks_[block].contents[value].hash; }
  std::size_t blocks() const { return blocks_.size(); }
  std::size_t cells() const { return cells_.size(); }
  BlockId known_block(CellId cell) const { return cells_[cell].block.load(std::memory_order_acquire); }
  const void* address(CellId cell) const { return cells_[cell].address; }
  // One of 64 bits for each place of a block in memory: what has not the same bit is not in the same block, now or later.
  static std::uint64_t place_bit(const void* address) {
    return std::uint64_t{1} << (mix64(reinterpret_cast<std::uintptr_t>(address) % Arena::kRegion_bytes / kBlock_bytes) >> 58);
  }
  std::uint64_t place_bit_of(CellId cell) const { return place_bit(cells_[cell].address); }
  std::uint64_t place_bit(BlockId block) const { return blocks_[block].place_bit; }

  // --- by one thread at a time
  CellId cell_at(const void* address, std::uint32_t bytes);
  CellId cell_of(SharedArray& array);
  // The cell that begins there, if it was ever touched.
  bool find(const void* address, CellId& cell) const;
  CellValue now(CellId cell);                          // in memory
  std::uint64_t key(CellId cell, CellValue value) const { return key_of(cells_[cell], value); }   // the same in every run
  std::uint64_t content_key(CellId cell);              // of what is in memory
  std::uint64_t initial_key(CellId cell) const;        // the same of what it held when the world was built
  std::pair<const void*, std::size_t> extent(CellId cell) const;
  const SharedArray* array(CellId cell) const;         // nullptr: no array
  BlockId block_of(CellId cell);                       // makes one if the cell was never written
  BlockValue after(BlockId block, BlockValue before, std::span<const CellWrite> writes);
  // Memory becomes that of `blocks`. `stale`: what stands between these addresses is not as this class left it.
  void sync(std::span<const BlockValue> blocks, const std::byte* stale_begin, const std::byte* stale_end);
  // Where the last sync() wrote.
  const std::vector<std::pair<const void*, std::size_t>>& written_by_sync() const { return written_; }
  void in_memory(BlockId block, BlockValue value) { in_memory_[block] = value; }   // a step left it so
  BlockValue known_in_memory(BlockId block) const { return in_memory_[block]; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  static constexpr std::uintptr_t kBlock_bytes = 64;
  struct Cell {
    std::byte* address = nullptr;
    std::uint32_t bytes = 0;                // 0: `address` is that of a SharedArray
    std::uint32_t field = 0;                // in its block
    CellValue initial = 0;
    std::atomic<BlockId> block = kNoBlock;
  };
  struct Content {
    Hash128 hash;
    std::uint32_t fields = 0;               // those behind have their initial value
    std::unique_ptr<CellValue[]> values;
  };
  struct Block {
    StableVector<Content> contents;
    std::map<Hash128, BlockValue> numbers;
    std::vector<CellId> cells;              // by field
    std::uint64_t place_bit = 0;
  };
  struct ArrayContent {
    Hash128 key;
    std::vector<std::byte> bytes;
  };

  CellId add_cell(std::byte* address, std::uint32_t bytes);
  std::uint64_t portable(const Cell& cell, CellValue value) const;
  std::uint64_t key_of(const Cell& cell, CellValue value) const {
    return cell.bytes == 0 ? arrays_[value].key.low : portable(cell, value);
  }
  CellValue array_content(const SharedArray& array);
  Hash128 cell_hash(const Cell& cell, CellValue value) const;
  BlockValue number_of(Block& block, std::vector<CellValue> values);
  void put(const Cell& cell, CellValue value);

  Arena& arena_;
  StableVector<Cell> cells_;
  StableVector<Block> blocks_;
  std::vector<BlockValue> in_memory_;        // by block: looked through before each step
  std::vector<const std::byte*> places_;     // by block
  StableVector<ArrayContent> arrays_;
  std::map<Hash128, CellValue> array_numbers_;
  std::unordered_map<const void*, CellId> cell_by_address_;      // for look-up only
  std::unordered_map<std::uintptr_t, BlockId> block_by_place_;   // for look-up only
  std::vector<std::pair<const void*, std::size_t>> written_;
  std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace mmsim
