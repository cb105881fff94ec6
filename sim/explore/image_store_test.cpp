#include "sim/explore/image_store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mmsim {
namespace {

using Bytes = std::vector<std::byte>;

Bytes restored(const ImageStore& store, const ImageStore::Image& image, std::size_t bytes) {
  Bytes out(ImageStore::extent(image));
  store.restore(image, out.data());
  out.resize(bytes);
  return out;
}

// A heap that changes in some places, and grows or shrinks.
RC_GTEST_PROP(ImageStore, GivesBackWhatWasSavedLikeAnother, ()) {
  ImageStore store, plain;
  Bytes heap(*rc::gen::inRange<std::size_t>(1, 600));
  ImageStore::Image before = store.save(heap.data(), heap.size());
  std::vector<std::pair<Bytes, ImageStore::Image>> saved{{heap, before}};
  const auto changes = *rc::gen::inRange(1, 10);
  for (int i = 0; i < changes; ++i) {
    heap.resize(*rc::gen::inRange<std::size_t>(1, 600));
    heap[*rc::gen::inRange<std::size_t>(0, heap.size())] = static_cast<std::byte>(*rc::gen::inRange(0, 3));
    before = store.save(heap.data(), heap.size(), &before);
    saved.emplace_back(heap, before);
  }
  for (const auto& [bytes, image] : saved) {
    RC_ASSERT(restored(store, image, bytes.size()) == bytes);
    plain.save(bytes.data(), bytes.size());
  }
  RC_ASSERT(store.bytes() == plain.bytes());   // nothing is kept twice
}

}  // namespace
}  // namespace mmsim
