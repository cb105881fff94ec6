// A set of CPU numbers, in the arena, walked in ascending order: what the kernel calls a cpumask.
#pragma once

#include <bit>
#include <cstdint>

#include "sim/core/hash.hpp"

namespace mmsim {

class CpuSet {
 public:
  static constexpr int kNone = -1;

  explicit CpuSet(Arena& arena) : words_(ArenaAllocator<std::uint64_t>(arena)) {}

  void add(int cpu) {
    if (word(cpu) >= words_.size()) words_.resize(word(cpu) + 1);
    words_[word(cpu)] |= bit(cpu);
  }
  void remove(int cpu) {
    if (word(cpu) < words_.size()) words_[word(cpu)] &= ~bit(cpu);
  }
  bool contains(int cpu) const { return word(cpu) < words_.size() && (words_[word(cpu)] & bit(cpu)) != 0; }
  bool empty() const { return next(kNone) == kNone; }
  void clear() { words_.clear(); }
  void add_all(const CpuSet& other) {
    if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }

  void hash_into(Hash128& hash) const {
    for (int cpu = next(kNone); cpu != kNone; cpu = next(cpu)) hash.add(static_cast<std::uint64_t>(cpu));
    hash.add(~std::uint64_t{0});
  }

  // The lowest member above `cpu`; kNone if there is none. next(kNone) is the first.
  int next(int cpu) const {
    for (std::size_t at = word(cpu + 1); at < words_.size(); ++at) {
      std::uint64_t rest = words_[at];
      if (at == word(cpu + 1)) rest &= ~(bit(cpu + 1) - 1);
      if (rest != 0) return static_cast<int>(at * 64) + std::countr_zero(rest);
    }
    return kNone;
  }

 private:
  static std::size_t word(int cpu) { return static_cast<std::size_t>(cpu) / 64; }
  static std::uint64_t bit(int cpu) { return std::uint64_t{1} << (static_cast<unsigned>(cpu) % 64); }

  ArenaVector<std::uint64_t> words_;
};

}  // namespace mmsim
