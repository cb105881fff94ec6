#include "sim/explore/image_store.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace mmsim {

ImageStore::Image ImageStore::save(const std::byte* from, std::size_t bytes) {
  Image image;
  image.reserve((bytes + kPiece_bytes - 1) / kPiece_bytes);
  for (std::size_t at = 0; at < bytes; at += kPiece_bytes) {
    std::byte whole[kPiece_bytes] = {};
    std::memcpy(whole, from + at, std::min(kPiece_bytes, bytes - at));
    const XXH128_hash_t hash = XXH3_128bits(whole, kPiece_bytes);
    const auto [known, added] = known_.try_emplace(Hash128{hash.low64, hash.high64}, static_cast<std::uint32_t>(known_.size()));
    if (added) {
      if (known->second / kSlab_pieces == slabs_.size()) slabs_.push_back(std::make_unique<std::byte[]>(kSlab_pieces * kPiece_bytes));
      std::memcpy(piece(known->second), whole, kPiece_bytes);
      bytes_ += kPiece_bytes + 48;
    }
    image.push_back(known->second);
  }
  bytes_ += image.size() * sizeof(std::uint32_t);
  return image;
}

void ImageStore::restore(const Image& image, std::byte* to) const {
  for (const std::uint32_t id : image) {
    std::memcpy(to, piece(id), kPiece_bytes);
    to += kPiece_bytes;
  }
}

}  // namespace mmsim
