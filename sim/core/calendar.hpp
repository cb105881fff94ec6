// What is to happen when: a 4-ary heap of (date, sequence number, timer).
//
// 1. Dates are int64 nanoseconds. Equal dates come out in the order in which they were put in.
// 2. A timer has at most one valid entry: setting it again or cancelling it makes older entries stale, and a stale
//    entry is dropped when it surfaces. So cancelling costs nothing and moving a date costs one insertion. Stale entries
//    are also thrown out whenever the heap has doubled, so that they never outnumber the others by much.
// Four children a node halve the depth of a binary heap and keep siblings in one or two cache lines.
#pragma once

#include <cstdint>

#include "sim/core/arena.hpp"
#include "sim/core/external_clock.hpp"

namespace mmsim {

class World;

// Something that can be due. `fire` is called with the world's clock at the date.
struct Timer {
  using Fire = void (*)(World&, Timer&);
  explicit Timer(Fire f) : fire(f) {}
  bool armed() const { return sequence != 0; }
  Fire fire;
  std::uint64_t sequence = 0;   // of the valid entry; 0: none
};

class Calendar {
 public:
  explicit Calendar(Arena& arena) : heap_(ArenaAllocator<Entry>(arena)) {}

  void set(Timer& timer, std::int64_t date_ns) {
    timer.sequence = ++last_sequence_;
    push({date_ns, timer.sequence, &timer});
  }
  static void cancel(Timer& timer) { timer.sequence = 0; }

  // Date of the next valid entry, kNever_ns if there is none.
  std::int64_t next_ns() {
    while (!heap_.empty() && heap_.front().timer->sequence != heap_.front().sequence) pop();
    return heap_.empty() ? kNever_ns : heap_.front().date_ns;
  }

  // Takes out the entry that next_ns() spoke of. REQUIRES: next_ns() < kNever_ns since the last change.
  Timer& take() {
    Timer& timer = *heap_.front().timer;
    timer.sequence = 0;
    pop();
    return timer;
  }

 private:
  struct Entry {
    std::int64_t date_ns;
    std::uint64_t sequence;
    Timer* timer;
    bool before(const Entry& other) const {
      return date_ns != other.date_ns ? date_ns < other.date_ns : sequence < other.sequence;
    }
  };

  void push(Entry entry) {
    if (heap_.size() >= clean_at_) drop_stale();
    std::size_t at = heap_.size();
    heap_.push_back(entry);
    while (at > 0) {
      const std::size_t parent = (at - 1) / 4;
      if (!entry.before(heap_[parent])) break;
      heap_[at] = heap_[parent];
      at = parent;
    }
    heap_[at] = entry;
  }

  void pop() {
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sink(0, last);
  }

  // Puts `entry` where it belongs below the hole `at`.
  void sink(std::size_t at, Entry entry) {
    const std::size_t size = heap_.size();
    for (;;) {
      const std::size_t first = 4 * at + 1;
      if (first >= size) break;
      const std::size_t end = first + 4 < size ? first + 4 : size;
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child)
        if (heap_[child].before(heap_[least])) least = child;
      if (!heap_[least].before(entry)) break;
      heap_[at] = heap_[least];
      at = least;
    }
    heap_[at] = entry;
  }

  void drop_stale() {
    std::erase_if(heap_, [](const Entry& entry) { return entry.timer->sequence != entry.sequence; });
    for (std::size_t at = heap_.size(); at-- > 0;) sink(at, heap_[at]);
    clean_at_ = 2 * heap_.size() + kCleanAt_least;
  }

  static constexpr std::size_t kCleanAt_least = 256;
  std::size_t clean_at_ = kCleanAt_least;
  ArenaVector<Entry> heap_;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace mmsim
