// Successors of many states, to be looked up together.
//
// The place of a state among those visited is as good as random: looked up one by one, most of them miss the TLB and the caches. So
// successors are gathered in lots by the first bits of their fingerprints, and the store is looked through lot by lot, each
// of which lies in one part of it (Shatdal, Kant, Naughton, "Cache conscious algorithms for relational query processing", VLDB
// 1994, do the same for joins). Which of them are new is marked; those are then built in the order in which they were found, from
// states before that lie one behind the other.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/explore/executor.hpp"
#include "sim/explore/visited.hpp"

namespace mmsim {

class Batch {
 public:
  // Where the state before lies in its layer.
  struct Parent {
    std::size_t chunk, index;
  };
  static constexpr std::size_t kMost = std::size_t{1} << 20;

  Batch() { hold(0); }

  // So many successors are worth waiting for among so many visited states. REQUIRES: it is empty.
  void hold(std::uint64_t visited);

  bool empty() const { return outcomes_.empty(); }     // nothing was pushed
  bool full() const { return full_; }
  std::uint64_t bytes() const { return kLots * lot_most_ * sizeof(Candidate) + outcomes_.capacity() * sizeof(const Outcome*); }

  // What is pushed from now on comes from this state.
  void begin(Parent parent) { parents_.push_back({parent, outcomes_.size()}); }
  // REQUIRES: not full().
  void push(const Hash128& state, const Hash128& before, const Outcome& outcome) {
    const std::size_t lot = state.low >> (64 - kLot_bits);
    Candidate* const end = &candidates_[lot * lot_most_ + sizes_[lot]];
    *end = {state, Arrival{outcomes_.size(), Visited::tag(before), outcome.actor}.word()};
    full_ |= ++sizes_[lot] == lot_most_;
    outcomes_.push_back(&outcome);
    full_ |= outcomes_.size() == kMost;
  }

  // Has each looked up, those close to each other together: `look_up` says whether it is new. Workers begin at different
  // `part`s of `parts`, so as not to meet.
  template <class LookUp>
  void look_up_all(const Visited& visited, std::uint64_t depth, std::size_t part, std::size_t parts, LookUp look_up) {
    is_new_.assign(outcomes_.size() / 64 + 1, 0);
    for (std::size_t i = 0; i < kLots; ++i) {
      const std::size_t lot = (i + part * kLots / parts) % kLots;
      const Candidate* const first = &candidates_[lot * lot_most_];
      const std::size_t size = sizes_[lot];
      for (std::size_t k = 0; k < size + kAhead; ++k) {
        if (k < size) visited.prefetch(first[k].state);
        if (k < kAhead) continue;
        const Candidate& candidate = first[k - kAhead];
        Arrival arrival = Arrival::of(candidate.word);
        const std::uint64_t number = std::exchange(arrival.depth, depth);
        if (look_up(candidate.state, arrival)) is_new_[number / 64] |= std::uint64_t{1} << number % 64;
      }
    }
  }

  // Those that were new, in the order in which they were pushed.
  template <class Build>
  void for_each_new(Build build) const {
    auto parent = parents_.begin();
    for (std::size_t word = 0; word < is_new_.size(); ++word)
      for (std::uint64_t left = is_new_[word]; left != 0; left &= left - 1) {
        const std::size_t number = word * 64 + static_cast<std::size_t>(__builtin_ctzll(left));
        while (parent + 1 != parents_.end() && (parent + 1)->first <= number) ++parent;
        build(parent->of, *outcomes_[number]);
      }
  }

  void clear() {
    sizes_ = {};
    outcomes_.clear();
    parents_.clear();
    full_ = false;
  }

 private:
  static constexpr int kLot_bits = 7;
  static constexpr std::size_t kLots = std::size_t{1} << kLot_bits;
  static constexpr std::size_t kLot_least = 64;
  static constexpr std::uint64_t kVisited_share = 32;   // a batch is this part of the visited states
  static constexpr std::size_t kAhead = 8;              // of a lot, looked up while memory comes

  // `word` is that of an arrival, with its number in the batch for its depth.
  struct Candidate {
    Hash128 state;
    std::uint64_t word;
  };
  struct From {
    Parent of;
    std::size_t first;          // the number of its first successor
  };

  std::size_t lot_most_ = 0;
  std::unique_ptr<Candidate[]> candidates_;   // lot_most_ for each lot
  std::array<std::size_t, kLots> sizes_{};
  bool full_ = false;
  std::vector<const Outcome*> outcomes_;      // by number
  std::vector<From> parents_;
  std::vector<std::uint64_t> is_new_;         // a bit for each number
};

inline void Batch::hold(std::uint64_t visited) {
  const std::uint64_t each = std::min<std::uint64_t>(visited / kVisited_share, kMost) / kLots;
  // Grown by half at least: not anew for every layer.
  if (each <= lot_most_ + lot_most_ / 2 && lot_most_ != 0) return;
  lot_most_ = std::max<std::size_t>(each, kLot_least);
  candidates_.reset();
  candidates_ = std::make_unique_for_overwrite<Candidate[]>(kLots * lot_most_);
}

}  // namespace mmsim
