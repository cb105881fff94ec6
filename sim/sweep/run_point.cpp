#include "sim/sweep/run_point.hpp"

#include "sim/core/check.hpp"
#include "sim/run/load.hpp"
#include "sim/run/run.hpp"

namespace mmsim {
namespace {

// The first byte says which of them follows.
constexpr char kResult = 'r';
constexpr char kBadScenario = 'b';

}  // namespace

std::string run_point(const SweepPlan& plan, std::uint64_t point, std::uint64_t seed, const Finish& finish) {
  set_check_context(plan.reproduce(point, seed).c_str());
  pb::Result result;
  RunOptions options;
  options.seed = seed;
  options.histograms = true;
  try {
    const Resolved resolved = load_scenario_text(plan.path(), plan.scenario_text(), plan.sets(point)).resolved;
    result = plan.explores() ? explore_scenario(resolved, plan.explore_options()) : run_scenario(resolved, options);
  } catch (const ScenarioError& error) {
    return kBadScenario + std::string(error.what());
  }
  finish(result);
  // Whoever wants to know more of a point runs it: that is what its seed and its settings are kept for.
  result.clear_cycles();
  result.clear_stuck();
  result.clear_actors();
  result.clear_last_events();
  result.clear_set();
  return kResult + result.SerializeAsString();
}

void read_point(const std::string& bytes, RunRecord& record) {
  MMSIM_CHECK(!bytes.empty() && (bytes.front() == kResult || bytes.front() == kBadScenario), "a worker returned something else");
  if (bytes.front() == kBadScenario) {
    record.ended = RunEnded::kBadScenario;
    record.failure = bytes.substr(1);
    return;
  }
  record.ended = RunEnded::kRan;
  MMSIM_CHECK(record.result.ParseFromArray(bytes.data() + 1, static_cast<int>(bytes.size() - 1)), "a worker returned half a result");
}

}  // namespace mmsim
