// The values that make a condition what it is, for reports.
#include <fmt/format.h>

#include <algorithm>

#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

bool has_condition(OpCode op) {
  return op == OpCode::kWaitUntil || op == OpCode::kSpinUntil || op == OpCode::kWaitEvent || op == OpCode::kTest;
}

std::string name_of(const ProgramState& program, const Term& term) {
  const World& world = program.objects.mm.world;
  const std::string thing = world.text(program.objects.at(term.object));
  if (term.kind == Term::kVariable) return thing;
  const auto row = std::find_if(std::begin(kProperties), std::end(kProperties), [&](const PropertyRow& r) { return r.property == term.property; });
  return fmt::format("{}({})", row->name, thing);
}

}  // namespace

std::string fault_text(const std::string& path, const World& world, const ScriptFault& fault) {
  const std::string object = fault.object != nullptr ? ' ' + world.text(*fault.object) : "";
  return fmt::format("{}:{}:{}: {} {}{}{}", path, fault.line, fault.column, world.text(*fault.actor), fault.what, object, fault.why);
}

std::string ProgramState::values() const {
  if (!has_condition(now().op) || now().expression < 0) return {};
  std::vector<std::string> told;
  for (const Term& term : terms(now())) {
    const bool asks = term.kind == Term::kVariable || term.kind == Term::kProperty;
    if (!asks || term.object.kind == ObjectKind::kLocal || term.object.kind == ObjectKind::kNone) continue;
    std::string text = fmt::format("{} is {}", name_of(*this, term), term_value(*this, term));
    if (std::find(told.begin(), told.end(), text) == told.end()) told.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(told, ", "));
}

}  // namespace mmsim
