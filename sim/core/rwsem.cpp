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

void RwsemAcquire::complete() {
  if (!granted_) {
    if (write_)
      rwsem_.writer.take(self);
    else
      rwsem_.readers.emplace_back().take(self);
  }
  self.world.record(write_ ? Event::kAcquire : Event::kAcquireShared, self, &rwsem_);
}

void RwsemAcquire::grant() {
  if (write_)
    rwsem_.writer.take(self);
  else
    rwsem_.readers.emplace_back().take(self);
  granted_ = true;
  self.world.wake(*this);
}

void RwsemAcquire::describe(Wait& wait) const {
  wait.noun = "rwsem";
  if (rwsem_.writer.held()) rwsem_.writer.describe(wait);
  if (write_)
    for (const Holder& reader : rwsem_.readers) {
      reader.describe(wait);
      wait.edges.back().how = "holds it for reading";
    }
  // Whoever stands before it in the queue must be let in first: the nearest is enough, it waits for those before it.
  // A reader passes other readers.
  for (const Operation* ahead = prev; ahead != nullptr; ahead = ahead->prev) {
    const bool writer_ahead = static_cast<const RwsemAcquire*>(ahead)->write();
    if (!write_ && !writer_ahead) continue;
    wait.edges.push_back({&ahead->self, EdgeKind::kQueuedBehind,
                          writer_ahead ? "is queued before it as a writer" : "is queued before it as a reader",
                          "is let in and leaves"});
    break;
  }
  wait.need = wait.edges.size();
}

void RwsemTryWrite::complete() {
  taken_ = !rwsem_.writer.held() && rwsem_.readers.empty() && rwsem_.waiters.empty();
  if (taken_) rwsem_.writer.take(self);
  self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &rwsem_);
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
