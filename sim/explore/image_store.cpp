#include "sim/explore/image_store.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace mmsim {

std::uint32_t ImageStore::number_of(const std::byte* whole) {
  const XXH128_hash_t hash = XXH3_128bits(whole, kPiece_bytes);
  const auto [known, added] = known_.try_emplace(Hash128{hash.low64, hash.high64}, static_cast<std::uint32_t>(known_.size()));
  if (!added) return known->second;
  if (known->second / kSlab_pieces == slabs_.size()) slabs_.append() = std::make_unique<std::byte[]>(kSlab_pieces * kPiece_bytes);
  std::memcpy(piece(known->second), whole, kPiece_bytes);
  bytes_ += kPiece_bytes + 48;
  return known->second;
}

// A step changes few pieces of its actor's heap, and to look one up costs far more than to see that it is the same.
ImageStore::Image ImageStore::save(const std::byte* from, std::size_t bytes, const Image* like) {
  Image image((bytes + kPiece_bytes - 1) / kPiece_bytes);
  const std::size_t alike = like != nullptr ? std::min(like->size(), bytes / kPiece_bytes) : 0;
  std::size_t at = 0;
  for (; at < alike; ++at) {
    const std::byte* here = from + at * kPiece_bytes;
    image[at] = std::memcmp(here, piece((*like)[at]), kPiece_bytes) == 0 ? (*like)[at] : number_of(here);
  }
  for (; at < image.size(); ++at) {
    std::byte whole[kPiece_bytes] = {};
    std::memcpy(whole, from + at * kPiece_bytes, std::min(kPiece_bytes, bytes - at * kPiece_bytes));
    image[at] = number_of(whole);
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
