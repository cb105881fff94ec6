// Queueing, and what a pool does under its lock.
#include "sim/mm/workqueue.hpp"

#include <algorithm>
#include <bit>

namespace mmsim {

namespace {

// What a run has to wait for.
void note_due(Work& work, World& world) {
  const bool due = work.must_end && work.in_flight();
  if (due == work.due) return;
  work.due = due;
  if (!due) world.look_at_duties();
  if (world.exploring) return;
  if (due)
    ++world.unfinished;
  else
    --world.unfinished;
}

// An execution of the item is over, or that which `only_rounds` wait for will not come: whoever has waited for all of them goes on.
void one_round_less(Work& work, World& world, std::uint32_t only_rounds = 0) {
  auto& flushes = work.wq.flushes;
  for (std::size_t i = 0; i < flushes.size();) {
    Flush flush = flushes[i];
    if (flush.work != &work || (only_rounds != 0 && flush.rounds != only_rounds)) {
      ++i;
      continue;
    }
    flushes.erase(flushes.begin() + i);
    if (--flush.rounds > 0) {
      flushes.insert(flushes.begin() + i++, flush);
      continue;
    }
    const bool more = std::any_of(flushes.begin(), flushes.end(), [&](const Flush& other) { return other.waiter == flush.waiter; });
    if (more) continue;
    flush.waiter->granted = true;
    world.wake(*flush.waited_for, *flush.waiter);
  }
}

void erase(WorkList& list, const Work& work) { list.erase(std::find(list.begin(), list.end(), &work)); }

}  // namespace

std::uint64_t key_of_flush(const void* element) {
  const auto& flush = *static_cast<const Flush*>(element);
  const auto offset = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p) & (Arena::kRegion_bytes - 1); };
  return mix64(offset(flush.waiter)) ^ mix64(offset(flush.work) + 1) ^ mix64(offset(flush.waited_for) + 2) ^ flush.rounds;
}

bool Work::on_worklist() const {
  if (!pending || again) return false;
  const WorkList& list = pwq->pool.worklist;
  return std::find(list.begin(), list.end(), this) != list.end();
}

WorkerPool::WorkerPool(Name n, World& w, int on_cpu)
    : Object(n),
      world(w),
      cpu(on_cpu),
      workers(ArenaAllocator<Actor*>(w.arena)),
      works(ArenaAllocator<Work*>(w.arena)),
      pwqs(ArenaAllocator<PoolWorkqueue*>(w.arena)),
      mayday_(*this) {}

void WorkerPool::hire(std::size_t n) {
  alive = static_cast<std::uint8_t>(n);
  idle = n == kWorkers_max ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

// A worker that has not come to wait yet will find out by itself.
void WorkerPool::kick() {
  if (world.exploring || !need_more_worker()) return;
  if (idle != 0) {
    Actor& next = *workers[static_cast<std::size_t>(std::countr_zero(idle.get()))];
    if (next.wait.queued) world.wake(*this, next.wait);
    return;
  }
  if (manager == nullptr) return;
  for (PoolWorkqueue* pwq : pwqs)
    if (Actor* rescuer = pwq->rescuer; rescuer != nullptr && rescuer->wait.queued && rescuer->pending->can_complete())
      world.wake(pwq->wq, rescuer->wait);
}

void WorkerPool::call_for_help() {
  if (world.exploring) return;
  help_from_ns_ = world.now_ns + mayday_ns;
  world.calendar.set(mayday_, help_from_ns_);
}

// Explorations and replays have no clock of their own: help may come at once.
bool WorkerPool::calls_for_help() const { return world.exploring || world.supervised || world.now_ns >= help_from_ns_; }

void WorkerPool::Mayday::fired(World&, Timer& timer) { static_cast<Mayday&>(timer).pool.kick(); }

void WorkerPool::falls_asleep(Actor&) {
  --nr_running;
  kick();
}

void WorkerPool::runs_again(Actor&) { ++nr_running; }

void WorkerPool::insert(Work& work, PoolWorkqueue& pwq) {
  work.pending = true;
  work.pwq = &pwq;
  note_due(work, world);
  if (pwq.nr_active < pwq.wq.flags.max_active) {
    ++pwq.nr_active;
    worklist.push_back(&work);
    kick();
  } else {
    pwq.inactive.push_back(&work);
  }
}

void WorkerPool::begin(Work& work, Actor& worker) {
  work.pending = false;
  work.again = false;
  work.worker = &worker;
}

// The first item of the worklist. One that still runs goes to the worker that runs it.
Work* WorkerPool::begin_next(Actor& worker) {
  while (!worklist.empty()) {
    Work& work = *worklist.front();
    worklist.erase(worklist.begin());
    if (work.worker == nullptr) {
      begin(work, worker);
      return &work;
    }
    work.again = true;
  }
  return nullptr;
}

// pwq_dec_nr_in_flight(): one less is active, and the first of those that wait for that is.
void WorkerPool::done_with(PoolWorkqueue& pwq) {
  --pwq.nr_active;
  if (pwq.inactive.empty() || pwq.nr_active >= pwq.wq.flags.max_active) return;
  Work* next = pwq.inactive.front();
  pwq.inactive.erase(pwq.inactive.begin());
  ++pwq.nr_active;
  worklist.push_back(next);
  kick();
}

bool WorkerPool::end(Work& work) {
  Actor& worker = *work.worker.get();
  work.worker = nullptr;
  one_round_less(work, world);
  done_with(*work.pwq.get());
  const bool once_more = work.again;
  if (once_more) begin(work, worker);
  note_due(work, world);
  return once_more;
}

void WorkerPool::take_off(Work& work) {
  PoolWorkqueue& pwq = *work.pwq.get();
  const bool active = work.again || work.on_worklist();
  if (!work.again) erase(active ? worklist : pwq.inactive, work);
  work.pending = false;
  work.again = false;
  one_round_less(work, world, work.worker != nullptr ? 2 : 1);
  if (active) done_with(pwq);
  note_due(work, world);
}

void WorkerPool::go_idle(std::size_t number) {
  idle = idle | std::uint64_t{1} << number;
  kick();
}

// Where it does not count as running, it wakes the next one itself: so all items of an unbound pool are begun in turn.
void WorkerPool::began(const Work* work, std::size_t number) {
  if (work == nullptr) return go_idle(number);
  if (counts(*work)) ++nr_running;
  kick();
}

// One that runs is run by the same worker: queueing it on another pool would let two run it.
PoolWorkqueue& QueueWork::where() const {
  if (work_.worker != nullptr) return *work_.pwq.get();
  for (PoolWorkqueue* pwq : work_.wq.pwqs)
    if (pwq->pool.unbound() || pwq->pool.cpu == (work_.cpu >= 0 ? work_.cpu : self.cpu)) return *pwq;
  MMSIM_CHECK(false, "an item is queued where its queue has no pool");
}

void QueueWork::complete() {
  queued_ = !work_.pending && work_.canceled == 0;
  if (!queued_) return;
  self.world.record(Event::kWake, self, &work_);
  PoolWorkqueue& pwq = where();
  pwq.pool.insert(work_, pwq);
}

}  // namespace mmsim
