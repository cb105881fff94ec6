// Integer expressions and references to named things, as strings of a scenario hold them:
//
//   "2*n+1"   "(i+1)%n"   "n > 1 && i == 0"   "fork[(i+1)%n]"   "file[2..5]"
//
// int64 arithmetic with C's division and remainder; comparisons, `!`, `&&` and `||` give 0 or 1, both sides are always evaluated.
// Identifiers are the scenario's params and, inside a counted actor, `i`. Overflow, division by zero and unknown identifiers are
// errors, never a wrapped or zero value. Programs may also name what changes while they run, "tries < 3 && locked(file[0])":
// see runtime_expression.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mmsim {

using Params = std::map<std::string, std::int64_t, std::less<>>;

// What identifiers stand for.
struct Variables {
  const Params& params;
  std::optional<std::int64_t> instance;  // `i`
};

// `offset` is where in the text it went wrong, from 0.
class ExpressionError : public std::runtime_error {
 public:
  ExpressionError(const std::string& what, std::size_t at) : std::runtime_error(what), offset(at) {}
  std::size_t offset;
};

std::int64_t evaluate(std::string_view text, const Variables& variables);

// An expression in postfix order; texts are pieces of what was parsed.
struct PostfixTerm {
  enum Kind : std::uint8_t {
    kNumber,
    kName,       // `text`, or an element of it: `text`[`argument`]
    kCall,       // `text`(`argument`)
    kNegate,
    kNot,
    kBinary,     // `text` is the operator
  };
  Kind kind = kNumber;
  std::string_view text;
  std::string_view argument = {};
};
std::vector<PostfixTerm> parse_expression(std::string_view text);

// The value of one operator; `offset` is told of faults.
std::int64_t apply_binary(std::string_view op, std::int64_t left, std::int64_t right, std::size_t offset);

struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;   // inclusive; equal to first for name[first]
  std::size_t offset = 0;  // of what stands in the brackets
};

struct Reference {
  std::string name;
  std::optional<Range> range;  // none: the name alone
};

Reference parse_reference(std::string_view text, const Variables& variables);

}  // namespace mmsim
