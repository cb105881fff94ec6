#include "sim/core/arena.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

namespace mmsim {
namespace {

struct Block {
  std::byte* at;
  std::size_t bytes;
};

std::vector<std::size_t> any_sizes() {
  return *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 600), rc::gen::inRange<std::size_t>(0, 100'000)));
}

RC_GTEST_PROP(Arena, gives_aligned_blocks_that_do_not_overlap, ()) {
  const Arena::Owner arena = Arena::create();
  std::map<std::byte*, std::size_t> taken;   // the twin: what is handed out now
  std::vector<Block> blocks;
  for (const std::size_t bytes : any_sizes()) {
    if (!blocks.empty() && *rc::gen::inRange(0, 3) == 0) {
      const std::size_t i = *rc::gen::inRange<std::size_t>(0, blocks.size());
      arena->deallocate(blocks[i].at, blocks[i].bytes);
      taken.erase(blocks[i].at);
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    const Block block{static_cast<std::byte*>(arena->allocate(bytes)), bytes};
    RC_ASSERT(reinterpret_cast<std::uintptr_t>(block.at) % 16 == 0U);
    RC_ASSERT(&Arena::of(block.at) == arena.get());
    const auto next = taken.lower_bound(block.at);
    RC_ASSERT(next == taken.end() || block.at + bytes <= next->first);
    if (next != taken.begin()) RC_ASSERT(std::prev(next)->first + std::prev(next)->second <= block.at);
    std::memset(block.at, 0xab, bytes);
    taken.emplace(block.at, bytes);
    blocks.push_back(block);
  }
}

RC_GTEST_PROP(Arena, gives_the_same_addresses_again_after_a_restore, ()) {
  const Arena::Owner arena = Arena::create();
  std::vector<Block> before;
  for (const std::size_t bytes : any_sizes())
    before.push_back({static_cast<std::byte*>(arena->allocate(bytes)), bytes});
  for (std::size_t i = 0; i < before.size(); i += 2) arena->deallocate(before[i].at, before[i].bytes);
  const std::vector<std::size_t> sizes = any_sizes();
  std::vector<std::byte> image;
  arena->save(image);
  const auto addresses = [&] {
    std::vector<std::uintptr_t> out;
    for (const std::size_t bytes : sizes) {
      void* block = arena->allocate(bytes);
      std::memset(block, 0xcd, bytes);
      out.push_back(reinterpret_cast<std::uintptr_t>(block));
    }
    return out;
  };
  const std::vector<std::uintptr_t> first = addresses();
  arena->restore(image);
  RC_ASSERT(arena->used_bytes() == image.size());
  std::vector<std::byte> again;
  arena->save(again);
  RC_ASSERT(again == image);
  RC_ASSERT(addresses() == first);
}

TEST(Arena, reuses_the_block_freed_last_first) {
  const Arena::Owner arena = Arena::create();
  void* a = arena->allocate(40);
  void* b = arena->allocate(48);
  arena->deallocate(a, 40);
  arena->deallocate(b, 48);
  EXPECT_EQ(arena->allocate(33), b);
  EXPECT_EQ(arena->allocate(48), a);
}

TEST(Arena, of_two_worlds_stand_apart) {
  const Arena::Owner one = Arena::create();
  const Arena::Owner two = Arena::create();
  EXPECT_NE(one.get(), two.get());
  EXPECT_EQ(&Arena::of(two->allocate(100)), two.get());
}

TEST(ArenaDeathTest, says_so_when_a_block_is_larger_than_a_region) {
  const Arena::Owner arena = Arena::create();
  EXPECT_EXIT(arena->allocate(std::size_t{1} << 40), ::testing::ExitedWithCode(3), "one block larger than an arena");
}

}  // namespace
}  // namespace mmsim
