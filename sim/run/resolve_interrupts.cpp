// Actors that are interrupt handlers.
#include <fmt/format.h>

#include <algorithm>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

// What a handler may do: nothing that sleeps.
bool may_sleep(const Instruction& step) {
  switch (step.op) {
    case OpCode::kLock: return step.object.kind != ObjectKind::kSpinlock;
    case OpCode::kTrylock: return step.object.kind == ObjectKind::kMutex;
    case OpCode::kDownRead:
    case OpCode::kDownWrite:
    case OpCode::kDown:
    case OpCode::kWait:
    case OpCode::kWaitUntil:
    case OpCode::kWaitEvent:
    case OpCode::kSchedule:
    case OpCode::kTake:
    case OpCode::kThrottle:
    case OpCode::kWaitWriteback:
    case OpCode::kWaitLocked:
    case OpCode::kNextRequest:
    case OpCode::kDoReqFilebacked:
    case OpCode::kLockBacking:
    case OpCode::kJournalStart:
    case OpCode::kNextCommit:
    case OpCode::kJournalCommitWait:
    case OpCode::kJournalForceCommit:
    case OpCode::kMigratePages:
    case OpCode::kWriteCachePages:
    case OpCode::kFlushWork:
    case OpCode::kFlushWorkqueue:
    case OpCode::kCancelWorkSync:
    case OpCode::kSleep:
    case OpCode::kYield:
    case OpCode::kCondResched: return true;
    default: return false;
  }
}

}  // namespace

void resolve_interrupt(const ResolveContext& context, const Actor& actor, const Variables& variables, ActorSpec& spec) {
  const Interrupt& interrupt = actor.interrupt();
  context.require(interrupt, Interrupt::kOnFieldNumber);
  context.require(interrupt, Interrupt::kContextFieldNumber);
  if (actor.has_cpu()) context.fail({&actor, Actor::kCpuFieldNumber}, "a handler comes on the CPU of the actor it is on; expected no cpu");
  if (actor.rt_priority() != 0)
    context.fail({&actor, Actor::kRtPriorityFieldNumber}, "a handler comes before every task; expected no rt_priority");
  const auto* program = std::get_if<ProgramSpec>(&spec.kind);
  if (program == nullptr) context.fail({&interrupt}, fmt::format("\"{}\" is no program; expected an interrupt to have one", actor.name()));
  InterruptSpec& out = spec.interrupt.emplace();
  out.softirq = interrupt.context() == SOFTIRQ;
  out.on = context.refer_to_one({&interrupt, Interrupt::kOnFieldNumber}, interrupt.on(), variables, {Thing::kActor});
  const auto number = [&](int field, const std::string& text, std::int64_t max) {
    return context.evaluate_at({&interrupt, field}, text, variables, 0, max);
  };
  if (interrupt.has_times()) out.times = number(Interrupt::kTimesFieldNumber, interrupt.times(), kTimes_max);
  if (interrupt.has_every_ns()) out.every_ns = number(Interrupt::kEveryNsFieldNumber, interrupt.every_ns(), kTime_max_ns);
  spec.background |= out.times == 0;
  for (const Instruction& step : program->text.code)
    if (may_sleep(step))
      context.source.fail(TextPosition{step.line - 1, step.column - 1},
                          fmt::format("\"{}\" is the handler of an interrupt, where nothing may sleep; expected a spinlock, a "
                                      "trylock, or work that is queued",
                                      actor.name()));
}

void place_handlers(ResolveContext& context) {
  for (ActorSpec& spec : context.out.actors) {
    if (!spec.interrupt) continue;
    const ActorSpec& task = context.out.actors[spec.interrupt->on];
    if (task.interrupt)
      context.fail({context.names.find(spec.base)->second.message},
                   fmt::format("\"{}\" is to interrupt \"{}\", which is a handler itself; expected a task", spec.base, task.base));
    spec.cpu = task.cpu;
  }
}

}  // namespace mmsim
