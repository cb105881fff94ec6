// kworkers and rescuers: what runs the items.
#include <algorithm>
#include <bit>

#include "sim/mm/workqueue.hpp"

namespace mmsim {

namespace {

// An idle worker sleeps until it is the one to work. It waits for work, not for anybody.
class WaitForWork : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  WaitForWork(Actor& s, WorkerPool& p, std::size_t number) : Operation(s), pool_(p), number_(number) {}
  bool can_complete() const override {
    const std::uint64_t idle = pool_.idle;
    return (idle >> number_ & 1) != 0 && std::countr_zero(idle) == static_cast<int>(number_) && pool_.need_more_worker();
  }
  // The last idle one manages, unless another does.
  void complete() override {
    pool_.idle = pool_.idle & ~(std::uint64_t{1} << number_);
    manages_ = pool_.idle == 0 && pool_.create_worker != nullptr && pool_.manager == nullptr && pool_.alive < pool_.workers.size();
    if (manages_) {
      pool_.manager = &self;
      pool_.call_for_help();
      return;
    }
    work_ = pool_.begin_next(self);
    pool_.began(work_, number_);
  }
  void enqueue() override { pool_.waiters.push_back(self.wait); }
  QuickEnd quick_end() const override { return {QuickEnd::By::kTime, nullptr}; }
  void describe(Wait& wait) const override {
    wait.noun = WorkerPool::kClass.noun;
    wait.time_will = true;
  }
  bool waits_for_work() const override { return pool_.worklist.empty(); }
  Object* object() const override { return &pool_; }
  const char* verb() const override { return WorkerPool::kClass.acquire; }
  std::uint64_t observed() const override { return manages_ ? 1 : work_ != nullptr ? key_of_work(&work_) : 0; }
  const char* outcome() const override { return manages_ ? "has to create a worker" : work_ != nullptr ? "begins" : "goes idle"; }
  bool manages() const { return manages_; }
  Work* result() const { return work_; }

 private:
  WorkerPool& pool_;
  std::size_t number_;
  Work* work_ = nullptr;
  bool manages_ = false;
};

// The manager has created a worker, and looks again whether it has to work itself.
class WorkerCreated : public InstantOperation {
 public:
  WorkerCreated(Actor& s, WorkerPool& p, std::size_t number) : InstantOperation(s), pool_(p), number_(number) {}
  void complete() override {
    pool_.manager = nullptr;
    const std::size_t created = pool_.alive;
    pool_.alive = static_cast<std::uint8_t>(created + 1);
    pool_.idle = pool_.idle | std::uint64_t{1} << created;
    if (pool_.need_more_worker()) work_ = pool_.begin_next(self);
    pool_.began(work_, number_);
  }
  Object* object() const override { return &pool_; }
  const char* verb() const override { return "create_worker"; }
  std::uint64_t observed() const override { return work_ != nullptr ? key_of_work(&work_) : 0; }
  Work* result() const { return work_; }

 private:
  WorkerPool& pool_;
  std::size_t number_;
  Work* work_ = nullptr;
};

// An item has run. Its worker goes on with the next, unless others run already; else it is idle.
class WorkDone : public InstantOperation {
 public:
  WorkDone(Actor& s, WorkerPool& p, Work& w, std::size_t number) : InstantOperation(s), pool_(p), work_(w), number_(number) {}
  void complete() override {
    self.world.record(Event::kRelease, self, &work_);
    const bool once_more = pool_.end(work_);
    if (pool_.counts(work_)) --pool_.nr_running;
    if (once_more)
      next_ = &work_;
    else if (pool_.nr_running == 0)
      next_ = pool_.begin_next(self);
    pool_.began(next_, number_);
  }
  Object* object() const override { return &work_; }
  const char* verb() const override { return "pwq_dec_nr_in_flight"; }
  std::uint64_t observed() const override { return next_ != nullptr ? key_of_work(&next_) : 0; }
  Work* result() const { return next_; }

 private:
  WorkerPool& pool_;
  Work& work_;
  std::size_t number_;
  Work* next_ = nullptr;
};

// A rescuer sleeps until a pool with an item of its queue wants a worker that is still to be created.
class WaitForMayday : public Operation {
 public:
  static constexpr bool kMightSleep = true;
  WaitForMayday(Actor& s, PoolWorkqueue& p) : Operation(s), pwq_(p) {}
  bool can_complete() const override {
    const WorkerPool& pool = pwq_.pool;
    return pool.manager != nullptr && pool.calls_for_help() && pwq_.wq.rescuing == nullptr && pool.need_to_create_worker() && first() != pool.worklist.end();
  }
  void complete() override {
    WorkerPool& pool = pwq_.pool;
    Work* const* at = first();
    work_ = *at;
    pool.worklist.erase(at);
    pool.begin(*work_, self);
    pwq_.wq.rescuing = &self;
  }
  void enqueue() override { pwq_.wq.waiters.push_back(self.wait); }
  QuickEnd quick_end() const override { return {QuickEnd::By::kTime, nullptr}; }
  void describe(Wait& wait) const override {
    wait.noun = Workqueue::kClass.noun;
    wait.time_will = true;
  }
  bool waits_for_work() const override { return first() == pwq_.pool.worklist.end(); }
  Object* object() const override { return &pwq_.wq; }
  const char* verb() const override { return "rescuer_thread"; }
  std::uint64_t observed() const override { return key_of_work(&work_); }
  Work* result() const { return work_; }

 private:
  Work* const* first() const {
    const WorkList& list = pwq_.pool.worklist;
    return std::find_if(list.begin(), list.end(), [&](const Work* work) { return &work->wq == &pwq_.wq && work->worker == nullptr; });
  }
  PoolWorkqueue& pwq_;
  Work* work_ = nullptr;
};

class Rescued : public InstantOperation {
 public:
  Rescued(Actor& s, PoolWorkqueue& p, Work& w) : InstantOperation(s), pwq_(p), work_(w) {}
  void complete() override {
    self.world.record(Event::kRelease, self, &work_);
    again_ = pwq_.pool.end(work_);
    if (again_) return;
    pwq_.wq.rescuing = nullptr;
    for (PoolWorkqueue* pwq : pwq_.wq.pwqs) pwq->pool.kick();
  }
  Object* object() const override { return &work_; }
  const char* verb() const override { return "pwq_dec_nr_in_flight"; }
  std::uint64_t observed() const override { return again_; }
  bool result() const { return again_; }

 private:
  PoolWorkqueue& pwq_;
  Work& work_;
  bool again_ = false;
};

Task<> process_one_work(Actor& self, Work& work) {
  Procedure here(self, "process_one_work");
  co_await work.function(self, work);
}

}  // namespace

Task<> worker_thread(Actor& self, WorkerPool& pool, std::size_t number) {
  Procedure here(self, "worker_thread");
  for (;;) {
    here.settle('i');
    Await<WaitForWork> woken(self, pool, number);
    Work* work = co_await woken;
    if (woken.manages()) {
      here.settle('m');
      co_await pool.create_worker(self, pool);
      here.settle('c');
      work = co_await Await<WorkerCreated>(self, pool, number);
    }
    while (work != nullptr) {
      here.settle('w', work);
      self.sleep_observer = pool.counts(*work) ? &pool : nullptr;
      co_await process_one_work(self, *work);
      self.sleep_observer = nullptr;
      here.settle('e', work);
      work = co_await Await<WorkDone>(self, pool, *work, number);
    }
  }
}

Task<> rescuer_thread(Actor& self, PoolWorkqueue& pwq) {
  Procedure here(self, "rescuer_thread");
  for (;;) {
    here.settle('i');
    Work* work = co_await Await<WaitForMayday>(self, pwq);
    for (bool again = true; again;) {
      here.settle('w', work);
      co_await process_one_work(self, *work);
      here.settle('e', work);
      again = co_await Await<Rescued>(self, pwq, *work);
    }
  }
}

}  // namespace mmsim
