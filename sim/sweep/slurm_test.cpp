#include "sim/sweep/slurm.hpp"

#include <gtest/gtest.h>

namespace mmsim {
namespace {

TEST(Slurm, a_job_is_a_script_that_can_be_submitted_for_any_task) {
  const SlurmJob job{"abba", "my results/abba.slurm", 8, "/opt/mmsim sweep 'a b.txtpb' --axis n=2..6", {"--time=10", "--partition=short"}};
  EXPECT_EQ(job_script(job),
            "#!/bin/bash\n"
            "# The tasks of a sweep, a shard each. Any of them again, by hand: sbatch --array=0-7 THIS_FILE\n"
            "#SBATCH --job-name=abba\n"
            "#SBATCH --output='my results/abba.slurm'/%a.log\n"
            "#SBATCH --open-mode=append\n"
            "#SBATCH --requeue\n"
            "#SBATCH --ntasks=1\n"
            "#SBATCH --time=10\n"
            "#SBATCH --partition=short\n"
            "exec /opt/mmsim sweep 'a b.txtpb' --axis n=2..6 \\\n"
            "  --shard \"$SLURM_ARRAY_TASK_ID/8\" --jobs \"${SLURM_CPUS_PER_TASK:-1}\" \\\n"
            "  --db 'my results/abba.slurm'/\"$SLURM_ARRAY_TASK_ID.db\" --progress 'my results/abba.slurm'/\"$SLURM_ARRAY_TASK_ID.progress\"\n");
}

TEST(Slurm, arrays_are_told_by_their_ranges) {
  EXPECT_EQ(array_of({0, 1, 2, 3}), "0-3");
  EXPECT_EQ(array_of({5}), "5");
  EXPECT_EQ(array_of({0, 2, 3, 7, 8, 9, 11}), "0,2-3,7-9,11");
}

TEST(Slurm, its_queue_is_read_task_by_task) {
  const auto tasks = read_queue("0|RUNNING|None\n3|PENDING|(Resources)\n4|PENDING|JobHeldAdmin\nN/A|PENDING|None\n");
  ASSERT_EQ(tasks.size(), 3U);
  EXPECT_EQ(tasks[0].task, 0U);
  EXPECT_EQ(tasks[0].state, "RUNNING");
  EXPECT_FALSE(tasks[1].held());
  EXPECT_TRUE(tasks[2].held());
  EXPECT_TRUE(read_queue("").empty());
}

}  // namespace
}  // namespace mmsim
