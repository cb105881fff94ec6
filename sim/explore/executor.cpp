#include "sim/explore/executor.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <thread>

#include "sim/core/telling.hpp"
#include "sim/explore/executor_log.hpp"
#include "sim/explore/pause.hpp"

namespace mmsim {

namespace {

constexpr int kSpins_most = 4000;        // about as long as a step takes

// Another worker has the lock for some microseconds: to sleep and be woken takes longer than that.
std::unique_lock<std::mutex> hold(std::mutex& mutex) {
  std::unique_lock<std::mutex> lock(mutex, std::try_to_lock);
  for (int i = 0; i < kSpins_most && !lock.owns_lock(); ++i) {
    pause();
    if (i % 16 == 15) (void)lock.try_lock();
  }
  if (!lock.owns_lock()) lock.lock();
  return lock;
}

constexpr std::uint64_t kJoined = 0x6a6f696e;
constexpr int kCalls_most = 1'000'000;   // in one step

std::byte* begin_of(Arena& arena) { return reinterpret_cast<std::byte*>(&arena); }

// A fault may end a step early.
class Listening {
 public:
  Listening(Arena& arena, AccessLog& log) : arena_(arena) { arena.set_log(&log); }
  ~Listening() { arena_.set_log(nullptr); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  Arena& arena_;
};

// To begin to wait is a step of its own: it shows, or it does something.
bool waiting_is_a_step(const Actor& actor) {
  const Operation& op = *actor.pending;
  if (op.waited) return false;
  const World& world = actor.world;
  const bool spinning_shows = world.explores_cpus || (world.interrupts_matter && op.masks_interrupts());
  return op.joins() || (op.spins() ? spinning_shows : actor.sleep_shows());
}

}  // namespace

Executor::Executor(World& world)
    : world_(world), memory_(world.arena), local_by_key_(world.actors.size()), objects_(world.objects.size()) {
  MMSIM_CHECK(world.exploring, "this world was built to run against the clock");
  for (Actor* actor : world_.actors) begin(*actor);
  initial_memory_.assign(begin_of(world_.arena), begin_of(world_.arena) + world_.arena.used_bytes());
  HeapCopy heap;
  for (Actor* actor : world_.actors) {
    initial_.push_back(local_of(*actor, nullptr, heap));
    keep(heap);
  }
}

void Executor::begin(Actor& actor) {
  actor.history.add(actor.id);
  if (!actor.leaf) {
    actor.state = ActorState::kFinished;   // never started
    return;
  }
  go_on(actor);
}

// To the next operation, or to the end.
void Executor::go_on(Actor& actor) {
  const Arena::Inside inside(world_.arena, actor.heap);
  actor.state = ActorState::kRunning;
  actor.unseen = 0;
  for (int calls = 0; actor.pending == nullptr; ++calls) {
    MMSIM_CHECK(calls < kCalls_most, "a step without an end: a loop of calls that await nothing others can see");
    actor.leaf.resume();
    if (world_.halted) throw StepFault{&actor};   // even where that ends it
    if (actor.state == ActorState::kFinished) {
      if (actor.must_finish) world_.look_at_duties();
      std::exchange(actor.leaf, {}).destroy();
      actor.history = hash_of(actor.id, 0);
      return;
    }
  }
}

bool Executor::would_join(const Actor& actor) const {
  const Operation& op = *actor.pending;
  return !op.can_complete() && waiting_is_a_step(actor);
}

bool Executor::can_step(const Actor& actor) const {
  return actor.state != ActorState::kFinished && (actor.pending->can_complete() || would_join(actor));
}

std::string Executor::take(Actor& actor) {
  shadow_stale_ = true;
  const Arena::Inside inside(world_.arena, actor.heap);
  Operation& op = *actor.pending;
  if (!op.can_complete()) {
    const char* said = op.joins() ? "joins the queue" : op.spins() ? "spins" : "sleeps";
    world_.join(op);
    return said;
  }
  op.complete();
  actor.run_again();
  const std::string said = told_by(op);
  if (op.waited) actor.wait.forget();
  if (world_.halted) throw StepFault{&actor};
  actor.pending = nullptr;
  go_on(actor);
  return said;
}

void Executor::rewind() {
  shadow_stale_ = true;
  std::memcpy(begin_of(world_.arena) + sizeof(Arena), initial_memory_.data() + sizeof(Arena), initial_memory_.size() - sizeof(Arena));
  for (const LocalId id : initial_) {
    const LocalState& local = locals_[id];
    images_.restore(local.heap, world_.actors[local.actor]->heap->begin());
  }
  // Arrays keep what they hold elsewhere; everything else was among the bytes above.
  memory_.sync({}, nullptr, reinterpret_cast<const std::byte*>(~std::uintptr_t{0}));
}

LocalId Executor::local_of(Actor& actor, const ImageStore::Image* heap_before, HeapCopy& heap) {
  const auto [known, added] = local_by_key_[actor.id].try_emplace(actor.history, static_cast<LocalId>(locals_.size()));
  if (!added) return known->second;
  LocalState& local = locals_.append();
  local.key = actor.history;
  local.hash = actor.history;
  local.hash.add(0x6c6f63616c);
  local.actor = actor.id;
  local.finished = actor.state == ActorState::kFinished;
  heap.bytes.assign(actor.heap->begin(), actor.heap->begin() + actor.heap->used_bytes());
  heap.of = &local;
  heap.like = heap_before;
  if (actor.pending != nullptr) {
    local.spins = actor.pending->spins();
    local.might_sleep = actor.pending->might_sleep();
    local.gives_up_cpu = actor.pending->gives_up_cpu();
    local.sleeps = actor.pending->sleeps();
    local.preemptible = actor.preemptible();
    local.irq_off = actor.irq_off != 0;
    local.bh_off = actor.bh_off != 0;
    local.in_handler = actor.context != Context::kTask && !actor.pending->enters_interrupt();
  }
  bytes_ += sizeof(LocalState) + 96;
  return known->second;
}

void Executor::keep(HeapCopy& heap) {
  if (heap.of == nullptr) return;
  const auto one_at_a_time = hold(keeping_);
  heap.of->heap = images_.save(heap.bytes.data(), heap.bytes.size(), heap.like);
  heap.of->has_heap.store(true, std::memory_order_release);
  heap.of = nullptr;
}

const Outcome* Executor::look_up(const LocalState& local, std::span<const BlockValue> blocks) const {
  const LocalState::Node* node = local.root.load(std::memory_order_acquire);
  while (node != nullptr && node->outcome == nullptr) {
    const CellValue value = memory_.value(node->cell, blocks);
    const LocalState::Node::Branch* branch = node->branches.load(std::memory_order_acquire);
    while (branch != nullptr && branch->value != value) branch = branch->sibling;
    node = branch != nullptr ? branch->to : nullptr;
  }
  return node != nullptr ? node->outcome : nullptr;
}

const Outcome& Executor::outcome(LocalId id, std::span<const BlockValue> blocks) {
  const LocalState& local = locals_[id];
  if (const Outcome* known = look_up(local, blocks)) return *known;
  thread_local HeapCopy heap;
  auto one_at_a_time = hold(running_);
  if (const Outcome* known = look_up(local, blocks)) return *known;
  try {
    const Outcome& outcome = run(id, blocks, heap);
    one_at_a_time.unlock();
    keep(heap);
    return outcome;
  } catch (...) {
    if (std::exchange(heap.of, nullptr) != nullptr) lost_heap_ = true;   // nobody is to wait for it
    throw;
  }
}

BlockValue Executor::after(const BlockWrite& write, BlockValue before) {
  BlockValue value;
  if (write.known(before, value)) return value;
  const auto one_at_a_time = hold(running_);
  if (write.known(before, value)) return value;
  value = memory_.after(write.block, before, write.writes);
  const_cast<BlockWrite&>(write).learn(before, value);
  return value;
}

const Outcome& Executor::run(LocalId id, std::span<const BlockValue> blocks, HeapCopy& heap_after) {
  const LocalState& local = locals_[id];
  while (!local.has_heap.load(std::memory_order_acquire)) {   // who came to it first keeps it just now
    if (lost_heap_) throw std::bad_alloc();
    std::this_thread::yield();
  }
  Actor& actor = *world_.actors[local.actor];
  ++steps_run_;
  if (shadow_stale_) rewind();   // steps were taken by hand: what is in memory is not what the blocks are known to hold
  auto outcome = std::make_unique<Outcome>();
  outcome->actor = local.actor;
  outcome->from = outcome->next = id;
  std::byte* heap = actor.heap->begin();
  images_.restore(local.heap, heap);
  memory_.sync(blocks, heap, heap + ImageStore::extent(local.heap));
  before_step();
  if (local.finished) {
    Log nothing(memory_, actor);
    remember(id, nothing, std::move(outcome));
    return *outcomes_.back();
  }

  if (watch_ != nullptr) outcome->note = watch_->about_to(*actor.pending);
  Log log(memory_, actor);
  Operation& op = *actor.pending;
  const Discipline discipline = op.discipline();
  const void* holder = discipline != Discipline::kOther ? op.lock_cell() : nullptr;
  const Arena::Inside inside(world_.arena, actor.heap);
  const Listening listening(world_.arena, log);
  log.discipline(holder, true);
  if (op.can_complete()) {
    outcome->enabled = true;
    if (discipline == Discipline::kRelease && static_cast<const Holder*>(holder)->owner() != &actor) foreign_releases_ = true;
    log.observe(op.observed() == Operation::kAll);
    op.complete();
    log.discipline(holder, false);
    log.observe(false);
    actor.run_again();
    if (op.waited) actor.wait.forget();
    log.observe(true);
    actor.history.add(op.observed());
    actor.pending = nullptr;
    if (world_.halted) throw StepFault{&actor};
    go_on(actor);
  } else if (waiting_is_a_step(actor)) {
    outcome->enabled = outcome->join = true;
    log.discipline(nullptr, false);
    actor.history.add(kJoined);
    world_.join(op);
  }
  world_.arena.set_log(nullptr);
  if (!outcome->enabled && holder != nullptr) {
    CellId owner;
    if (memory_.find(holder, owner)) outcome->owner_cell = owner;
  }
  check_writes(log);
  if (outcome->enabled) outcome->next = local_of(actor, &local.heap, heap_after);
  if (holder != nullptr && !outcome->join)
    lock_access_ = {discipline, static_cast<const std::byte*>(holder)};
  else
    lock_access_ = {};
  remember(id, log, std::move(outcome));
  return *outcomes_.back();
}

std::uint32_t Executor::owner(CellId cell, std::span<const BlockValue> blocks) const {
  const CellValue value = memory_.value(cell, blocks);
  const auto* actor = reinterpret_cast<const Actor*>(value);
  return actor != nullptr ? actor->id : kNobody;
}

// The shadow becomes what common memory is before a step.
void Executor::before_step() {
  const std::byte* memory = begin_of(world_.arena);
  if (shadow_stale_) {
    shadow_.assign(memory, memory + world_.arena.used_bytes());
    shadow_stale_ = false;
    return;
  }
  for (const auto& [address, bytes] : memory_.written_by_sync()) copy_to_shadow(address, bytes);
}

void Executor::copy_to_shadow(const void* address, std::size_t bytes) {
  const auto at = static_cast<std::size_t>(static_cast<const std::byte*>(address) - begin_of(world_.arena));
  if (at + bytes <= shadow_.size()) std::memcpy(&shadow_[at], address, bytes);   // else it is in somebody's heap
}

void Executor::check_writes(const Log& log) {
  const std::byte* memory = begin_of(world_.arena);
  const bool none_made = world_.arena.used_bytes() == shadow_.size() && world_.objects.size() == objects_;
  MMSIM_CHECK(none_made, "a step of an exploration made a shared object");
  copy_to_shadow(memory, sizeof(Arena));
  copy_to_shadow(&world_, sizeof(World));
  for (const auto& [address, bytes] : excused_) copy_to_shadow(address, bytes);
  for (const Log::Seen& seen : log.seen()) {
    if (!seen.written) continue;
    const auto [address, bytes] = memory_.extent(seen.cell);
    copy_to_shadow(address, bytes);
    // Whole elements behind the end of an array may have been left there.
    if (const SharedArray* array = memory_.array(seen.cell); array != nullptr) copy_to_shadow(array->data(), array->capacity_bytes());
  }
  if (std::memcmp(shadow_.data(), memory, shadow_.size()) == 0) return;
  const auto [a, b] = std::mismatch(shadow_.begin(), shadow_.end(), memory);
  std::fprintf(stderr, "offset %zu of the arena\n", static_cast<std::size_t>(a - shadow_.begin()));
  MMSIM_CHECK(false, "a step changed memory that is neither its actor's own nor Shared");
}

}  // namespace mmsim
