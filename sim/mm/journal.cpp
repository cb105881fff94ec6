#include "sim/mm/journal.hpp"

#include <algorithm>

#include "sim/core/visible.hpp"

namespace mmsim {

namespace {

bool has(const ActorsSharing& list, const Actor& actor) { return std::find(list.begin(), list.end(), &actor) != list.end(); }

void add(ActorsSharing& list, Actor& actor) {
  if (has(list, actor)) return;
  list.insert(std::find_if(list.begin(), list.end(), [&](const Actor* other) { return other->id > actor.id; }), &actor);
}

void remove(ActorsSharing& list, const Actor& actor) {
  if (const auto* at = std::find(list.begin(), list.end(), &actor); at != list.end()) list.erase(at);
}

const Holding* after(const Holdings& handles, const Actor& actor) {
  return std::find_if(handles.begin(), handles.end(), [&](const Holding& h) { return h.holder->id > actor.id; });
}

// A wait for the journal: looks again whenever something has changed.
class JournalWait : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  JournalWait(Actor& s, Journal& j) : Operation(s), journal_(j) {}
  void enqueue() final { journal_.waiters.push_back(self.wait); }
  Object* object() const final { return &journal_; }
  void result() {}

 protected:
  ~JournalWait() = default;
  void only_committer_ends(Wait& wait) const {
    wait.need = 1;
    wait.nobody = "nobody is left who could commit the transaction";
    wait.values = journal_.values();
    if (journal_.committer == nullptr || journal_.committer->state == ActorState::kFinished) return;
    wait.edges.push_back({journal_.committer, EdgeKind::kOwner, "commits its transactions", "jbd2_journal_commit_transaction"});
  }
  Journal& journal_;
};

// wait_transaction_locked(), and the wait for credits.
class TransactionWait : public JournalWait {
 public:
  TransactionWait(Actor& s, Journal& j, std::int64_t credits) : JournalWait(s, j), credits_(credits) {}
  bool can_complete() const override {
    if (journal_.locked) return false;
    return journal_.free_credits() >= credits_ || !(journal_.asked || journal_.committing);
  }
  void complete() override {}
  void describe(Wait& wait) const override {
    wait.noun = journal_.free_credits() < credits_ ? "journal credits" : "locked transaction";
    only_committer_ends(wait);
  }
  const char* verb() const override { return "wait_transaction_locked"; }

 private:
  std::int64_t credits_;
};

class CommitRequest : public JournalWait {
 public:
  using JournalWait::JournalWait;
  bool can_complete() const override { return journal_.asked; }
  void complete() override {
    journal_.asked = false;
    journal_.locked = true;
  }
  QuickEnd quick_end() const override { return {QuickEnd::By::kTime, nullptr}; }
  void describe(Wait& wait) const override {
    wait.noun = "commit request";
    wait.time_will = true;
  }
  bool waits_for_work() const override { return true; }
  const char* verb() const override { return "kjournald2"; }
};

// jbd2_journal_wait_updates(); then the next transaction begins.
class UpdatesWait : public JournalWait {
 public:
  using JournalWait::JournalWait;
  bool can_complete() const override { return journal_.handles.empty(); }
  void complete() override {
    journal_.locked = false;
    journal_.committing = true;
    journal_.committing_credits = journal_.running_credits.get();
    journal_.running_credits = 0;
    journal_.in_committing.clear();
    for (Actor* const* actor = journal_.in_running.begin(); actor != journal_.in_running.end(); ++actor)
      journal_.in_committing.push_back(*actor);
    journal_.in_running.clear();
    journal_.changed(self.world);
  }
  void describe(Wait& wait) const override {
    wait.noun = "handles of transaction";
    for (const Holding& handle : journal_.handles)
      wait.edges.push_back({handle.holder, EdgeKind::kOwner, "has a handle open", "jbd2_journal_stop", handle.since_ns, handle.held_at});
    wait.need = wait.edges.size();
    wait.values = journal_.values();
  }
  const char* verb() const override { return "jbd2_journal_wait_updates"; }
};

class CommitWait : public JournalWait {
 public:
  using JournalWait::JournalWait;
  bool can_complete() const override { return !has(journal_.in_running, self) && !has(journal_.in_committing, self); }
  void complete() override {}
  void describe(Wait& wait) const override {
    wait.noun = "commit of transaction";
    only_committer_ends(wait);
  }
  const char* verb() const override { return "jbd2_log_wait_commit"; }
};

enum class Start : std::uint8_t { kStarted, kHasToWait };

Start start_this_handle(Actor& self, Journal& journal, std::int64_t credits) {
  if (journal.locked) return Start::kHasToWait;
  if (journal.free_credits() < credits) {
    if (journal.running_credits > 0) journal.ask_for_commit(self.world);
    return Start::kHasToWait;
  }
  journal.running_credits += credits;
  journal.handles.insert(after(journal.handles, self), held_now(self, false));
  remove(journal.in_committing, self);
  add(journal.in_running, self);
  self.world.record(Event::kAcquire, self, &journal);
  return Start::kStarted;
}

}  // namespace

std::string Journal::values() const {
  std::string out = std::to_string(free_credits()) + " of " + std::to_string(credits) + " credits are free, ";
  const std::size_t open = handles.size();
  out += std::to_string(open) + (open == 1 ? " handle is open" : " handles are open");
  if (locked) out += ", the transaction is locked";
  if (committing) out += ", one is committing";
  return out;
}

void Journal::changed(World& world) {
  while (Waiter* first = waiters.head()) world.wake(*this, *first);
}

void Journal::ask_for_commit(World& world) {
  if (asked) return;
  asked = true;
  changed(world);
}

Task<> jbd2_journal_start(Actor& self, Journal& journal, std::int64_t credits) {
  Procedure here(self, "jbd2_journal_start");
  for (;;) {
    here.settle();
    const Start outcome = co_await act(self, &journal, "start_this_handle", [&] { return start_this_handle(self, journal, credits); });
    if (outcome == Start::kStarted) co_return;
    co_await Await<TransactionWait>(self, journal, credits);
  }
}

Task<> jbd2_journal_stop(Actor& self, Journal& journal) {
  co_await act(self, &journal, "jbd2_journal_stop", [&] {
    const auto* own = std::find_if(journal.handles.begin(), journal.handles.end(), [&](const Holding& h) { return h.holder == &self; });
    MMSIM_CHECK(own != journal.handles.end(), "a handle was stopped that is not open");
    journal.handles.erase(own);
    self.world.record(Event::kRelease, self, &journal);
    if (journal.locked && journal.handles.empty()) journal.changed(self.world);
  });
}

Task<> next_commit(Actor& self, Journal& journal) {
  co_await Await<CommitRequest>(self, journal);
  Procedure here(self, "jbd2_journal_commit_transaction");
  co_await Await<UpdatesWait>(self, journal);
}

Task<> end_commit(Actor& self, Journal& journal) {
  co_await act(self, &journal, "jbd2_journal_commit_transaction", [&] {
    journal.committing = false;
    journal.committing_credits = 0;
    journal.in_committing.clear();
    journal.changed(self.world);
  });
}

Task<> jbd2_complete_transaction(Actor& self, Journal& journal) {
  Procedure here(self, "jbd2_complete_transaction");
  co_await act(self, &journal, "jbd2_log_start_commit", [&] {
    if (has(journal.in_running, self) && !journal.locked) journal.ask_for_commit(self.world);
  });
  co_await Await<CommitWait>(self, journal);
}

Task<> jbd2_journal_force_commit(Actor& self, Journal& journal) {
  Procedure here(self, "jbd2_journal_force_commit");
  co_await act(self, &journal, "jbd2_log_start_commit", [&] {
    const bool runs = journal.running_credits > 0 || !journal.handles.empty() || !journal.in_running.empty();
    if (runs) {
      add(journal.in_running, self);
      if (!journal.locked) journal.ask_for_commit(self.world);
    } else if (journal.committing) {
      add(journal.in_committing, self);
    }
  });
  co_await Await<CommitWait>(self, journal);
}

}  // namespace mmsim
