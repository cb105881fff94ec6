// What one step looks at and writes, as the arena tells it. For the executor's own files.
#pragma once

#include "sim/core/holder.hpp"
#include "sim/explore/executor.hpp"

namespace mmsim {

// Listens to one step.
class Executor::Log final : public AccessLog {
 public:
  struct Seen {
    CellId cell;
    bool read_first = false;   // before it was written
    bool test = false;         // read or written beside what the operation does with its lock
    bool written = false;
    bool tested_write = false;
    CellValue value = 0;       // if read_first
  };

  Log(SharedMemory& memory, Actor& actor) : memory_(memory), actor_(actor) {}

  void read(const void* cell, std::uint32_t bytes) override { read_cell(memory_.cell_at(cell, bytes), cell); }
  void write(void* cell, std::uint32_t bytes) override { write_cell(memory_.cell_at(cell, bytes), cell); }
  void read(const SharedArray& array) override { read_cell(memory_.cell_of(const_cast<SharedArray&>(array)), &array); }
  void write(SharedArray& array) override { write_cell(memory_.cell_of(array), &array); }

  void observe(bool on) { observing_ = on; }
  // What the operation does within a Holder is told by its discipline.
  void discipline(const void* holder, bool on) {
    holder_ = static_cast<const std::byte*>(holder);
    in_operation_ = on;
  }
  const std::vector<Seen>& seen() const { return seen_; }

 private:
  Seen& at(CellId cell) {
    for (Seen& seen : seen_)
      if (seen.cell == cell) return seen;
    seen_.push_back({cell});
    return seen_.back();
  }
  bool in_holder(const void* address) const {
    const auto* p = static_cast<const std::byte*>(address);
    return in_operation_ && holder_ != nullptr && holder_ <= p && p < holder_ + sizeof(Holder);
  }
  void read_cell(CellId cell, const void* address) {
    Seen& seen = at(cell);
    if (!seen.written && !seen.read_first) {
      seen.read_first = true;
      seen.value = memory_.now(cell);
    }
    seen.test |= !in_holder(address);
    if (observing_) actor_.history.add(hashed(cell));
  }
  void write_cell(CellId cell, const void* address) {
    Seen& seen = at(cell);
    if (!seen.written && !seen.read_first && memory_.array(cell) != nullptr) {   // it is changed in place
      seen.read_first = true;
      seen.value = memory_.now(cell);
    }
    seen.written = true;
    seen.tested_write |= !in_holder(address);
  }
  std::uint64_t hashed(CellId cell) const { return memory_.content_key(cell); }

  SharedMemory& memory_;
  Actor& actor_;
  std::vector<Seen> seen_;
  const std::byte* holder_ = nullptr;
  bool in_operation_ = false;
  bool observing_ = false;
};

}  // namespace mmsim
