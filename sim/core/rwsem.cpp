#include "sim/core/rwsem.hpp"

#include <algorithm>

namespace mmsim {

void Rwsem::holdings(void (*visit)(void*, const Holding&), void* context) const {
  if (writer.held()) visit(context, writer.holding());
  for (const Holder& reader : readers) {
    Holding holding = reader.holding();
    holding.shared = true;
    visit(context, holding);
  }
}

bool Rwsem::read_held_by(const Actor& actor) const {
  return std::any_of(readers.begin(), readers.end(), [&](const Holder& reader) { return reader.held_by(actor); });
}

void Rwsem::grant_waiters() {
  auto* head = static_cast<RwsemAcquire*>(waiters.head());
  if (head == nullptr || writer.held()) return;
  if (head->write()) {
    if (readers.empty()) head->grant();
    return;
  }
  for (Operation* op = waiters.head(); op != nullptr;) {
    auto* waiter = static_cast<RwsemAcquire*>(op);
    op = op->next;
    if (!waiter->write()) waiter->grant();
  }
}

bool RwsemAcquire::can_complete() const {
  if (granted_) return true;
  if (rwsem_.writer.held()) return false;
  if (write_) return rwsem_.readers.empty() && rwsem_.waiters.empty();
  return rwsem_.waiters.empty() || rwsem_.policy == RwsemPolicy::kReadersPass;
}

void RwsemAcquire::take() {
  (write_ ? rwsem_.writer : rwsem_.readers.emplace_back()).take(self);
}

void RwsemAcquire::complete() {
  if (!granted_) take();
  self.world.record(write_ ? Event::kAcquire : Event::kAcquireShared, self, &rwsem_);
}

void RwsemAcquire::grant() {
  take();
  granted_ = true;
  self.world.wake(*this);
}

void RwsemAcquire::describe(Wait& wait) const {
  wait.noun = "rwsem";
  if (rwsem_.writer.held()) rwsem_.writer.describe(wait);
  if (write_)
    for (const Holder& reader : rwsem_.readers) {
      reader.describe(wait);
      wait.edges.back().ends_by = Rwsem::kClass.release_shared;
    }
  if (const RwsemAcquire* ahead = queued_before())
    wait.edges.push_back({&ahead->self, EdgeKind::kQueuedBehind,
                          ahead->write() ? "is queued before it as a writer" : "is queued before it as a reader",
                          ""});
  wait.need = wait.edges.size();
}

// One is enough, it waits for those before it. A reader waits for the writers at the head of the queue only: once a
// reader is the head, all readers are let in.
const RwsemAcquire* RwsemAcquire::queued_before() const {
  if (write_) return static_cast<const RwsemAcquire*>(prev);
  const RwsemAcquire* last_writer = nullptr;
  for (const Operation* op = rwsem_.waiters.head(); op != nullptr; op = op->next) {
    const auto* ahead = static_cast<const RwsemAcquire*>(op);
    if (!ahead->write()) break;
    last_writer = ahead;
  }
  return last_writer;
}

void RwsemTryWrite::complete() {
  taken_ = !rwsem_.writer.held() && rwsem_.readers.empty() && rwsem_.waiters.empty();
  if (taken_) rwsem_.writer.take(self);
  self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &rwsem_, 0, taken_);
}

void RwsemRelease::complete() {
  if (write_) {
    MMSIM_CHECK(rwsem_.writer.held_by(self), "up_write() by an actor that does not hold it");
    rwsem_.writer.drop();
  } else {
    const auto reader = std::find_if(rwsem_.readers.begin(), rwsem_.readers.end(),
                                     [&](const Holder& holder) { return holder.held_by(self); });
    MMSIM_CHECK(reader != rwsem_.readers.end(), "up_read() by an actor that does not hold it");
    rwsem_.readers.erase(reader);
  }
  self.world.record(write_ ? Event::kRelease : Event::kReleaseShared, self, &rwsem_);
  rwsem_.grant_waiters();
}

}  // namespace mmsim
