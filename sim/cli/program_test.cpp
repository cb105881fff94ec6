// The program as a user or a script meets it: arguments, exit status, what goes to which stream.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "proto/perfetto_subset.pb.h"
#include "proto/result.hpp"
#include "sim/cli/testing.hpp"

namespace mmsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(Usage, version_and_help_go_to_standard_output) {
  const Outcome version = mmsim({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, StartsWith("mmsim "));
  const Outcome help = mmsim({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("run"), HasSubstr("explore"), HasSubstr("replay"), HasSubstr("check"), HasSubstr("list"), HasSubstr("Exit status")));
  EXPECT_THAT(help.err, IsEmpty());
}

TEST(Usage, mistakes_get_one_line_that_says_what_was_expected) {
  const std::string run_flags = "expected one of --help, --set, --seed, --trace, --format, --color";
  expect_usage_error({}, "mmsim: no command; expected run, explore, replay, sweep, check, list, trace");
  expect_usage_error({"rum", "x"}, "mmsim: unknown command \"rum\"; expected run, explore, replay, sweep, check, list, trace; did you mean \"run\"?");
  expect_usage_error({"run", "--sed", "3", "x"},
                     "mmsim run: unknown flag --sed; " + run_flags + "; did you mean \"--set\"?");
  expect_usage_error({"run", "x", "--jbos=3"}, "mmsim run: unknown flag --jbos; " + run_flags);
  expect_usage_error({"--seed", "3", "run", "x"}, "mmsim: --seed comes after the command: mmsim run ... --seed");
  expect_usage_error({"run"}, "mmsim run: SCENARIO is required");
  expect_usage_error({"run", "a", "b"}, "mmsim run: unexpected argument \"b\"");
  expect_usage_error({"run", "a", "--seed", "-1"},
                     "mmsim run: --seed: expected a whole number from 0 to 18446744073709551615, got \"-1\"");
  expect_usage_error(
      {"run", "a", "--seed", "18446744073709551616"},
      "mmsim run: --seed: expected a whole number from 0 to 18446744073709551615, got \"18446744073709551616\"");
  expect_usage_error({"run", "a", "--format", "jsn"},
                     "mmsim run: --format: expected text or json, got \"jsn\"; did you mean \"json\"?");
  expect_usage_error({"run", "a", "--color", "alway"},
                     "mmsim run: --color: expected auto or always or never, got \"alway\"; did you mean \"always\"?");
  expect_usage_error({"check", "--jobs", "0", "x"},
                     "mmsim check: --jobs: expected a whole number from 1 to 1024, got \"0\"");
}

TEST(Run, exit_status_tells_the_verdict) {
  EXPECT_EQ(mmsim({"run", "expected/alone.txtpb"}).status, 0);
  EXPECT_EQ(mmsim({"run", "expected/abba.txtpb"}).status, 1);
  EXPECT_EQ(mmsim({"run", "bad.txtpb"}).status, 2);
  EXPECT_EQ(mmsim({"run", "nowhere.txtpb"}).status, 2);
}

TEST(Run, the_report_goes_to_standard_output_alone) {
  const Outcome outcome = mmsim({"run", "expected/abba.txtpb", "--seed", "7"});
  EXPECT_THAT(outcome.out, StartsWith("DEADLOCK: ab and ba wait for each other since "));
  EXPECT_THAT(outcome.out, HasSubstr("Reproduce: mmsim run expected/abba.txtpb --seed 7\n"));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Run, a_bad_scenario_is_reported_where_it_stands) {
  const Outcome outcome = mmsim({"run", "bad.txtpb"});
  EXPECT_THAT(outcome.err, AllOf(StartsWith("bad.txtpb:5:9: "), HasSubstr("did you mean \"name\"?")));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(Run, json_is_the_result) {
  const Outcome outcome = mmsim({"run", "expected/dining.txtpb", "--set", "param.n=4", "--format", "json"});
  Result result;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &result).ok()) << outcome.out;
  EXPECT_EQ(result.verdict(), DEADLOCK);
  EXPECT_EQ(result.scenario(), "expected/dining.txtpb");
  ASSERT_EQ(result.cycles_size(), 1);
  EXPECT_EQ(result.cycles(0).edges_size(), 4);
  for (const Edge& edge : result.cycles(0).edges()) EXPECT_FALSE(edge.because().empty());
  EXPECT_FALSE(result.headline().empty());
}

TEST(Run, the_same_arguments_give_the_same_bytes) {
  const std::vector<std::string> args{"run", "expected/dining.txtpb", "--set", "param.n=5", "--seed", "3"};
  EXPECT_EQ(mmsim(args).out, mmsim(args).out);
}

TEST(Run, colour_is_for_terminals_or_on_demand) {
  const std::string escape = "\x1b[";
  EXPECT_THAT(mmsim({"run", "expected/abba.txtpb"}).out, Not(HasSubstr(escape)));
  EXPECT_THAT(mmsim({"run", "expected/abba.txtpb", "--color", "always"}).out, HasSubstr(escape));
  setenv("NO_COLOR", "1", 1);
  EXPECT_THAT(mmsim({"run", "expected/abba.txtpb"}).out, Not(HasSubstr(escape)));
  EXPECT_THAT(mmsim({"run", "expected/abba.txtpb", "--color", "always"}).out, HasSubstr(escape));
  unsetenv("NO_COLOR");
}

TEST(Run, a_trace_is_written_where_it_is_asked_for) {
  const std::string path = testing::TempDir() + "mmsim_program_test." + std::to_string(getpid()) + ".trace";
  EXPECT_EQ(mmsim({"run", "expected/alone.txtpb", "--trace", path}).status, 0);
  EXPECT_GT(std::filesystem::file_size(path), 0U);
  std::filesystem::remove(path);
  EXPECT_EQ(mmsim({"run", "expected/alone.txtpb", "--trace", "/no/such/directory/t"}).status, 2);
}

// A trace of abba.txtpb, removed at the end.
class TracedRun {
 public:
  TracedRun() { EXPECT_EQ(mmsim({"run", "expected/abba.txtpb", "--trace", path}).status, 1); }
  ~TracedRun() { std::filesystem::remove(path); }
  TracedRun(const TracedRun&) = delete;
  TracedRun& operator=(const TracedRun&) = delete;
  const std::string path = testing::TempDir() + "mmsim_program_test." + std::to_string(getpid()) + ".trace";
};

TEST(Trace, is_printed_as_ftrace_does) {
  const TracedRun run;
  const Outcome outcome = mmsim({"trace", run.path});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, contents(MMSIM_SOURCE_DIR "/sim/cli/testdata/abba.ftrace"));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Trace, goes_to_a_file_on_demand_but_not_over_itself) {
  const TracedRun run;
  const std::string out = run.path + ".txt";
  const Outcome outcome = mmsim({"trace", run.path, "--output", out});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(contents(out), contents(MMSIM_SOURCE_DIR "/sim/cli/testdata/abba.ftrace"));
  std::filesystem::remove(out);
  expect_usage_error({"trace", run.path, "--output", run.path}, "--output " + run.path + ": that is the trace itself");
  expect_usage_error({"trace", run.path, "--output", "/no/such/file"}, "--output /no/such/file: No such file or directory");
  EXPECT_EQ(Mmsim({"trace", run.path}, "/dev/full").wait().status, 2);
  EXPECT_EQ(Mmsim({"trace", run.path, "--output", "/dev/full"}).wait().status, 2);
}

TEST(Trace, for_perfetto_is_binary_and_needs_a_file) {
  const TracedRun run;
  const std::string out = run.path + ".pftrace";
  EXPECT_EQ(mmsim({"trace", run.path, "--format", "perfetto", "--output", out}).status, 0);
  perfetto::Trace trace;
  EXPECT_TRUE(trace.ParseFromString(contents(out)));
  EXPECT_GT(trace.packet_size(), 10);
  std::filesystem::remove(out);
  expect_usage_error({"trace", run.path, "--format", "perfetto"},
                     "mmsim trace: --format perfetto is binary; expected --output FILE.pftrace");
  expect_usage_error({"trace", run.path, "--format", "perfeto"},
                     "mmsim trace: --format: expected ftrace or perfetto, got \"perfeto\"; did you mean \"perfetto\"?");
}

TEST(Trace, of_a_killed_run_is_printed_as_far_as_it_goes) {
  const TracedRun run;
  std::filesystem::resize_file(run.path, 16 + 3 * 32 + 5);
  const Outcome outcome = mmsim({"trace", run.path});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, run.path + ": cut off after 3 records, without names: the run did not come to its end\n");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("next_comm=actor[0] next_pid=1"), Not(HasSubstr("hang"))));
}

TEST(Trace, what_is_no_trace_is_refused) {
  expect_usage_error({"trace", "bad.txtpb"}, "bad.txtpb: not a trace; expected a file written by mmsim run --trace");
  expect_usage_error({"trace", "nowhere"}, "nowhere: No such file or directory");
  expect_usage_error({"trace"}, "mmsim trace: FILE is required");
}

TEST(Run, output_that_cannot_be_written_is_no_success) {
  const Outcome outcome = Mmsim({"run", "expected/alone.txtpb"}, "/dev/full").wait();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, StartsWith("standard output: "));
}

TEST(Run, an_interrupt_prints_what_is_known) {
  Mmsim program({"run", "sleeper.txtpb", "--format", "json"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  kill(program.pid(), SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.status, 4);
  Result result;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &result).ok()) << outcome.out;
  EXPECT_EQ(result.verdict(), LIMIT);
  EXPECT_EQ(result.limit(), "interrupted");
}

TEST(Check, all_as_expected) {
  const Outcome outcome = mmsim({"check", "expected"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out,
            "ok    expected/abba.txtpb: DEADLOCK\n"
            "ok    expected/alone.txtpb: COMPLETED\n"
            "ok    expected/dining.txtpb: DEADLOCK with 2 seeds\n"
            "3 scenarios: 3 as expected, 0 not.\n");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Check, says_what_differs) {
  const Outcome outcome = mmsim({"check", "unexpected", "--jobs", "1"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out,
            "FAIL  unexpected/alone_hangs.txtpb: seed 0: verdict COMPLETED, expected DEADLOCK; "
            "seed 0: no cycle of {alone}; found none\n"
            "      mmsim run unexpected/alone_hangs.txtpb\n"
            "FAIL  unexpected/no_expect.txtpb: it does not say what verdict to expect (expect { verdict: ... })\n"
            "2 scenarios: 0 as expected, 2 not.\n");
}

TEST(Check, a_bad_scenario_outweighs_a_difference) {
  const Outcome outcome = mmsim({"check", "unexpected", "bad.txtpb", "expected/alone.txtpb"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out,
              AllOf(StartsWith("BAD   bad.txtpb:5:9: "), HasSubstr("4 scenarios: 1 as expected, 2 not, 1 bad.\n")));
}

TEST(Check, the_number_of_jobs_changes_nothing) {
  const std::string one = mmsim({"check", "expected", "unexpected", "bad.txtpb", "--jobs", "1"}).out;
  EXPECT_EQ(mmsim({"check", "bad.txtpb", "unexpected", "expected", "--jobs", "4"}).out, one);
}

TEST(Check, json_is_a_document) {
  const Outcome outcome = mmsim({"check", "expected", "unexpected", "--format", "json"});
  CheckReport report;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &report).ok()) << outcome.out;
  EXPECT_EQ(report.rows_size(), 5);
  EXPECT_EQ(report.as_expected(), 3U);
  EXPECT_EQ(report.not_as_expected(), 2U);
}

TEST(Check, paths_must_lead_to_scenarios) {
  expect_usage_error({"check", "nowhere"}, "nowhere: no such file or directory");
  const std::string empty = testing::TempDir() + "mmsim_empty." + std::to_string(getpid());
  std::filesystem::create_directories(empty);
  expect_usage_error({"check", empty}, empty + ": no scenario (*.txtpb) is below it");
}

TEST(List, shows_a_section_or_a_name) {
  const Outcome costs = mmsim({"list", "costs"});
  EXPECT_EQ(costs.status, 0);
  EXPECT_THAT(costs.out, AllOf(StartsWith("costs: "), HasSubstr("costs.lock_ns"), Not(HasSubstr("migrate_pages"))));
  EXPECT_THAT(mmsim({"list", "migrate_pages"}).out, HasSubstr("migrate_pages.batch_pages"));
  const Outcome unknown = mmsim({"list", "cost"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean \"costs\"?"));
}

TEST(List, json_is_a_catalogue) {
  Catalogue all;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(mmsim({"list", "--format", "json"}).out, &all).ok());
  EXPECT_GT(all.entries_size(), 100);
}

}  // namespace
}  // namespace mmsim
