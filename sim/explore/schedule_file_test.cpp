#include "sim/explore/schedule_file.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

pb::Result result_of(const std::string& text) {
  pb::Result result;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &result)) << text;
  return result;
}

std::string message_of_parsing(const std::string& text) {
  try {
    parse_schedule("s", text);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return {};
}

constexpr const char* kDeadlock = R"text(
    scenario: "abba.txtpb" set: "n=2" set: "costs.lock_ns=1" verdict: DEADLOCK headline: "DEADLOCK: ab and ba wait."
    exploration {
      cpus: "any" no_return: 2
      witness { number: 1 actor: "ab" step: "mutex_lock(a)" }
      witness { number: 2 actor: "ba[10]" step: "mutex_lock(b)" preemption: true }
      witness { number: 3 actor: "ba[10]" step: "down_write(sem)" outcome: "joins the queue" }
    })text";

TEST(ScheduleFile, says_what_it_is_of_and_how_it_ends) {
  EXPECT_EQ(schedule_text(result_of(kDeadlock), "mmsim replay abba.txtpb --schedule s"),
            "# A schedule: who takes which step, in this order.\n"
            "# Scenario: abba.txtpb\n"
            "# Set: n=2\n"
            "# Set: costs.lock_ns=1\n"
            "# CPUs: any\n"
            "# Verdict: DEADLOCK: ab and ba wait.\n"
            "# Replay: mmsim replay abba.txtpb --schedule s\n"
            "\n"
            "1  ab      mutex_lock(a)\n"
            "2  ba[10]  mutex_lock(b)                    # preempts ab; from here on no order completes\n"
            "3  ba[10]  down_write(sem) joins the queue\n");
}

TEST(ScheduleFile, reads_back_what_it_wrote) {
  const auto steps = parse_schedule("s", schedule_text(result_of(kDeadlock), ""));
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].actor, "ab");
  EXPECT_EQ(steps[0].step, "mutex_lock(a)");
  EXPECT_EQ(steps[1].step, "mutex_lock(b)");
  EXPECT_EQ(steps[2].actor, "ba[10]");
  EXPECT_EQ(steps[2].step, "down_write(sem) joins the queue");
}

TEST(ScheduleFile, a_loop_is_told_but_not_taken) {
  const std::string text = schedule_text(result_of(R"text(verdict: LIVELOCK exploration {
      witness { number: 1 actor: "a" step: "mutex_lock(m)" }
      loop { number: 1 actor: "b" step: "mutex_trylock(m)" outcome: "fails" } })text"), "");
  EXPECT_THAT(text, testing::HasSubstr("for ever"));
  EXPECT_THAT(text, testing::EndsWith("1  a  mutex_lock(m)\n"
                                      "# These repeat for ever; as lines of the schedule they would be taken once:\n"
                                      "# 2  b  mutex_trylock(m) fails\n"));
  EXPECT_EQ(parse_schedule("s", text).size(), 1U);
}

TEST(ScheduleFile, a_headline_of_many_lines_stays_a_comment) {
  pb::Result result = result_of(kDeadlock);
  result.set_scenario("a\nb");
  result.set_headline("one\ntwo");
  EXPECT_EQ(parse_schedule("s", schedule_text(result, "x\ny")).size(), 3U);
}

TEST(ScheduleFile, blanks_comments_and_empty_lines_are_free) {
  const auto steps = parse_schedule("s", "\r\n#\n\t 1\tkworker/0:1   down_write(s)  joins\tthe queue #1\r\n\n   # x\n2 b#[0] up(s)#");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].actor, "kworker/0:1");
  EXPECT_EQ(steps[0].step, "down_write(s) joins the queue");
  EXPECT_EQ(steps[1].actor, "b#[0]");
  EXPECT_EQ(steps[1].step, "up(s)#");
}

TEST(ScheduleFile, faults_are_reported_where_they_stand) {
  EXPECT_EQ(message_of_parsing("# x\n  a mutex_lock(m)"), "s:2:3: \"a\" is no number; expected 1, an actor and its step");
  EXPECT_EQ(message_of_parsing("-1 a x"), "s:1:1: \"-1\" is no number; expected 1, an actor and its step");
  EXPECT_EQ(message_of_parsing("1. a x"), "s:1:1: \"1.\" is no number; expected 1, an actor and its step");
  EXPECT_EQ(message_of_parsing("1 a x\n\n 3 a y"), "s:3:2: step 3 stands where step 2 was expected");
  EXPECT_EQ(message_of_parsing("1 a x\n1 a x"), "s:2:1: step 1 stands where step 2 was expected");
  EXPECT_EQ(message_of_parsing("1  # a x"), "s:1:2: step 1 has no actor; expected its name and the step it takes");
  EXPECT_EQ(message_of_parsing("1 a # x"),
            "s:1:4: nothing is said of what a does; expected a step, as in \"1 a mutex_lock(a)\"");
  EXPECT_EQ(message_of_parsing("# 1 a x\n"), "s: no step is in it; expected lines as in \"1 a mutex_lock(m)\"");
}

TEST(ScheduleFile, is_written_to_and_read_from_a_path) {
  const std::string path = testing::TempDir() + "mmsim_schedule_test." + std::to_string(getpid());
  write_schedule(path, "1 a x\n");
  EXPECT_EQ(read_schedule(path).size(), 1U);
  std::filesystem::remove(path);
  EXPECT_THROW(read_schedule(path), ScenarioError);
  EXPECT_THROW(read_schedule(testing::TempDir()), ScenarioError);
  EXPECT_THROW(write_schedule("/no/such/directory/s", "x"), ScenarioError);
  EXPECT_THROW(write_schedule("/dev/full", "x"), ScenarioError);
}

}  // namespace
}  // namespace mmsim
