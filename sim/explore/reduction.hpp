// Which of the actors that can step need to be tried in a state, so that no hang is lost.
//
// Persistent sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", LNCS 1032, 1996, chapter
// 4), computed as stubborn sets are (Valmari, "Stubborn sets for reduced state space generation", 1991): a set P of
// actors such that nothing that actors outside P can ever do depends on what those in P do next.
//   - Of an actor in P that can step, every actor whose future may use a cell of that step in a way that matters is in P.
//   - Of an actor in P that waits, whoever could end its wait is in P: the holder of the lock, or all who may write what it looks at.
// Two uses of a cell matter to each other unless both only read. Two exceptions hold for locks: a release matters only to
// those who test the lock without waiting, because who waits for it cannot act before; and a wait for a lock that is held ends by its
// holder alone (unless somebody was ever seen to release what another holds).
//
// The futures are not declared, they are learned: for each local state the Executor has noted what the actor was ever seen to
// use in its next step, and where that led; a future is the union over all that can be reached from there. A search with
// futures that know too little would miss things, so it is repeated with what it has learned until the futures it used cover all that it
// met. A local state that is met for the first time is taken to have all futures its actor was ever seen to have; so is one that was
// met when its actor's next step was not looked at.
// Why that is enough: let the last search visit the states R, and suppose some run from a state s of R ends in a step that was never noted.
// Take a shortest such run, and of several one whose s is last (rule 2 below). If the run does not touch P(s), it is also
// a run from a later successor of s: contradiction. If its first step that touches P(s) is one of P(s), or depends on one, all
// before that step were noted (shortest), so it is a step of P(s) itself; those before do not matter to it, it can be taken
// first, and what is left is shorter: contradiction.
//
// A state in which one step is all that need be tried is passed through without being stored (Chain): of two searches that meet in
// it, each goes on to where the chain ends.
//
// Rules that a search has to keep, for cycles (the ignoring problem; Bosnacki and Holzmann, "Improving Spin's partial-order
// reduction for breadth-first search", SPIN 2005):
//   1. P(s) has an actor that can step, if any can.
//   2. Some step of P(s) leads deeper or cannot recur (recurrence.hpp); else all of s is expanded. Call where such a step leads later
//      than s: there is no endless way of ever later states, because what cannot recur is on it finitely often, and behind the last of
//      that it would go deeper for ever. (A chain counts as one step, which cannot recur if one of its own cannot. If it leads to
//      nothing later, the states of the chain are stored one by one and the rule holds for each. That programs whose ways of different
//      length meet are not taken for cyclic matters: of migration against writeback five states in six were visited for nothing.)
// What cannot recur is learned too: a search is repeated if some of what it took to be so can, by all that was noted in the end.
// Then from every visited state everything that was put off is still tried later, and: a terminal deadlock is reached
// whenever one is reachable, by as few steps as without reduction (its run must use P(s), and the order within a run does not change its length);
// and there is a visited state from which nothing completes whenever there is one at all (LIVELOCK, STARVED, deadlocks of some while others run on).
//
// Not for worlds in which priorities or interrupt handlers decide who may run on a shared CPU (Expander::has_precedence): a step there
// lets others run, or keeps them from it, without touching a cell that they use. Their dependences were added as far as they are known,
// but of 5000 random programs with handlers one still lost 2 of 20 deadlock states. explore_scenario() leaves the reduction off for them.
#pragma once

#include "sim/explore/back_flow.hpp"
#include "sim/explore/expander.hpp"
#include "sim/explore/knowledge.hpp"

namespace mmsim {

class Reduction {
 public:
  explicit Reduction(Expander& expander);

  // Threads that learn().
  void use(int jobs) { jobs_ = jobs; }
  // Takes over what the executor has learned. False if the futures that were used until now cover it. Not while others choose.
  bool learn();

  // --- for those who choose (see Selector), by any thread
  enum Use : std::size_t { kRead, kWrite, kLock, kUses };
  // Of each use, a bit for each cell that the actor may use so from that local state on.
  const std::uint64_t* future(std::uint32_t actor, LocalId local) const {
    if (local < known_locals_) return futures_.data() + local * kUses * words_;
    return elsewhere_.empty() ? any_row(actor) : row_elsewhere({expander_.executor().local(local).key, actor});
  }
  std::size_t words() const { return words_; }            // of 64 cells
  bool foreign_releases() const { return foreign_releases_; }
  std::uint64_t epoch() const { return epoch_; }          // another one whenever something was learned
  const Expander& expander() const { return expander_; }

  // No cycle of states has this step. By any thread.
  bool onward(const Outcome& outcome) const {
    return outcome.number < onward_.size() ? onward_[outcome.number] : is_onward(outcome);
  }

  // All that is known, for a process that goes on with the search in progress. Not while others choose.
  Knowledge knowledge() const;
  // Goes on with that: what is chosen is the same as where it comes from, and learn() compares with all that was noted in both.
  // REQUIRES: the cells have the numbers they had there; nothing was learned yet.
  void resume(Knowledge knowledge);
  // Looks up the local states that were met since then, so that choose() need not. Not while others choose.
  void number_known();
  // 64-bit words of a local state's futures where cells fill `words` of them.
  static std::size_t row_words(std::size_t words) { return kUses * words; }

 private:
  const std::uint64_t* any_row(std::uint32_t actor) const { return anything_.data() + actor * kUses * words_; }
  const std::uint64_t* row_elsewhere(const LocalKey& local) const;
  // The local states of the executor, and behind them those that were only met elsewhere.
  struct Union {
    std::size_t locals = 0;
    std::vector<std::uint32_t> place;     // of noted_
    std::vector<std::uint32_t> only;      // of noted_: those behind
    std::size_t size() const { return locals + only.size(); }
  };
  Union all_met() const;
  LocalKey key_of(const Union& met, std::size_t at) const;
  // What was noted of all local states met.
  struct Noted {
    Union met;
    BackFlow flow;
    std::size_t words = 0;                  // of 64 cells
    std::vector<std::uint64_t> futures;
    std::vector<bool> open;                 // local states whose next step was never looked at
    std::vector<Hash128> onward, recurrent;   // edges, ascending
  };
  Noted gather() const;
  bool covered(const Noted& noted) const;
  void gather_futures(Noted& noted) const;
  void widen(Noted& noted);
  std::vector<NotedEdge> edges_of(const Union& met) const;
  void gather_onward(Noted& noted, const std::vector<NotedEdge>& edges) const;
  void freeze(Noted noted);
  bool is_onward(const Outcome& outcome) const;
  bool foreign_releases_seen() const { return foreign_releases_elsewhere_ || expander_.executor().foreign_releases(); }

  Expander& expander_;
  std::size_t actors_;
  int jobs_ = 1;
  std::uint64_t epoch_ = 1;
  std::size_t known_locals_ = 0;
  bool foreign_releases_ = false;
  std::size_t words_ = 0;                 // of 64 cells
  std::vector<std::uint64_t> futures_;    // by local state, use and cell
  std::vector<std::uint64_t> anything_;   // by actor, use and cell: all its futures
  std::vector<Hash128> onward_edges_;     // ascending
  std::vector<bool> onward_;              // by outcome: those that were known
  // From a process before this one:
  std::vector<NotedLocal> noted_;
  bool foreign_releases_elsewhere_ = false;
  LocalKeys elsewhere_;                   // local states that had no number here when the futures were frozen, and their rows
  std::vector<std::uint64_t> futures_elsewhere_;
};

}  // namespace mmsim
