#include "sim/core/shared.hpp"

namespace mmsim {

void SharedArray::reserve(std::uint32_t n) {
  if (n <= capacity_) return;
  Arena& arena = Arena::of(this);
  MMSIM_CHECK(arena.log() == nullptr, "a shared list grew while an exploration ran: reserve room when the world is built");
  auto* grown = static_cast<std::byte*>(arena.allocate(std::size_t{n} * element_bytes_));
  if (data_ != nullptr) {
    std::memcpy(grown, data_, bytes());
    arena.deallocate(data_, std::size_t{capacity_} * element_bytes_);
  }
  data_ = grown;
  capacity_ = n;
}

}  // namespace mmsim
