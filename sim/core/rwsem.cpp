#include "sim/core/rwsem.hpp"

#include <algorithm>

namespace mmsim {

namespace {
bool is_write(const Waiter& waiter) { return waiter.tag != 0; }
}  // namespace

void Rwsem::holdings(void (*visit)(void*, const Holding&), void* context) const {
  if (writer.held()) visit(context, writer.holding());
  for (const Holding& reader : readers) visit(context, reader);
}

bool Rwsem::read_held_by(const Actor& actor) const {
  return std::any_of(readers.begin(), readers.end(), [&](const Holding& reader) { return reader.holder == &actor; });
}

void Rwsem::take(Actor& actor, bool write) {
  if (write) return writer.take(actor);
  const auto* at = std::find_if(readers.begin(), readers.end(),
                                [&](const Holding& reader) { return reader.holder->id > actor.id; });
  readers.insert(at, held_now(actor, true));
}

void Rwsem::grant_waiters() {
  Waiter* head = waiters.head();
  if (head == nullptr || writer.held()) return;
  const auto grant = [this](Waiter& waiter) {
    take(waiter.actor, is_write(waiter));
    waiter.granted = true;
    waiter.actor.world.wake(*this, waiter);
  };
  if (is_write(*head)) {
    if (readers.empty()) grant(*head);
    return;
  }
  for (Waiter* waiter = head; waiter != nullptr;) {
    Waiter* next = waiter->next;
    if (!is_write(*waiter)) grant(*waiter);
    waiter = next;
  }
}

bool RwsemAcquire::can_complete() const {
  if (granted()) return true;
  if (waited && queued()) return false;
  if (rwsem_.writer.held()) return false;
  if (write_) return rwsem_.readers.empty() && rwsem_.waiters.empty();
  return rwsem_.waiters.empty() || rwsem_.policy == RwsemPolicy::kReadersPass;
}

void RwsemAcquire::complete() {
  if (!granted()) rwsem_.take(self, write_);
  self.world.record(write_ ? Event::kAcquire : Event::kAcquireShared, self, &rwsem_);
}

void RwsemAcquire::describe(Wait& wait) const {
  wait.noun = "rwsem";
  if (rwsem_.writer.held()) rwsem_.writer.describe(wait);
  if (write_)
    for (const Holding& reader : rwsem_.readers)
      wait.edges.push_back({reader.holder, EdgeKind::kOwner, "", Rwsem::kClass.release_shared, reader.since_ns, reader.held_at});
  if (const Waiter* ahead = queued_before())
    wait.edges.push_back({&ahead->actor, EdgeKind::kQueuedBehind,
                          is_write(*ahead) ? "is queued before it as a writer" : "is queued before it as a reader",
                          ""});
  wait.need = wait.edges.size();
}

// One is enough, it waits for those before it. A reader waits for the writers at the head of the queue only: once a
// reader is the head, all readers are let in.
const Waiter* RwsemAcquire::queued_before() const {
  if (write_ && queued()) return self.wait.prev;
  const Waiter* last_writer = nullptr;
  for (const Waiter* ahead = rwsem_.waiters.head(); ahead != nullptr && is_write(*ahead); ahead = ahead->next)
    last_writer = ahead;
  return last_writer;
}

// A trylock does not pass those who are queued: they keep the kernel's fast paths from succeeding.
void RwsemTry::complete() {
  taken_ = !rwsem_.writer.held() && (!write_ || rwsem_.readers.empty()) &&
           (rwsem_.waiters.empty() || (!write_ && rwsem_.policy == RwsemPolicy::kReadersPass));
  if (taken_) rwsem_.take(self, write_);
  const Event acquired = write_ ? Event::kAcquire : Event::kAcquireShared;
  self.world.record(taken_ ? acquired : Event::kTryFailed, self, &rwsem_, 0, taken_);
}

void RwsemDowngrade::complete() {
  MMSIM_CHECK(rwsem_.writer.held_by(self), "downgrade_write() by an actor that does not hold it for write");
  rwsem_.writer.drop();
  self.world.record(Event::kRelease, self, &rwsem_);
  rwsem_.take(self, false);
  self.world.record(Event::kAcquireShared, self, &rwsem_);
  Waiter* head = rwsem_.waiters.head();
  if (head != nullptr && !is_write(*head)) rwsem_.grant_waiters();
}

void RwsemRelease::complete() {
  if (write_) {
    MMSIM_CHECK(rwsem_.writer.held_by(self), "up_write() by an actor that does not hold it");
    rwsem_.writer.drop();
  } else {
    const auto* reader = std::find_if(rwsem_.readers.begin(), rwsem_.readers.end(),
                                      [&](const Holding& holding) { return holding.holder == &self; });
    MMSIM_CHECK(reader != rwsem_.readers.end(), "up_read() by an actor that does not hold it");
    rwsem_.readers.erase(reader);
  }
  self.world.record(write_ ? Event::kRelease : Event::kReleaseShared, self, &rwsem_);
  rwsem_.grant_waiters();
}

}  // namespace mmsim
