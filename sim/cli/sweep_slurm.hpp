// mmsim sweep --slurm: a sweep as a job array, from its submission to the merged database.
#pragma once

#include <optional>
#include <string>

#include "sim/cli/commands.hpp"
#include "sim/sweep/plan.hpp"

namespace mmsim {

// Submits what `database` does not hold yet, or finds it submitted already; waits with progress until Slurm has no task of it left;
// merges what the tasks recorded into `database`; says on standard error which tasks are not done, and how they are put back. Job script,
// logs and the tasks' databases are in a directory beside it: "x.db" has "x.slurm". Nothing but an interrupt has a status: the job goes on,
// and the same call waits for it. Throws ScenarioError where Slurm or the databases will not do it.
std::optional<ExitStatus> run_under_slurm(const SweepPlan& plan, const std::string& database, const SweepArgs& args);

}  // namespace mmsim
