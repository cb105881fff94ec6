// 128-bit hashes that are the same in every run: of sequences, and of sets by exclusive or.
//
// The mixer is the finaliser of MurmurHash3 (Austin Appleby, public domain) applied to two lanes with different keys. It is not a defence
// against an adversary; the chance that two different states meet is that of random 128-bit numbers.
// Addresses inside an arena count by their offset, which is the same in every process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <type_traits>

#include "sim/core/arena.hpp"

namespace mmsim {

inline std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccd;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53;
  x ^= x >> 33;
  return x;
}

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  // Appends to a sequence.
  void add(std::uint64_t value) {
    low = mix64(low + value + 0x9e3779b97f4a7c15) + high;
    high = mix64(high ^ (value * 0xd6e8feb86659fd93 + 0x2545f4914f6cdd1d)) + (low << 1 | low >> 63);
  }
  template <class T>
  void add_any(const T& value) {
    if constexpr (std::is_pointer_v<T>) {
      add(reinterpret_cast<std::uintptr_t>(value) & (Arena::kRegion_bytes - 1));
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      add(static_cast<std::uint64_t>(value));
    } else if constexpr (requires { value.hash_into(*this); }) {
      value.hash_into(*this);
    } else {
      static_assert(std::ranges::range<const T>, "no rule to hash this");
      std::uint64_t n = 0;
      for (const auto& element : value) {
        add_any(element);
        ++n;
      }
      add(n);
    }
  }
  // Puts into a set, or takes out of it.
  Hash128& operator^=(const Hash128& other) {
    low ^= other.low;
    high ^= other.high;
    return *this;
  }
  friend Hash128 operator^(Hash128 a, const Hash128& b) { return a ^= b; }
  friend bool operator==(const Hash128&, const Hash128&) = default;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};

// For tables that are only looked up in.
struct HashOfHash {
  std::size_t operator()(const Hash128& hash) const { return hash.low; }
};

// What of a list is still to come: the part before `at` is over and need not tell states apart.
template <class List>
auto rest_of(const List& list, std::size_t at) {
  return std::ranges::subrange(list.begin() + static_cast<std::ptrdiff_t>(at), list.end());
}

// A list whose order does not matter any more.
template <class List>
struct AsSet {
  const List& list;
  void hash_into(Hash128& hash) const {
    Hash128 all;
    for (const auto& element : list) {
      Hash128 one;
      one.add_any(element);
      all ^= one;
    }
    hash.add(all.low);
    hash.add(all.high);
  }
};
template <class List>
AsSet(const List&) -> AsSet<List>;

inline Hash128 hash_of(std::uint64_t a, std::uint64_t b) {
  Hash128 hash;
  hash.add(a);
  hash.add(b);
  return hash;
}

}  // namespace mmsim
