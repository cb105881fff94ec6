#include "sim/run/resolve.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/run/load_message.hpp"
#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

namespace protobuf = google::protobuf;

// *_UNSPECIFIED is what an enum is before anybody chose; nobody may choose it.
void check_enums(const ScenarioSource& source, const protobuf::Message& message) {
  const protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const protobuf::FieldDescriptor* field : fields) {
    if (field->enum_type() && !field->is_repeated() && reflection.GetEnumValue(message, field) == 0)
      source.fail({&message, field->number()}, wrong_enum_value(*field, reflection.GetEnum(message, field)->name()));
    for (int i = 0; field->enum_type() && field->is_repeated() && i < reflection.FieldSize(message, field); ++i)
      if (reflection.GetRepeatedEnumValue(message, field, i) == 0)
        source.fail({&message, field->number(), i}, wrong_enum_value(*field, reflection.GetRepeatedEnum(message, field, i)->name()));
    if (field->cpp_type() != protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      check_enums(source, reflection.GetMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      check_enums(source, reflection.GetRepeatedMessage(message, field, i));
    }
  }
}

void resolve_costs(ResolveContext& context) {
  const Costs& costs = context.scenario.costs();
  context.check_range({&costs, Costs::kSliceNsFieldNumber}, costs.slice_ns(), 1, UINT32_MAX);
  context.check_range({&costs, Costs::kCopyMBpsFieldNumber}, costs.copy_mbps(), 1, UINT32_MAX);
  context.out.costs = {
      .lock_ns = costs.lock_ns(),
      .wakeup_ns = costs.wakeup_ns(),
      .context_switch_ns = costs.context_switch_ns(),
      .slice_ns = costs.slice_ns(),
      .alloc_folio_ns = costs.alloc_folio_ns(),
      .unmap_pte_ns = costs.unmap_pte_ns(),
      .move_mapping_ns = costs.move_mapping_ns(),
      .remap_pte_ns = costs.remap_pte_ns(),
      .lru_add_ns = costs.lru_add_ns(),
      .ipi_base_ns = costs.ipi_base_ns(),
      .ipi_per_cpu_ns = costs.ipi_per_cpu_ns(),
      .ipi_remote_percent = costs.ipi_remote_percent(),
      .ipi_handler_ns = costs.ipi_handler_ns(),
      .fault_ns = costs.fault_ns(),
      .submit_bio_ns = costs.submit_bio_ns(),
      .irq_ns = costs.irq_ns(),
      .copy_Bps = costs.copy_mbps() * 1e6,
  };
}

void resolve_bounds(ResolveContext& context) {
  const Bounds& bounds = context.scenario.bounds();
  const At steps_at{&bounds, Bounds::kStepsFieldNumber};
  const At time_at{&bounds, Bounds::kTimeNsFieldNumber};
  context.check_at_most(steps_at, bounds.steps(), INT64_MAX);
  context.check_at_most(time_at, bounds.time_ns(), kTime_max_ns);
  context.out.steps_max = bounds.steps();
  context.out.time_max_ns = static_cast<std::int64_t>(bounds.time_ns());
  context.check_range(steps_at, static_cast<std::int64_t>(bounds.steps()), 1, INT64_MAX);
  context.check_range(time_at, context.out.time_max_ns, 1, kTime_max_ns);
  const Sysctl& vm = context.scenario.vm();
  context.check_range({&vm, Sysctl::kPageLockUnfairnessFieldNumber}, vm.page_lock_unfairness(), 0, INT32_MAX);
  context.out.page_lock_unfairness = static_cast<int>(vm.page_lock_unfairness());
}

}  // namespace

void define_params(ResolveContext& context) {
  for (const Param& param : context.scenario.param()) {
    context.require(param, Param::kValueFieldNumber);
    context.define(param, Param::kNameFieldNumber, param.name(), {Thing::kParam});
    context.params[param.name()] = param.value();
  }
}

Resolved resolve(Scenario& scenario, const ScenarioSource& source) {
  Resolved resolved;
  ResolveContext context{scenario, source, resolved, {}, {}};
  resolved.path = source.path();
  check_enums(source, scenario);
  context.require(scenario, Scenario::kClaimFieldNumber);
  if (scenario.claim().empty())
    source.fail({&scenario, Scenario::kClaimFieldNumber}, "claim is empty; expected a sentence");
  resolved.claim = scenario.claim();
  define_params(context);
  define_storage(context);
  define_locks(context);
  define_variables(context);
  define_memory(context);
  define_procedures(context);
  define_io(context);
  define_works(context);
  define_actors(context);
  resolve_machine(context);
  resolve_storage(context);
  resolve_memory(context);
  resolve_io(context);
  resolve_actors(context);
  resolve_works(context);
  check_shared_cpus(context);
  check_loop_devices(context);
  check_servers(context);
  resolve_costs(context);
  resolve_bounds(context);
  resolve_rules(context);
  if (scenario.has_expect()) resolve_expect(context, *scenario.mutable_expect());
  return resolved;
}

}  // namespace mmsim
