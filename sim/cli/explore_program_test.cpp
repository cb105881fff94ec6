// `mmsim explore`, `mmsim replay` and proofs in `mmsim check`, as a user or a script meets them.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "proto/result.hpp"
#include "sim/cli/testing.hpp"

namespace mmsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* kAbba = "expected/abba.txtpb";
constexpr const char* kDining = "expected/dining.txtpb";

Result result_of(const Outcome& outcome) {
  Result result;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &result).ok()) << outcome.out << outcome.err;
  return result;
}

// A file that a test may write, removed at the end.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& text = {}) {
    if (!text.empty()) std::ofstream(path) << text;
  }
  ~ScratchFile() { std::filesystem::remove(path); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::string path = testing::TempDir() + "mmsim_explore_test." + std::to_string(getpid());
};

TEST(ExploreUsage, mistakes_get_one_line_that_says_what_was_expected) {
  expect_usage_error({"explore"}, "mmsim explore: SCENARIO is required");
  expect_usage_error(
      {"explore", "a", "--strategy", "exhaustiv"},
      "mmsim explore: --strategy: expected exhaustive or random or pct or preemptions=K, got \"exhaustiv\"; "
      "did you mean \"exhaustive\"?");
  expect_usage_error(
      {"explore", "a", "--strategy", "preemptions=-1"},
      "mmsim explore: --strategy: expected a whole number from 0 to 1000000 for K, got \"preemptions=-1\"");
  expect_usage_error(
      {"explore", "a", "--max-memory", "4GB"},
      "mmsim explore: --max-memory: expected a size above 0 in bytes, or with K, M, G or T as in 512M, got "
      "\"4GB\"");
  expect_usage_error({"explore", "a", "--max-seconds", "0"},
                     "mmsim explore: --max-seconds: expected a number of seconds above 0, got \"0\"");
  expect_usage_error({"explore", "a", "--max-states", "0"},
                     "mmsim explore: --max-states: expected a whole number from 1 to 18446744073709551615, got \"0\"");
  expect_usage_error({"explore", "a", "--cpus", "scenaro"},
                     "mmsim explore: --cpus: expected any or scenario, got \"scenaro\"; did you mean \"scenario\"?");
  expect_usage_error({"explore", "a", "--minimize", "step"},
                     "mmsim explore: --minimize: expected steps or preemptions, got \"step\"; did you mean \"steps\"?");
}

TEST(ExploreUsage, what_is_for_samples_is_refused_elsewhere) {
  const std::string rest =
      " is for schedules drawn at random; expected --strategy random or --strategy pct beside it, not ";
  expect_usage_error({"explore", kAbba, "--seed", "3"}, "mmsim explore: --seed" + rest + "exhaustive");
  expect_usage_error({"explore", kAbba, "--schedules", "3", "--strategy", "preemptions=2"},
                     "mmsim explore: --schedules" + rest + "preemptions=2");
}

TEST(ExploreUsage, a_witness_that_has_nowhere_to_go_is_refused_before_the_search) {
  expect_usage_error({"explore", kAbba, "--schedule", "/no/such/directory/s"},
                     "--schedule /no/such/directory/s: No such file or directory");
}

TEST(Explore, exit_status_tells_the_verdict) {
  EXPECT_EQ(mmsim({"explore", "expected/alone.txtpb"}).status, 0);
  EXPECT_EQ(mmsim({"explore", kAbba}).status, 1);
  EXPECT_EQ(mmsim({"explore", "bad.txtpb"}).status, 2);
  EXPECT_EQ(mmsim({"explore", kDining, "--set", "n=12", "--no-reduction", "--max-states", "1000"}).status, 4);
}

TEST(Explore, proves_what_cannot_hang) {
  const Outcome outcome = mmsim({"explore", "expected/alone.txtpb"});
  EXPECT_THAT(outcome.out, StartsWith("PROVED FREE: in every order of steps each actor that must finish does: "));
  EXPECT_THAT(outcome.out, HasSubstr("\nReproduce: mmsim explore expected/alone.txtpb\n"));
  EXPECT_TRUE(result_of(mmsim({"explore", "expected/alone.txtpb", "--format", "json"})).proved());
}

TEST(Explore, shows_how_it_comes_to_a_hang_without_times) {
  const Outcome outcome = mmsim({"explore", kAbba});
  EXPECT_THAT(outcome.out, AllOf(StartsWith("DEADLOCK: "), HasSubstr(" wait for each other after "),
                                 HasSubstr("; no order of steps completes from step "), HasSubstr("\nWitness: "),
                                 HasSubstr("\n  --- from here on no order completes ---\n"), HasSubstr("\nCycle: ")));
  EXPECT_THAT(outcome.out, AllOf(Not(HasSubstr("since")), Not(HasSubstr(" us"))));
}

TEST(Explore, what_it_took_goes_to_standard_error_in_one_line) {
  const Outcome outcome = mmsim({"explore", kDining, "--format", "json"});
  EXPECT_THAT(outcome.err,
              MatchesRegex("[0-9 ]+ states in [0-9.]+ s(, [0-9 ]+ states/s)?, peak memory [0-9 ]+ [KM]iB\n"));
  EXPECT_EQ(result_of(outcome).verdict(), DEADLOCK);
}

TEST(Explore, the_same_arguments_give_the_same_bytes_whatever_the_jobs) {
  const std::string one = mmsim({"explore", kDining, "--jobs", "1", "--format", "json"}).out;
  EXPECT_EQ(mmsim({"explore", kDining, "--jobs", "1", "--format", "json"}).out, one);
  EXPECT_EQ(mmsim({"explore", kDining, "--jobs", "2", "--format", "json"}).out, one);
}

TEST(Explore, a_bound_claims_nothing_and_is_named) {
  const Outcome outcome =
      mmsim({"explore", kDining, "--set", "n=12", "--no-reduction", "--max-states", "1000", "--jobs", "1"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.out,
              AllOf(StartsWith("LIMIT: max-states=1000 ended it after "), HasSubstr("; nothing is claimed.\n"),
                    HasSubstr("\nReproduce: mmsim explore expected/dining.txtpb --set n=12 --no-reduction "
                              "--max-states 1000\n")));
}

TEST(Explore, a_sample_that_finds_nothing_proves_nothing) {
  const Outcome outcome =
      mmsim({"explore", "expected/alone.txtpb", "--strategy", "random", "--schedules", "20", "--seed", "5"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("NOT FOUND within 20 schedules (random, seed 5): "),
                                 HasSubstr("--strategy random --schedules 20 --seed 5\n")));
  const Outcome json =
      mmsim({"explore", "expected/alone.txtpb", "--strategy", "pct", "--schedules", "20", "--format", "json"});
  EXPECT_EQ(result_of(json).verdict(), COMPLETED);
  EXPECT_FALSE(result_of(json).proved());
}

TEST(Explore, an_interrupt_prints_what_is_known) {
  Mmsim program({"explore", kDining, "--set", "param.n=14", "--format", "json", "--no-reduction"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  kill(program.pid(), SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_THAT(outcome.status, testing::AnyOf(1, 4));  // a hang that was found before is a hang
  EXPECT_EQ(result_of(outcome).exploration().limit_reached(), "interrupted");
}

TEST(Explore, writes_a_witness_only_where_there_is_one) {
  const ScratchFile schedule;
  EXPECT_EQ(mmsim({"explore", "expected/alone.txtpb", "--schedule", schedule.path}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(schedule.path));
  const Outcome outcome = mmsim({"explore", kAbba, "--schedule", schedule.path});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr("The witness is in " + schedule.path + ". Replay: mmsim replay expected/abba.txtpb "));
  EXPECT_THAT(contents(schedule.path),
              AllOf(HasSubstr("# Replay: mmsim replay expected/abba.txtpb --schedule " + schedule.path),
                    HasSubstr("\n1  "), HasSubstr("  mutex_lock(a)")));
}

TEST(Explore, a_witness_that_cannot_be_written_is_no_success_but_is_shown) {
  const Outcome outcome = mmsim({"explore", kAbba, "--schedule", "/dev/full"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, HasSubstr("\nWitness: "));
  EXPECT_THAT(outcome.err, HasSubstr("--schedule /dev/full: No space left on device\n"));
}

TEST(Explore, goes_on_from_a_checkpoint) {
  const ScratchFile kept;
  const std::vector<std::string> search{"explore", kDining, "--set", "n=7", "--checkpoint", kept.path};
  std::vector<std::string> bounded = search;
  bounded.insert(bounded.end(), {"--max-states", "100"});
  const Outcome stopped = mmsim(bounded);
  EXPECT_EQ(stopped.status, 4);
  EXPECT_THAT(stopped.err, HasSubstr("The search is kept in " + kept.path + ": the same command goes on with it.\n"));
  EXPECT_EQ(mmsim(search).out, mmsim({"explore", kDining, "--set", "n=7"}).out);
  EXPECT_FALSE(std::filesystem::exists(kept.path));
}

TEST(Explore, a_checkpoint_that_does_not_fit_is_a_usage_error) {
  const ScratchFile foreign("1 ab mutex_lock(a)\n");
  expect_usage_error({"explore", kAbba, "--checkpoint", foreign.path},
                     foreign.path + ": is no checkpoint of mmsim explore; it was left as it is");
  EXPECT_EQ(contents(foreign.path), "1 ab mutex_lock(a)\n");
  expect_usage_error({"explore", kAbba, "--checkpoint", "/no/such/directory/c"},
                     "--checkpoint /no/such/directory/c: No such file or directory");
  expect_usage_error({"explore", kAbba, "--checkpoint", foreign.path, "--strategy", "random"},
                     "mmsim explore: --checkpoint is for complete searches; expected --strategy exhaustive beside it, not random");
  expect_usage_error({"explore", kAbba, "--checkpoint-every", "5"}, "mmsim explore: --checkpoint-every requires --checkpoint");
}

TEST(Replay, takes_the_steps_of_a_witness_to_the_same_hang) {
  const ScratchFile schedule;
  const Result found = result_of(mmsim({"explore", kAbba, "--schedule", schedule.path, "--format", "json"}));
  const Outcome outcome = mmsim({"replay", kAbba, "--schedule", schedule.path, "--format", "json"});
  EXPECT_EQ(outcome.status, 1);
  const Result again = result_of(outcome);
  EXPECT_EQ(again.verdict(), found.verdict());
  ASSERT_EQ(again.exploration().witness_size(), found.exploration().witness_size());
  for (int i = 0; i < again.exploration().witness_size(); ++i)
    EXPECT_EQ(again.exploration().witness(i).step(), found.exploration().witness(i).step());
  const Outcome text = mmsim({"replay", kAbba, "--schedule", schedule.path});
  EXPECT_THAT(text.out, AllOf(StartsWith("DEADLOCK: "), HasSubstr("\nSteps taken: "), HasSubstr("\nCycle: "),
                              HasSubstr("\nReproduce: mmsim replay expected/abba.txtpb --schedule " + schedule.path)));
  EXPECT_THAT(text.err, IsEmpty());
}

TEST(Replay, comes_to_the_same_hang_under_the_clock) {
  const ScratchFile schedule;
  mmsim({"explore", kAbba, "--schedule", schedule.path});
  const Outcome outcome = mmsim({"replay", kAbba, "--schedule", schedule.path, "--engine", "timed"});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(StartsWith("DEADLOCK: "), HasSubstr(" since ")));
}

TEST(Replay, of_a_part_claims_nothing) {
  const ScratchFile schedule("1 ab mutex_lock(a)\n");
  const Outcome outcome = mmsim({"replay", kAbba, "--schedule", schedule.path});
  EXPECT_EQ(outcome.status, 4) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("LIMIT: the schedule ends after 1 step, and somebody can still go on; "));
}

TEST(Replay, says_what_is_wrong_with_a_schedule) {
  const ScratchFile schedule("1 ab mutex_lock(a)\n3 ab mutex_lock(b)\n");
  expect_usage_error({"replay", kAbba, "--schedule", schedule.path},
                     schedule.path + ":2:1: step 3 stands where step 2 was expected");
  std::ofstream(schedule.path) << "1 abc mutex_lock(a)\n";
  const Outcome outcome = mmsim({"replay", kAbba, "--schedule", schedule.path});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("abc"));
  expect_usage_error({"replay", kAbba, "--schedule", "/no/such/file"},
                     "/no/such/file: cannot be read: No such file or directory");
  expect_usage_error({"replay", kAbba}, "mmsim replay: --schedule is required");
  expect_usage_error({"replay", kAbba, "--schedule", "s", "--trace", "t"},
                     "mmsim replay: --trace needs a clock; expected --engine timed beside it");
  expect_usage_error({"replay", kAbba, "--schedule", "s", "--engine", "time"},
                     "mmsim replay: --engine: expected explorer or timed, got \"time\"; did you mean \"timed\"?");
}

TEST(CheckProofs, are_as_expected) {
  const Outcome outcome = mmsim({"check", "proved"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, MatchesRegex("ok    proved/abba.txtpb: DEADLOCK, witness of [0-9]+ steps\n"
                                        "ok    proved/ordered.txtpb: COMPLETED, proved over [0-9]+ states\n"
                                        "2 scenarios: 2 as expected, 0 not.\n"));
}

TEST(CheckProofs, a_bound_is_a_difference_and_says_how_to_see_it) {
  const Outcome outcome = mmsim({"check", "../../../scenarios/litmus/dining-ordered.txtpb", "--set", "n=12", "--set",
                                 "rounds=3", "--set", "expect.proved=true", "--set", "expect.explore.max_states=1000"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("verdict LIMIT, expected COMPLETED (ended by max-states=1000)\n"),
                                 HasSubstr("--set expect.explore.max_states=1000 --max-states 1000\n")));
}

TEST(CheckProofs, json_says_what_was_proved) {
  CheckReport report;
  const Outcome outcome = mmsim({"check", "proved", "--format", "json"});
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &report).ok()) << outcome.out;
  ASSERT_EQ(report.rows_size(), 2);
  EXPECT_GT(report.rows(0).witness_steps(), 0U);
  EXPECT_FALSE(report.rows(0).proved());
  EXPECT_TRUE(report.rows(1).proved());
  EXPECT_GT(report.rows(1).states(), 0U);
  EXPECT_EQ(report.rows(1).seeds(), 0U);
}

}  // namespace
}  // namespace mmsim
