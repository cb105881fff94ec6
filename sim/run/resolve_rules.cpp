// Rules of locking: every class they name must be a thing of the scenario or a lock that MM documents.
#include <fmt/format.h>

#include <algorithm>

#include "sim/run/resolve_context.hpp"
#include "sim/run/rules.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

// Names that an order may hold.
std::vector<std::string> known_classes(const ResolveContext& context) {
  std::vector<std::string> names{"folio"};
  for (const KernelRule& rule : kernel_mm_rules()) {
    std::string fault;
    if (rule.order == nullptr) continue;
    for (std::string& name : order_classes(rule.order, fault)) names.push_back(std::move(name));
  }
  const auto can_be_held = [](Thing thing) {
    return thing == Thing::kMutex || thing == Thing::kSpinlock || thing == Thing::kRwsem || thing == Thing::kBufferHead ||
           thing == Thing::kFolios || thing == Thing::kMapping;
  };
  for (const auto& [name, named] : context.names)
    if (can_be_held(named.thing)) names.push_back(name);
  return names;
}

}  // namespace

void resolve_rules(ResolveContext& context) {
  const Rules& rules = context.scenario.rules();
  const std::vector<std::string> known = known_classes(context);
  for (int i = 0; i < rules.order_size(); ++i) {
    const At at{&rules, Rules::kOrderFieldNumber, i};
    std::string fault;
    std::vector<std::string> classes = order_classes(rules.order(i), fault);
    if (!fault.empty())
      context.fail(at, fmt::format("in \"{}\": {}; expected names, outermost first, as in \"mmap_lock > folio\"", rules.order(i), fault));
    for (const std::string& name : classes)
      if (std::find(known.begin(), known.end(), name) == known.end())
        context.fail(at, fmt::format("there is no lock {} to be put in order; expected a lock set, a folio set, a mapping, folio, or "
                                     "one of `mmsim list rules`{}", name, did_you_mean(name, known)));
    context.out.rules.orders.push_back({std::move(classes), rules.order(i)});
  }
  context.out.rules.no_wait_with_folio_locked = rules.no_wait_with_folio_locked();
  if (rules.use() == KERNEL_MM) add_kernel_mm_rules(context.out.rules);
}

}  // namespace mmsim
