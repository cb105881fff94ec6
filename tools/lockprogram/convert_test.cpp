#include "tools/lockprogram/convert.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "sim/run/load.hpp"

namespace mmsim {
namespace {

std::string converted(const std::string& json) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(scenario_of_lock_program(json), &text);
  return text;
}

std::string message_of(const std::string& json) {
  try {
    scenario_of_lock_program(json);
  } catch (const LockProgramError& error) {
    return error.what();
  }
  return "no error";
}

// A file of two locks with these ops as its only task.
std::string task_of(const std::string& ops) { return R"({"locks":2,"program":[[)" + ops + "]]}"; }

TEST(LockProgram, LocksBecomeMutexesAndTasksActors) {
  pb::Scenario expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    claim: "The lock program abba can hang."
    mutex { name: "lock" count: "2" }
    actor { name: "task0" program { step { lock: "lock[0]" } step { lock: "lock[1]" } step { unlock: "lock[0]" } } }
    actor { name: "task1" program { step { lock: "lock[1]" } step { lock: "lock[0]" } } })",
                                                            &expected));
  EXPECT_EQ(converted(R"({"name":"abba","seed":3,"kind":"plain","tasks":2,"locks":2,"gate":-1,"program":[
    [{"op":"lock","lock":0},{"op":"lock","lock":1},{"op":"unlock","lock":0}],
    [{"op":"lock","lock":1},{"op":"lock","lock":0}]]})"),
            expected.DebugString());
}

TEST(LockProgram, WhatAFailedTrylockSkipsIsDoneOnlyWhenItWasTaken) {
  pb::Scenario expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    claim: "The lock program without a name can hang."
    mutex { name: "lock" count: "2" }
    actor { name: "task0" program {
      step { trylock { lock: "lock[0]"
        then { trylock { lock: "lock[1]" then { unlock: "lock[1]" } } }
        then { unlock: "lock[0]" } } }
      step { lock: "lock[1]" } } })",
                                                            &expected));
  EXPECT_EQ(converted(task_of(R"({"op":"trylock","lock":0,"else":4},{"op":"trylock","lock":1,"else":3},
    {"op":"unlock","lock":1},{"op":"unlock","lock":0},{"op":"lock","lock":1})")),
            expected.DebugString());
}

TEST(LockProgram, TheScenarioLoads) {
  const std::string text = converted(task_of(R"({"op":"trylock","lock":0,"else":2},{"op":"unlock","lock":0})"));
  EXPECT_EQ(load_scenario_text("t.txtpb", text, {}).resolved.actors.size(), 1U);
}

TEST(LockProgram, WhatNoScenarioCanSayIsRefused) {
  const std::string lock = R"({"op":"lock","lock":1})";
  EXPECT_EQ(message_of(task_of(lock + R"(,{"op":"trylock","lock":0,"else":0})")),
            "task 0, op 1: goes back to op 0; expected a later one");
  EXPECT_EQ(message_of(task_of(R"({"op":"trylock","lock":0,"else":2},{"op":"trylock","lock":1,"else":3},)" + lock)),
            "task 0, op 1: goes to op 3, out of the trylock around it, which ends at op 2");
}

TEST(LockProgram, WhatIsNoLockProgramIsRefused) {
  EXPECT_EQ(message_of(R"({"locks":1})"), "expected \"program\" with one task at least");
  EXPECT_EQ(message_of(R"({"program":[[]]})"), "expected \"locks\", one at least");
  EXPECT_EQ(message_of(task_of("")), "task 0 has no ops; expected one at least");
  EXPECT_EQ(message_of(task_of(R"({"op":"lock"})")), "task 0, op 0: expected \"op\" and \"lock\"");
  EXPECT_EQ(message_of(task_of(R"({"op":"lock","lock":2})")), "task 0, op 0: lock 2; expected one below 2");
  EXPECT_EQ(message_of(task_of(R"({"op":"trylock","lock":0})")), "task 0, op 0: expected \"else\"");
  EXPECT_EQ(message_of(task_of(R"({"op":"trylock","lock":0,"else":9})")), "task 0, op 0: goes to op 9 of 1");
  EXPECT_EQ(message_of(task_of(R"({"op":"down","lock":0})")),
            "task 0, op 0: unknown op \"down\"; expected lock, unlock or trylock");
  EXPECT_THAT(message_of(task_of(R"({"op":"lock","lock":0,"how":1})")), testing::HasSubstr("how"));
  EXPECT_THAT(message_of("not JSON"), testing::HasSubstr("INVALID_ARGUMENT"));
}

}  // namespace
}  // namespace mmsim
