#include "sim/explore/state.hpp"

#include <algorithm>

namespace mmsim {

std::size_t Layer::stride(const Chunk& chunk, const State& state) {
  return sizeof(Hash128) + state.locals.size() * (chunk.wide ? 4 : 2) + state.runners.size() * sizeof(Runner) +
         chunk.blocks * sizeof(BlockValue);
}

void Layer::push(const State& state) {
  const bool wide = std::any_of(state.locals.begin(), state.locals.end(), [](LocalId id) { return id > 0xffff; });
  const auto blocks = static_cast<std::uint32_t>(state.blocks.size());
  if (chunks_.empty() || chunks_.back().blocks < blocks || chunks_.back().wide < wide || chunks_.back().bytes.size() > kChunk_bytes) {
    Chunk& chunk = chunks_.emplace_back();
    chunk.blocks = blocks;
    chunk.wide = wide;
    chunk.bytes.reserve(kChunk_bytes + 4096);
  }
  Chunk& chunk = chunks_.back();
  const std::size_t at = chunk.bytes.size();
  const std::size_t bytes = stride(chunk, state);
  chunk.bytes.resize(at + bytes);
  std::byte* out = &chunk.bytes[at];
  const auto put = [&out](const void* from, std::size_t n) {
    if (n != 0) std::memcpy(out, from, n);
    out += n;
  };
  put(&state.hash, sizeof state.hash);
  if (chunk.wide) {
    put(state.locals.data(), state.locals.size() * 4);
  } else {
    for (const LocalId id : state.locals) {
      const auto narrow = static_cast<std::uint16_t>(id);
      put(&narrow, 2);
    }
  }
  put(state.runners.data(), state.runners.size() * sizeof(Runner));
  put(state.blocks.data(), blocks * sizeof(BlockValue));
  ++chunk.count;
  ++size_;
  bytes_ += bytes;
}

void Layer::unpack(const Chunk& chunk, std::size_t i, State& out) {
  const std::byte* from = &chunk.bytes[i * stride(chunk, out)];
  const auto get = [&from](void* to, std::size_t n) {
    if (n != 0) std::memcpy(to, from, n);
    from += n;
  };
  get(&out.hash, sizeof out.hash);
  if (chunk.wide) {
    get(out.locals.data(), out.locals.size() * 4);
  } else {
    for (LocalId& id : out.locals) {
      std::uint16_t narrow = 0;
      get(&narrow, 2);
      id = narrow;
    }
  }
  get(out.runners.data(), out.runners.size() * sizeof(Runner));
  out.blocks.resize(chunk.blocks);
  get(out.blocks.data(), chunk.blocks * sizeof(BlockValue));
}

void Layer::take(Layer& other) {
  for (Chunk& chunk : other.chunks_) chunks_.push_back(std::move(chunk));
  size_ += std::exchange(other.size_, 0);
  bytes_ += std::exchange(other.bytes_, 0);
  other.chunks_.clear();
}

}  // namespace mmsim
