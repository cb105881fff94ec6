// What is to happen when: a 4-ary heap of dates, each with the list of timers due then.
//
// 1. Dates are int64 nanoseconds. Equal dates come out in the order in which they were put in.
// 2. A timer is in one list at most: setting it again takes it out first, and taking out is O(1). A date left empty is
//    dropped when it surfaces, or when the heap has doubled.
// 3. Simulated actors like to be due together, so a date set lately is looked up in a small table, and its timers cost
//    one heap operation together. A date that fell out of the table may stand in the heap once more; the later one has only
//    later timers.
// Four children a node halve the depth of a binary heap and keep siblings in one or two cache lines.
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/arena.hpp"
#include "sim/core/external_clock.hpp"

namespace mmsim {

class World;

struct TimerLink {
  TimerLink* next = nullptr;
  TimerLink* previous = nullptr;
};

// Something that can be due. `fire` is called with the world's clock at the date.
struct Timer : TimerLink {
  using Fire = void (*)(World&, Timer&);
  explicit Timer(Fire f) : fire(f) {}
  bool armed() const { return next != nullptr; }
  Fire fire;
};

class Calendar {
 public:
  explicit Calendar(Arena& arena) : heap_(ArenaAllocator<Entry>(arena)) {}

  void set(Timer& timer, std::int64_t date_ns) {
    cancel(timer);
    Date*& lately = lately_[slot(date_ns)];
    if (lately == nullptr || lately->date_ns != date_ns) lately = add_date(date_ns);
    TimerLink& end = lately->timers;
    timer.previous = end.previous;
    timer.next = &end;
    end.previous->next = &timer;
    end.previous = &timer;
  }

  static void cancel(Timer& timer) {
    if (!timer.armed()) return;
    timer.previous->next = timer.next;
    timer.next->previous = timer.previous;
    timer.next = timer.previous = nullptr;
  }

  // Date of the next timer, kNever_ns if there is none.
  std::int64_t next_ns() {
    while (!heap_.empty() && heap_.front().date->empty()) {
      free_date(heap_.front().date);
      pop();
    }
    return heap_.empty() ? kNever_ns : heap_.front().date_ns;
  }

  // Takes out the timer that next_ns() spoke of. REQUIRES: next_ns() < kNever_ns since the last change.
  Timer& take() {
    Timer& timer = static_cast<Timer&>(*heap_.front().date->timers.next);
    cancel(timer);
    return timer;
  }

 private:
  struct Date {
    explicit Date(std::int64_t ns) : date_ns(ns) { timers = {&timers, &timers}; }
    bool empty() const { return timers.next == &timers; }
    std::int64_t date_ns;
    TimerLink timers;   // a ring, of which this is the end
  };
  struct Entry {
    std::int64_t date_ns;
    std::uint64_t sequence;
    Date* date;
    bool before(const Entry& other) const {
      return date_ns != other.date_ns ? date_ns < other.date_ns : sequence < other.sequence;
    }
  };

  static std::size_t slot(std::int64_t date_ns) {
    return (static_cast<std::uint64_t>(date_ns) * 0x9e3779b97f4a7c15) >> (64 - kLately_bits);
  }

  Date* add_date(std::int64_t date_ns) {
    if (heap_.size() >= clean_at_) drop_empty();
    Date* date = heap_.get_allocator().arena().make<Date>(date_ns);
    push({date_ns, ++last_sequence_, date});
    return date;
  }

  void free_date(Date* date) {
    Date*& lately = lately_[slot(date->date_ns)];
    if (lately == date) lately = nullptr;
    heap_.get_allocator().arena().deallocate(date, sizeof(Date));
  }

  void push(Entry entry) {
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

  void drop_empty() {
    std::erase_if(heap_, [this](const Entry& entry) {
      const bool empty = entry.date->empty();
      if (empty) free_date(entry.date);
      return empty;
    });
    for (std::size_t at = heap_.size(); at-- > 0;) sink(at, heap_[at]);
    clean_at_ = 2 * heap_.size() + kCleanAt_least;
  }

  static constexpr std::size_t kCleanAt_least = 256;
  static constexpr int kLately_bits = 4;

  ArenaVector<Entry> heap_;
  std::array<Date*, std::size_t{1} << kLately_bits> lately_{};
  std::size_t clean_at_ = kCleanAt_least;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace mmsim
