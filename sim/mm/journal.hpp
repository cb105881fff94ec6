// A jbd2 journal, as far as anybody waits for it (fs/jbd2/transaction.c, commit.c, v6.6).
//
// 1. There is one running transaction. A handle is part of it from jbd2_journal_start() to jbd2_journal_stop(), and takes its credits
//    with it, which are free again when the commit of the transaction ends.
// 2. A commit locks the running transaction (T_LOCKED): no handle starts until those that are open have stopped and the next
//    transaction runs (T_FLUSH). Then the committing one is written out; one at a time.
// 3. A handle that finds too few credits asks for a commit and waits for it.
// DIFFERS: credits are blocks of log, and no transaction has a limit of its own; all of them come back when the commit ends, none
// when a handle stops, and there is no checkpoint to wait for. A handle is not extended and not restarted; the barrier of
// jbd2_journal_lock_updates() does not exist.
#pragma once

#include "sim/core/holder.hpp"

namespace mmsim {

inline std::uint64_t key_of_actor(const void* actor) {
  return reinterpret_cast<std::uintptr_t>(*static_cast<Actor* const*>(actor)) & (Arena::kRegion_bytes - 1);
}
using ActorsSharing = SharedVector<Actor*, key_of_actor>;   // by number of the actor

class Journal final : public Object {
 public:
  Journal(Name n, std::int64_t c) : Object(n), credits(c) {}
  static constexpr LockClass kClass{"journal handle", "jbd2_journal_start", "", "jbd2_journal_stop"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*visit)(void*, const Holding&), void* context) const override {
    for (const Holding& handle : handles) visit(context, handle);
  }
  std::int64_t free_credits() const { return credits - running_credits - committing_credits; }
  std::string values() const;
  // Whoever waits for it looks again.
  void changed(World& world);
  void ask_for_commit(World& world);

  const std::int64_t credits;
  Shared<std::int64_t> running_credits = 0;
  Shared<std::int64_t> committing_credits = 0;
  Shared<bool> asked = false;        // for a commit of the running transaction
  Shared<bool> locked = false;       // the running transaction is
  Shared<bool> committing = false;
  Holdings handles;                  // open
  ActorsSharing in_running;          // whose last handle was part of it
  ActorsSharing in_committing;
  Actor* committer = nullptr;        // kjournald2; set when the world is built
};

// REQUIRES: no more credits than the journal has; the caller has no handle open.
Task<> jbd2_journal_start(Actor& self, Journal& journal, std::int64_t credits);
Task<> jbd2_journal_stop(Actor& self, Journal& journal);

// What kjournald2 waits for: to be asked. Then it locks the transaction, and waits for its handles.
Task<> next_commit(Actor& self, Journal& journal);
Task<> end_commit(Actor& self, Journal& journal);

// jbd2_log_start_commit() and jbd2_log_wait_commit() for the transaction of the caller's last handle.
Task<> jbd2_complete_transaction(Actor& self, Journal& journal);
// The same for the running transaction, or the committing one where none runs.
Task<> jbd2_journal_force_commit(Actor& self, Journal& journal);

}  // namespace mmsim
