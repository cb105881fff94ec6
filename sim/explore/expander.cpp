#include "sim/explore/expander.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace mmsim {

Expander::Expander(Executor& executor, CpuRules cpus) : executor_(executor), cpus_(cpus) {
  std::map<std::int64_t, std::vector<std::uint32_t>> by_cpu;
  for (const Actor* actor : executor.world().actors) {
    must_finish_.push_back(actor->must_finish);
    idle_.emplace_back();
    cpu_of_.push_back(-1);
    const Actor& task = actor->context == Context::kTask ? *actor : *actor->interrupts;
    if (!cpus.respected)
      by_cpu[task.id].push_back(actor->id);
    else if (task.cpu >= 0)
      by_cpu[task.cpu].push_back(actor->id);
  }
  for (const Shared<bool>* duty : executor.world().duties) duties_.push_back(executor.memory().cell_at(duty, sizeof(bool)));
  for (const auto& [cpu, members] : by_cpu)
    if (members.size() > 1) add_cpu(members);
}

void Expander::add_cpu(const std::vector<std::uint32_t>& members) {
  const auto& actors = executor_.world().actors;
  const Actor* first = nullptr;
  std::size_t tasks = 0;
  for (const std::uint32_t member : members) {
    const Actor& actor = *actors[member];
    cpu_of_[member] = static_cast<int>(shared_cpus_.size());
    has_precedence_ |= actor.context != Context::kTask;   // a task that can run may keep handlers out
    if (actor.context != Context::kTask) continue;
    ++tasks;
    if (first == nullptr) first = &actor;
    has_precedence_ |= actor.priority != first->priority;
  }
  shared_cpus_.push_back(members);
  takes_turns_.push_back(tasks > 1);
  some_take_turns_ |= tasks > 1;
}

Hash128 Expander::runner_hash(std::size_t cpu, Runner runner) {
  return runner == kIdle ? Hash128{} : hash_of(0x637075 + (cpu << 32), runner);
}

State Expander::initial() const {
  State state;
  state.locals = executor_.initial();
  state.runners.assign(shared_cpus_.size(), kIdle);
  for (const LocalId id : state.locals) state.hash ^= executor_.local(id).hash;
  return state;
}

void Expander::find_idle() {
  const State first = initial();
  for (std::uint32_t actor = 0; actor < first.locals.size(); ++actor) {
    Idle& idle = idle_[actor];
    idle.outcome = nullptr;
    const Outcome& outcome = executor_.outcome(first.locals[actor], first.blocks);
    if (outcome.enabled || outcome.accesses.empty()) continue;
    idle.local = first.locals[actor];
    idle.block = executor_.memory().known_block(outcome.accesses.front().cell);
    const bool one = std::all_of(outcome.accesses.begin(), outcome.accesses.end(), [&](const Access& access) {
      return executor_.memory().known_block(access.cell) == idle.block;
    });
    // A block that is first written later would not be looked at.
    if (one && idle.block != kNoBlock) idle.outcome = &outcome;
  }
}

bool Expander::keeps_cpu(const LocalState& local, const Outcome& its_step) const {
  if (local.finished) return false;
  if (!its_step.enabled) return local.spins;
  if (local.gives_up_cpu) return false;
  if (cpus_.points == PreemptionPoints::kYields) return true;
  if (cpus_.points == PreemptionPoints::kMightSleep) return !local.might_sleep;
  return !local.preemptible;
}

void Expander::set_runner(State& state, std::size_t cpu, Runner runner) {
  state.hash ^= runner_hash(cpu, state.runners[cpu]);
  state.runners[cpu] = runner;
  state.hash ^= runner_hash(cpu, runner);
}

// Whoever does not keep its CPU has lost it: anybody may have it next.
void Expander::settle_runners(State& state) {
  for (std::size_t cpu = 0; cpu < state.runners.size(); ++cpu) {
    const Runner runner = state.runners[cpu];
    if (runner == kIdle) continue;
    const LocalId local = state.locals[runner];
    if (!keeps_cpu(executor_.local(local), executor_.outcome(local, state.blocks))) set_runner(state, cpu, kIdle);
  }
}

// A hardirq can be on top of a softirq.
Runner Expander::handler_on_top(const State& state, std::size_t cpu) const {
  const auto& actors = executor_.world().actors;
  Runner top = kIdle;
  for (const std::uint32_t member : shared_cpus_[cpu])
    if (executor_.local(state.locals[member]).in_handler && (top == kIdle || actors[member]->context > actors[top]->context))
      top = static_cast<Runner>(member);
  return top;
}

Runner Expander::running_task(const State& state, const std::vector<const Outcome*>& outcomes, std::size_t cpu) const {
  if (takes_turns_[cpu]) return state.runners[cpu];
  for (const std::uint32_t member : shared_cpus_[cpu]) {
    const LocalState& local = executor_.local(state.locals[member]);
    const bool able = !local.finished && (outcomes[member]->enabled ? !local.sleeps : local.spins);
    if (executor_.world().actors[member]->context == Context::kTask && able) return static_cast<Runner>(member);
  }
  return kIdle;
}

bool Expander::lets_in(const State& state, Runner running, std::uint32_t handler) const {
  if (running == kIdle) return true;
  const LocalState& local = executor_.local(state.locals[running]);
  return !local.irq_off && (executor_.world().actors[handler]->context == Context::kHardirq || !local.bh_off);
}

// The highest of those who could have the CPU.
int Expander::highest_priority(const State& state, const std::vector<const Outcome*>& outcomes, std::size_t cpu) const {
  const auto& actors = executor_.world().actors;
  int priority = INT16_MIN;
  for (const std::uint32_t member : shared_cpus_[cpu]) {
    const bool runnable = outcomes[member]->enabled && !executor_.local(state.locals[member]).sleeps;
    if (actors[member]->context == Context::kTask && runnable) priority = std::max<int>(priority, actors[member]->priority);
  }
  return priority;
}

template <class TakeOut>
void Expander::leave_to_runners(const State& state, const std::vector<const Outcome*>& outcomes, TakeOut take_out) const {
  const auto& actors = executor_.world().actors;
  for (std::size_t cpu = 0; cpu < shared_cpus_.size(); ++cpu) {
    const Runner top = handler_on_top(state, cpu);
    const Runner running = top != kIdle ? top : running_task(state, outcomes, cpu);
    const int priority = has_precedence_ ? highest_priority(state, outcomes, cpu) : INT16_MIN;
    for (const std::uint32_t member : shared_cpus_[cpu]) {
      if (member == running) continue;
      const bool waits = actors[member]->context != Context::kTask
                             ? executor_.local(state.locals[member]).in_handler || !lets_in(state, running, member)
                             : running != kIdle || actors[member]->priority < priority;
      if (waits) take_out(member);
    }
  }
}

void Expander::leave_to_runners(const State& state, const std::vector<const Outcome*>& outcomes, ActorSet& enabled) const {
  leave_to_runners(state, outcomes, [&](std::uint32_t actor) { enabled.take(actor); });
}

Runner Expander::kept_from_cpu_by(const State& state, const std::vector<const Outcome*>& outcomes, std::uint32_t actor) const {
  const auto cpu = static_cast<std::size_t>(cpu_of(actor));
  const Runner top = handler_on_top(state, cpu);
  if (top != kIdle) return top != actor ? top : kIdle;
  const Runner running = running_task(state, outcomes, cpu);
  return running != kIdle && running != actor && !outcomes[running]->enabled ? running : kIdle;
}

bool Expander::duties_done(const State& state) const {
  return std::all_of(duties_.begin(), duties_.end(), [&](CellId duty) { return executor_.memory().value(duty, state.blocks) == 0; });
}

void Expander::expand(const State& state, Expansion& out) {
  const std::size_t n = state.locals.size();
  out.outcomes.resize(n);
  out.enabled.clear();
  out.completed = true;
  for (std::uint32_t actor = 0; actor < n; ++actor) {
    const Idle& idle = idle_[actor];
    if (idle.outcome != nullptr && idle.local == state.locals[actor] &&
        (idle.block >= state.blocks.size() || state.blocks[idle.block] == 0)) {
      out.outcomes[actor] = idle.outcome;
      out.completed &= !must_finish_[actor];
      continue;
    }
    const Outcome& outcome = executor_.outcome(state.locals[actor], state.blocks);
    out.outcomes[actor] = &outcome;
    if (outcome.enabled) out.enabled.push_back(actor);
    if (must_finish_[actor] && !executor_.local(state.locals[actor]).finished) out.completed = false;
  }
  out.completed = out.completed && duties_done(state);
  leave_to_runners(state, out.outcomes, [&](std::uint32_t actor) { std::erase(out.enabled, actor); });
  if (out.completed && !goes_on_) out.enabled.clear();
}

void Expander::successor(const State& state, const Outcome& outcome, State& out) {
  out.hash = state.hash;
  out.locals = state.locals;
  out.runners = state.runners;
  out.blocks = state.blocks;
  take(outcome, out);
}

void Expander::take(const Outcome& outcome, State& state) {
  LocalId& local = state.locals[outcome.actor];
  state.hash ^= executor_.local(local).hash;
  local = outcome.next;
  state.hash ^= executor_.local(local).hash;
  for (const BlockWrite& write : outcome.blocks) {
    if (write.block >= state.blocks.size()) state.blocks.resize(write.block + 1, 0);
    BlockValue& value = state.blocks[write.block];
    state.hash ^= executor_.memory().hash(write.block, value);
    value = executor_.after(write, value);
    state.hash ^= executor_.memory().hash(write.block, value);
  }
  if (!some_take_turns_) return;
  const bool task = executor_.world().actors[outcome.actor]->context == Context::kTask;
  if (const int cpu = cpu_of_[outcome.actor]; cpu >= 0 && task && takes_turns_[static_cast<std::size_t>(cpu)])
    set_runner(state, static_cast<std::size_t>(cpu), static_cast<Runner>(outcome.actor));
  settle_runners(state);
}

Hash128 Expander::successor_hash(const State& state, const Outcome& outcome) {
  if (some_take_turns_) {   // who has lost its CPU shows in the whole of the next state
    thread_local State next;
    successor(state, outcome, next);
    return next.hash;
  }
  Hash128 hash = state.hash;
  hash ^= executor_.local(state.locals[outcome.actor]).hash;
  hash ^= executor_.local(outcome.next).hash;
  for (const BlockWrite& write : outcome.blocks) {
    const BlockValue before = write.block < state.blocks.size() ? state.blocks[write.block] : BlockValue{0};
    hash ^= executor_.memory().hash(write.block, before);
    hash ^= executor_.memory().hash(write.block, executor_.after(write, before));
  }
  return hash;
}

}  // namespace mmsim
