// Which part of a sweep is this process's, as --shard says it or a scheduler's environment does.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "results/sweep_identity.hpp"

namespace mmsim {

// The value of an environment variable; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> environment_of_process(const std::string& name);

// "I/N" with I from 0 to N-1; "auto", or "auto/N" where the scheduler does not say how many there are (Kubernetes). The variables are
// read only for those, because they leak into every child of a job. In this order, with the index counted from 0:
//
//   Slurm array         (SLURM_ARRAY_TASK_ID - _MIN) / _STEP of SLURM_ARRAY_TASK_COUNT
//   Kubernetes          JOB_COMPLETION_INDEX of N
//   AWS Batch           AWS_BATCH_JOB_ARRAY_INDEX of AWS_BATCH_JOB_ARRAY_SIZE
//   PBS                 PBS_ARRAY_INDEX or PBS_ARRAYID of N
//   SGE                 (SGE_TASK_ID - SGE_TASK_FIRST) / SGE_TASK_STEPSIZE up to SGE_TASK_LAST
//   LSF                 LSB_JOBINDEX - 1 of N (0: no array)
//   srun                SLURM_PROCID of SLURM_NTASKS
//   Open MPI            OMPI_COMM_WORLD_RANK of OMPI_COMM_WORLD_SIZE
//
// Throws ScenarioError that begins with "--shard": what is wrong, what was expected.
Shard read_shard(const std::string& word, const Environment& environment);

}  // namespace mmsim
