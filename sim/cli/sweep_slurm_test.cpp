// `mmsim sweep --slurm` against a real slurmctld and slurmd, which the test starts on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "results/reader.hpp"
#include "sim/cli/subprocess.hpp"
#include "sim/cli/testing.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kCluster = MMSIM_SOURCE_DIR "/tools/slurm-on-loopback";
// Long enough that a task can be caught in the middle; 60 runs.
const std::vector<std::string> kSweep{"sweep", "sweep.txtpb", "--axis", "rounds=60000"};

class SlurmCluster : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "slurmd needs root";
    std::string pattern = testing::TempDir() + "sweep_slurm_test_XXXXXX";
    path_ = mkdtemp(pattern.data());
    fs::permissions(path_, fs::perms(0755));   // munged looks at it
    const Finished started = run_program({kCluster, "start", file("cluster"), "2"});
    ASSERT_EQ(started.status, 0) << started.err << contents(file("cluster/start.log"));
    setenv("SLURM_CONF", file("cluster/slurm.conf").c_str(), 1);
  }
  void TearDown() override {
    if (path_.empty()) return;   // skipped
    run_program({kCluster, "stop", file("cluster")});
    unsetenv("SLURM_CONF");
    fs::remove_all(path_);
  }

  std::string file(const std::string& name) const { return path_ + "/" + name; }

  std::vector<std::string> sweep(const std::string& db, const std::vector<std::string>& more) const {
    std::vector<std::string> out = kSweep;
    out.insert(out.end(), {"--db", file(db)});
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  // Waits until a task has recorded something and has something left.
  void wait_for_the_middle_of(const std::string& progress) const {
    for (int tries = 0; tries < 1200; ++tries) {
      std::uint64_t done = 0, of = 0;
      std::ifstream(file(progress)) >> done >> of;
      if (done > 0 && done < of) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL() << progress << " never was in the middle";
  }

  std::string job(const std::string& directory) const {
    std::string out;
    std::ifstream(file(directory) + "/job") >> out;
    return out;
  }

 private:
  std::string path_;
};

TEST_F(SlurmCluster, makes_the_same_table_as_one_machine_though_tasks_are_killed_in_the_middle) {
  const Outcome refused = mmsim(sweep("refused.db", {"--slurm", "--", "--partition=nowhere"}));
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, MatchesRegex("--slurm: sbatch did not take it: sbatch: error: [^\n]*[Pp]artition[^\n]*\n"));

  // One task is put back by Slurm itself, which ends it with SIGTERM; another one is killed, and the same command submits it again.
  Mmsim first(sweep("a.db", {"--slurm", "--array", "3", "--", "--time=5"}));
  wait_for_the_middle_of("a.slurm/0.progress");
  const std::string id = job("a.slurm");
  EXPECT_EQ(run_program({"scontrol", "requeue", id + "_0"}).status, 0);
  wait_for_the_middle_of("a.slurm/1.progress");
  EXPECT_EQ(run_program({"scancel", "--signal=KILL", "--full", id + "_1"}).status, 0);
  const Outcome unfinished = first.wait();
  EXPECT_EQ(unfinished.status, 4) << unfinished.err;
  EXPECT_THAT(unfinished.err, AllOf(HasSubstr("Job " + id + ": all of 3 tasks, in " + file("a.slurm") + ".\n"), HasSubstr("1 task of job " + id + " did not finish:\n  task 1: "),
                                    HasSubstr("The same command submits them again; so does: scontrol requeue " + id + "_1\n")));
  EXPECT_THAT(contents(file("a.slurm/0.log")), HasSubstr("Stopped; the same command goes on from there."));
  EXPECT_THAT(contents(file("a.slurm/job.sh")), HasSubstr("#SBATCH --time=5\n"));
  const std::uint64_t before = ResultsReader(file("a.db")).runs();
  EXPECT_GT(before, 0U);
  EXPECT_LT(before, 60U);

  const Outcome second = mmsim(sweep("a.db", {"--slurm"}));
  EXPECT_THAT(second.err, AllOf(HasSubstr(": 1 of 3 tasks, in "), HasSubstr("60 of 60 runs merged into ")));
  EXPECT_EQ(job("a.slurm") == id, false);

  const Outcome alone = mmsim(sweep("alone.db", {}));
  EXPECT_EQ(second.status, alone.status);
  for (const char* format : {"csv", "jsonl"})
    EXPECT_EQ(mmsim({"sweep", "show", file("a.db"), "--format", format}).out, mmsim({"sweep", "show", file("alone.db"), "--format", format}).out);

  // There is nothing left to submit.
  const std::string last = job("a.slurm");
  EXPECT_EQ(mmsim(sweep("a.db", {"--slurm"})).status, alone.status);
  EXPECT_EQ(job("a.slurm"), last);

  // Another sweep does not mix with it.
  const Outcome other = mmsim(sweep("a.db", {"--slurm", "--seeds", "2"}));
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("a.slurm/0.db: is of another sweep: "));
  EXPECT_THAT(mmsim(sweep("a.db", {"--slurm", "--array", "4"})).err,
              HasSubstr("--array 4: " + file("a.slurm") + " was begun with 3 tasks; expected the same, or --new to begin another\n"));
}

TEST(SlurmUsage, mistakes_get_one_line_that_says_what_was_expected) {
  expect_usage_error({"sweep", "sweep.txtpb", "--", "--time=5"}, "mmsim sweep: what stands behind -- is for sbatch; expected --slurm before it");
  expect_usage_error({"sweep", "sweep.txtpb", "--slurm", "--shard", "0/2"}, "mmsim sweep: --shard excludes --slurm");
  expect_usage_error({"sweep", "sweep.txtpb", "--array", "2"}, "mmsim sweep: --array requires --slurm");
}

}  // namespace
}  // namespace mmsim
