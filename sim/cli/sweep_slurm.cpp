#include "sim/cli/sweep_slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "analysis/format.hpp"
#include "results/merge.hpp"
#include "results/reader.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/subprocess.hpp"
#include "sim/cli/sweep_output.hpp"
#include "sim/run/shell_word.hpp"
#include "sim/sweep/slurm.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kTasks_default = 10;
constexpr std::chrono::milliseconds kFirst_look{200};
constexpr std::chrono::milliseconds kLooks_max{5000};   // apart: the controller has other customers
constexpr std::chrono::milliseconds kTick{50};          // how soon an interrupt is seen

std::string last_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string last;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) last = line;
  return last;
}

// What a program of Slurm printed. Throws where it is not there or did not do it.
std::string ask(const std::vector<std::string>& argv) {
  const Finished finished = run_program(argv);
  if (finished.status == 127)
    throw ScenarioError(fmt::format("--slurm: there is no {} here; expected a machine that submits to Slurm (Debian: slurm-client)", argv.front()));
  if (finished.status != 0) throw ScenarioError(fmt::format("--slurm: {} did not take it: {}", argv.front(), finished.err.substr(0, finished.err.find('\n'))));
  return finished.out;
}

class SlurmSweep {
 public:
  SlurmSweep(const SweepPlan& plan, const std::string& database, const SweepArgs& args) : plan_(plan), database_(database), args_(args) {
    directory_ = fs::path(database).replace_extension(".slurm").string();
  }

  std::optional<ExitStatus> run() {
    if (args_.keep_old) keep_directory_beside();
    read_job_file();
    choose_tasks();
    if (!job_.empty() && !queue().empty()) {
      fmt::print(stderr, "Job {} is at work on it already.\n", job_);
    } else if (const std::vector<std::uint64_t> due = unfinished(); !due.empty()) {
      submit(due);
    }
    if (!wait()) {
      fmt::print(stderr, "Job {0} goes on; the same command waits for it again, scancel {0} ends it.\n", job_);
      return termination_flag() ? ExitStatus::kTerminated : ExitStatus::kLimit;
    }
    merge();
    tell_unfinished();
    return {};
  }

 private:
  void keep_directory_beside() {
    if (!fs::exists(directory_)) return;
    for (int number = 1;; ++number) {
      const fs::path to = fs::path(database_).replace_extension(fmt::format(".{}.slurm", number));
      if (fs::exists(to)) continue;
      fs::rename(directory_, to);
      fmt::print(stderr, "{} is kept as {}.\n", directory_, to.string());
      return;
    }
  }

  // "JOB TASKS", of the job that was submitted last.
  void read_job_file() { std::ifstream(directory_ + "/job") >> job_ >> tasks_; }

  void choose_tasks() {
    if (tasks_ > 0 && args_.tasks > 0 && tasks_ != args_.tasks)
      throw ScenarioError(fmt::format("--array {}: {} was begun with {}; expected the same, or --new to begin another", args_.tasks, directory_,
                                      grouped(tasks_, "task")));
    if (tasks_ == 0) tasks_ = std::min(args_.tasks > 0 ? args_.tasks : kTasks_default, std::max<std::uint64_t>(plan_.points(), 1));
  }

  std::uint64_t runs_of(std::uint64_t task) const { return (plan_.points() + tasks_ - 1 - task) / tasks_ * plan_.seeds(); }

  // What a task has recorded. Nothing where its database has not come to be: the task was ended too early, or its log says why not.
  std::uint64_t recorded(std::uint64_t task) const {
    const std::string path = task_database(directory_, task);
    std::optional<ResultsReader> reader;
    try {
      reader.emplace(path);
    } catch (const ResultsError&) {
      return 0;
    }
    if (reader->identity().digest != plan_.identity().digest)
      throw ScenarioError(fmt::format("{}: is of another sweep: its scenario, flags or program version were others; expected the same, or --new to "
                                      "keep it beside and begin another", path));
    std::uint64_t count = 0;
    from_results([&] { reader->for_each_run([&](const RunRow& row) { if (!args_.retry || row.ended != "crashed") ++count; }); });
    return count;
  }

  std::vector<std::uint64_t> unfinished() const {
    std::vector<std::uint64_t> out;
    for (std::uint64_t task = 0; task < tasks_; ++task)
      if (recorded(task) < runs_of(task)) out.push_back(task);
    return out;
  }

  // The command of a task: what began the sweep, by the program that runs here.
  std::string command() const {
    const std::string typed = plan_.identity().command;
    std::string out = shell_word(fs::read_symlink("/proc/self/exe").string()) + typed.substr(typed.find(' '));
    if (args_.retry) out += " --retry";
    if (args_.seconds_max > 0) out += fmt::format(" --max-seconds {}", args_.seconds_max);
    return out;
  }

  void submit(const std::vector<std::uint64_t>& due) {
    std::error_code error;
    fs::create_directories(directory_, error);
    const std::string script = directory_ + "/job.sh";
    std::ofstream file(script);
    file << job_script({"mmsim-" + fs::path(plan_.path()).stem().string(), directory_, tasks_, command(), args_.sbatch});
    file.close();
    if (!file) throw ScenarioError(fmt::format("--slurm: {} cannot be written", script));
    for (const std::uint64_t task : due) fs::remove(task_progress(directory_, task), error);
    const std::string answer = ask({"sbatch", "--parsable", "--array=" + array_of(due), script});
    job_ = answer.substr(0, answer.find_first_of(";\n"));
    std::ofstream(directory_ + "/job") << job_ << ' ' << tasks_ << '\n';
    fmt::print(stderr, "Job {}: {} of {}, in {}.\n", job_, due.size() == tasks_ ? "all" : grouped(due.size()), grouped(tasks_, "task"), directory_);
  }

  // Tasks that Slurm still has. A controller that does not answer is asked again.
  std::vector<QueuedTask> queue() {
    const Finished finished = run_program({"squeue", "--noheader", "--array", "--jobs=" + job_, fmt::format("--format={}", kQueueFormat)});
    if (finished.status == 127) ask({"squeue"});
    if (finished.status == 0) return answered_ = true, read_queue(finished.out);
    if (finished.err.find("Invalid job id") != finished.err.npos) return answered_ = true, std::vector<QueuedTask>();
    answered_ = false;
    return {};
  }

  // True when no task is left that goes on by itself.
  bool wait() {
    ProgressLine line;
    const Clock::time_point begun = Clock::now();
    std::chrono::milliseconds between = kFirst_look;
    while (!job_.empty()) {
      const std::vector<QueuedTask> tasks = queue();
      if (answered_ && std::all_of(tasks.begin(), tasks.end(), [](const QueuedTask& task) { return task.held(); })) return true;
      line.update([&] { return progress(tasks, begun); });
      for (const Clock::time_point next = Clock::now() + between; Clock::now() < next; std::this_thread::sleep_for(kTick))
        if (interrupt_flag() || termination_flag()) return line.clear(), false;
      between = std::min(between * 3 / 2, kLooks_max);
    }
    return true;
  }

  std::string progress(const std::vector<QueuedTask>& tasks, Clock::time_point begun) {
    if (!answered_) return fmt::format("job {}: the controller does not answer", job_);
    SweepProgress all;
    for (std::uint64_t task = 0; task < tasks_; ++task) {
      std::uint64_t done = 0, of = 0, hangs = 0;
      std::ifstream(task_progress(directory_, task)) >> done >> of >> hangs;
      all.runs += runs_of(task);
      all.recorded += done;
      all.hangs += hangs;
    }
    if (!first_) first_ = all.recorded;
    all.before = *first_;
    all.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    std::map<std::string, std::uint64_t> states;
    for (const QueuedTask& task : tasks) ++states[task.state == "PENDING" ? "pending, " + task.reason : task.state == "RUNNING" ? "running" : task.state];
    std::string out = sweep_progress_text(all) + "; tasks:";
    for (const auto& [state, count] : states) out += fmt::format(" {} {}", count, state);
    return out;
  }

  void merge() {
    std::vector<std::string> in;
    for (std::uint64_t task = 0; task < tasks_; ++task)
      if (recorded(task) > 0) in.push_back(task_database(directory_, task));
    if (in.empty() && !fs::exists(database_)) {
      std::string said = last_line_of(task_log(directory_, 0));
      throw ScenarioError(fmt::format("--slurm: no task of job {} recorded anything; {} {}", job_, directory_ + "/0.log",
                                      said.empty() ? "says nothing" : "says: " + said));
    }
    const MergeResult merged = from_results([&] { return merge_databases(database_, in); });
    fmt::print(stderr, "{} of {} merged into {}.\n", grouped(merged.runs), grouped(merged.runs_due, plan_.explores() ? "exploration" : "run"), database_);
  }

  void tell_unfinished() {
    const std::vector<std::uint64_t> due = unfinished();
    if (due.empty()) return;
    constexpr std::size_t kShown_max = 8;
    fmt::print(stderr, "{} of job {} did not finish:\n", due.size() == 1 ? "1 task" : grouped(due.size()) + " tasks", job_);
    std::string ids;
    for (std::size_t i = 0; i < due.size(); ++i) {
      ids += fmt::format(" {}_{}", job_, due[i]);
      if (i >= kShown_max) continue;
      fmt::print(stderr, "  task {}: {} of {} recorded; {}: {}\n", due[i], grouped(recorded(due[i])), grouped(runs_of(due[i])), task_log(directory_, due[i]),
                 last_line_of(task_log(directory_, due[i])));
    }
    if (due.size() > kShown_max) fmt::print(stderr, "  ... and {} more\n", due.size() - kShown_max);
    fmt::print(stderr, "The same command submits them again; so does: scontrol requeue{}\n", ids);
  }

  const SweepPlan& plan_;
  std::string database_;
  const SweepArgs& args_;
  std::string directory_;
  std::string job_;
  std::uint64_t tasks_ = 0;
  bool answered_ = true;
  std::optional<std::uint64_t> first_;   // runs that were recorded when waiting began
};

}  // namespace

std::optional<ExitStatus> run_under_slurm(const SweepPlan& plan, const std::string& database, const SweepArgs& args) {
  return SlurmSweep(plan, database, args).run();
}

}  // namespace mmsim
