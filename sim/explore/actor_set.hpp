// A set of actors, for reductions: of at most 256.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mmsim {

class ActorSet {
 public:
  static constexpr std::size_t kMost = 256;

  bool has(std::size_t actor) const { return (words_[actor / 64] >> (actor % 64) & 1) != 0; }
  void put(std::size_t actor) { words_[actor / 64] |= std::uint64_t{1} << (actor % 64); }
  void take(std::size_t actor) { words_[actor / 64] &= ~(std::uint64_t{1} << (actor % 64)); }
  void set(std::size_t actor, bool in) { in ? put(actor) : take(actor); }
  void clear() { words_ = {}; }
  bool empty() const { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }
  bool one() const {
    std::size_t words = 0;
    for (const std::uint64_t word : words_) {
      if ((word & (word - 1)) != 0) return false;
      words += word != 0;
    }
    return words == 1;
  }
  // The smallest. REQUIRES: not empty.
  std::uint32_t first() const {
    std::uint32_t at = 0;
    while (words_[at] == 0) ++at;
    return at * 64 + static_cast<std::uint32_t>(std::countr_zero(words_[at]));
  }
  ActorSet& operator|=(const ActorSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  ActorSet& operator&=(const ActorSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  ActorSet& operator-=(const ActorSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  friend ActorSet operator&(ActorSet a, const ActorSet& b) { return a &= b; }
  friend ActorSet operator-(ActorSet a, const ActorSet& b) { return a -= b; }
  friend bool operator==(const ActorSet&, const ActorSet&) = default;

  // Ascending.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::uint32_t at = 0; at < words_.size(); ++at)
      for (std::uint64_t word = words_[at]; word != 0; word &= word - 1)
        visit(at * 64 + static_cast<std::uint32_t>(std::countr_zero(word)));
  }

 private:
  std::array<std::uint64_t, 4> words_{};
};

}  // namespace mmsim
