// Waiting for items to end, and who could end them.
#include <algorithm>

#include "sim/mm/workqueue.hpp"

namespace mmsim {

namespace {

constexpr const char* kEnds = "process_one_work";

void add(Wait& wait, Actor* actor, const char* how) {
  const auto same = [&](const WaitEdge& edge) { return edge.holder == actor; };
  if (actor != nullptr && std::none_of(wait.edges.begin(), wait.edges.end(), same))
    wait.edges.push_back({actor, EdgeKind::kOneOf, how, kEnds});
}

// Who keeps a pool from starting an item that stands on its worklist.
void describe_pending(const Work& work, Wait& wait) {
  const WorkerPool& pool = work.pwq->pool;
  const auto busy = [&](const char* how, auto which) {
    for (const Work* other : pool.works)
      if (Actor* worker = other->worker; worker != nullptr && other->pwq.get() != nullptr && &other->pwq->pool == &pool && which(*worker))
        add(wait, worker, how);
  };
  if (pool.nr_running > 0)
    return busy("works and is not asleep, so that the pool starts no other worker",
                [&](const Actor& worker) { return worker.sleep_observer == &pool && !worker.asleep; });
  if (pool.idle != 0) return add(wait, pool.workers[static_cast<std::size_t>(std::countr_zero(pool.idle.get()))], "is the worker to run it");
  add(wait, pool.manager, "has to create a worker for it first, as none is idle");
  const PoolWorkqueue& pwq = *work.pwq.get();
  if (pwq.rescuer != nullptr)
    add(wait, pwq.wq.rescuing != nullptr ? pwq.wq.rescuing.get() : pwq.rescuer, "is the rescuer of its queue, which runs one item at a time");
  busy("is the worker of another item, and will run it next", [](const Actor&) { return true; });
}

}  // namespace

void describe_work(const Work& work, Wait& wait) {
  wait.need = 1;
  if (work.worker != nullptr) return add(wait, work.worker, "runs it");
  if (!work.pending) return;
  if (work.on_worklist()) return describe_pending(work, wait);
  const PoolWorkqueue& pwq = *work.pwq.get();   // those before it fill max_active
  for (const Work* other : pwq.pool.works) {
    if (other->pwq != &pwq || other == &work) continue;
    if (other->worker != nullptr)
      add(wait, other->worker, "runs an item before it, and max_active of the queue is reached");
    else if (other->on_worklist())
      describe_pending(*other, wait);
  }
}

bool FlushWork::nothing_in_flight() const {
  if (work_ != nullptr) return !work_->in_flight();
  return std::none_of(wq_.works.begin(), wq_.works.end(), [](const Work* work) { return work->in_flight(); });
}

void FlushWork::enqueue() {
  for (Work* work : wq_.works) {
    if ((work_ != nullptr && work != work_) || !work->in_flight()) continue;
    const std::uint32_t rounds = (work->pending ? 1U : 0U) + (work->worker != nullptr ? 1U : 0U);
    wq_.flushes.push_back({&self.wait, object(), work, rounds});
  }
  object()->waiters.push_back(self.wait);
}

// Of several items the first that nobody able is at; the others end as well in the end.
void FlushWork::describe(Wait& wait) const {
  wait.noun = object()->lock_class().noun;
  for (const Flush& flush : wq_.flushes) {
    if (flush.waiter != &self.wait) continue;
    Wait one;
    describe_work(*flush.work, one);
    const bool able = std::any_of(one.edges.begin(), one.edges.end(), [](const WaitEdge& edge) { return edge.holder->can_act(); });
    if (!wait.edges.empty() && able) continue;
    wait.edges = std::move(one.edges);
    wait.need = 1;
    if (!able) break;
  }
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
}

void GrabPending::complete() {
  was_pending_ = work_.pending;
  ++work_.canceled;
  if (was_pending_) work_.pwq->pool.take_off(work_);
}

void CancelWork::enqueue() {
  work_.wq.flushes.push_back({&self.wait, &work_, &work_, 1});
  work_.waiters.push_back(self.wait);
}

void CancelWork::describe(Wait& wait) const {
  wait.noun = Work::kClass.noun;
  describe_work(work_, wait);
  if (wait.edges.size() == 1) wait.edges.front().kind = EdgeKind::kOwner;
}

Task<bool> cancel_work_sync(Actor& self, Work& work) {
  Procedure here(self, "cancel_work_sync");
  const bool was_pending = co_await Await<GrabPending>(self, work);
  here.settle(was_pending);
  co_await Await<CancelWork>(self, work);
  co_return was_pending;
}

}  // namespace mmsim
