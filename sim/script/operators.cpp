#include <limits>

#include "sim/script/expression.hpp"

namespace mmsim {

Arithmetic apply_operator(std::string_view op, std::int64_t left, std::int64_t right, std::int64_t& result) {
  result = 0;
  bool overflow = false;
  if (op == "==") {
    result = left == right;
  } else if (op == "!=") {
    result = left != right;
  } else if (op == "<") {
    result = left < right;
  } else if (op == "<=") {
    result = left <= right;
  } else if (op == ">") {
    result = left > right;
  } else if (op == ">=") {
    result = left >= right;
  } else if (op == "&&") {
    result = left != 0 && right != 0;
  } else if (op == "||") {
    result = left != 0 || right != 0;
  } else if (op == "+") {
    overflow = __builtin_add_overflow(left, right, &result);
  } else if (op == "-") {
    overflow = __builtin_sub_overflow(left, right, &result);
  } else if (op == "*") {
    overflow = __builtin_mul_overflow(left, right, &result);
  } else {
    if (right == 0) return Arithmetic::kDivisionByZero;
    overflow = left == std::numeric_limits<std::int64_t>::min() && right == -1;
    if (!overflow) result = op == "/" ? left / right : left % right;
  }
  return overflow ? Arithmetic::kOverflow : Arithmetic::kFine;
}

}  // namespace mmsim
