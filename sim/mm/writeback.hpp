// Writing dirty folios back: one pass or more over a list, as write_cache_pages() with the writepage of a filesystem.
#pragma once

#include "sim/mm/block.hpp"

namespace mmsim {

// How a filesystem's writer deals with locks and bios; see WriterProfile in scenario.proto.
enum class WriterProfile : std::uint8_t { kWriteCachePages, kExt4Writepage, kBatch, kIoend };

// struct writeback_control and the habits of the filesystem.
struct WritebackControl {
  Mm& mm;
  WriterProfile profile;
  bool sync_all;               // WB_SYNC_ALL: waits for folios under writeback, with the folio locked
  std::uint32_t keep_folios;   // kBatch, kIoend
  bool plug;
};

inline constexpr std::size_t PAGEVEC_SIZE = 15;

// Writes back what is dirty in `slots`, in their order. REQUIRES: their mappings have a device.
Task<> write_cache_pages(Actor& self, const WritebackControl& wbc, const ArenaVector<std::uint32_t>& slots);

}  // namespace mmsim
