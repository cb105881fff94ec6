// What a sweep says to Slurm, and what it reads from it. Nothing is run here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mmsim {

struct SlurmJob {
  std::string name;                    // as squeue shows it
  std::string directory;               // of job script, logs and databases, one per task
  std::uint64_t tasks = 1;
  std::string command;                 // of a task as a shell reads it, without what differs from task to task
  std::vector<std::string> options;    // of sbatch, as they were given
};

std::string task_database(const std::string& directory, std::uint64_t task);
std::string task_log(const std::string& directory, std::uint64_t task);
// "recorded runs hangs", written by the task; see mmsim sweep --progress.
std::string task_progress(const std::string& directory, std::uint64_t task);

// The batch script. It can be submitted by hand for any of its tasks: a task's shard depends on its index alone, not on the others
// of its array.
std::string job_script(const SlurmJob& job);

// "0,3,7-9"
std::string array_of(const std::vector<std::uint64_t>& tasks);

struct QueuedTask {
  std::uint64_t task = 0;
  std::string state;                   // "PENDING", "RUNNING", ...
  std::string reason;                  // why it is pending
  bool held() const;                   // nobody but a user or an administrator lets it go on
};

// What squeue is asked for, and its answer read: a line per task.
inline constexpr const char* kQueueFormat = "%K|%T|%r";
std::vector<QueuedTask> read_queue(const std::string& answer);

}  // namespace mmsim
