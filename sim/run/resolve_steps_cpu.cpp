// What steps do to CPUs: preemption, interrupts, IPIs.
#include "sim/run/resolve_program.hpp"

namespace mmsim {
namespace {

std::optional<OpCode> switches(Step::KindCase kind) {
  switch (kind) {
    case Step::kPreemptDisable: return OpCode::kPreemptDisable;
    case Step::kPreemptEnable: return OpCode::kPreemptEnable;
    case Step::kLocalIrqDisable: return OpCode::kLocalIrqDisable;
    case Step::kLocalIrqEnable: return OpCode::kLocalIrqEnable;
    case Step::kLocalBhDisable: return OpCode::kLocalBhDisable;
    case Step::kLocalBhEnable: return OpCode::kLocalBhEnable;
    default: return {};
  }
}

void smp_call(Flattener& flattener, const SmpCall& call) {
  const ResolveContext& context = flattener.context();
  if (call.on().empty() && call.cpu().empty())
    context.fail({&call}, "smp_call_function interrupts nobody; expected on or cpu");
  SmpCallSpec spec;
  if (!call.on().empty())
    for (const ObjectRef& actor : flattener.objects(call, SmpCall::kOnFieldNumber, {Thing::kActor})) spec.actors.push_back(actor.index);
  for (int i = 0; i < call.cpu_size(); ++i)
    spec.cpus.push_back(static_cast<int>(flattener.constant({&call, SmpCall::kCpuFieldNumber, i}, call.cpu(i), 0, context.cpus() - 1)));
  context.out.smp_calls.push_back(std::move(spec));
  flattener.emit(OpCode::kSmpCall, {&call}, {.value = static_cast<std::int64_t>(context.out.smp_calls.size()) - 1});
}

}  // namespace

bool flatten_cpu_step(Flattener& flattener, const Step& step) {
  if (const std::optional<OpCode> op = switches(step.kind_case())) {
    flattener.emit(*op, {&step});
    return true;
  }
  if (step.kind_case() != Step::kSmpCallFunction) return false;
  smp_call(flattener, step.smp_call_function());
  return true;
}

}  // namespace mmsim
