#include "sim/sweep/sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "sim/run/load.hpp"
#include "sim/run/run.hpp"
#include "sim/sweep/sweep_testing.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(Sweep, records_what_single_runs_give) {
  const Scratch scratch;
  const SweepPlan of = plan();
  EXPECT_TRUE(run_sweep(of, scratch.file("a.db"), {.jobs = 2}));
  ResultsReader reader(scratch.file("a.db"));
  EXPECT_EQ(reader.points(), 8U);
  EXPECT_EQ(reader.runs(), 24U);
  std::map<std::pair<std::uint64_t, std::uint64_t>, double> elapsed;
  reader.for_each_value(*parse_figure("elapsed_ns"), [&](std::uint64_t point, std::uint64_t seed, double value) { elapsed[{point, seed}] = value; });
  int completed = 0;
  reader.for_each_run([&](const RunRow& row) {
    const Resolved resolved = load_scenario_text("t.txtpb", kDining, of.sets(row.point)).resolved;
    const pb::Result alone = run_scenario(resolved, {.seed = row.seed});
    EXPECT_EQ(row.verdict, pb::Verdict_Name(alone.verdict())) << of.text(row.point);
    if (alone.verdict() != pb::COMPLETED) return;
    ++completed;
    EXPECT_EQ((elapsed[{row.point, row.seed}]), static_cast<double>(alone.elapsed_ns()));
  });
  EXPECT_GT(completed, 0);
  EXPECT_LT(completed, 24);
}

TEST(Sweep, does_not_depend_on_the_number_of_workers) {
  const Scratch scratch;
  run_sweep(plan(), scratch.file("one.db"), {.jobs = 1});
  run_sweep(plan(), scratch.file("three.db"), {.jobs = 3});
  EXPECT_EQ(contents(scratch.file("one.db")), contents(scratch.file("three.db")));
}

TEST(Sweep, explores_where_it_is_told_to) {
  const Scratch scratch;
  run_sweep(plan(R"(sweep { axis { path: "n" range: "2..4" } explore { } })"), scratch.file("a.db"), {.jobs = 2});
  ResultsReader reader(scratch.file("a.db"));
  reader.for_each_run([](const RunRow& row) { EXPECT_EQ(row.verdict, "DEADLOCK"); });
  std::vector<double> steps;
  reader.for_each_value(*parse_figure("witness_steps"), [&](std::uint64_t, std::uint64_t, double value) { steps.push_back(value); });
  EXPECT_EQ(steps, (std::vector<double>{2, 3, 4}));
}

TEST(Sweep, goes_on_where_it_was_stopped_and_runs_nothing_twice) {
  const Scratch scratch;
  const std::string path = scratch.file("a.db");
  std::uint64_t recorded = 0;
  int starts = 0;
  for (bool all = false; !all; ++starts) {
    SweepOptions options{.jobs = 1};
    SweepProgress last;
    options.progress = [&](const SweepProgress& progress) { last = progress; };
    options.stop = [&] { return last.recorded > last.before + 4; };
    all = run_sweep(plan(), path, options);
    EXPECT_EQ(last.before, recorded);
    recorded = last.recorded;
  }
  EXPECT_GT(starts, 1);
  EXPECT_EQ(recorded, 24U);
  run_sweep(plan(), scratch.file("whole.db"), {.jobs = 2});
  EXPECT_EQ(contents(path), contents(scratch.file("whole.db")));
}

TEST(Sweep, records_a_point_that_cannot_be_built_and_goes_on) {
  const Scratch scratch;
  // Only together do the two make a fork that is not there: what each value does alone is checked before anything is run.
  const std::string sweep = R"(sweep { axis { path: "n" value: ["2", "3"] } axis { path: "fork.count" value: ["3", "2"] } })";
  SweepProgress last;
  SweepOptions options{.jobs = 2};
  options.progress = [&](const SweepProgress& progress) { last = progress; };
  EXPECT_TRUE(run_sweep(plan(sweep), scratch.file("a.db"), options));
  EXPECT_EQ(last.bad, 1U);
  ResultsReader reader(scratch.file("a.db"));
  reader.for_each_run([](const RunRow& row) {
    EXPECT_EQ(row.ended, row.point == 3 ? "bad scenario" : "ran");
    EXPECT_THAT(row.failure, row.point == 3 ? HasSubstr("there is no fork[2]; expected fork[0] to fork[1]") : HasSubstr(""));
  });
}

TEST(Sweep, records_a_bound_as_what_it_is) {
  const Scratch scratch;
  run_sweep(plan(R"(sweep { axis { path: "bounds.steps" value: ["3", "1000"] } axis { path: "costs.lock_ns" value: "100000" } })"), scratch.file("a.db"), {});
  ResultsReader reader(scratch.file("a.db"));
  std::vector<std::string> ends;
  reader.for_each_run([&](const RunRow& row) { ends.push_back(row.verdict + " " + row.bound); });
  EXPECT_EQ(ends, (std::vector<std::string>{"LIMIT bounds.steps=3", "DEADLOCK "}));
}

TEST(Sweep, refuses_the_database_of_another_sweep_and_leaves_it_alone) {
  const Scratch scratch;
  const std::string path = scratch.file("a.db");
  run_sweep(plan(), path, {.jobs = 2});
  const std::string before = contents(path);
  const SweepPlan changed("t.txtpb", kDining + "# changed\n" + "vm { page_lock_unfairness: 3 }" + kSweep, {}, {});
  EXPECT_EQ(message_of([&] { run_sweep(changed, path, {}); }),
            path + ": t.txtpb has changed since it was begun; expected the same, or --new to keep that file beside and begin another");
  SweepFlags flags;
  flags.seeds = 4;
  EXPECT_EQ(message_of([&] { run_sweep({"t.txtpb", kDining + kSweep, {}, flags}, path, {}); }),
            path + ": was begun with other flags, as mmsim sweep t.txtpb; expected the same, or --new to keep that file beside and begin another");
  EXPECT_EQ(message_of([&] { run_sweep(plan(), path, {.shard = {1, 4}}); }), path + ": holds shard 0/1, not 1/4; expected another file per shard");
  EXPECT_EQ(contents(path), before);
  // What only comments changed is the same sweep.
  EXPECT_TRUE(run_sweep({"t.txtpb", "# a comment\n" + kDining + kSweep, {}, {}}, path, {}));
}

TEST(Sweep, keeps_a_database_beside_when_asked_to) {
  const Scratch scratch;
  run_sweep(plan(), scratch.file("a.db"), {.jobs = 2});
  EXPECT_EQ(keep_beside(scratch.file("a.db")), scratch.file("a.1.db"));
  run_sweep(plan(), scratch.file("a.db"), {.jobs = 2});
  EXPECT_EQ(keep_beside(scratch.file("a.db")), scratch.file("a.2.db"));
  EXPECT_EQ(contents(scratch.file("a.1.db")), contents(scratch.file("a.2.db")));
  EXPECT_EQ(keep_beside(scratch.file("a.db")), "");
}

TEST(Sweep, refuses_files_that_are_not_its_own) {
  const Scratch scratch;
  const std::string text = scratch.file("text");
  std::ofstream(text) << std::string(5000, 'x');
  EXPECT_EQ(message_of([&] { run_sweep(plan(), text, {}); }), text + ": is no results database of mmsim sweep");
  EXPECT_EQ(fs::file_size(text), 5000U);
  EXPECT_EQ(message_of([&] { keep_beside(text); }), text + ": is no results database of mmsim sweep");
  EXPECT_THAT(message_of([&] { run_sweep(plan(), scratch.path, {}); }), HasSubstr("cannot be written: Is a directory"));
  EXPECT_THAT(message_of([&] { run_sweep(plan(), scratch.file("no/such/a.db"), {}); }), HasSubstr("cannot be written: No such file or directory"));
  EXPECT_EQ(message_of([&] { ResultsReader reader(scratch.file("none.db")); }), scratch.file("none.db") + ": no such file");
}

TEST(Sweep, refuses_a_database_that_another_process_writes) {
  const Scratch scratch;
  const std::string path = scratch.file("a.db");
  SweepOptions options{.jobs = 1};
  std::string message;
  options.progress = [&](const SweepProgress&) {
    if (message.empty()) message = message_of([&] { run_sweep(plan(), path, {}); });
  };
  EXPECT_TRUE(run_sweep(plan(), path, options));
  EXPECT_EQ(message, path + ": another mmsim writes to it; expected one at a time");
}

// In a process of its own: nothing it is denied or limited to reaches the other tests.
int in_child(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) _exit(act());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Sweep, says_that_a_file_is_read_only) {
  const Scratch scratch;
  const std::string path = scratch.file("a.db");
  run_sweep(plan(), path, {.jobs = 2});
  const std::string before = contents(path);
  fs::permissions(path, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  fs::permissions(scratch.path, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read | fs::perms::others_exec);
  EXPECT_EQ(in_child([&] {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setuid(kNobody) != 0) return 2;   // root may write to everything
    return message_of([&] { run_sweep(plan(), path, {}); }) == path + ": cannot be written: Permission denied" ? 0 : 1;
  }), 0);
  EXPECT_EQ(contents(path), before);
}

TEST(Sweep, a_disk_that_is_full_loses_nothing_that_was_recorded) {
  const Scratch scratch;
  const std::string path = scratch.file("a.db");
  const std::string many = R"(sweep { axis { path: "n" range: "2..5" } axis { path: "costs.lock_ns" range: "10..100:10" } seeds: 20 })";
  EXPECT_EQ(in_child([&] {
    const rlimit limit{200'000, 200'000};   // of any file
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
    const std::string message = message_of([&] { run_sweep(plan(many), path, {.jobs = 1}); });
    return message.find("what was recorded before is kept, and the same command goes on from there") != message.npos ? 0 : 1;
  }), 0);
  const std::uint64_t kept = ResultsReader(path).runs();
  EXPECT_GT(kept, 0U);
  EXPECT_LT(kept, 800U);
  SweepOptions options{.jobs = 2};
  SweepProgress last;
  options.progress = [&](const SweepProgress& progress) { last = progress; };
  EXPECT_TRUE(run_sweep(plan(many), path, options));
  EXPECT_EQ(last.before, kept);
  run_sweep(plan(many), scratch.file("whole.db"), {.jobs = 2});
  EXPECT_EQ(contents(path), contents(scratch.file("whole.db")));
}

TEST(Sweep, a_database_that_could_not_be_made_is_not_left_behind) {
  const Scratch scratch;
  const std::string path = scratch.file("a.db");
  EXPECT_EQ(in_child([&] {
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
    return message_of([&] { run_sweep(plan(), path, {.jobs = 1}); }).empty() ? 1 : 0;
  }), 0);
  EXPECT_TRUE(fs::is_empty(scratch.path));
}

TEST(Sweep, shards_share_out_the_points) {
  const Scratch scratch;
  std::uint64_t points = 0;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::string path = scratch.file(std::to_string(i));
    SweepProgress last;
    SweepOptions options{.jobs = 2, .shard = {i, 3}};
    options.progress = [&](const SweepProgress& progress) { last = progress; };
    EXPECT_TRUE(run_sweep(plan(), path, options));
    ResultsReader reader(path);
    EXPECT_EQ(last.runs, reader.runs());
    EXPECT_EQ(reader.runs(), reader.points() * 3);
    reader.for_each_point([&](const PointRow& row) { EXPECT_EQ(row.point % 3, i); });
    points += reader.points();
  }
  EXPECT_EQ(points, 8U);
}

TEST(Sweep, runs_crashed_points_again_only_when_asked_to) {
  const Scratch scratch;
  const std::string path = scratch.file("a.db");
  SweepOptions options{.jobs = 1, .finish = [](pb::Result& result) {
    if (result.elapsed_ns() > 50'000) raise(SIGABRT);
  }};
  SweepProgress last;
  options.progress = [&](const SweepProgress& progress) { last = progress; };
  EXPECT_TRUE(run_sweep(plan(), path, options));
  EXPECT_EQ(last.crashed, 12U);
  options.finish = [](pb::Result&) {};
  EXPECT_TRUE(run_sweep(plan(), path, options));
  EXPECT_EQ(last.before, 24U);
  options.retry_crashed = true;
  EXPECT_TRUE(run_sweep(plan(), path, options));
  EXPECT_EQ(last.before, 12U);
  EXPECT_EQ(last.crashed, 0U);
  run_sweep(plan(), scratch.file("whole.db"), {.jobs = 2});
  EXPECT_EQ(contents(path), contents(scratch.file("whole.db")));
}

}  // namespace
}  // namespace mmsim
