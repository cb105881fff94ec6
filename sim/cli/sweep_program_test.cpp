// `mmsim sweep` as a user, a script or a scheduler meets it.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "proto/result.pb.h"
#include "results/reader.hpp"
#include "sim/cli/testing.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSweep = "sweep.txtpb";
constexpr const char* kAbba = "expected/abba.txtpb";
constexpr const char* kDining = "expected/dining.txtpb";

// A directory that is removed at the end.
struct Scratch {
  Scratch() {
    std::string pattern = testing::TempDir() + "sweep_program_test_XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~Scratch() { fs::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

std::uint64_t recorded_in(const std::string& database) { return fs::exists(database) ? ResultsReader(database).runs() : 0; }

TEST(SweepUsage, mistakes_get_one_line_that_says_what_was_expected) {
  expect_usage_error({"sweep"}, "mmsim sweep: SCENARIO is required");
  expect_usage_error({"sweep", "show"}, "mmsim sweep show: DATABASE is required");
  expect_usage_error({"sweep", "show", "x.db", "--axes", "n"},
                     "mmsim sweep show: unknown flag --axes; expected one of --help, --figure, --format, --color, --plot, --plot-as, "
                     "--compare, --only");
  expect_usage_error({"sweep", "show", "x.db"}, "x.db: no such file");
  expect_usage_error({"sweep", "nowhere.txtpb"}, "nowhere.txtpb: cannot be read: No such file or directory");
  expect_usage_error({"sweep", "show", kAbba}, "expected/abba.txtpb: is no results database of mmsim sweep");
  expect_usage_error({"sweep", kAbba}, "expected/abba.txtpb: has no axes; expected sweep { axis { ... } } in it, or --axis path=values");
  expect_usage_error({"sweep", kAbba, "--seeds", "0"}, "mmsim sweep: --seeds: expected a whole number from 1 to 1000000, got \"0\"");
  expect_usage_error({"sweep", kAbba, "--max-seconds", "-1"}, "mmsim sweep: --max-seconds: expected a number of seconds above 0, got \"-1\"");
  expect_usage_error({"sweep", kDining, "--axis", "nn=2,3"}, "--axis nn=2,3: nothing is called \"nn\"; expected a field of Scenario or the name "
                                                            "of a thing; did you mean \"n\"?");
}

TEST(Sweep, tells_each_point_and_that_something_hangs) {
  const Scratch scratch;
  const Outcome outcome = mmsim({"sweep", kDining, "--axis", "n=2..4", "--explore", "--db", scratch.file("a.db")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, StartsWith("SWEEP: 3 points, every order of steps of each: 3 hang.\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\nn  verdict   states\n2  DEADLOCK      11\n3  DEADLOCK      40\n4  DEADLOCK     104\n"));
  EXPECT_THAT(outcome.err, StartsWith("3 of 3 explorations recorded in "));
}

TEST(Sweep, exit_status_is_that_of_the_worst_point) {
  const Scratch scratch;
  int files = 0;
  const auto status = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"sweep"});
    args.insert(args.end(), {"--db", scratch.file(std::to_string(++files))});
    return mmsim(std::move(args)).status;
  };
  EXPECT_EQ(status({"expected/alone.txtpb", "--axis", "costs.lock_ns=1,2"}), 0);
  EXPECT_EQ(status({kAbba, "--axis", "costs.lock_ns=1,2"}), 1);
  EXPECT_EQ(status({"expected/alone.txtpb", "--axis", "bounds.steps=1,1000"}), 4);
  EXPECT_EQ(status({kAbba, "--axis", "bounds.steps=1,1000"}), 1);
}

TEST(Sweep, shows_again_what_it_showed) {
  const Scratch scratch;
  const std::string db = scratch.file("a.db");
  for (const char* format : {"text", "csv", "jsonl"}) {
    const Outcome first = mmsim({"sweep", kSweep, "--db", db, "--format", format});
    const Outcome again = mmsim({"sweep", "show", db, "--format", format});
    EXPECT_EQ(first.out, again.out);
    EXPECT_EQ(first.status, again.status);
    EXPECT_THAT(again.err, IsEmpty());
  }
  const Outcome csv = mmsim({"sweep", "show", db, "--format", "csv", "--only", "late=4700000,4720000", "--only", "lock_ns=40", "--figure", "steps"});
  EXPECT_THAT(csv.out, MatchesRegex("point,lock_ns,late,verdict,runs,hangs,limits,crashed,steps,steps_ci95,steps_min,steps_max\n"
                                    "15,40,4700000,[A-Z]+,3,.*\n17,40,4720000,[A-Z]+,3,.*\n"));
  EXPECT_EQ(mmsim({"sweep", "show", db, "--only", "lock=4"}).err, db + ": there is no axis \"lock\"; expected one of lock_ns and late\n");
}

TEST(Sweep, compares_two_values_seed_by_seed) {
  const Scratch scratch;
  const std::string db = scratch.file("a.db");
  const Outcome outcome = mmsim({"sweep", kSweep, "--db", db, "--compare", "lock_ns:5=40", "--only", "late=4740000", "--format", "json"});
  pb::SweepAnswers answers;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.out, &answers).ok()) << outcome.out;
  ASSERT_EQ(answers.comparison().figures_size(), 2);
  const pb::ComparedPoint& told = answers.comparison().figures(0).points(0);
  EXPECT_EQ(told.where(), "late=4740000");
  EXPECT_EQ(told.pairs(), 3U);
  // Points 4 and 19: five values of late for each of four of lock_ns.
  std::map<std::uint64_t, std::vector<double>> elapsed;
  ResultsReader(db).for_each_value(*parse_figure("elapsed_ns"), [&](std::uint64_t point, std::uint64_t, double value) { elapsed[point].push_back(value); });
  double mean = 0;
  for (std::size_t i = 0; i < 3; ++i) mean += (elapsed[19].at(i) - elapsed[4].at(i)) / 3;
  EXPECT_NEAR(told.difference(), mean, 1e-6);
  double squares = 0;
  for (std::size_t i = 0; i < 3; ++i) squares += std::pow(elapsed[19][i] - elapsed[4][i] - mean, 2);
  EXPECT_NEAR(told.half_width(), 4.30265 * std::sqrt(squares / 2 / 3), 1e-4 * told.half_width() + 1e-9);   // t(2)
  EXPECT_THAT(mmsim({"sweep", "show", db, "--compare", "5=41"}).err, StartsWith(db + ": 5=41: no axis has both values; expected two of "));
}

TEST(Sweep, draws_a_picture_and_leaves_script_and_data_beside_it) {
  const Scratch scratch;
  const std::string db = scratch.file("a.db");
  const std::string svg = scratch.file("heat.svg");
  const std::string png = scratch.file("lines.png");
  mmsim({"sweep", kSweep, "--db", db, "--plot", svg});
  EXPECT_THAT(contents(svg), AllOf(StartsWith("<?xml"), HasSubstr("lock [ns]"), HasSubstr("elapsed [ms], mean of 3 seeds")));
  mmsim({"sweep", "show", db, "--only", "late=4740000", "--figure", "mutex.p99_ns", "--plot", png});
  EXPECT_THAT(contents(png), StartsWith("\x89PNG"));
  EXPECT_THAT(contents(png + ".gnuplot"), AllOf(HasSubstr("set output \"lines.png\""), HasSubstr("yerrorlines"), HasSubstr("mutex.p99 [us]")));
  // The script and the data alone make the same picture.
  const std::string before = contents(svg);
  fs::remove(svg);
  EXPECT_EQ(std::system(("cd " + scratch.path + " && gnuplot heat.svg.gnuplot").c_str()), 0);
  EXPECT_EQ(contents(svg), before);

  expect_usage_error({"sweep", "show", db, "--plot", "x.pdf"}, "mmsim sweep show: --plot: expected a name that ends with .svg or .png, got \"x.pdf\"");
  EXPECT_THAT(mmsim({"sweep", "show", db, "--plot", scratch.file("no/x.svg")}).err, HasSubstr("x.svg.gnuplot cannot be written: No such file or directory"));
}

TEST(Sweep, prints_its_schema) {
  const Outcome schema = mmsim({"sweep", "schema"});
  for (const char* table : {"sweep", "shard", "axis", "point", "run", "counter", "wait", "histogram", "wall"})
    EXPECT_THAT(schema.out, HasSubstr(std::string("CREATE TABLE ") + table + "("));
  EXPECT_EQ(schema.status, 0);
}

// Kills a sweep at one instant after the other until it is through. What was recorded stays, nothing of it is run again, and in the end
// the tables are those of a sweep that nobody disturbed.
TEST(Sweep, survives_being_killed_at_any_instant) {
  const Scratch scratch;
  const std::string db = scratch.file("killed.db");
  mmsim({"sweep", kSweep, "--db", scratch.file("whole.db"), "--jobs", "2"});
  std::uint64_t before = 0;
  int kills = 0;
  for (int microseconds = 0;; microseconds += 3700) {   // longer each time: however slow the machine, it comes to an end
    Mmsim program({"sweep", kSweep, "--db", db, "--jobs", "2"});
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    kill(program.pid(), SIGKILL);
    const Outcome outcome = program.wait();
    const std::uint64_t now = fs::exists(db) && fs::file_size(db) > 0 ? [&] {
      try {
        return recorded_in(db);
      } catch (const ResultsError& error) {
        EXPECT_EQ(before, 0U) << error.what();   // it was killed before there was a table
        return std::uint64_t{0};
      }
    }() : 0;
    ASSERT_GE(now, before);
    if (outcome.status != -1) {
      const std::string again = before == 0 ? "" : ", " + std::to_string(before) + " of them before";
      EXPECT_THAT(outcome.err, StartsWith("60 of 60 runs recorded in " + db + again));
      break;
    }
    before = now;
    ++kills;
    ASSERT_LT(kills, 1000);
  }
  EXPECT_GE(kills, 5);
  EXPECT_EQ(recorded_in(db), 60U);
  for (const char* format : {"csv", "jsonl"})
    EXPECT_EQ(mmsim({"sweep", "show", db, "--format", format}).out, mmsim({"sweep", "show", scratch.file("whole.db"), "--format", format}).out);
  EXPECT_FALSE(fs::exists(db + "-wal"));
}

// How it ends by a signal, and whether it goes on from there.
void expect_stopped(int signal, int status) {
  const Scratch scratch;
  const std::string db = scratch.file("a.db");
  const std::vector<std::string> args{"sweep", kSweep, "--axis", "rounds=300000", "--db", db, "--jobs", "1"};
  Mmsim program(args);
  while (!fs::exists(db + "-wal")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  kill(program.pid(), signal);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.status, status);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(" of 60 runs recorded in "), HasSubstr("Stopped; the same command goes on from there.")));
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_LT(recorded_in(db), 60U);
}

TEST(Sweep, a_scheduler_that_ends_it_is_told_so) {
  expect_stopped(SIGTERM, 143);
  expect_stopped(SIGUSR1, 143);
}

TEST(Sweep, an_interrupt_claims_nothing) { expect_stopped(SIGINT, 4); }

TEST(Sweep, a_run_that_takes_too_long_is_recorded_as_such) {
  const Scratch scratch;
  const Outcome outcome = mmsim({"sweep", kSweep, "--axis", "rounds=100,100000000", "--axis", "lock_ns=5", "--axis", "late=0", "--set",
                                 "bounds.steps=100000000000", "--seeds", "1", "--max-seconds", "0.5", "--db", scratch.file("a.db")});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("1 run did not come to an end:\n"), HasSubstr("crashed: ran longer than 0.5 s\n"),
                                 HasSubstr("mmsim run sweep.txtpb --set bounds.steps=100000000000 --set costs.lock_ns=5 --set other.start_ns=0 "
                                           "--set rounds=100000000 --seed 1\n")));
}

TEST(Sweep, refuses_a_changed_scenario_and_keeps_the_old_results_beside) {
  const Scratch scratch;
  const std::string db = scratch.file("a.db");
  mmsim({"sweep", kDining, "--axis", "n=2,3", "--db", db});
  const Outcome refused = mmsim({"sweep", kDining, "--axis", "n=2,3", "--set", "costs.lock_ns=1", "--db", db});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, StartsWith(db + ": was begun with other flags, as mmsim sweep expected/dining.txtpb --axis n=2,3; "));
  const Outcome beside = mmsim({"sweep", kDining, "--axis", "n=2,3", "--set", "costs.lock_ns=1", "--db", db, "--new"});
  EXPECT_EQ(beside.status, 1);
  EXPECT_THAT(beside.err, StartsWith(db + " is kept as " + scratch.file("a.1.db") + ".\n2 of 2 runs recorded in " + db));
  EXPECT_EQ(recorded_in(scratch.file("a.1.db")), 2U);
}

TEST(Sweep, shards_make_the_same_table_as_one_machine) {
  const Scratch scratch;
  mmsim({"sweep", kSweep, "--db", scratch.file("whole.db")});
  std::vector<std::string> merge{"sweep", "merge", scratch.file("merged.db")};
  for (const char* shard : {"2/3", "0/3", "1/3"}) {
    merge.push_back(scratch.file(std::string(shard, 1) + ".db"));
    const Outcome outcome = mmsim({"sweep", kSweep, "--db", merge.back(), "--shard", shard});
    EXPECT_EQ(outcome.status, 0) << outcome.err;   // a shard claims nothing of the whole
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  const Outcome merged = mmsim(merge);
  EXPECT_EQ(merged.status, 0);
  EXPECT_EQ(merged.err, "60 runs added to " + merge[2] + ", which has 60 of 60 now.\n");
  for (const char* format : {"csv", "jsonl"})
    EXPECT_EQ(mmsim({"sweep", "show", merge[2], "--format", format}).out,
              mmsim({"sweep", "show", scratch.file("whole.db"), "--format", format}).out);
  EXPECT_EQ(mmsim(merge).err, "0 runs added to " + merge[2] + ", which has 60 of 60 now.\n");
  // It is as good as a whole one: there is nothing left to run.
  EXPECT_THAT(mmsim({"sweep", kSweep, "--db", merge[2]}).err, StartsWith("60 of 60 runs recorded in " + merge[2] + ", 60 of them before."));
}

TEST(Sweep, takes_its_shard_from_the_scheduler_only_when_asked_to) {
  const Scratch scratch;
  setenv("SLURM_PROCID", "1", 1);
  setenv("SLURM_NTASKS", "4", 1);
  EXPECT_THAT(mmsim({"sweep", kSweep, "--db", scratch.file("a.db"), "--shard", "auto"}).err, StartsWith("15 of 15 runs recorded"));
  EXPECT_THAT(mmsim({"sweep", kSweep, "--db", scratch.file("b.db")}).err, StartsWith("60 of 60 runs recorded"));
  unsetenv("SLURM_PROCID");
  unsetenv("SLURM_NTASKS");
  expect_usage_error({"sweep", kSweep, "--shard", "4/4"}, "--shard 4/4: 4 of 4; expected I from 0 to 3");
}

}  // namespace
}  // namespace mmsim
