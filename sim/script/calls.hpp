// Procedures of the kernel that actors run and programs call, with what they are called with: names looked up, nothing of a
// world in it.
#pragma once

#include <cstdint>
#include <vector>

namespace mmsim {

enum class Variant : std::uint8_t { kV6_2, kRfc, kRfcFixA, kRfcFixB, kV6_3Rc1, kV6_3, kV6_11 };
enum class Mode : std::uint8_t { kAsync, kSyncLight, kSync };
enum class Profile : std::uint8_t { kWriteCachePages, kExt4Writepage, kBatch, kIoend };

struct MigratePagesSpec {
  Variant variant = Variant::kV6_2;
  Mode mode = Mode::kAsync;
  std::vector<std::uint32_t> folios;   // in the order of the walk
  int to_node = 0;
  std::uint32_t batch_pages = 512;
  bool thp_migration = true;
  std::int64_t times = 1;
  bool memalloc = false;               // PF_MEMALLOC: the caller
};

struct WritebackSpec {
  Profile profile = Profile::kWriteCachePages;
  bool sync_all = false;
  std::vector<std::uint32_t> folios;   // in the order of the walk
  std::uint32_t keep_folios = 1;
  bool plug = false;
  std::int64_t times = 1;
};

}  // namespace mmsim
