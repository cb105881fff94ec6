// Work queues, worker pools and rescuers, as kernel/workqueue.c.
//
// 1. A work item is pending from queue_work() until a worker begins with it; while it is pending it is not queued again,
//    while it runs it is. It is not run by two workers at once.
// 2. Of a queue at most max_active items are on the worklist of a pool or run; the others are inactive, and come one by one
//    as others end. Both lists are first come, first served.
// 3. A per-CPU pool runs one worker at a time: another one begins only while none of those that work is running, that is,
//    while all sleep. Whoever spins, or calls cond_resched(), is running. An unbound pool runs as many as there are items.
// 4. The last idle worker that is woken does not work but manages: it creates another one first. While it does, nothing new
//    begins but by workers that have ended an item, and by rescuers.
// 5. The rescuer of a WQ_MEM_RECLAIM queue runs items of its queue, one after the other, from pools that want a worker and
//    are creating it.
// DIFFERS: idle workers are not destroyed, and of several the one of the lowest number is woken. The creation of a worker succeeds when its
// procedure ends. Barriers are no work items: they are noted with the item they follow. Unbound workers have CPUs of their own, and all
// unbound queues one pool.
#pragma once

#include "sim/core/visible.hpp"

namespace mmsim {

class WorkerPool;
class Work;
struct PoolWorkqueue;

inline std::uint64_t key_of_work(const void* work) {
  return reinterpret_cast<std::uintptr_t>(*static_cast<Work* const*>(work)) & (Arena::kRegion_bytes - 1);
}
using WorkList = SharedVector<Work*, key_of_work>;

// Somebody waits until an item has run that many times more.
struct Flush {
  Waiter* waiter;
  Object* waited_for;            // the item, or its queue
  Work* work;
  std::uint32_t rounds;
};
std::uint64_t key_of_flush(const void* flush);

struct WorkqueueFlags {
  int max_active = 256;          // WQ_DFL_ACTIVE
  bool unbound = false;          // WQ_UNBOUND
  bool mem_reclaim = false;      // WQ_MEM_RECLAIM
  bool cpu_intensive = false;    // WQ_CPU_INTENSIVE: its items do not count as running
};

class Workqueue final : public Object {
 public:
  Workqueue(Name n, Arena& arena, WorkqueueFlags f) : Object(n), flags(f), pwqs(ArenaAllocator<PoolWorkqueue*>(arena)), works(ArenaAllocator<Work*>(arena)) {}
  static constexpr LockClass kClass{"work queue", "flush_workqueue", "", "process_one_work"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}

  WorkqueueFlags flags;
  ArenaVector<PoolWorkqueue*> pwqs;        // one for each pool that its items can be on
  ArenaVector<Work*> works;
  SharedVector<Flush, key_of_flush> flushes;
  Shared<Actor*> rescuing;                 // its rescuer, while that works on an item
};

// struct pool_workqueue: what a queue has in one pool.
struct PoolWorkqueue {
  PoolWorkqueue(Workqueue& q, WorkerPool& p) : wq(q), pool(p) {}
  Workqueue& wq;
  WorkerPool& pool;
  Shared<std::uint16_t> nr_active = 0;     // on the worklist, or being run
  WorkList inactive;
  Actor* rescuer = nullptr;                // the rescuer of the queue as it serves this pool
};

// struct work_struct.
class Work final : public Object {
 public:
  using Function = Task<> (*)(Actor& self, Work& work);
  Work(Name n, Workqueue& q) : Object(n), wq(q) {}
  static constexpr LockClass kClass{"work item", "flush_work", "", "process_one_work"};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}

  bool on_worklist() const;                // pending, and not one that is inactive
  bool in_flight() const { return pending || worker != nullptr; }

  Workqueue& wq;
  Function function = nullptr;
  std::uint32_t number = 0;                // the model's, as what `model` points to
  void* model = nullptr;
  int cpu = -1;                            // it is queued there; -1: where whoever queues it runs
  bool must_end = true;                    // a run is not complete while it is in flight
  Shared<PoolWorkqueue*> pwq;              // of its last queueing
  Shared<bool> pending = false;            // WORK_STRUCT_PENDING
  Shared<bool> again = false;              // pending, and its worker will run it once more without looking at the worklist
  Shared<Actor*> worker;                   // runs it
  Shared<std::uint8_t> canceled = 0;       // times cancel_work_sync() is under way: it cannot be queued
  Shared<bool> due = false;                // must_end and in_flight(): one of World::duties
};

// struct worker_pool, with its workers.
class WorkerPool final : public Object, public SleepObserver {
 public:
  static constexpr std::size_t kWorkers_max = 64;
  using Create = Task<> (*)(Actor& manager, WorkerPool& pool);

  WorkerPool(Name n, World& w, int on_cpu);
  static constexpr LockClass kClass{"worker pool", "worker_thread", "", ""};
  const LockClass& lock_class() const override { return kClass; }
  void holdings(void (*)(void*, const Holding&), void*) const override {}

  // The first `alive` of its workers are there at the beginning, idle.
  void hire(std::size_t alive);
  bool unbound() const { return cpu < 0; }
  bool need_more_worker() const { return !worklist.empty() && nr_running == 0; }
  bool need_to_create_worker() const { return need_more_worker() && idle == 0; }
  bool counts(const Work& work) const { return !unbound() && !work.wq.flags.cpu_intensive; }
  // Timed runs: somebody who could work now is woken.
  void kick();
  // Timed runs: the manager begins to create a worker.
  void call_for_help();
  bool calls_for_help() const;

  void falls_asleep(Actor& worker) override;
  void runs_again(Actor& worker) override;

  // --- under pool->lock
  Work* begin_next(Actor& worker);         // nullptr: nothing to begin with
  void insert(Work& work, PoolWorkqueue& pwq);
  void begin(Work& work, Actor& worker);
  bool end(Work& work);                    // true: its worker is to run it once more at once
  void take_off(Work& work);               // a pending item is not pending any more
  void go_idle(std::size_t number);
  void began(const Work* work, std::size_t number);   // a worker; nullptr: it found nothing to do

  World& world;
  int cpu;                                 // -1: unbound
  ArenaVector<Actor*> workers;             // by number
  ArenaVector<Work*> works;                // that can be on it
  ArenaVector<PoolWorkqueue*> pwqs;
  void* model = nullptr;                   // what create_worker works on
  Create create_worker = nullptr;          // nullptr: workers are there as they are needed
  std::int64_t mayday_ns = 10'000'000;     // MAYDAY_INITIAL_TIMEOUT: rescuers are called that long after a creation began
  WorkList worklist;
  Shared<std::uint16_t> nr_running = 0;
  Shared<std::uint64_t> idle = 0;          // bits by number
  Shared<Actor*> manager;
  Shared<std::uint8_t> alive = 0;

 private:
  // pool->mayday_timer
  struct Mayday : Timer {
    explicit Mayday(WorkerPool& p) : Timer(fired), pool(p) {}
    static void fired(World&, Timer& timer);
    WorkerPool& pool;
  };
  void done_with(PoolWorkqueue& pwq);
  Mayday mayday_;
  std::int64_t help_from_ns_ = kNever_ns;  // timed runs: rescuers come from here on
};

// --- what anybody may do

// False: it was pending already, or is being cancelled.
class QueueWork : public InstantOperation {
 public:
  QueueWork(Actor& s, Work& w) : InstantOperation(s), work_(w) {}
  void complete() override;
  Object* object() const override { return &work_; }
  const char* verb() const override { return "queue_work"; }
  std::uint64_t observed() const override { return queued_; }
  const char* outcome() const override { return queued_ ? "" : "finds it pending"; }
  bool result() const { return queued_; }

 private:
  PoolWorkqueue& where() const;
  Work& work_;
  bool queued_ = false;
};

// Until what is in flight now of one item, or of all items of a queue, has run.
class FlushWork : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  FlushWork(Actor& s, Work& work) : Operation(s), wq_(work.wq), work_(&work) {}
  FlushWork(Actor& s, Workqueue& wq) : Operation(s), wq_(wq) {}
  bool can_complete() const override { return granted() || (!waited && nothing_in_flight()); }
  void complete() override { self.world.record(Event::kAcquire, self, object()); }
  void enqueue() override;
  bool joins() const override { return true; }
  void describe(Wait& wait) const override;
  Object* object() const override { return work_ != nullptr ? static_cast<Object*>(work_) : &wq_; }
  const char* verb() const override { return object()->lock_class().acquire; }
  void result() {}

 private:
  bool nothing_in_flight() const;
  Workqueue& wq_;
  Work* work_ = nullptr;
};

// First half of cancel_work_sync(): it is not pending any more, and cannot be queued until the second half is over.
class GrabPending : public InstantOperation {
 public:
  GrabPending(Actor& s, Work& w) : InstantOperation(s), work_(w) {}
  void complete() override;
  Object* object() const override { return &work_; }
  const char* verb() const override { return "try_to_grab_pending"; }
  std::uint64_t observed() const override { return was_pending_; }
  const char* outcome() const override { return was_pending_ ? "takes it off" : ""; }
  bool result() const { return was_pending_; }

 private:
  Work& work_;
  bool was_pending_ = false;
};

// Second half: until it does not run any more.
class CancelWork : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  CancelWork(Actor& s, Work& w) : Operation(s), work_(w) {}
  bool can_complete() const override { return granted() || (!waited && work_.worker == nullptr); }
  void complete() override { --work_.canceled; }
  void enqueue() override;
  bool joins() const override { return true; }
  void describe(Wait& wait) const override;
  Object* object() const override { return &work_; }
  const char* verb() const override { return "cancel_work_sync"; }
  void result() {}

 private:
  Work& work_;
};

inline Await<QueueWork> queue_work(Actor& self, Work& work) { return {self, work}; }
inline Await<FlushWork> flush_work(Actor& self, Work& work) { return {self, work}; }
inline Await<FlushWork> flush_workqueue(Actor& self, Workqueue& wq) { return {self, wq}; }
// True if it was pending.
Task<bool> cancel_work_sync(Actor& self, Work& work);

// Who could be the one to run a pending item, or runs it.
void describe_work(const Work& work, Wait& wait);

// --- root coroutines

// Number `number` of the pool's workers, for ever.
Task<> worker_thread(Actor& self, WorkerPool& pool, std::size_t number);
// The rescuer of a queue as it serves one pool, for ever.
Task<> rescuer_thread(Actor& self, PoolWorkqueue& pwq);

}  // namespace mmsim
