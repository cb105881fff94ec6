// What steps do, learned by taking them.
//
// 1. What an actor does next is a function of its local state and of the shared cells it looks at. So a step is run once for each
//    such combination, and found in a table ever after: most transitions of a search cost a look-up, no coroutine runs.
// 2. A local state is what the actor has observed since it began, as a hash (see Procedure::settle); the first heap seen in
//    it stands for all. To run a step, the actor's heap and the shared memory are put in place; nobody else's heap is looked at.
// 3. All memory that a step changes must be its actor's own or Shared: checked after each step that is run.
// 4. outcome() may be called by any thread; one at a time runs a step. Meanwhile another one may keep the heap that its own step left: that
//    takes nearly as long.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/core/world.hpp"
#include "sim/explore/image_store.hpp"
#include "sim/explore/shared_memory.hpp"

namespace mmsim {

using LocalId = std::uint32_t;

// How a step uses a cell. A blocking acquisition can only happen while the lock is free, a release only while it is held.
enum AccessMode : std::uint8_t { kReads = 1, kWrites = 2, kAcquires = 4, kReleases = 8 };

struct Access {
  CellId cell;
  std::uint8_t modes;
};

// What a step makes of a cell; values by SharedMemory::key().
struct Change {
  CellId cell = 0;
  bool looked = false;                  // the step looked at the cell before it wrote it; otherwise `before` is not known
  std::uint64_t before = 0, after = 0;
  friend bool operator==(const Change&, const Change&) = default;
};
using Changes = std::vector<Change>;    // of one step, in order of first touch

// Where steps from one local state led, and all that they were ever seen to change on the way.
struct Edge {
  LocalId to = 0;
  std::vector<Changes> changes;         // no two alike
};

// The writes of a step to one block, and what they make of each value it had before.
class BlockWrite {
 public:
  BlockId block = 0;
  std::vector<CellWrite> writes;
  // What `before` becomes; false if that was never asked.
  bool known(BlockValue before, BlockValue& after) const {
    for (const Known* k = known_.load(std::memory_order_acquire); k != nullptr; k = k->next)
      if (k->before == before) {
        after = k->after;
        return true;
      }
    return false;
  }
  void learn(BlockValue before, BlockValue after) {
    known_.store(new Known{before, after, known_.load(std::memory_order_relaxed)}, std::memory_order_release);
  }
  ~BlockWrite() {
    for (const Known* k = known_.load(std::memory_order_relaxed); k != nullptr;) delete std::exchange(k, k->next);
  }

 private:
  struct Known {
    BlockValue before, after;
    const Known* next;
  };
  std::atomic<const Known*> known_ = nullptr;
};

struct Outcome {
  std::uint32_t number = 0;             // of all outcomes, in order of being noted
  bool enabled = false;
  bool join = false;                    // the step was to join a queue, or to go to sleep
  LocalId from = 0, next = 0;
  std::uint32_t actor = 0;
  std::vector<BlockWrite> blocks;
  std::uint64_t looks = 0, touches = 0; // bits of the places it read before it wrote there, and of those it wrote; see place_bit()
  std::vector<Access> accesses;         // by cell
  std::uint32_t note = 0;               // what a StepWatch said of it
  CellId owner_cell = kNoCell;          // not enabled, and waits for a lock: the cell that says who holds it
  static constexpr CellId kNoCell = ~CellId{0};
};

struct LocalState {
  Hash128 key;
  Hash128 hash;                         // its part of the hash of a world's state
  std::uint32_t actor = 0;
  bool finished = false;
  bool spins = false;                   // of what it is about to do
  bool might_sleep = false;
  bool gives_up_cpu = false;
  bool sleeps = false;                  // until its next step, which nobody has to allow
  bool preemptible = true;              // neither preemption, nor interrupts, nor bottom halves are off
  bool irq_off = false;
  bool bh_off = false;
  bool in_handler = false;              // on top of others of its CPU
  ImageStore::Image heap;               // if has_heap
  std::atomic<bool> has_heap = false;
  // Everything it was ever seen to look at or do in its next step, and where that led. By the thread that runs steps.
  std::vector<Access> accesses;
  std::vector<Edge> edges;

  struct Node {
    CellId cell = 0;
    const Outcome* outcome = nullptr;   // a leaf
    struct Branch {
      CellValue value;
      Node* to;
      Branch* sibling;
    };
    std::atomic<Branch*> branches = nullptr;
  };
  std::atomic<Node*> root = nullptr;
};

// Adds what a step did to what is known of its kind.
void add_edge(std::vector<Edge>& edges, LocalId to, const Changes& changes);

// Is told of every distinct step before it is taken, with the world as it is then. One step at a time.
class StepWatch {
 public:
  virtual ~StepWatch() = default;
  // `op` is what its actor tries next, or waits for. The answer is kept with the outcome of the step.
  virtual std::uint32_t about_to(const Operation& op) = 0;
};

// A step misused a lock; the run cannot go on.
struct StepFault {
  const Actor* actor;
};

class Executor {
 public:
  // REQUIRES: world.exploring; its actors are started. Takes each to its first operation.
  explicit Executor(World& world);

  World& world() { return world_; }
  SharedMemory& memory() { return memory_; }
  const SharedMemory& memory() const { return memory_; }
  std::size_t actors() const { return world_.actors.size(); }
  const std::vector<LocalId>& initial() const { return initial_; }
  const LocalState& local(LocalId id) const { return locals_[id]; }
  LocalState& local(LocalId id) { return locals_[id]; }
  std::size_t locals() const { return locals_.size(); }
  const Outcome& noted(std::size_t number) const { return *outcomes_[number]; }   // not while steps are run
  std::size_t noted() const { return outcomes_.size(); }

  // What the actor of `local` does where shared memory is `blocks`. Throws StepFault.
  const Outcome& outcome(LocalId local, std::span<const BlockValue> blocks);
  // The number of a block after a write of an outcome.
  BlockValue after(const BlockWrite& write, BlockValue before);

  // Who holds the lock whose owner a cell names; kNobody: no single actor will free it.
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};
  std::uint32_t owner(CellId cell, std::span<const BlockValue> blocks) const;
  // Somebody was seen to release what another had taken.
  bool foreign_releases() const { return foreign_releases_.load(std::memory_order_relaxed); }

  // REQUIRES: no step was run yet. `watch` outlives this, or all searches.
  void watch(StepWatch& watch) { watch_ = &watch; }

  // Puts the world into its initial state, to be stepped by take().
  void rewind();
  // The world as it is in memory: can the actor step, and does it. No table, no log: notes are kept.
  bool can_step(const Actor& actor) const;
  bool would_join(const Actor& actor) const;
  std::string take(Actor& actor);                      // what to say of the step, if anything

  // Common memory that a step may write though it is not Shared: where a fault is noted.
  void excuse(const void* address, std::size_t bytes) { excused_.push_back({address, bytes}); }

  std::uint64_t bytes() const { return bytes_ + images_.bytes() + memory_.bytes(); }
  std::uint64_t steps_run() const { return steps_run_; }

 private:
  class Log;
  // A heap that is still to be kept, for a new local state.
  struct HeapCopy {
    std::vector<std::byte> bytes;
    LocalState* of = nullptr;             // nullptr: nothing is to be kept
    const ImageStore::Image* like = nullptr;
  };

  const Outcome* look_up(const LocalState& local, std::span<const BlockValue> blocks) const;
  const Outcome& run(LocalId local, std::span<const BlockValue> blocks, HeapCopy& heap);
  void begin(Actor& actor);
  void go_on(Actor& actor);
  LocalId local_of(Actor& actor, const ImageStore::Image* heap_before, HeapCopy& heap);
  void keep(HeapCopy& heap);
  void before_step();
  void copy_to_shadow(const void* address, std::size_t bytes);
  void check_writes(const Log& log);
  void remember(LocalId local, const Log& log, std::unique_ptr<Outcome> outcome);
  void link(LocalState& local, const Log& log, const Outcome& outcome);

  struct LockAccess {
    Discipline discipline = Discipline::kOther;
    const std::byte* holder = nullptr;
  };
  World& world_;
  SharedMemory memory_;
  StableVector<LocalState> locals_;
  std::vector<std::unordered_map<Hash128, LocalId, HashOfHash>> local_by_key_;   // by actor; for look-up only
  std::size_t objects_;                                    // of the world, none of which is made later
  std::vector<LocalId> initial_;
  std::vector<std::byte> initial_memory_;                  // of the common heap
  std::vector<std::unique_ptr<Outcome>> outcomes_;
  std::deque<LocalState::Node> nodes_;
  std::deque<LocalState::Node::Branch> branches_;
  std::vector<std::pair<const void*, std::size_t>> excused_;
  std::vector<std::byte> shadow_;                          // common memory as the last step left it
  bool shadow_stale_ = true;
  ImageStore images_;
  StepWatch* watch_ = nullptr;
  LockAccess lock_access_;                                 // of the step that was just run
  std::mutex running_, keeping_;
  std::atomic<bool> lost_heap_ = false;                    // memory ran out before one was kept
  std::atomic<bool> foreign_releases_ = false;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::uint64_t steps_run_ = 0;
};

}  // namespace mmsim
