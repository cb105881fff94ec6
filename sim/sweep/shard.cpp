#include "sim/sweep/shard.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

std::optional<std::uint64_t> read_number(const std::string& text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return {};
  return value;
}

// Reads shards out of the variables of one environment.
class Scheduler {
 public:
  Scheduler(std::string word, const Environment& environment, std::optional<std::uint64_t> count)
      : word_(std::move(word)), environment_(environment), count_(count) {}

  Shard find() const {
    if (has("SLURM_ARRAY_TASK_ID")) return slurm_array();
    if (has("JOB_COMPLETION_INDEX")) return {number("JOB_COMPLETION_INDEX"), count("Kubernetes")};
    if (has("AWS_BATCH_JOB_ARRAY_INDEX")) return {number("AWS_BATCH_JOB_ARRAY_INDEX"), number("AWS_BATCH_JOB_ARRAY_SIZE")};
    for (const char* pbs : {"PBS_ARRAY_INDEX", "PBS_ARRAYID"})
      if (has(pbs)) return {number(pbs), count("PBS")};
    if (has("SGE_TASK_ID") && environment_("SGE_TASK_ID") != "undefined") return grid_engine();
    if (has("LSB_JOBINDEX") && environment_("LSB_JOBINDEX") != "0") return {number("LSB_JOBINDEX") - 1, count("LSF")};
    if (has("SLURM_PROCID") && has("SLURM_NTASKS")) return {number("SLURM_PROCID"), number("SLURM_NTASKS")};
    if (has("OMPI_COMM_WORLD_RANK")) return {number("OMPI_COMM_WORLD_RANK"), number("OMPI_COMM_WORLD_SIZE")};
    fail("no scheduler has set its variables here; expected to be a task of Slurm, Kubernetes, AWS Batch, PBS, SGE, LSF or Open MPI, or I/N");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw ScenarioError(fmt::format("--shard {}: {}", word_, what)); }
  bool has(const char* name) const { return environment_(name).has_value(); }

  std::uint64_t number(const char* name) const {
    const auto text = environment_(name);
    if (!text) fail(fmt::format("{} is not set", name));
    const auto value = read_number(*text);
    if (!value) fail(fmt::format("{} is \"{}\"; expected a whole number", name, *text));
    return *value;
  }

  std::uint64_t count(const char* scheduler) const {
    if (!count_) fail(fmt::format("{} does not say how many tasks there are; expected --shard auto/N", scheduler));
    return *count_;
  }

  // An index from 0 of tasks first, first + step, ... last.
  Shard in_steps(std::uint64_t id, std::uint64_t first, std::uint64_t last, std::uint64_t step, std::uint64_t tasks) const {
    if (step == 0 || id < first || last < first || (id - first) % step != 0 || tasks != (last - first) / step + 1)
      fail(fmt::format("task {} of {} from {} to {} by {}: the array has gaps; expected indices without", id, tasks, first, last, step));
    return {(id - first) / step, tasks};
  }
  Shard slurm_array() const {
    return in_steps(number("SLURM_ARRAY_TASK_ID"), number("SLURM_ARRAY_TASK_MIN"), number("SLURM_ARRAY_TASK_MAX"),
                    number("SLURM_ARRAY_TASK_STEP"), number("SLURM_ARRAY_TASK_COUNT"));
  }
  Shard grid_engine() const {
    const std::uint64_t first = number("SGE_TASK_FIRST");
    const std::uint64_t last = number("SGE_TASK_LAST");
    const std::uint64_t step = number("SGE_TASK_STEPSIZE");
    return in_steps(number("SGE_TASK_ID"), first, last, step, step == 0 ? 0 : (last - first) / step + 1);
  }

  std::string word_;
  const Environment& environment_;
  std::optional<std::uint64_t> count_;
};

}  // namespace

std::optional<std::string> environment_of_process(const std::string& name) {
  const char* value = std::getenv(name.c_str());   // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::optional<std::string>() : value;
}

Shard read_shard(const std::string& word, const Environment& environment) {
  const auto slash = word.find('/');
  const std::string first = word.substr(0, slash);
  const auto number = read_number(first);
  const auto shards = slash == word.npos ? std::optional<std::uint64_t>() : read_number(word.substr(slash + 1));
  if ((slash != word.npos && !shards) || (!number && first != "auto") || (number && !shards))
    throw ScenarioError(fmt::format("--shard {}: expected I/N with I from 0 to N-1, auto, or auto/N", word));
  const Shard shard = number ? Shard{*number, *shards} : Scheduler(word, environment, shards).find();
  if (shard.number >= shard.shards)
    throw ScenarioError(fmt::format("--shard {}: {} of {}; expected I from 0 to {}", word, shard.number, shard.shards,
                                    shard.shards == 0 ? 0 : shard.shards - 1));
  return shard;
}

}  // namespace mmsim
