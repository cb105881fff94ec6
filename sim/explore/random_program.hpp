// Random small programs over a few things that they all use, for properties. Nothing is given back that is not held.
// Those with CPUs share them, have priorities, interrupt handlers and spinlocks.
// Endless ones have loops for ever, mostly in the background; these take only what has finitely many states, and give back all
// that they take.
#pragma once

#include <rapidcheck.h>

#include "sim/explore/scenario_builder.hpp"

namespace mmsim {

class RandomProgram {
 public:
  explicit RandomProgram(bool endless = false) : endless_(endless) {}
  // The tasks share CPUs, and interrupts come.
  static RandomProgram with_cpus() {
    RandomProgram out;
    out.cpus_ = true;
    return out;
  }
  // The tasks queue work items, which kworkers run.
  static RandomProgram with_works() {
    RandomProgram out;
    out.works_ = any(1, 4);
    return out;
  }
  pb::Scenario make() {
    scenario_.set_claim("This can hang.");
    const int things = any(1, 4);
    for (int i = 0; i < things; ++i) add_thing(i);
    const int actors = works_ > 0 ? any(1, 3) : any(2, 4);   // two or three; fewer beside kworkers
    if (works_ > 0) add_works();
    for (int i = 0; i < actors; ++i) {
      Steps& steps = add_program(scenario_, numbered("task", i));
      words_left_ = any(1, (endless_ ? 8 : 10) - actors);
      const bool loops = endless_ && any(0, 3) > 0;
      if (loops && any(0, 6) > 0) scenario_.mutable_actor(i)->set_background(true);
      while (words_left_ > (loops ? 2 : 0)) block(steps, 0);
      if (!loops) continue;
      for_ever_ = true;
      pb::Repeat& repeat = *steps.Add()->mutable_repeat();
      repeat.set_times("0");
      trylock(*repeat.mutable_step(), things_.front(), leave(things_.front()), 1);   // a round without a step would never end
      while (words_left_ > 0) block(*repeat.mutable_step(), 1);
      for_ever_ = false;
    }
    if (cpus_) share_cpus(actors);
    return scenario_;
  }

 private:
  enum class Kind { kMutex, kSpinlock, kFolio, kRwsem, kSemaphore, kCompletion, kWaitQueue, kVariable, kPool, kZone };
  struct Thing {
    Kind kind;
    std::string name;
  };
  struct Entry {   // how a thing is entered and left
    const char* enter;
    const char* leave;
  };

  // Every number as likely as the others from the first case on.
  static int any(int first, int end) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(first, end)); }

  void add_thing(int i) {
    const auto kind =
        works_ > 0         ? *rc::gen::element(Kind::kMutex, Kind::kSemaphore, Kind::kCompletion, Kind::kVariable)
        : cpus_ && i == 0  ? Kind::kSpinlock
        : cpus_            ? *rc::gen::element(Kind::kMutex, Kind::kSpinlock, Kind::kSemaphore, Kind::kCompletion, Kind::kVariable)
        : endless_ && i == 0 ? *rc::gen::element(Kind::kMutex, Kind::kFolio, Kind::kRwsem)
        : endless_         ? *rc::gen::element(Kind::kMutex, Kind::kFolio, Kind::kRwsem, Kind::kWaitQueue, Kind::kVariable)
                           : *rc::gen::weightedElement<Kind>({{3, Kind::kMutex}, {2, Kind::kFolio}, {4, Kind::kRwsem},
                                                              {1, Kind::kSemaphore}, {1, Kind::kCompletion}, {3, Kind::kWaitQueue},
                                                              {3, Kind::kVariable}, {2, Kind::kPool}, {1, Kind::kZone}});
    const std::string name = numbered("thing", i);
    switch (kind) {
      case Kind::kMutex: add_locks(*scenario_.mutable_mutex(), name); break;
      case Kind::kSpinlock: {
        pb::LockSet& lock = add_locks(*scenario_.mutable_spinlock(), name);
        lock.set_irq_safe(any(0, 3) == 0);
        lock.set_bh_safe(!lock.irq_safe() && any(0, 3) == 0);
        break;
      }
      case Kind::kFolio: scenario_.add_folios()->set_name(name); break;
      case Kind::kRwsem: add_locks(*scenario_.mutable_rwsem(), name); break;
      case Kind::kCompletion: add_locks(*scenario_.mutable_completion(), name); break;
      case Kind::kWaitQueue: add_locks(*scenario_.mutable_wait_queue(), name); break;
      case Kind::kVariable: scenario_.add_var()->set_name(name); break;
      case Kind::kPool: {
        pb::PoolSet& pool = *scenario_.add_pool();
        pool.set_name(name);
        pool.set_size(std::to_string(any(1, 4)));
        break;
      }
      case Kind::kZone: {
        pb::Memory& zone = *scenario_.add_memory();
        const int pages = any(1, 4), min = any(0, 3);
        zone.set_name(name);
        zone.set_kind(pb::ZONE);
        zone.set_pages(std::to_string(pages + min));
        zone.set_used_pages(std::to_string(any(0, pages)));
        zone.set_min_pages(std::to_string(min));
        zone.set_low_pages(std::to_string(any(min, pages + min)));
        break;
      }
      case Kind::kSemaphore: {
        pb::SemaphoreSet& semaphore = *scenario_.add_semaphore();
        semaphore.set_name(name);
        semaphore.set_value(static_cast<std::uint32_t>(any(0, 3)));
      }
    }
    things_.push_back({kind, name});
  }

  // Items give back what they take, and none queues another.
  void add_works() {
    scenario_.mutable_machine()->add_node()->set_cpus(2);
    scenario_.mutable_machine()->set_preemption(pb::PREEMPT_FULL);
    const int queues = any(1, 3);
    for (int i = 0; i < queues; ++i) {
      pb::WorkQueue& queue = *scenario_.add_workqueue();
      queue.set_name(numbered("queue", i));
      const int flavor = any(0, 5);
      if (flavor == 0) queue.set_ordered(true);
      if (flavor == 1) queue.set_unbound(true);
      if (flavor == 2) queue.set_max_active(1);
      if (flavor == 3) queue.set_mem_reclaim(true);
    }
    for_ever_ = true;
    for (int i = 0; i < works_; ++i) {
      pb::Work& work = *scenario_.add_work();
      work.set_name(numbered("work", i));
      work.set_queue(numbered("queue", any(0, queues)));
      words_left_ = any(1, 3);
      while (words_left_ > 0) block(*work.mutable_program()->mutable_step(), 1);
    }
    if (any(0, 2) == 0) {
      pb::WorkerPool& pool = *scenario_.add_worker_pool();
      pool.set_workers(static_cast<std::uint32_t>(any(1, 3)));
      words_left_ = 1;
      block(*pool.mutable_create_worker()->mutable_step(), 1);
    }
    for_ever_ = false;
    queues_ = true;
  }

  void work_word(Steps& steps) {
    const std::string work = numbered("work", any(0, works_));
    const int shape = any(0, 8);
    if (shape < 4) return add_step(steps, "queue_work", work);
    if (shape < 6) return add_step(steps, "flush_work", work);
    if (shape == 6) return add_step(steps, "cancel_work_sync", work);
    add_step(steps, "flush_workqueue", scenario_.work(0).queue());
  }

  void block(Steps& steps, int depth) {
    const int words = any(1, 4);
    for (int i = 0; i < words && words_left_ > 0; ++i) word(steps, depth);
  }

  void word(Steps& steps, int depth) {
    --words_left_;
    const int shape = any(0, 12);
    if (shape == 0 && depth == 0) {
      pb::Repeat& repeat = *steps.Add()->mutable_repeat();
      repeat.set_times(std::to_string(any(1, 4)));
      words_left_ = std::max(words_left_, 1);
      block(*repeat.mutable_step(), depth + 1);
      return;
    }
    if (queues_ && shape < 6) return work_word(steps);
    if (shape == 1 && cpus_) return cpu_word(steps, depth);
    if (shape == 1) return add_step(steps, "spend_ns", "100");   // takes time, and no step
    const Thing thing = *rc::gen::elementOf(things_);
    switch (thing.kind) {
      case Kind::kMutex:
      case Kind::kSpinlock:
      case Kind::kFolio:
        if (shape < 5) return trylock(steps, thing, leave(thing), depth);
        return section(steps, thing, {"lock", "unlock"}, depth);
      case Kind::kRwsem:
        if (shape < 3) return trylock(steps, thing, leave(thing), depth);
        if (shape < 4) return branch(*steps.Add()->mutable_down_read_trylock(), thing, "up_read", depth);
        if (shape == 4) return downgraded(steps, thing, depth);
        return section(steps, thing, shape < 8 ? Entry{"down_write", "up_write"} : Entry{"down_read", "up_read"}, depth);
      case Kind::kSemaphore:
        if (shape < 6) return section(steps, thing, {"down", "up"}, depth);
        if (shape == 6) return branch(*steps.Add()->mutable_down_trylock(), thing, "up", depth);
        return add_step(steps, shape < 9 ? "down" : "up", thing.name);
      case Kind::kCompletion:
        if (shape == 2) return branch(*steps.Add()->mutable_try_wait_for_completion(), thing, "wake", depth);
        return add_step(steps, shape < 7 ? "wait" : shape < 11 ? "wake" : "wake_all", thing.name);
      case Kind::kPool: return pool(steps, thing.name, depth);
      case Kind::kZone: return pages(steps, thing.name, depth);
      case Kind::kVariable: return variable(steps, thing.name, shape, depth);
      default:
        if (shape < 4 && !in_queue_) return sleeps_in_two_steps(steps, thing.name, depth);
 add_step(steps, shape < 7 ? "wait" : shape < 11 ? "wake" : "wake_all", thing.name);
    }
  }

  // Gives up the CPU, or keeps it.
  void cpu_word(Steps& steps, int depth) {
    const int shape = any(0, 6);
    if (shape == 0) return add_step(steps, "sleep_ns", "100");
    if (shape == 1) return static_cast<void>(steps.Add()->mutable_yield());
    if (shape == 2) return static_cast<void>(steps.Add()->mutable_cond_resched());
    if (shape == 3) {
      steps.Add()->mutable_preempt_disable();
      block(steps, depth + 1);
      steps.Add()->mutable_preempt_enable();
    } else if (shape == 4) {
      steps.Add()->mutable_local_bh_disable();
      block(steps, depth + 1);
      steps.Add()->mutable_local_bh_enable();
    } else if (!irqs_off_) {   // it does not nest
      irqs_off_ = true;
      steps.Add()->mutable_local_irq_disable();
      block(steps, depth + 1);
      steps.Add()->mutable_local_irq_enable();
      irqs_off_ = false;
    }
  }

  void share_cpus(int tasks) {
    const int cpus = any(1, 3);
    scenario_.mutable_machine()->add_node()->set_cpus(static_cast<std::uint32_t>(cpus));
    scenario_.mutable_machine()->set_preemption(*rc::gen::element(pb::PREEMPT_NONE, pb::PREEMPT_VOLUNTARY, pb::PREEMPT_FULL));
    for (int i = 0; i < tasks; ++i) {
      scenario_.mutable_actor(i)->set_cpu(std::to_string(any(0, cpus)));
      if (any(0, 3) == 0) scenario_.mutable_actor(i)->set_rt_priority(static_cast<std::uint32_t>(any(1, 3)));
    }
    for (int i = any(0, 3); i > 0; --i) handler(numbered("irq", i), any(0, tasks));
  }

  // Nothing in it sleeps.
  void handler(const std::string& name, int task) {
    Steps& steps = add_program(scenario_, name);
    pb::Interrupt& interrupt = *scenario_.mutable_actor(scenario_.actor_size() - 1)->mutable_interrupt();
    interrupt.set_on(numbered("task", task));
    interrupt.set_context(any(0, 2) == 0 ? pb::HARDIRQ : pb::SOFTIRQ);
    if (any(0, 3) == 0) interrupt.set_times("2");
    for (int words = any(1, 3); words > 0; --words) {
      const Thing thing = *rc::gen::elementOf(things_);
      switch (thing.kind) {
        case Kind::kSpinlock:
          add_step(steps, "lock", thing.name);
          add_step(steps, "unlock", thing.name);
          break;
        case Kind::kCompletion: add_step(steps, "wake", thing.name); break;
        case Kind::kSemaphore: add_step(steps, "up", thing.name); break;
        case Kind::kVariable: add_step(steps, "set", thing.name + " = 1"); break;
        default: add_step(steps, "spend_ns", "100");
      }
    }
  }

  static const char* leave(const Thing& thing) { return thing.kind == Kind::kRwsem ? "up_write" : "unlock"; }

  // Enters, does something, leaves; now and then it never leaves.
  void section(Steps& steps, const Thing& thing, const Entry& entry, int depth) {
    add_step(steps, entry.enter, thing.name);
    const bool leaves = any(0, 8) > 0 || for_ever_;
    if (any(0, 2) == 1) block(steps, depth + 1);
    if (leaves) add_step(steps, entry.leave, thing.name);
  }

  // Takes some, does something, gives all or a part back.
  void pool(Steps& steps, const std::string& name, int depth) {
    const auto& sets = scenario_.pool();
    const auto set = std::find_if(sets.begin(), sets.end(), [&](const pb::PoolSet& s) { return s.name() == name; });
    const int units = any(1, std::stoi(set->size()) + 1);
    const bool tries = any(0, 4) == 0;
    pb::Take& take = tries ? *steps.Add()->mutable_try_take() : *steps.Add()->mutable_take();
    take.set_pool(name);
    if (units > 1) take.set_units(std::to_string(units));
    if (any(0, 4) == 0) take.set_reserve(std::to_string(any(0, std::stoi(set->size()) - units + 1)));
    Steps& then = tries ? *take.mutable_then() : steps;
    if (any(0, 2) == 1) block(then, depth + 1);
    const int given = any(0, 8) > 0 ? units : units - 1;
    if (given == 0) return;
    pb::Give& give = *then.Add()->mutable_give();
    give.set_pool(name);
    give.set_units(std::to_string(given));
  }

  // Allocates, and frees all or a part of it if it got it.
  void pages(Steps& steps, const std::string& name, int depth) {
    pb::Alloc& alloc = *steps.Add()->mutable_alloc();
    const int pages = any(1, 3), kind = any(0, 3);
    const auto& zones = scenario_.memory();
    const auto zone = std::find_if(zones.begin(), zones.end(), [&](const pb::Memory& m) { return m.name() == name; });
    const int some = std::min(pages, std::stoi(zone->pages()));
    alloc.set_from(name);
    alloc.set_pages(std::to_string(some));
    alloc.set_gfp(kind == 0 ? pb::GFP_NOWAIT : kind == 1 ? pb::GFP_ATOMIC : pb::GFP_NOFS);
    if (kind == 2) alloc.set_noretry(true);
    if (any(0, 2) == 1) block(*alloc.mutable_then(), depth + 1);
    if (any(0, 4) == 0) block(*alloc.mutable_else_(), depth + 1);
    const int freed = any(0, 8) > 0 ? some : some - 1;
    if (freed == 0) return;
    pb::Free& free = *alloc.mutable_then()->Add()->mutable_free();
    free.set_to(name);
    free.set_pages(std::to_string(freed));
  }

  void variable(Steps& steps, const std::string& name, int shape, int depth) {
    static constexpr const char* kComparisons[] = {"<", "==", ">="};
    const std::string value = std::to_string(any(0, 3));
    if (shape < 6) return add_step(steps, "set", shape < 4 && !endless_ ? name + " = " + name + " + 1" : name + " = " + value);
    const std::string condition = name + ' ' + kComparisons[any(0, 3)] + ' ' + value;
    if (shape < 8) return add_step(steps, "wait_until", condition);
    pb::If& step = *steps.Add()->mutable_if_();
    step.set_cond(condition);
    block(*step.mutable_then(), depth + 1);
    if (any(0, 2) == 1) block(*step.mutable_else_(), depth + 1);
  }

  // Joins, may look at something or wake others, sleeps, leaves.
  void sleeps_in_two_steps(Steps& steps, const std::string& queue, int depth) {
    pb::PrepareToWait& prepare = *steps.Add()->mutable_prepare_to_wait();
    prepare.set_queue(queue);
    prepare.set_exclusive(any(0, 2) == 1);
    in_queue_ = true;   // it can be in one at a time
    if (any(0, 2) == 1) block(steps, depth + 1);
    if (any(0, 4) > 0) steps.Add()->mutable_schedule()->set_queue(queue);
    add_step(steps, "finish_wait", queue);
    in_queue_ = false;
  }

  void downgraded(Steps& steps, const Thing& thing, int depth) {
    add_step(steps, "down_write", thing.name);
    add_step(steps, "downgrade_write", thing.name);
    if (any(0, 2) == 1) block(steps, depth + 1);
    if (any(0, 8) > 0 || for_ever_) add_step(steps, "up_read", thing.name);
  }

  void trylock(Steps& steps, const Thing& thing, const char* leave, int depth) {
    branch(add_trylock(steps, thing.name), thing, leave, depth);
  }

  void branch(pb::Trylock& step, const Thing& thing, const char* leave, int depth) {
    step.set_lock(thing.name);
    if (any(0, 2) == 1) block(*step.mutable_then(), depth + 1);
    if (any(0, 8) > 0 || for_ever_) add_step(*step.mutable_then(), leave, thing.name);
    if (any(0, 2) == 1) block(*step.mutable_else_(), depth + 1);
  }

  pb::Scenario scenario_;
  std::vector<Thing> things_;
  int words_left_ = 0;
  bool in_queue_ = false;
  bool endless_;
  bool cpus_ = false;
  int works_ = 0;                // items
  bool queues_ = false;          // what is being made may queue them
  bool irqs_off_ = false;        // where the program is being made
  bool for_ever_ = false;        // what is being made is inside such a loop
};

}  // namespace mmsim
