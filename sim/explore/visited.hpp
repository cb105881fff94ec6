// The states a search has visited: 24 bytes each, of which 16 are the state's fingerprint.
//
// 1. A state is taken to be visited if its 128-bit fingerprint is in the store. Two states that share one would be taken for
//    one; collision_probability() bounds the chance that this happened at all.
// 2. Beside the fingerprint stands how the state was first reached: the number of steps from the start, who took the last
//    one, and the first 32 bits of the state before. Of several ways of equally many steps the one with the smallest such
//    word stays: it does not depend on the order in which workers came.
// 3. The store is one segment, or for several workers a few for each by the first bits of the fingerprint, each ordered linear probing (Amble and
//    Knuth, "Ordered hash tables", The Computer Journal 17(2), 1974). A segment that is nine tenths full grows by an eighth, in
//    place (ahead of time, if six sevenths full): a state costs at most 24 / 0.8 = 30 bytes (31.5), beside the unused rest of each
//    segment's last page.
// 4. Looking something up writes nothing: a segment has a version, odd while it is being changed, and what was read under two different
//    versions is read again (Lameter, "Effective synchronization on Linux/NUMA systems", 2005: sequence locks). So entries are never
//    freed while the store lives.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/core/hash.hpp"

namespace mmsim {

// How a state was reached.
struct Arrival {
  static constexpr std::uint64_t kDepth_max = (std::uint64_t{1} << 20) - 1;
  std::uint64_t depth = 0;
  std::uint32_t before = 0;     // tag of the state before
  std::uint32_t actor = 0;      // below 4096

  std::uint64_t word() const { return depth << 44 | std::uint64_t{before} << 12 | actor; }
  static Arrival of(std::uint64_t word) {
    return {word >> 44, static_cast<std::uint32_t>(word >> 12), static_cast<std::uint32_t>(word & 4095)};
  }
};

class Visited {
 public:
  // For so many workers at once. Throws std::bad_alloc if there is no room to reserve.
  explicit Visited(int workers = 1);
  ~Visited();
  Visited(const Visited&) = delete;
  Visited& operator=(const Visited&) = delete;

  static std::uint32_t tag(const Hash128& state) { return static_cast<std::uint32_t>(state.low >> 32); }

  // Brings the place of a state into the cache, to be looked at soon. By any thread: a place that is old by then costs time only.
  void prefetch(const Hash128& state) const;

  struct Found {
    bool added;
    bool lowered;               // it was there, and this way has fewer steps
    std::uint64_t depth;        // of the way that now stands there
  };
  // By any thread. Throws std::bad_alloc when what was reserved is full.
  Found add(const Hash128& state, const Arrival& arrival);
  // Whether a state is there, and how it was reached. By any thread.
  bool find(const Hash128& state, Arrival& arrival) const;
  // The depth of a state that is there. By any thread.
  std::uint64_t depth_of(const Hash128& state) const;
  // Lets segments grow that soon would have to, which is better done while nobody waits for them. By any thread; each takes a part.
  void grow_ahead(std::size_t part, std::size_t parts);

  // --- not while others add
  // States with that tag less deep than that, ascending.
  std::vector<Hash128> with_tag(std::uint32_t tag, std::uint64_t depth) const;
  std::uint64_t size() const;
  double collision_probability() const;
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t s = 0; s < segments_n_; ++s)
      for (std::uint32_t i = 0; i < segments_[s].slots; ++i)
        if (const Entry& entry = segments_[s].entries[i]; entry.word != kEmpty) visit(entry.state(), Arrival::of(entry.word - 1));
  }

  std::uint64_t bytes() const;  // by any thread

 private:
  __extension__ using Wide = unsigned __int128;
  // Atomic, because what is read may be changed at that moment.
  struct Entry {
    std::atomic<std::uint64_t> low, high;
    std::atomic<std::uint64_t> word;              // that of the arrival, plus 1
    Hash128 state() const { return {low.load(std::memory_order_relaxed), high.load(std::memory_order_relaxed)}; }
    void put(const Hash128& state, std::uint64_t w) {
      low.store(state.low, std::memory_order_release);
      high.store(state.high, std::memory_order_release);
      word.store(w, std::memory_order_release);
    }
    void put(const Entry& from) { put(from.state(), from.word.load(std::memory_order_relaxed)); }
    void clear() { word.store(kEmpty, std::memory_order_release); }
  };
  static constexpr std::uint64_t kEmpty = 0;      // as memory comes from the system
  static constexpr std::uint32_t kSpare = 16;     // slots added behind the last home when there is no room left

  struct alignas(64) Segment {
    std::atomic<std::uint64_t> version = 0;
    std::atomic<std::uint32_t> homes = 0;
    std::atomic<std::uint32_t> slots = 0;         // homes, and some more so that probing does not wrap
    std::uint32_t used = 0;
    std::uint32_t slots_most = 0;
    Entry* entries = nullptr;
    bool huge = false;                            // asked for huge pages
  };
  struct Place {
    std::uint32_t slot = 0;                       // of the state, or where it would have to stand
    std::uint64_t word = kEmpty;                  // kEmpty: it is not there
    std::uint64_t version = 0;                    // under which that is so
  };
  class Hold;

  std::size_t segment_of(const Hash128& state) const { return segment_bits_ == 0 ? 0 : state.low >> (64 - segment_bits_); }
  std::uint64_t order(const Hash128& state) const { return state.low << segment_bits_; }
  static std::uint32_t home(std::uint32_t homes, std::uint64_t order) {
    return static_cast<std::uint32_t>((static_cast<Wide>(order) * homes) >> 64);
  }
  Place probe(const Segment& segment, const Hash128& state) const;
  Place look_up(const Segment& segment, const Hash128& state) const;
  void insert(Segment& segment, const Hash128& state, std::uint64_t word, std::uint32_t at) const;
  void grow(Segment& segment) const;
  void extend(Segment& segment, std::uint64_t slots) const;
  static bool full(const Segment& segment);

  int segment_bits_;
  std::size_t segments_n_;
  std::unique_ptr<Segment[]> segments_;
  void* reserved_ = nullptr;
  std::size_t reserved_bytes_ = 0;
};

}  // namespace mmsim
