#include "sim/sweep/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

std::string as_identifier(std::string word) {
  for (char& c : word)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return word;
}

[[noreturn]] void fail(const std::string& what, std::size_t offset) { throw ExpressionError(what, offset); }

}  // namespace

// A number, a text axis, or a word that only makes sense beside one.
struct Condition::Operand {
  std::int64_t number = 0;
  const TextValue* axis = nullptr;
  const std::string* word = nullptr;
  std::size_t offset = 0;
};

Condition::Condition(const std::string& text) {
  for (const PostfixTerm& term : parse_expression(text)) {
    const auto offset = static_cast<std::size_t>(term.text.data() - text.data());
    if (term.kind == PostfixTerm::kCall || !term.argument.empty())
      fail(fmt::format("\"{}\" with brackets behind it; expected an axis or a param", term.text), offset);
    terms_.push_back({term.kind, std::string(term.text), offset});
  }
}

bool Condition::holds(const ConditionNames& names) const {
  std::vector<Operand> stack;
  const auto pop = [&] {
    const Operand top = stack.back();
    stack.pop_back();
    return top;
  };
  for (const Term& term : terms_) {
    switch (term.kind) {
      case PostfixTerm::kNegate: stack.push_back({apply_binary("-", 0, number(pop(), names), term.offset), nullptr, nullptr, term.offset}); break;
      case PostfixTerm::kNot: stack.push_back({number(pop(), names) == 0, nullptr, nullptr, term.offset}); break;
      case PostfixTerm::kBinary: {
        const Operand right = pop();
        const Operand left = pop();
        stack.push_back(binary(term, left, right, names));
        break;
      }
      default: stack.push_back(operand(term, names));
    }
  }
  return number(pop(), names) != 0;
}

Condition::Operand Condition::operand(const Term& term, const ConditionNames& names) {
  Operand out;
  out.offset = term.offset;
  if (term.kind == PostfixTerm::kNumber) {
    const auto read = std::from_chars(term.text.data(), term.text.data() + term.text.size(), out.number);
    if (read.ec != std::errc()) fail(fmt::format("{} does not fit into 64 bits", term.text), term.offset);
  } else if (const auto integer = names.integers.find(term.text); integer != names.integers.end()) {
    out.number = integer->second;
  } else if (const auto text = names.texts.find(term.text); text != names.texts.end()) {
    out.axis = &text->second;
  } else {
    out.word = &term.text;
  }
  return out;
}

std::int64_t Condition::number(const Operand& operand, const ConditionNames& names) {
  if (operand.axis != nullptr) fail("this axis has words for values; expected it beside == or != and one of them", operand.offset);
  if (operand.word == nullptr) return operand.number;
  std::vector<std::string> known;
  for (const auto& [name, value] : names.integers) known.push_back(name);
  for (const auto& [name, value] : names.texts) known.push_back(name);
  fail(fmt::format("no axis or param is called \"{}\"{}", *operand.word, did_you_mean(*operand.word, known)), operand.offset);
}

Condition::Operand Condition::binary(const Term& op, const Operand& left, const Operand& right, const ConditionNames& names) {
  Operand out;
  out.offset = left.offset;
  const Operand* axis = left.axis != nullptr ? &left : right.axis != nullptr ? &right : nullptr;
  const Operand* word = left.word != nullptr ? &left : right.word != nullptr ? &right : nullptr;
  const bool equality = op.text == "==" || op.text == "!=";
  if (equality && axis != nullptr && word != nullptr) {
    out.number = is_word(*axis, *word) == (op.text == "==");
    return out;
  }
  const std::int64_t first = number(left, names);   // one after the other: the first fault is the one that is told
  out.number = apply_binary(op.text, first, number(right, names), op.offset);
  return out;
}

bool Condition::is_word(const Operand& axis, const Operand& word) {
  for (const std::string& value : *axis.axis->allowed)
    if (as_identifier(value) == *word.word) return value == axis.axis->value;
  fail(fmt::format("{} is no value of that axis; expected one of {}{}", *word.word, fmt::join(*axis.axis->allowed, ", "),
                   did_you_mean(*word.word, *axis.axis->allowed)), word.offset);
}

}  // namespace mmsim
