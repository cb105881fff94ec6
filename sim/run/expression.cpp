#include "sim/run/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/spirit/home/x3.hpp>
#include <charconv>
#include <functional>
#include <vector>

#include "sim/run/suggest.hpp"
#include "sim/script/expression.hpp"

namespace mmsim {
namespace {

namespace x3 = boost::spirit::x3;
using Iterator = const char*;

// The grammar writes an expression down in postfix order. Nothing is ever taken back: each rule decides on one token.
using Postfix = std::vector<PostfixTerm>;

struct Parsed {
  std::string_view name;       // of a reference
  std::string_view identifier; // the last one
  std::vector<Postfix> parts;  // an expression, or the bounds of a reference
};

struct ParsedTag;

template <typename Context>
std::string_view matched(const Context& context) {
  const auto& range = x3::_attr(context);
  return {range.begin(), static_cast<std::size_t>(range.end() - range.begin())};
}

template <PostfixTerm::Kind kKind>
constexpr auto emit = [](const auto& context) {
  x3::get<ParsedTag>(context).get().parts.back().push_back({kKind, matched(context)});
};
// Of the identifier before it.
template <PostfixTerm::Kind kKind>
constexpr auto emit_with_argument = [](const auto& context) {
  Parsed& parsed = x3::get<ParsedTag>(context).get();
  parsed.parts.back().push_back({kKind, parsed.identifier, matched(context)});
};
constexpr auto emit_name = [](const auto& context) {
  Parsed& parsed = x3::get<ParsedTag>(context).get();
  parsed.parts.back().push_back({PostfixTerm::kName, parsed.identifier});
};
constexpr auto open_part = [](const auto& context) { x3::get<ParsedTag>(context).get().parts.emplace_back(); };
constexpr auto keep_name = [](const auto& context) { x3::get<ParsedTag>(context).get().name = matched(context); };
constexpr auto keep_identifier = [](const auto& context) { x3::get<ParsedTag>(context).get().identifier = matched(context); };

const char* const kOperand = R"(a number, a param or "(")";

const x3::rule<struct OrRule> disjunction = kOperand;
const x3::rule<struct AndRule> conjunction = kOperand;
const x3::rule<struct ComparisonRule> comparison = kOperand;
const x3::rule<struct SumRule> sum = kOperand;
const x3::rule<struct ProductRule> product = kOperand;
const x3::rule<struct FactorRule> factor = kOperand;
const x3::rule<struct RoundRule> in_round = "what stands in ( )";
const x3::rule<struct SquareRule> in_square = "what stands in [ ]";

constexpr auto kNumber = PostfixTerm::kNumber;
constexpr auto kBinary = PostfixTerm::kBinary;

const auto number = x3::raw[x3::lexeme[+x3::ascii::digit]];
const auto identifier =
    x3::raw[x3::lexeme[(x3::ascii::alpha | x3::char_('_')) >> *(x3::ascii::alnum | x3::char_('_'))]];
const auto in_round_def = *((x3::char_ - x3::char_("()")) | (x3::char_('(') >> in_round >> x3::char_(')')));
const auto in_square_def = *((x3::char_ - x3::char_("[]")) | (x3::char_('[') >> in_square >> x3::char_(']')));
const auto named = identifier[keep_identifier] >> (('(' > x3::raw[in_round][emit_with_argument<PostfixTerm::kCall>] > ')') |
                                                   ('[' > x3::raw[in_square][emit_with_argument<PostfixTerm::kName>] > ']') |
                                                   x3::eps[emit_name]);
const auto factor_def = number[emit<kNumber>] | named | (x3::raw[x3::char_('-')] > factor)[emit<PostfixTerm::kNegate>] |
                        (x3::raw[x3::char_('!')] > factor)[emit<PostfixTerm::kNot>] | ('(' > disjunction > ')');
const auto product_def = factor >> *(x3::raw[x3::char_("*/%")] > factor)[emit<kBinary>];
const auto sum_def = product >> *(x3::raw[x3::char_("+-")] > product)[emit<kBinary>];
const auto comparator = x3::raw[x3::lexeme[x3::lit("==") | "!=" | "<=" | ">=" | "<" | ">"]];
const auto comparison_def = sum >> -(comparator > sum)[emit<kBinary>];
const auto conjunction_def = comparison >> *(x3::raw[x3::lexeme["&&"]] > comparison)[emit<kBinary>];
const auto disjunction_def = conjunction >> *(x3::raw[x3::lexeme["||"]] > conjunction)[emit<kBinary>];
BOOST_SPIRIT_DEFINE(disjunction, conjunction, comparison, sum, product, factor, in_round, in_square)

const auto part = x3::eps[open_part] > disjunction;
const auto thing_name = x3::raw[x3::lexeme[+(x3::ascii::alnum | x3::char_("_/:.-"))]];
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
    for (const PostfixTerm& term : postfix) {
      switch (term.kind) {
        case PostfixTerm::kNumber: stack_.push_back(number_value(term.text)); break;
        case PostfixTerm::kName: stack_.push_back(name_value(term)); break;
        case PostfixTerm::kCall: fail(fmt::format("{}({}) changes while a program runs", term.text, term.argument), term.text);
        case PostfixTerm::kNegate: stack_.push_back(binary(0, "-", pop(), term.text)); break;
        case PostfixTerm::kNot: stack_.push_back(pop() == 0); break;
        case PostfixTerm::kBinary: {
          const std::int64_t right = pop();
          const std::int64_t left = pop();
          stack_.push_back(binary(left, term.text, right, term.text));
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

  std::int64_t name_value(const PostfixTerm& term) const {
    const std::string_view name = term.text;
    if (!term.argument.empty()) fail(fmt::format("{}[{}] changes while a program runs", name, term.argument), name);
    if (name == "i") {
      if (variables_.instance) return *variables_.instance;
      fail("\"i\" has a value only inside an actor with a count", name);
    }
    if (const auto found = variables_.params.find(name); found != variables_.params.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& param : variables_.params) known.push_back(param.first);
    fail(fmt::format("no param is called \"{}\"{}", name, did_you_mean(name, known)), name);
  }

  std::int64_t binary(std::int64_t left, std::string_view op, std::int64_t right, std::string_view piece) const {
    return apply_binary(op, left, right, offset_in(text_, piece));
  }

  std::string_view text_;
  const Variables& variables_;
  std::vector<std::int64_t> stack_;
};

}  // namespace

std::vector<PostfixTerm> parse_expression(std::string_view text) { return parse(text, part, "an expression").parts.front(); }

std::int64_t apply_binary(std::string_view op, std::int64_t left, std::int64_t right, std::size_t offset) {
  std::int64_t result = 0;
  switch (apply_operator(op, left, right, result)) {
    case Arithmetic::kFine: break;
    case Arithmetic::kDivisionByZero: throw ExpressionError("division by zero", offset);
    case Arithmetic::kOverflow: throw ExpressionError("the result does not fit into 64 bits", offset);
  }
  return result;
}

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
