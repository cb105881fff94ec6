// Expressions that are evaluated while a program runs: what does not change is worked out here.
#include <fmt/format.h>

#include <algorithm>

#include "sim/run/resolve_program.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {

namespace {

std::size_t offset_in(const std::string& text, std::string_view piece) { return static_cast<std::size_t>(piece.data() - text.data()); }

std::vector<Thing> things_of(std::uint64_t kinds) {
  std::vector<Thing> out;
  for (const Thing thing : all_things())
    if ((kinds & bit_of(object_kind(thing))) != 0) out.push_back(thing);
  return out;
}

}  // namespace

std::int32_t Flattener::expression(const At& at, const std::string& text) {
  const std::string replaced = scope_->in_expression(text);
  Expression out;
  try {
    compile(at, replaced, text, out);
  } catch (const ExpressionError& error) {
    const bool same = replaced == text;
    context_.fail(at, fmt::format("in \"{}\": {}", replaced, error.what()), same ? std::optional(error.offset) : std::nullopt);
  }
  flat_.text.expressions.push_back(std::move(out));
  return static_cast<std::int32_t>(flat_.text.expressions.size()) - 1;
}

Instruction Flattener::condition(const At& at, const std::string& text, Instruction instruction) {
  instruction.expression = expression(at, text);
  if (!flat_.text.expressions[static_cast<std::size_t>(instruction.expression)].own)
    instruction.object = context_.add_condition(scope_->in_expression(text));
  return instruction;
}

void Flattener::compile(const At& at, const std::string& text, const std::string&, Expression& out) const {
  for (const PostfixTerm& part : parse_expression(text)) {
    const auto constants = [&](std::size_t n) {
      return out.terms.size() >= n && std::all_of(out.terms.end() - static_cast<std::ptrdiff_t>(n), out.terms.end(),
                                                  [](const Term& t) { return t.kind == Term::kConstant; });
    };
    switch (part.kind) {
      case PostfixTerm::kBinary:
        if (constants(2)) {
          const std::int64_t right = out.terms.back().value;
          out.terms.pop_back();
          out.terms.back().value = apply_binary(part.text, out.terms.back().value, right, offset_in(text, part.text));
        } else {
          Term op{.kind = Term::kBinary};
          std::copy(part.text.begin(), part.text.end(), op.op);
          out.terms.push_back(op);
        }
        break;
      case PostfixTerm::kNegate:
      case PostfixTerm::kNot: {
        const bool negates = part.kind == PostfixTerm::kNegate;
        if (!constants(1))
          out.terms.push_back({.kind = negates ? Term::kNegate : Term::kNot});
        else
          out.terms.back().value = negates ? apply_binary("-", 0, out.terms.back().value, offset_in(text, part.text))
                                           : out.terms.back().value == 0;
        break;
      }
      case PostfixTerm::kNumber: out.terms.push_back({.value = evaluate(part.text, variables_)}); break;
      case PostfixTerm::kName: out.terms.push_back(named(at, part, out)); break;
      case PostfixTerm::kCall: out.terms.push_back(property(at, part, out)); break;
    }
  }
}

// What is asked without a thing.
Term Flattener::of_the_actor(Property property) const {
  switch (property) {
    case Property::kPfKswapd: return {.value = actor_.flags.kswapd};
    case Property::kPfKcompactd: return {.value = actor_.flags.kcompactd};
    case Property::kGfpFs: return {.kind = Term::kProperty, .property = property, .value = allocation().fs};
    case Property::kGfpIo: return {.kind = Term::kProperty, .property = property, .value = allocation().io};
    default: return {.kind = Term::kProperty, .property = property};
  }
}

Term Flattener::named(const At& at, const PostfixTerm& part, Expression& out) const {
  const std::string name(part.text);
  if (part.argument.empty()) {
    if (const Scope::Binding* binding = scope_->find(name); binding != nullptr && std::holds_alternative<Scope::Local>(*binding))
      return {.kind = Term::kVariable, .object = {ObjectKind::kLocal, std::get<Scope::Local>(*binding).slot}};
    if (name == "i" || variables_.params.find(name) != variables_.params.end()) return {.value = evaluate(name, variables_)};
    for (const PropertyRow& row : kProperties)
      if (row.kinds == 0 && name == row.name) {
        out.own &= row.own;
        return of_the_actor(row.property);
      }
  }
  if (const auto found = context_.names.find(name); found == context_.names.end() || found->second.thing != Thing::kVariable) {
    if (found != context_.names.end())
      context_.fail(at, fmt::format("\"{}\" is {}; expected a variable, a param, or to ask something of it, as in \"locked({})\"", name,
                                    with_article(found->second.thing), name));
    std::vector<std::string> known;
    scope_->add_names(known);
    for (const auto& [other, named] : context_.names)
      if (named.thing == Thing::kVariable || named.thing == Thing::kParam) known.push_back(other);
    context_.fail(at, fmt::format("no variable or param is called \"{}\"{}", name, did_you_mean(name, known)));
  }
  out.own = false;
  const std::string reference = part.argument.empty() ? name : fmt::format("{}[{}]", name, part.argument);
  return {.kind = Term::kVariable, .object = object(at, reference, {Thing::kVariable})};
}

Term Flattener::property(const At& at, const PostfixTerm& part, Expression& out) const {
  const auto row = std::find_if(std::begin(kProperties), std::end(kProperties),
                                [&](const PropertyRow& r) { return r.kinds != 0 && part.text == r.name; });
  if (row == std::end(kProperties)) {
    std::vector<std::string> known;
    for (const PropertyRow& r : kProperties)
      if (r.kinds != 0) known.emplace_back(r.name);
    context_.fail(at, fmt::format("nothing called \"{}\" can be asked; expected one of `mmsim list conditions`{}", part.text,
                                  did_you_mean(part.text, known)));
  }
  out.own &= row->own;
  std::string argument(part.argument);
  argument.erase(argument.find_last_not_of(' ') + 1);
  argument.erase(0, argument.find_first_not_of(' '));
  return {.kind = Term::kProperty, .property = row->property, .object = object(at, argument, things_of(row->kinds))};
}

}  // namespace mmsim
