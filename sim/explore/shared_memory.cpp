#include "sim/explore/shared_memory.hpp"

#include <limits>

namespace mmsim {

namespace {
constexpr std::uintptr_t kOffset = Arena::kRegion_bytes - 1;
}  // namespace

CellId SharedMemory::cell_at(const void* address, std::uint32_t bytes) {
  if (const auto known = cell_by_address_.find(address); known != cell_by_address_.end()) return known->second;
  return add_cell(static_cast<std::byte*>(const_cast<void*>(address)), bytes);
}

CellId SharedMemory::cell_of(SharedArray& array) {
  if (const auto known = cell_by_address_.find(&array); known != cell_by_address_.end()) return known->second;
  return add_cell(reinterpret_cast<std::byte*>(&array), 0);
}

bool SharedMemory::find(const void* address, CellId& cell) const {
  const auto known = cell_by_address_.find(address);
  if (known == cell_by_address_.end()) return false;
  cell = known->second;
  return true;
}

CellId SharedMemory::add_cell(std::byte* address, std::uint32_t bytes) {
  const auto id = static_cast<CellId>(cells_.size());
  Cell& cell = cells_.append();
  cell.address = address;
  cell.bytes = bytes;
  cell_by_address_.emplace(address, id);
  cell.initial = now(id);   // every write so far would have made the cell
  return id;
}

CellValue SharedMemory::now(CellId id) {
  const Cell& cell = cells_[id];
  if (cell.bytes == 0) return array_content(*reinterpret_cast<const SharedArray*>(cell.address));
  CellValue value = 0;
  std::memcpy(&value, cell.address, cell.bytes);
  return value;
}

std::uint64_t SharedMemory::content_key(CellId id) { return key_of(cells_[id], now(id)); }

std::uint64_t SharedMemory::initial_key(CellId id) const { return key_of(cells_[id], cells_[id].initial); }

std::pair<const void*, std::size_t> SharedMemory::extent(CellId id) const {
  const Cell& cell = cells_[id];
  return {cell.address, cell.bytes != 0 ? cell.bytes : sizeof(SharedArray)};
}

const SharedArray* SharedMemory::array(CellId id) const {
  const Cell& cell = cells_[id];
  return cell.bytes == 0 ? reinterpret_cast<const SharedArray*>(cell.address) : nullptr;
}

// Addresses inside the arena count by their offset.
std::uint64_t SharedMemory::portable(const Cell& cell, CellValue value) const {
  const bool inside = cell.bytes == 8 && (value & ~kOffset) == reinterpret_cast<std::uintptr_t>(&arena_);
  return inside ? (value & kOffset) | 1ULL << 63 : value;
}

CellValue SharedMemory::array_content(const SharedArray& array) {
  Hash128 key;
  key.add(array.element_bytes());   // arrays of different elements may have equal keys
  for (std::uint32_t at = 0; at < array.bytes(); at += array.element_bytes()) key.add(array.key()(array.data() + at));
  const auto [known, added] = array_numbers_.try_emplace(key, arrays_.size());
  if (added) {
    ArrayContent& content = arrays_.append();
    content.key = key;
    content.bytes.assign(array.data(), array.data() + array.bytes());
  }
  return known->second;
}

BlockId SharedMemory::block_of(CellId id) {
  Cell& cell = cells_[id];
  if (const BlockId known = cell.block.load(std::memory_order_relaxed); known != kNoBlock) return known;
  const std::uintptr_t place = reinterpret_cast<std::uintptr_t>(cell.address) / kBlock_bytes;
  const auto [at, added] = block_by_place_.try_emplace(place, static_cast<BlockId>(blocks_.size()));
  if (added) {
    Block& block = blocks_.append();
    block.place_bit = place_bit(cell.address);
    block.contents.append();
    block.numbers.emplace(Hash128{}, BlockValue{0});
    in_memory_.push_back(0);
    places_.push_back(cell.address);
    bytes_ += sizeof(Block);
  }
  Block& block = blocks_[at->second];
  cell.field = static_cast<std::uint32_t>(block.cells.size());
  block.cells.push_back(id);
  cell.block.store(at->second, std::memory_order_release);
  return at->second;
}

// Of what differs from the beginning only, so that it does not matter which cells were known when.
Hash128 SharedMemory::cell_hash(const Cell& cell, CellValue value) const {
  if (value == cell.initial) return {};
  Hash128 hash;
  hash.add(reinterpret_cast<std::uintptr_t>(cell.address) & kOffset);
  if (cell.bytes == 0) {
    hash.add(arrays_[value].key.low);
    hash.add(arrays_[value].key.high);
    return hash;
  }
  hash.add(portable(cell, value));
  return hash;
}

BlockValue SharedMemory::number_of(Block& block, std::vector<CellValue> values) {
  Hash128 hash;
  for (std::size_t field = 0; field < values.size(); ++field) hash ^= cell_hash(cells_[block.cells[field]], values[field]);
  const std::size_t next = block.contents.size();
  const auto [known, added] = block.numbers.try_emplace(hash, static_cast<BlockValue>(next));
  if (!added) return known->second;
  MMSIM_CHECK(next <= std::numeric_limits<BlockValue>::max(), "a block of shared memory took more than 65 536 values");
  Content& content = block.contents.append();
  content.hash = hash;
  content.fields = static_cast<std::uint32_t>(values.size());
  content.values = std::make_unique<CellValue[]>(values.size());
  std::copy(values.begin(), values.end(), content.values.get());
  bytes_ += sizeof(Content) + 8 * values.size() + 64;
  return known->second;
}

BlockValue SharedMemory::after(BlockId id, BlockValue before, std::span<const CellWrite> writes) {
  Block& block = blocks_[id];
  std::vector<CellValue> values;
  const Content& content = block.contents[before];
  for (std::size_t field = 0; field < block.cells.size(); ++field)
    values.push_back(field < content.fields ? content.values[field] : cells_[block.cells[field]].initial);
  for (const CellWrite& write : writes) values[cells_[write.cell].field] = write.value;
  return number_of(block, std::move(values));
}

void SharedMemory::put(const Cell& cell, CellValue value) {
  if (cell.bytes == 0) {
    const ArrayContent& content = arrays_[value];
    auto* array = reinterpret_cast<SharedArray*>(cell.address);
    array->restore(content.bytes.data(), static_cast<std::uint32_t>(content.bytes.size()));
    written_.emplace_back(array, sizeof *array);
    written_.emplace_back(array->data(), array->capacity_bytes());
  } else {
    std::memcpy(cell.address, &value, cell.bytes);
    written_.emplace_back(cell.address, cell.bytes);
  }
}

void SharedMemory::sync(std::span<const BlockValue> blocks, const std::byte* stale_begin, const std::byte* stale_end) {
  written_.clear();
  for (BlockId id = 0; id < in_memory_.size(); ++id) {
    const BlockValue wanted = id < blocks.size() ? blocks[id] : BlockValue{0};
    const bool stale = stale_begin <= places_[id] && places_[id] < stale_end;
    if (in_memory_[id] == wanted && !stale) continue;
    const Block& block = blocks_[id];
    const Content& content = block.contents[wanted];
    for (std::size_t field = 0; field < block.cells.size(); ++field) {
      const Cell& cell = cells_[block.cells[field]];
      put(cell, field < content.fields ? content.values[field] : cell.initial);
    }
    in_memory_[id] = wanted;
  }
}

}  // namespace mmsim
