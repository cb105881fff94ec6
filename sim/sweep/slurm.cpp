#include "sim/sweep/slurm.hpp"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "sim/run/shell_word.hpp"

namespace mmsim {

std::string task_database(const std::string& directory, std::uint64_t task) { return fmt::format("{}/{}.db", directory, task); }
std::string task_log(const std::string& directory, std::uint64_t task) { return fmt::format("{}/{}.log", directory, task); }
std::string task_progress(const std::string& directory, std::uint64_t task) { return fmt::format("{}/{}.progress", directory, task); }

std::string job_script(const SlurmJob& job) {
  const std::string place = shell_word(job.directory);
  std::string out = "#!/bin/bash\n";
  out += fmt::format("# The tasks of a sweep, a shard each. Any of them again, by hand: sbatch --array={} THIS_FILE\n", job.tasks == 1 ? "0" : fmt::format("0-{}", job.tasks - 1));
  out += fmt::format("#SBATCH --job-name={}\n", shell_word(job.name));
  out += fmt::format("#SBATCH --output={}/%a.log\n", place);
  out += "#SBATCH --open-mode=append\n#SBATCH --requeue\n#SBATCH --ntasks=1\n";
  for (const std::string& option : job.options) out += fmt::format("#SBATCH {}\n", shell_word(option));
  // Slurm's signals reach mmsim itself: SIGTERM ends it with status 143, and whoever starts the task again goes on from there.
  out += fmt::format("exec {} \\\n  --shard \"$SLURM_ARRAY_TASK_ID/{}\" --jobs \"${{SLURM_CPUS_PER_TASK:-1}}\" \\\n", job.command, job.tasks);
  out += fmt::format("  --db {0}/\"$SLURM_ARRAY_TASK_ID.db\" --progress {0}/\"$SLURM_ARRAY_TASK_ID.progress\"\n", place);
  return out;
}

std::string array_of(const std::vector<std::uint64_t>& tasks) {
  std::string out;
  for (std::size_t first = 0; first < tasks.size();) {
    std::size_t last = first;
    while (last + 1 < tasks.size() && tasks[last + 1] == tasks[last] + 1) ++last;
    out += fmt::format("{}{}", out.empty() ? "" : ",", tasks[first]);
    if (last > first) out += fmt::format("-{}", tasks[last]);
    first = last + 1;
  }
  return out;
}

bool QueuedTask::held() const { return state == "PENDING" && (reason.find("Held") != reason.npos || reason.find("held") != reason.npos); }

std::vector<QueuedTask> read_queue(const std::string& answer) {
  std::vector<QueuedTask> out;
  std::istringstream lines(answer);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find('|');
    const auto second = line.find('|', first == line.npos ? first : first + 1);
    if (second == line.npos) continue;
    QueuedTask task;
    const auto read = std::from_chars(line.data(), line.data() + first, task.task);
    if (read.ec != std::errc() || read.ptr != line.data() + first) continue;
    task.state = line.substr(first + 1, second - first - 1);
    task.reason = line.substr(second + 1);
    out.push_back(std::move(task));
  }
  return out;
}

}  // namespace mmsim
