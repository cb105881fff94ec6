// Conditions over a point of a sweep, as `where` and `hangs_iff` hold them:
//
//   "keep <= folios && mode != MIGRATE_ASYNC"    "producers + consumers > 2*slots"
//
// Expressions of run/expression.hpp over the params and the integer axes, where anything but 0 is true. A text axis can be compared
// (== and !=) with one of its values; what is no letter, digit or _ in that is written as _: "kernel == v6_3_rc1".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/expression.hpp"

namespace mmsim {

// A text axis: its value at the point, and all that it can have.
struct TextValue {
  std::string_view value;
  const std::vector<std::string>* allowed = nullptr;
};

struct ConditionNames {
  Params integers;
  std::map<std::string, TextValue, std::less<>> texts;
};

class Condition {
 public:
  // Throws ExpressionError for what is no expression; names are looked up by holds().
  explicit Condition(const std::string& text);

  // Throws ExpressionError for a name that is unknown, and for arithmetic that has no value.
  bool holds(const ConditionNames& names) const;

 private:
  // In postfix order.
  struct Term {
    PostfixTerm::Kind kind;
    std::string text;
    std::size_t offset;    // in the condition
  };
  struct Operand;

  static Operand operand(const Term& term, const ConditionNames& names);
  static std::int64_t number(const Operand& operand, const ConditionNames& names);
  static Operand binary(const Term& op, const Operand& left, const Operand& right, const ConditionNames& names);
  static bool is_word(const Operand& axis, const Operand& word);

  std::vector<Term> terms_;
};

}  // namespace mmsim
