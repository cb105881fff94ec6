// A state of a world as a search keeps it, and the layers of states that wait to be expanded.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "sim/explore/executor.hpp"

namespace mmsim {

// Who has each CPU that several actors share; kIdle: nobody.
using Runner = std::uint16_t;
inline constexpr Runner kIdle = 0xffff;

struct State {
  Hash128 hash;
  std::vector<LocalId> locals;        // by actor
  std::vector<Runner> runners;        // by shared CPU
  std::vector<BlockValue> blocks;     // those behind the end are 0
};

// States packed one behind the other, in chunks that hold states of one size each.
class Layer {
 public:
  struct Chunk {
    std::uint32_t count = 0;
    std::uint32_t blocks = 0;         // per state
    bool wide = false;                // local states as 32 bits
    std::vector<std::byte> bytes;
  };

  void push(const State& state);
  // Unpacks state number i of a chunk. REQUIRES: `out` has the right number of local states and runners.
  static void unpack(const Chunk& chunk, std::size_t i, State& out);

  std::vector<Chunk>& chunks() { return chunks_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t bytes() const { return bytes_; }
  void take(Layer& other);

 private:
  static std::size_t stride(const Chunk& chunk, const State& state);
  static constexpr std::size_t kChunk_bytes = 64 * 1024;

  std::vector<Chunk> chunks_;
  std::uint64_t size_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace mmsim
