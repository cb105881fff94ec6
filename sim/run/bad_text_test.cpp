// What the text of a scenario can have wrong: its form, its names, its expressions.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

TEST_P(BadInputTest, IsRefusedWithOneMessage) {
  const std::string text =
      "claim: \"c\"\n" + GetParam().text + "\nactor { name: \"a\" program { step { yield {} } } }\n";
  EXPECT_EQ(message_of_loading(text), "t.txtpb:" + GetParam().message);
}

TEST(BadText, Empty) { EXPECT_EQ(message_of_loading(""), "t.txtpb:1:1: the file is empty; expected a scenario"); }

TEST(BadText, NoClaim) {
  EXPECT_EQ(message_of_loading("actor { name: \"a\" }"), "t.txtpb:1:1: message Scenario needs the field \"claim\"");
}

TEST(BadText, EmptyClaim) {
  EXPECT_EQ(message_of_loading("\nclaim: \"\""), "t.txtpb:2:8: claim is empty; expected a sentence");
}

TEST(BadText, NoActor) {
  EXPECT_EQ(message_of_loading("claim: \"c\""), "t.txtpb:1:1: no actor; expected at least one");
}

const BadInput kForm[] = {
    {"UnknownField", R"(machine { node { cpu: 4 } })",
     R"(2:18: message Node has no field "cpu"; did you mean "cpus"?)"},
    {"UnknownFieldFarFromAny", R"(machine { node { colour: "red" } })",
     R"(2:18: message Node has no field "colour"; it has name, cpus, pages, distance, channel_MBps)"},
    {"UnknownTopField", R"(acter { name: "b" })",
     R"(2:1: message Scenario has no field "acter"; did you mean "actor"?)"},
    {"FieldCutShort", program(R"(step { spend: "1" })"),
     R"(2:36: message Step has no field "spend"; did you mean "spend_ns"?)"},
    {"ExtensionField", R"([mmsim.colour]: 1)", R"(2:15: there are no extensions; expected the name of a field)"},
    {"WrongEnum", R"(machine { preemption: PREEMPT_FUL })",
     R"(2:23: preemption is one of PREEMPT_NONE, PREEMPT_VOLUNTARY, PREEMPT_FULL, not PREEMPT_FUL; did )"
     R"(you mean "PREEMPT_FULL"?)"},
    {"WrongEnumNumber", R"(machine { preemption: 9 })",
     R"(2:23: preemption is one of PREEMPT_NONE, PREEMPT_VOLUNTARY, PREEMPT_FULL, not 9)"},
    {"EnumInQuotes", R"(machine { preemption: "PREEMPT_FULL" })",
     R"(2:23: preemption is one of PREEMPT_NONE, PREEMPT_VOLUNTARY, PREEMPT_FULL, without quotes)"},
    {"EnumUnspecified", R"(machine { preemption: PREEMPTION_UNSPECIFIED })",
     R"(2:23: preemption is one of PREEMPT_NONE, PREEMPT_VOLUNTARY, PREEMPT_FULL, not )"
     R"(PREEMPTION_UNSPECIFIED)"},
    {"EnumAbbreviated", R"(actor { name: "m" migrate_pages { mode: SYNC } })",
     R"(2:41: mode is one of MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC, not SYNC; did you mean )"
     R"("MIGRATE_SYNC"?)"},
    {"NumberForString", R"(folios { name: "f" count: 8 })", R"(2:27: count is a quoted string; did you mean "8"?)"},
    {"NameForString", R"(folios { name: f })", R"(2:16: name is a quoted string; did you mean "f"?)"},
    {"StringForNumber", R"(machine { node { cpus: "4" } })", R"(2:24: cpus is a whole number, without quotes)"},
    {"NegativeForUnsigned", R"(machine { node { cpus: -4 } })", R"(2:24: cpus is negative; expected at least 0)"},
    {"FractionForNumber", R"(machine { node { cpus: 1.5 } })", R"(2:24: cpus is a whole number, not "1.5")"},
    {"NumberTooLarge", R"(machine { node { cpus: 4294967296 } })",
     R"(2:24: cpus is 4294967296; expected a smaller number)"},
    {"StringInList", R"(machine { node { distance: [10, "21"] } })",
     R"(2:33: distance is a whole number, without quotes)"},
    {"WordForBool", R"(folios { name: "f" dirty: yes })", R"(2:27: dirty is true or false, not "yes")"},
    {"StringForBool", R"(folios { name: "f" dirty: "true" })", R"(2:27: dirty is true or false, without quotes)"},
    {"NumberForBool", R"(folios { name: "f" dirty: 2 })", R"(2:27: dirty is 2; expected a smaller number)"},
    {"FieldTwice", R"(mutex { name: "x" name: "y" })", R"(2:19: name is given twice; expected it once)"},
    {"TwoKindsOfActor", R"(actor { name: "b" program {} writeback {} })",
     R"(2:30: writeback stands beside program; expected one of them)"},
    {"NoColon", R"(mutex { name "x" })", R"(2:14: expected ":", not "x")"},
    {"NoBrace", R"(mutex name: "x")", R"(2:7: expected "{", not "name")"},
    {"BraceTooMany", kMutex + R"(})", R"(3:1: expected the name of a field, not "}")"},
    {"StringNotClosed", R"(mutex { name: "x })",
     R"(2:19: the string does not end; expected a quote before the end of the line)"},
    {"StrayMark", R"(mutex { % })", R"(2:9: expected the name of a field, not "%")"},
    {"StrayNumber", R"(mutex { 7 })", R"(2:9: expected the name of a field, not "7")"},
    {"BadEscape", R"(mutex { name: "\q" })", R"(2:17: invalid escape sequence in string literal)"},
    {"ControlCharacter",
     "mutex { name: \"\x01"
     "\" }",
     R"(2:16: control character 0x01; expected a text file)"},
    {"NotUtf8",
     "mutex { name: \"\xff"
     "\" }",
     R"(2:16: byte 0xff is not UTF-8; expected a text file)"},
    {"NestedTooDeeply", "actor { name: \"b\" program { " + repeated("step { repeat { ", 40),
     R"(2:530: nested too deeply; expected at most 64 levels)"},
};
INSTANTIATE_TEST_SUITE_P(Form, BadInputTest, testing::ValuesIn(kForm), bad_input_name);

const BadInput kNames[] = {
    {"NameMissing", R"(mutex {})", R"(2:1: message LockSet needs the field "name")"},
    {"NameWithSpace", R"(mutex { name: "a lock" })",
     R"(2:15: "a lock" cannot be a name; expected a letter, then letters, digits and any of _ - / :)"},
    {"NameBeginsWithDigit", R"(mutex { name: "1st" })",
     R"(2:15: "1st" cannot be a name; expected a letter, then letters, digits and any of _ - / :)"},
    {"NameTwice", kMutex + R"(rwsem { name: "x" })",
     R"(3:15: "x" is already the name of a mutex (line 2); expected another)"},
    {"NameOfDefaultNodeTaken", R"(mutex { name: "node0" } machine { node {} })",
     R"(2:35: "node0" is already the name of a mutex (line 2); expected another)"},
    {"ParamNameNotPlain", R"(param { name: "n-1" value: 1 })",
     R"(2:15: "n-1" cannot be a name; expected a letter, then letters, digits and _)"},
    {"ParamCalledI", R"(param { name: "i" value: 1 })",
     R"(2:15: "i" cannot be a param; it numbers the instances of an actor; expected another name)"},
    {"ParamWithoutValue", R"(param { name: "n" })", R"(2:1: message Param needs the field "value")"},
    {"UnknownParam", R"(param { name: "count" value: 2 } mutex { name: "x" count: "2*cuont" })",
     R"(2:62: in "2*cuont": no param is called "cuont"; did you mean "count"?)"},
    {"InstanceOutsideActor", R"(mutex { name: "x" count: "i" })",
     R"(2:27: in "i": "i" has a value only inside an actor with a count)"},
    {"ExpressionUnfinished", R"(mutex { name: "x" count: "2*" })",
     R"(2:29: in "2*": expected a number, a param or "(")"},
    {"ExpressionNotClosed", R"(mutex { name: "x" count: "(2" })", R"x(2:29: in "(2": expected ")")x"},
    {"ExpressionEmpty", R"(mutex { name: "x" count: "" })", R"(2:27: in "": expected a number, a param or "(")"},
    {"ExpressionTwoNumbers", R"(mutex { name: "x" count: "2 3" })",
     R"(2:29: in "2 3": unexpected "3"; expected an operator)"},
    {"ExpressionOverflow", R"(mutex { name: "x" count: "9223372036854775807 + 1" })",
     R"(2:47: in "9223372036854775807 + 1": the result does not fit into 64 bits)"},
    {"ExpressionNumberTooLarge", R"(mutex { name: "x" count: "9223372036854775808" })",
     R"(2:27: in "9223372036854775808": 9223372036854775808 does not fit into 64 bits)"},
    {"ExpressionDivisionByZero", R"x(mutex { name: "x" count: "8/(2-2)" })x",
     R"x(2:28: in "8/(2-2)": division by zero)x"},
    {"ExpressionTooLong", R"x(mutex { name: "x" count: ")x" + std::string(300, '(') + R"(" })",
     R"(2:27: in "((((((((((((((((((((((((((((((((((((((((...": longer than 200 characters)"},
    {"CountZero", R"(mutex { name: "x" count: "0" })", R"(2:26: count is 0; expected at least 1)"},
    {"CountNegative", R"(mutex { name: "x" count: "1-3" })", R"(2:26: count is -2; expected at least 1)"},
    {"TooManyLocks", R"(mutex { name: "x" count: "1048577" })", R"(2:26: count is 1048577; expected at most 1048576)"},
    {"TooManyLocksTogether", R"(mutex { name: "x" count: "1048576" } rwsem { name: "y" })",
     R"(2:38: 1048577 locks in all; expected at most 1048576)"},
    {"TooManyActors", R"(actor { name: "b" count: "4097" program { step { yield {} } } })",
     R"(2:26: count is 4097; expected at most 4096)"},
    {"SemaphoreWithoutValue", R"(semaphore { name: "s" })", R"(2:1: message SemaphoreSet needs the field "value")"},
    {"IrqSafeMutex", R"(mutex { name: "x" irq_safe: true })",
     R"(2:29: irq_safe on a mutex; expected it on a spinlock only)"},
};
INSTANTIATE_TEST_SUITE_P(Names, BadInputTest, testing::ValuesIn(kNames), bad_input_name);

}  // namespace
}  // namespace mmsim
