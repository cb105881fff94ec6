// Steps that turn preemption, interrupts and bottom halves off and on, and that interrupt other CPUs.
#include "sim/machine/ipi.hpp"
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

const char* name_of(OpCode op) {
  switch (op) {
    case OpCode::kPreemptDisable: return "preempt_disable";
    case OpCode::kPreemptEnable: return "preempt_enable";
    case OpCode::kLocalIrqDisable: return "local_irq_disable";
    case OpCode::kLocalIrqEnable: return "local_irq_enable";
    case OpCode::kLocalBhDisable: return "local_bh_disable";
    default: return "local_bh_enable";
  }
}

// Notes it in the program. Nothing to do: interrupts that are off already. No way: what it has not turned off.
enum class Noted { kDone, kNothing, kNoWay };
Noted note(ProgramState::TurnedOff& off, OpCode op) {
  switch (op) {
    case OpCode::kPreemptDisable: ++off.preemption; break;
    case OpCode::kLocalBhDisable: ++off.bottom_halves; break;
    case OpCode::kLocalIrqDisable:
      if (std::exchange(off.interrupts, true)) return Noted::kNothing;
      break;
    case OpCode::kPreemptEnable:
      if (off.preemption == 0) return Noted::kNoWay;
      --off.preemption;
      break;
    case OpCode::kLocalBhEnable:
      if (off.bottom_halves == 0) return Noted::kNoWay;
      --off.bottom_halves;
      break;
    default:
      if (!std::exchange(off.interrupts, false)) return Noted::kNothing;
  }
  return Noted::kDone;
}

void apply(Actor& self, OpCode op) {
  switch (op) {
    case OpCode::kPreemptDisable: ++self.preempt_off; return;
    case OpCode::kLocalIrqDisable: ++self.irq_off; return;
    case OpCode::kLocalBhDisable: ++self.bh_off; return;
    case OpCode::kPreemptEnable: --self.preempt_off; break;
    case OpCode::kLocalIrqEnable: --self.irq_off; break;
    default: --self.bh_off; break;
  }
  if (self.world.cpus != nullptr && self.cpu >= 0) self.world.cpus->enabled(self);
}

}  // namespace

Task<std::int64_t> cpu_step(Actor& self, ProgramState& program, const Instruction& step) {
  if (step.op == OpCode::kSmpCall) {
    SmpTargets& targets = *program.objects.smp_calls[static_cast<std::size_t>(step.value)];
    if (self.world.exploring)
      co_await await_acknowledgements(self, program.objects.mm.cpus->ipi_acks(), targets.actors);
    else
      co_await smp_call_function_many(self, *program.objects.mm.cpus, targets.cpus);
    co_return 1;
  }
  const Noted noted = note(program.off, step.op);
  if (noted == Noted::kNoWay)
    fault(self, program.objects, step, "does", step.op == OpCode::kPreemptEnable ? " preempt_enable without preempt_disable before it" : " local_bh_enable without local_bh_disable before it", nullptr);
  else if (noted == Noted::kDone)
    co_await act(self, nullptr, name_of(step.op), [&] { apply(self, step.op); });
  co_return 1;
}

}  // namespace mmsim
