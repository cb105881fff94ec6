// What branches, loops, procedures, variables and conditions can have wrong.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

// The steps of a program that begins on line 4; variables x and v[0] to v[2], a mutex x2 and a wait queue q stand before it.
std::string program(const std::string& steps) {
  return "var { name: \"x\" } var { name: \"v\" count: \"3\" }\nmutex { name: \"m\" } wait_queue { name: \"q\" } wait_queue { name: \"q2\" }\nactor { name: \"b\" program { " +
         steps + " } }";
}
// A procedure with one parameter, called on line 3.
std::string called(const std::string& steps, const std::string& arguments) {
  return "procedure { name: \"p\" param: \"n\" " + steps + " }\nactor { name: \"b\" program { step { call { procedure: \"p\" " + arguments + " } } } }";
}

const BadInput kLanguage[] = {
    {"ConditionOfNothingKnown", program(R"(step { if { cond: "y > 1" } })"), R"(4:47: no variable or param is called "y")"},
    {"ConditionOfAMutex", program(R"(step { if { cond: "m" } })"),
     R"x(4:47: "m" is a mutex; expected a variable, a param, or to ask something of it, as in "locked(m)")x"},
    {"ConditionThatCannotBeAsked", program(R"x(step { if { cond: "lockd(m)" } })x"),
     R"(4:47: nothing called "lockd" can be asked; expected one of `mmsim list conditions`; did you mean "locked"?)"},
    {"ConditionOfTheWrongKind", program(R"x(step { if { cond: "done(m)" } })x"), R"x(4:47: "m" is a mutex; expected a completion)x"},
    {"ConditionUnfinished", program(R"x(step { if { cond: "x >" } })x"), R"x(4:51: in "x >": expected a number, a param or "(")x"},
    {"IfWithoutCondition", program(R"(step { if { then { yield {} } } })"), R"(4:36: message If needs the field "cond")"},
    {"AssignmentWithoutEquals", program(R"(step { set: "x + 1" })"), R"(4:41: in "x + 1": expected an assignment, as in "x = x + 1")"},
    {"AssignmentIsAComparison", program(R"(step { set: "x == 1" })"), R"(4:41: in "x == 1": expected an assignment, as in "x = x + 1")"},
    {"AssignmentToAMutex", program(R"(step { set: "m = 1" })"), R"(4:41: "m" is a mutex; expected a variable)"},
    {"AssignmentToNoElement", program(R"(step { set: "v[3] = 1" })"), R"(4:44: there is no v[3]; expected v[0] to v[2])"},
    {"AssignmentToAll", program(R"(step { set: "v = 1" })"), R"(4:41: "v" is a set; expected one of it, as in "v[0]")"},
    {"BreakOutsideOfALoop", program(R"(step { break {} })"), R"(4:29: break outside of any repeat; expected it inside of one)"},
    {"ReturnOutsideOfAProcedure", program(R"(step { return {} })"), R"(4:29: return outside of any procedure; expected it inside of one)"},
    {"RepeatWithoutEnd", program(R"(step { repeat { step { yield {} } } })"), R"(4:36: a repeat that does not say how often; expected times (0: for ever), while or until)"},
    {"WaitForWhatNobodyElseChanges", program(R"(var { name: "own" } step { wait_until: "own == 1" })"),
     R"(4:68: "own == 1" is only of what the actor alone can change; expected a condition that others can end)"},
    {"ForEachOfNothingKnown", program(R"(step { for_each { var: "k" in: "w" step { yield {} } } })"),
     R"(4:60: no lock, folio or thing to wait for is called "w")"},
    {"KillOfNoActor", program(R"(step { kill: "q" })"), R"(4:42: "q" is a wait queue; expected an actor)"},
    {"LockKillableOfASpinlock", "spinlock { name: \"s\" }\nactor { name: \"b\" program { step { lock_killable { lock: \"s\" } } } }",
     R"(3:58: "s" is a spinlock, and no signal ends a wait for one; expected a lock that sleeps)"},
    {"DowngradeOfWhatIsNotHeld", "rwsem { name: \"s\" }\nactor { name: \"b\" program { step { downgrade_write: \"s\" } } }",
     R"(3:53: downgrade_write of "s", which is not held here; expected down_write or trylock before it)"},
    {"DowngradeOfWhatIsHeldForRead", "rwsem { name: \"s\" }\nactor { name: \"b\" program { step { down_read: \"s\" } step { downgrade_write: \"s\" } } }",
     R"(3:77: downgrade_write of "s"; expected it to be held for write)"},
    {"LockAllWithoutOrder", "folios { name: \"f\" count: \"2\" }\nactor { name: \"b\" program { step { lock_all { folios: \"f\" } } } }",
     R"(3:36: message LockAll needs the field "order"; expected one of AS_GIVEN, ASCENDING, DESCENDING)"},
    {"CallOfNothingKnown", program(R"(step { call { procedure: "p" } })"), R"(4:54: no procedure is called "p")"},
    {"CallWithTooFewArguments", called("step { yield {} }", ""), R"(3:54: p takes 1 argument, not 0)"},
    {"CallOfItself", called("step { call { procedure: \"p\" arg: \"n\" } }", "arg: \"1\""), R"(2:59: p calls itself; expected a loop)"},
    {"ProcedureWithoutSteps", "procedure { name: \"p\" }", R"(2:1: message Procedure needs the field "step")"},
    {"ParameterThatIsI", "procedure { name: \"p\" param: \"i\" step { yield {} } }", R"(2:30: "i" means something else in expressions; expected another name)"},
    {"VariableWithMarks", "var { name: \"a-b\" }", R"(2:13: "a-b" cannot be a name; expected a letter, then letters, digits and _)"},
    {"VariableTwice", "var { name: \"x\" } var { name: \"x\" }", R"(2:31: "x" is already the name of a variable (line 2); expected another)"},
};
INSTANTIATE_TEST_SUITE_P(Language, BadInputTest, testing::ValuesIn(kLanguage), bad_input_name);

}  // namespace
}  // namespace mmsim
