#include "sim/run/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/spirit/home/x3.hpp>
#include <charconv>
#include <functional>
#include <limits>
#include <vector>

#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

namespace x3 = boost::spirit::x3;
using Iterator = const char*;

// The grammar writes an expression down in postfix order. Nothing is ever taken back: each rule decides on one token.
struct Op {
  enum Kind : std::uint8_t { kNumber, kName, kNegate, kBinary } kind;
  std::string_view text;
};
using Postfix = std::vector<Op>;

struct Parsed {
  std::string_view name;       // of a reference
  std::vector<Postfix> parts;  // an expression, or the bounds of a reference
};

struct ParsedTag;

template <typename Context>
std::string_view matched(const Context& context) {
  const auto& range = x3::_attr(context);
  return {range.begin(), static_cast<std::size_t>(range.end() - range.begin())};
}

template <Op::Kind kKind>
constexpr auto emit = [](const auto& context) {
  x3::get<ParsedTag>(context).get().parts.back().push_back({kKind, matched(context)});
};
constexpr auto open_part = [](const auto& context) { x3::get<ParsedTag>(context).get().parts.emplace_back(); };
constexpr auto keep_name = [](const auto& context) { x3::get<ParsedTag>(context).get().name = matched(context); };

const char* const kOperand = R"(a number, a param or "(")";

const x3::rule<struct SumRule> sum = kOperand;
const x3::rule<struct ProductRule> product = kOperand;
const x3::rule<struct FactorRule> factor = kOperand;

const auto number = x3::raw[x3::lexeme[+x3::ascii::digit]];
const auto identifier =
    x3::raw[x3::lexeme[(x3::ascii::alpha | x3::char_('_')) >> *(x3::ascii::alnum | x3::char_('_'))]];
const auto factor_def = number[emit<Op::kNumber>] | identifier[emit<Op::kName>] |
                        (x3::raw[x3::char_('-')] > factor)[emit<Op::kNegate>] | ('(' > sum > ')');
const auto product_def = factor >> *(x3::raw[x3::char_("*/%")] > factor)[emit<Op::kBinary>];
const auto sum_def = product >> *(x3::raw[x3::char_("+-")] > product)[emit<Op::kBinary>];
BOOST_SPIRIT_DEFINE(sum, product, factor)

const auto part = x3::eps[open_part] > sum;
const auto thing_name = x3::raw[x3::lexeme[+(x3::ascii::alnum | x3::char_("_/:-"))]];
const auto reference = thing_name[keep_name] >> -('[' > part > -(".." > part) > ']');

template <typename Grammar>
Parsed parse(std::string_view text, const Grammar& grammar, const char* expected) {
  constexpr std::size_t kText_max = 200;  // bounds the recursion of the grammar
  if (text.size() > kText_max) throw ExpressionError(fmt::format("longer than {} characters", kText_max), 0);
  Parsed parsed;
  Iterator at = text.data();
  const Iterator end = at + text.size();
  const auto offset = [&](Iterator position) { return static_cast<std::size_t>(position - text.data()); };
  try {
    const auto with_parsed = x3::with<ParsedTag>(std::ref(parsed))[grammar];
    if (!x3::phrase_parse(at, end, with_parsed, x3::ascii::space)) {
      throw ExpressionError(fmt::format("expected {}", expected), offset(at));
    }
  } catch (const x3::expectation_failure<Iterator>& failure) {
    // Spirit calls a rule by its name and a mark by the mark in single quotes.
    std::string which = failure.which();
    std::replace(which.begin(), which.end(), '\'', '"');
    throw ExpressionError(fmt::format("expected {}", which), offset(failure.where()));
  }
  if (at != end)
    throw ExpressionError(fmt::format("unexpected \"{}\"; expected an operator", std::string_view(at, 1)), offset(at));
  return parsed;
}

std::size_t offset_in(std::string_view text, std::string_view piece) {
  return static_cast<std::size_t>(piece.data() - text.data());
}

class Evaluator {
 public:
  Evaluator(std::string_view text, const Variables& variables) : text_(text), variables_(variables) {}

  std::int64_t value(const Postfix& postfix) {
    stack_.clear();
    for (const Op& op : postfix) {
      switch (op.kind) {
        case Op::kNumber: stack_.push_back(number_value(op.text)); break;
        case Op::kName: stack_.push_back(name_value(op.text)); break;
        case Op::kNegate: stack_.push_back(binary(0, '-', pop(), op.text)); break;
        case Op::kBinary: {
          const std::int64_t right = pop();
          const std::int64_t left = pop();
          stack_.push_back(binary(left, op.text.front(), right, op.text));
          break;
        }
      }
    }
    return pop();
  }

 private:
  std::int64_t pop() {
    const std::int64_t top = stack_.back();
    stack_.pop_back();
    return top;
  }

  [[noreturn]] void fail(const std::string& what, std::string_view piece) const {
    throw ExpressionError(what, offset_in(text_, piece));
  }

  std::int64_t number_value(std::string_view digits) const {
    std::int64_t value = 0;
    const auto result = std::from_chars(digits.begin(), digits.end(), value);
    if (result.ec != std::errc{}) fail(fmt::format("{} does not fit into 64 bits", digits), digits);
    return value;
  }

  std::int64_t name_value(std::string_view name) const {
    if (name == "i") {
      if (variables_.instance) return *variables_.instance;
      fail("\"i\" has a value only inside an actor with a count", name);
    }
    if (const auto found = variables_.params.find(name); found != variables_.params.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& param : variables_.params) known.push_back(param.first);
    fail(fmt::format("no param is called \"{}\"{}", name, did_you_mean(name, known)), name);
  }

  std::int64_t binary(std::int64_t left, char op, std::int64_t right, std::string_view piece) const {
    std::int64_t result = 0;
    bool overflow = false;
    switch (op) {
      case '+': overflow = __builtin_add_overflow(left, right, &result); break;
      case '-': overflow = __builtin_sub_overflow(left, right, &result); break;
      case '*': overflow = __builtin_mul_overflow(left, right, &result); break;
      default:
        if (right == 0) fail("division by zero", piece);
        overflow = left == std::numeric_limits<std::int64_t>::min() && right == -1;
        if (!overflow) result = op == '/' ? left / right : left % right;
    }
    if (overflow) fail("the result does not fit into 64 bits", piece);
    return result;
  }

  std::string_view text_;
  const Variables& variables_;
  std::vector<std::int64_t> stack_;
};

}  // namespace

std::int64_t evaluate(std::string_view text, const Variables& variables) {
  const Parsed parsed = parse(text, part, "an expression");
  return Evaluator(text, variables).value(parsed.parts.front());
}

Reference parse_reference(std::string_view text, const Variables& variables) {
  const Parsed parsed = parse(text, reference, "a name, as in \"file\", \"file[3]\" or \"file[2..5]\"");
  Reference result{std::string(parsed.name), {}};
  if (parsed.parts.empty()) return result;
  Evaluator evaluator(text, variables);
  Range range;
  range.offset = offset_in(text, parsed.parts.front().front().text);
  range.first = evaluator.value(parsed.parts.front());
  range.last = evaluator.value(parsed.parts.back());
  result.range = range;
  return result;
}

}  // namespace mmsim
