#include "sim/sweep/shard.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

using Variables = std::map<std::string, std::string>;

Shard shard(const std::string& word, const Variables& variables = {}) {
  return read_shard(word, [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::optional<std::string>() : found->second;
  });
}

std::string message(const std::string& word, const Variables& variables = {}) {
  try {
    shard(word, variables);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return {};
}

const Variables kSlurm{{"SLURM_ARRAY_TASK_ID", "7"}, {"SLURM_ARRAY_TASK_MIN", "1"}, {"SLURM_ARRAY_TASK_MAX", "9"},
                       {"SLURM_ARRAY_TASK_STEP", "2"}, {"SLURM_ARRAY_TASK_COUNT", "5"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}};

TEST(Shard, said_is_said) {
  EXPECT_EQ(shard("3/8"), (Shard{3, 8}));
  EXPECT_EQ(shard("0/1"), (Shard{0, 1}));
  EXPECT_EQ(shard("1/2", kSlurm), (Shard{1, 2}));   // whatever leaks into the environment
}

TEST(Shard, each_scheduler_has_its_words) {
  EXPECT_EQ(shard("auto", kSlurm), (Shard{3, 5}));
  EXPECT_EQ(shard("auto/4", {{"JOB_COMPLETION_INDEX", "2"}}), (Shard{2, 4}));
  EXPECT_EQ(shard("auto", {{"AWS_BATCH_JOB_ARRAY_INDEX", "9"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "10"}}), (Shard{9, 10}));
  EXPECT_EQ(shard("auto/3", {{"PBS_ARRAY_INDEX", "0"}}), (Shard{0, 3}));
  EXPECT_EQ(shard("auto", {{"SGE_TASK_ID", "5"}, {"SGE_TASK_FIRST", "1"}, {"SGE_TASK_LAST", "9"}, {"SGE_TASK_STEPSIZE", "4"}}), (Shard{1, 3}));
  EXPECT_EQ(shard("auto/6", {{"LSB_JOBINDEX", "6"}}), (Shard{5, 6}));
  EXPECT_EQ(shard("auto", {{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "4"}}), (Shard{1, 4}));
  EXPECT_EQ(shard("auto", {{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "3"}}), (Shard{2, 3}));
}

TEST(Shard, words_that_mean_no_array_are_passed_over) {
  EXPECT_EQ(shard("auto", {{"SGE_TASK_ID", "undefined"}, {"LSB_JOBINDEX", "0"}, {"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}}),
            (Shard{0, 2}));
}

TEST(Shard, mistakes_say_what_was_expected) {
  for (const char* word : {"", "3", "x/8", "3/", "/8", "3/8/9", "-1/8", "auto/", "auto/x", "automatic"})
    EXPECT_EQ(message(word), fmt::format("--shard {}: expected I/N with I from 0 to N-1, auto, or auto/N", word));
  EXPECT_EQ(message("8/8"), "--shard 8/8: 8 of 8; expected I from 0 to 7");
  EXPECT_EQ(message("0/0"), "--shard 0/0: 0 of 0; expected I from 0 to 0");
  EXPECT_EQ(message("auto"), "--shard auto: no scheduler has set its variables here; expected to be a task of Slurm, Kubernetes, AWS Batch, PBS, "
                             "SGE, LSF or Open MPI, or I/N");
  EXPECT_EQ(message("auto", {{"JOB_COMPLETION_INDEX", "2"}}), "--shard auto: Kubernetes does not say how many tasks there are; expected --shard auto/N");
  Variables gaps = kSlurm;
  gaps.insert_or_assign("SLURM_ARRAY_TASK_COUNT", std::string("3"));   // --array=1,7,9
  EXPECT_EQ(message("auto", gaps), "--shard auto: task 7 of 3 from 1 to 9 by 2: the array has gaps; expected indices without");
  gaps = kSlurm;
  gaps.erase("SLURM_ARRAY_TASK_STEP");
  EXPECT_EQ(message("auto", gaps), "--shard auto: SLURM_ARRAY_TASK_STEP is not set");
}

}  // namespace
}  // namespace mmsim
