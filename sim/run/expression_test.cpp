#include "sim/run/expression.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace mmsim {
namespace {

const Params kParams = {{"n", 5}, {"rounds", 3}};

std::int64_t value_of(std::string_view text) { return evaluate(text, {kParams, 2}); }

TEST(Expression, Values) {
  EXPECT_EQ(value_of("7"), 7);
  EXPECT_EQ(value_of(" n "), 5);
  EXPECT_EQ(value_of("i"), 2);
  EXPECT_EQ(value_of("2*n+1"), 11);
  EXPECT_EQ(value_of("1+2*n"), 11);
  EXPECT_EQ(value_of("(i+1)%n"), 3);
  EXPECT_EQ(value_of("n-1-1"), 3);
  EXPECT_EQ(value_of("100/n/2"), 10);
  EXPECT_EQ(value_of("-n*2"), -10);
  EXPECT_EQ(value_of("--1"), 1);
  EXPECT_EQ(value_of("2-(-3)"), 5);
}

TEST(Expression, ComparesAndCombines) {
  EXPECT_EQ(value_of("n > i && i == 2"), 1);
  EXPECT_EQ(value_of("n < i || !(i == 2)"), 0);
  EXPECT_EQ(value_of("1 + 1 == 2"), 1);
  EXPECT_EQ(value_of("(n >= 5) + (n <= 5) + (n != 5)"), 2);
  EXPECT_EQ(value_of("0 && 0 || 1"), 1);
  EXPECT_EQ(value_of("!n"), 0);
}

TEST(Expression, DividesAsCDoes) {
  EXPECT_EQ(value_of("-7/2"), -3);
  EXPECT_EQ(value_of("-7%2"), -1);
}

TEST(Expression, ReachesBothEndsOfTheRange) {
  EXPECT_EQ(value_of("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(value_of("-9223372036854775807-1"), std::numeric_limits<std::int64_t>::min());
}

// Where and why an expression has no value: "offset: message".
std::string fault_of(std::string_view text) {
  try {
    value_of(text);
  } catch (const ExpressionError& error) {
    return std::to_string(error.offset) + ": " + error.what();
  }
  return "none";
}

TEST(Expression, Faults) {
  EXPECT_EQ(fault_of(""), "0: expected a number, a param or \"(\"");
  EXPECT_EQ(fault_of("1+"), "2: expected a number, a param or \"(\"");
  EXPECT_EQ(fault_of("(1"), "2: expected \")\"");
  EXPECT_EQ(fault_of("1 2"), "2: unexpected \"2\"; expected an operator");
  EXPECT_EQ(fault_of("1/(n-5)"), "1: division by zero");
  EXPECT_EQ(fault_of("1%0"), "1: division by zero");
  EXPECT_EQ(fault_of("(-9223372036854775807-1)/-1"), "24: the result does not fit into 64 bits");
  EXPECT_EQ(fault_of("(-9223372036854775807-1)%-1"), "24: the result does not fit into 64 bits");
  EXPECT_EQ(fault_of("-(-9223372036854775807-1)"), "0: the result does not fit into 64 bits");
  EXPECT_EQ(fault_of("3000000000*n*3000000000"), "12: the result does not fit into 64 bits");
  EXPECT_EQ(fault_of("1 + locked(file[(i+1)%n])"), "4: locked(file[(i+1)%n]) changes while a program runs");
  EXPECT_EQ(fault_of("1+tries[2]"), "2: tries[2] changes while a program runs");
  EXPECT_EQ(fault_of("1 =< 2"), "2: unexpected \"=\"; expected an operator");
  EXPECT_EQ(fault_of("1+round"), "2: no param is called \"round\"; did you mean \"rounds\"?");
}

TEST(Reference, Forms) {
  const Variables variables{kParams, 4};
  EXPECT_FALSE(parse_reference("kworker/u8:0", variables).range.has_value());
  EXPECT_EQ(parse_reference("kworker/u8:0", variables).name, "kworker/u8:0");
  const Reference one = parse_reference("fork[(i+1)%n]", variables);
  EXPECT_EQ(one.name, "fork");
  EXPECT_EQ(one.range->first, 0);
  EXPECT_EQ(one.range->last, 0);
  const Reference range = parse_reference("file[1..n-1]", variables);
  EXPECT_EQ(range.range->first, 1);
  EXPECT_EQ(range.range->last, 4);
  EXPECT_EQ(range.range->offset, 5U);
}

TEST(Reference, Faults) {
  const Variables variables{kParams, {}};
  for (const char* text : {"", "[1]", "file[", "file[1", "file[1..", "file[]", "file]", "file[1]x", "a b"}) {
    EXPECT_THROW(parse_reference(text, variables), ExpressionError) << text;
  }
}

RC_GTEST_PROP(Expression, AnyTextHasAValueOrAFaultInsideIt, (const std::string& text)) {
  try {
    evaluate(text, {kParams, {}});
  } catch (const ExpressionError& error) {
    RC_ASSERT(error.offset <= text.size());
  }
}

RC_GTEST_PROP(Expression, AgreesWithTheCompiler, (std::int16_t a, std::int16_t b, std::int16_t c)) {
  const Params params = {{"a", a}, {"b", b}, {"c", c}};
  RC_ASSERT(evaluate("a + b * -c - (a - b) * c", {params, {}}) == a + b * -c - (a - b) * c);
}

}  // namespace
}  // namespace mmsim
