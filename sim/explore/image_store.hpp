// Copies of heaps that differ little from each other: what two share is kept once.
//
// An image is cut into pieces of 128 bytes; equal pieces are one. One thread at a time saves; any may restore meanwhile what it was told of.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/core/hash.hpp"
#include "sim/explore/stable_vector.hpp"

namespace mmsim {

class ImageStore {
 public:
  using Image = std::vector<std::uint32_t>;   // pieces

  // `like`: an image that may have many pieces in common, in the same places; nullptr: none is known.
  Image save(const std::byte* from, std::size_t bytes, const Image* like = nullptr);
  // Writes whole pieces: up to 127 bytes behind the end of what was saved are zeroed.
  void restore(const Image& image, std::byte* to) const;
  static std::size_t extent(const Image& image) { return image.size() * kPiece_bytes; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kPiece_bytes = 128;
  static constexpr std::size_t kSlab_pieces = 1024;

  std::uint32_t number_of(const std::byte* piece);
  std::byte* piece(std::uint32_t id) const { return slabs_[id / kSlab_pieces].get() + id % kSlab_pieces * kPiece_bytes; }

  StableVector<std::unique_ptr<std::byte[]>> slabs_;
  std::unordered_map<Hash128, std::uint32_t, HashOfHash> known_;   // for look-up only
  std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace mmsim
