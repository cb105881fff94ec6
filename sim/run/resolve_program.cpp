#include "sim/run/resolve_program.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/run/resolve_calls.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kInstructions_max = 1 << 15;
constexpr std::size_t kLocals_max = 256;
constexpr std::int64_t kElements_max = 4096;   // of one for_each

bool is_local(const Scope::Binding& binding) { return std::holds_alternative<Scope::Local>(binding); }

}  // namespace

Flattener::Flattener(const ResolveContext& context, const Variables& variables, const ActorSpec& actor, std::size_t& listed)
    : context_(context), variables_(variables), actor_(actor), listed_(listed) {
  auto& scopes = flat_.text.scopes;
  scopes[static_cast<std::size_t>(GfpScope::kNofs)] = actor.flags.nofs;
  scopes[static_cast<std::size_t>(GfpScope::kNoio)] = actor.flags.noio;
  scopes[static_cast<std::size_t>(GfpScope::kNoreclaim)] = actor.flags.memalloc;
}

std::size_t Flattener::emit(OpCode op, const At& at, Instruction instruction) {
  if (flat_.text.code.size() >= kInstructions_max)
    context_.fail(at, fmt::format("the program is too long; expected at most {} steps", kInstructions_max));
  instruction.op = op;
  const TextPosition place = at.message ? context_.source.position(*at.message) : TextPosition{};
  instruction.line = place.line;
  instruction.column = static_cast<std::uint16_t>(std::min(place.column, 0xffff));
  flat_.text.code.push_back(instruction);
  flat_.at.push_back(at);
  return flat_.text.code.size() - 1;
}

void Flattener::program(const Program& program) {
  declare(program.var(), outermost_);
  steps(program.step());
}

FlatProgram Flattener::finish() {
  std::vector<std::string> filled;
  for (const auto& [name, bio] : bios_)
    if (bio.mapping != nullptr) filled.push_back(name);
  for (const auto& [name, bio] : bios_)
    if (bio.mapping == nullptr)
      context_.fail(bio.submitted, fmt::format("nothing is added to a bio called \"{}\"{}", name,
                                               filled.empty() ? "; expected bio_add before" : did_you_mean(name, filled)));
  flat_.text.bios = static_cast<std::uint32_t>(bios_.size());
  emit(OpCode::kEnd, {});
  return std::move(flat_);
}

void Flattener::aim(const std::vector<std::size_t>& jumps, std::int32_t target) {
  for (const std::size_t jump : jumps) flat_.text.code[jump].target = target;
}

std::int64_t Flattener::constant(const At& at, const std::string& text, std::int64_t min, std::int64_t max) const {
  return context_.evaluate_at(at, scope_->in_expression(text), variables_, min, max);
}

ObjectRef Flattener::object(const At& at, const std::string& text, const std::vector<Thing>& allowed, const Named** named) const {
  const Named* found = nullptr;
  const std::uint32_t index = context_.refer_to_one(at, scope_->in_reference(text), variables_, allowed, &found);
  if (named != nullptr) *named = found;
  return {object_kind(found->thing), index};
}

std::vector<ObjectRef> Flattener::objects(const google::protobuf::Message& message, int field, const std::vector<Thing>& allowed) const {
  context_.require(message, field);
  const auto& reflection = *message.GetReflection();
  const auto* descriptor = message.GetDescriptor()->FindFieldByNumber(field);
  std::vector<ObjectRef> out;
  for (int i = 0; i < reflection.FieldSize(message, descriptor); ++i) {
    const std::string text = scope_->in_reference(reflection.GetRepeatedString(message, descriptor, i));
    const Span span = context_.refer({&message, field, i}, text, variables_, allowed);
    for (std::uint32_t index = span.first; index <= span.last; ++index) out.push_back({object_kind(span.named->thing), index});
  }
  return out;
}

std::int64_t Flattener::list(std::vector<std::uint32_t> folios) {
  flat_.text.lists.push_back(std::move(folios));
  return static_cast<std::int64_t>(flat_.text.lists.size()) - 1;
}

Flattener::OwnBio& Flattener::own_bio(const At& at, const std::string& name) {
  const std::string replaced = scope_->in_reference(name);
  if (replaced.empty()) context_.fail(at, "a bio without a name; expected one, as in \"ioend\"");
  return bios_.try_emplace(replaced, OwnBio{static_cast<std::uint32_t>(bios_.size()), nullptr, at}).first->second;
}

std::int64_t Flattener::bio_to_fill(const At& at, const std::string& name, const MappingSpec& mapping) {
  OwnBio& bio = own_bio(at, name);
  if (bio.mapping == nullptr) bio.mapping = &mapping;
  if (!same_device(*bio.mapping, mapping))
    context_.fail(at, fmt::format("bio \"{}\" gets folios of {} and of {}, which are on different devices; expected one bio for each", name,
                                  bio.mapping->name, mapping.name));
  return bio.number;
}

std::int64_t Flattener::bio_to_submit(const At& at, const std::string& name) { return own_bio(at, name).number; }

void Flattener::emit_call(OpCode op, const MigratePages& call) {
  flat_.text.migrations.push_back(CallResolver(context_, variables_, actor_, listed_, scope_)(call));
  emit(op, {&call}, {.value = static_cast<std::int64_t>(flat_.text.migrations.size()) - 1});
}

void Flattener::emit_call(OpCode op, const Writeback& call) {
  flat_.text.writebacks.push_back(CallResolver(context_, variables_, actor_, listed_, scope_)(call));
  emit(op, {&call}, {.value = static_cast<std::int64_t>(flat_.text.writebacks.size()) - 1});
}

void Flattener::steps(const ScenarioSteps& steps) {
  for (const Step& step : steps) this->step(step);
}

void Flattener::step(const Step& step) {
  switch (step.kind_case()) {
    case Step::kIf: return if_step(step.if_());
    case Step::kRepeat: return repeat(step.repeat());
    case Step::kBreak: return jump_out(step, false);
    case Step::kContinue: return jump_out(step, true);
    case Step::kCall: return call(step.call());
    case Step::kReturn: return return_step(step);
    case Step::kForEach: return for_each(step.for_each());
    case Step::kSet: return set({&step, Step::kSetFieldNumber}, step.set());
    default:
      if (!flatten_step(*this, step)) context_.fail({&step}, "an empty step; expected lock, unlock, spend_ns, repeat, ...");
  }
}

void Flattener::branch(std::size_t test, const google::protobuf::Message& step, const ScenarioSteps& then, const ScenarioSteps& otherwise) {
  flat_.text.code[test].branches = true;
  steps(then);
  if (otherwise.empty()) {
    flat_.text.code[test].target = here();
    return;
  }
  const std::size_t jump = emit(OpCode::kJump, {&step});
  flat_.text.code[test].target = here();
  steps(otherwise);
  flat_.text.code[jump].target = here();
}

void Flattener::if_step(const If& step) {
  context_.require(step, If::kCondFieldNumber);
  const At at{&step, If::kCondFieldNumber};
  const std::size_t test = emit(OpCode::kTest, at, condition(at, step.cond()));
  branch(test, step, step.then(), step.else_());
}

// Around the body stand what is looked at before and after each round; where the loop is left its counter is forgotten.
void Flattener::repeat(const Repeat& step) {
  if (!step.has_while_() && !step.has_until() && !step.has_times())
    context_.fail({&step}, "a repeat that does not say how often; expected times (0: for ever), while or until");
  context_.require(step, Repeat::kStepFieldNumber);
  if (loops_.size() == kRepeatDepth_max)
    context_.fail({&step}, fmt::format("repeat nested too deeply; expected at most {} levels", kRepeatDepth_max));
  const auto slot = static_cast<std::uint8_t>(loops_.size());
  const std::int64_t times = step.has_times() ? constant({&step, Repeat::kTimesFieldNumber}, step.times(), 0, kTimes_max) : 0;
  emit(OpCode::kRepeat, {&step}, {.slot = slot, .value = times});
  const std::int32_t body = here();
  loops_.emplace_back();
  std::vector<std::size_t> exits;
  if (step.has_while_()) {
    const At at{&step, Repeat::kWhileFieldNumber};
    exits.push_back(emit(OpCode::kTest, at, condition(at, step.while_())));
  }
  steps(step.step());
  aim(loops_.back().continues, here());
  if (step.has_until()) {
    const At at{&step, Repeat::kUntilFieldNumber};
    const std::size_t test = emit(OpCode::kTest, at, condition(at, step.until()));
    exits.push_back(emit(OpCode::kJump, {&step}));
    flat_.text.code[test].target = here();
  }
  emit(OpCode::kRepeatEnd, {&step}, {.slot = slot, .target = body});
  exits.insert(exits.end(), loops_.back().breaks.begin(), loops_.back().breaks.end());
  aim(exits, here());
  if (!exits.empty()) emit(OpCode::kForget, {&step}, {.slot = slot});
  loops_.pop_back();
}

void Flattener::jump_out(const Step& step, bool goes_on) {
  const std::size_t outside = calls_.empty() ? 0 : calls_.back().loops;
  if (loops_.size() == outside)
    context_.fail({&step}, fmt::format("{} outside of any repeat; expected it inside of one", goes_on ? "continue" : "break"));
  const std::size_t jump = emit(OpCode::kJump, {&step});
  (goes_on ? loops_.back().continues : loops_.back().breaks).push_back(jump);
}

void Flattener::declare(const google::protobuf::RepeatedPtrField<Variable>& variables, Scope& scope) {
  for (const Variable& variable : variables) {
    context_.require(variable, Variable::kNameFieldNumber);
    const At name_at{&variable, Variable::kNameFieldNumber};
    context_.check_variable_name(name_at, variable.name());
    auto& locals = flat_.text.locals;
    if (locals.size() >= kLocals_max) context_.fail(name_at, fmt::format("too many variables; expected at most {}", kLocals_max));
    const std::int64_t value =
        variable.has_value() ? constant({&variable, Variable::kValueFieldNumber}, variable.value(), INT64_MIN, INT64_MAX) : 0;
    scope.bind(variable.name(), Scope::Local{static_cast<std::uint32_t>(locals.size())});
    locals.push_back(value);
  }
}

// What a parameter stands for.
Scope::Binding Flattener::argument(const At& at, const std::string& text) const {
  if (const Scope::Binding* outer = scope_->find(text); outer != nullptr && is_local(*outer)) return *outer;
  const std::string replaced = scope_->in_reference(text);
  const std::string name = replaced.substr(0, replaced.find('['));
  if (const auto thing = context_.names.find(name); thing != context_.names.end() && thing->second.thing != Thing::kParam) {
    (void)context_.refer(at, replaced, variables_, {thing->second.thing});   // that it exists
    if (replaced.find('[') == replaced.npos) return replaced;
    // Indices are worked out here: `i` and other names may mean something else inside.
    const Reference reference = parse_reference(replaced, variables_);
    const bool one = reference.range->first == reference.range->last;
    return one ? fmt::format("{}[{}]", reference.name, reference.range->first)
               : fmt::format("{}[{}..{}]", reference.name, reference.range->first, reference.range->last);
  }
  return fmt::format("{}", context_.evaluate_at(at, scope_->in_expression(text), variables_, INT64_MIN, INT64_MAX));
}

// The steps of the procedure stand here, its variables set anew.
void Flattener::call(const mmsim::Call& step) {
  context_.require(step, mmsim::Call::kProcedureFieldNumber);
  const At at{&step, mmsim::Call::kProcedureFieldNumber};
  const Named& named = context_.look_up(at, step.procedure(), {Thing::kProcedure});
  const auto& procedure = static_cast<const Procedure&>(*named.message);
  if (procedure.param_size() != step.arg_size())
    context_.fail(at, fmt::format("{} takes {} argument{}, not {}", procedure.name(), procedure.param_size(),
                                  procedure.param_size() == 1 ? "" : "s", step.arg_size()));
  Scope inside;   // of what is outside of the call a procedure sees the scenario only
  for (int i = 0; i < step.arg_size(); ++i)
    inside.bind(procedure.param(i), argument({&step, mmsim::Call::kArgFieldNumber, i}, step.arg(i)));
  run(at, procedure, inside);
}

void Flattener::run(const At& at, const Procedure& procedure, Scope& inside) {
  const bool reclaiming = allocation().reclaiming;   // what is called may be called once more when it has to reclaim
  for (const Call& open : calls_)
    if (open.procedure == &procedure && open.reclaiming == reclaiming)
      context_.fail(at, fmt::format("{} calls itself; expected a loop", procedure.name()));
  if (calls_.size() == kCallDepth_max)
    context_.fail(at, fmt::format("calls nested too deeply; expected at most {} levels", kCallDepth_max));
  const At whole{at.message};
  enter(whole, procedure.name());
  const Scope* const caller = std::exchange(scope_, &inside);
  const std::size_t first_local = flat_.text.locals.size();
  declare(procedure.var(), inside);
  for (std::size_t slot = first_local; slot < flat_.text.locals.size(); ++slot)
    set_local(whole, static_cast<std::uint32_t>(slot), flat_.text.locals[slot]);
  calls_.push_back({&procedure, {}, loops_.size(), reclaiming});
  steps(procedure.step());
  aim(calls_.back().returns, here());
  if (!calls_.back().returns.empty() && loops_.size() < kRepeatDepth_max)
    emit(OpCode::kForget, whole, {.slot = static_cast<std::uint8_t>(loops_.size())});
  calls_.pop_back();
  scope_ = caller;
  leave(whole);
}

void Flattener::enter(const At& at, const std::string& procedure) {
  flat_.text.procedures.push_back(procedure);
  emit(OpCode::kEnter, at, {.value = static_cast<std::int64_t>(flat_.text.procedures.size()) - 1});
}

std::uint32_t Flattener::add_local() {
  flat_.text.locals.push_back(0);
  return static_cast<std::uint32_t>(flat_.text.locals.size()) - 1;
}

void Flattener::set_local(const At& at, std::uint32_t slot, std::int64_t value) {
  Instruction set = own_test({.value = value});
  set.object = {ObjectKind::kLocal, slot};
  emit(OpCode::kSet, at, set);
}

Instruction Flattener::own_test(Term term) {
  flat_.text.expressions.push_back({{term}, true});
  return {.expression = static_cast<std::int32_t>(flat_.text.expressions.size()) - 1};
}

void Flattener::return_step(const Step& step) {
  if (calls_.empty()) context_.fail({&step}, "return outside of any procedure; expected it inside of one");
  calls_.back().returns.push_back(emit(OpCode::kJump, {&step}));
}

// The names that the variable of a loop stands for in turn.
std::vector<std::string> Flattener::elements(const ForEach& step) const {
  std::vector<std::string> out;
  for (int i = 0; i < step.in_size(); ++i) {
    const At at{&step, ForEach::kInFieldNumber, i};
    const std::string text = scope_->in_reference(step.in(i));
    const std::size_t dots = text.find("..");
    if (dots != text.npos && text.find('[') == text.npos) {
      const std::int64_t first = constant(at, text.substr(0, dots), INT32_MIN, INT32_MAX);
      const std::int64_t last = constant(at, text.substr(dots + 2), INT32_MIN, INT32_MAX);
      if (last - first >= kElements_max) context_.fail(at, fmt::format("too many numbers; expected at most {}", kElements_max));
      for (std::int64_t n = first; n <= last; ++n) out.push_back(fmt::format("{}", n));
      continue;
    }
    const Span span = context_.refer(at, text, variables_, all_things());
    const std::string name = text.substr(0, text.find('['));
    const std::uint32_t base = span.named->first;
    for (std::uint32_t thing = span.first; thing <= span.last; ++thing)
      out.push_back(span.named->counted ? fmt::format("{}[{}]", name, thing - base) : name);
  }
  return out;
}

void Flattener::for_each(const ForEach& step) {
  context_.require(step, ForEach::kVarFieldNumber);
  context_.require(step, ForEach::kInFieldNumber);
  context_.require(step, ForEach::kStepFieldNumber);
  context_.check_variable_name({&step, ForEach::kVarFieldNumber}, step.var());
  for (const std::string& element : elements(step)) {
    Scope inside(scope_);
    inside.bind(step.var(), element);
    const Scope* const outside = std::exchange(scope_, &inside);
    steps(step.step());
    scope_ = outside;
  }
}

// "x = expression"
void Flattener::set(const At& at, const std::string& text) {
  const std::size_t equals = text.find('=');
  const bool assigns = equals != text.npos && (equals + 1 == text.size() || text[equals + 1] != '=') &&
                       (equals == 0 || std::string_view("=!<>").find(text[equals - 1]) == std::string_view::npos);
  if (!assigns) context_.fail(at, fmt::format("in \"{}\": expected an assignment, as in \"x = x + 1\"", text));
  std::string target = text.substr(0, equals);
  target.erase(target.find_last_not_of(' ') + 1);
  target.erase(0, target.find_first_not_of(' '));
  Instruction instruction;
  const Scope::Binding* binding = scope_->find(target);
  if (binding != nullptr && is_local(*binding))
    instruction.object = {ObjectKind::kLocal, std::get<Scope::Local>(*binding).slot};
  else
    instruction.object = object(at, target, {Thing::kVariable});
  const std::string value = text.substr(equals + 1);
  instruction.expression = expression(at, value);
  const Expression& compiled = flat_.text.expressions[static_cast<std::size_t>(instruction.expression)];
  if (!compiled.own && instruction.object.kind == ObjectKind::kLocal)
    instruction.other = context_.add_condition(scope_->in_expression(value));
  emit(OpCode::kSet, at, instruction);
}

ProgramText flatten_program(const ResolveContext& context, const Program& program, const Variables& variables, const ActorSpec& actor,
                            std::size_t& listed) {
  context.require(program, Program::kStepFieldNumber);
  Flattener flattener(context, variables, actor, listed);
  flattener.program(program);
  FlatProgram flat = flattener.finish();
  check_held(context, flat);
  return std::move(flat.text);
}

}  // namespace mmsim
