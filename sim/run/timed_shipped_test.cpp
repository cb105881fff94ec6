// The shipped bugs and litmus scenarios against the clock: explorations prove them, and a run must not say otherwise.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "sim/run/load.hpp"
#include "sim/run/run.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> shipped(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& file : fs::directory_iterator(std::string(MMSIM_SOURCE_DIR "/scenarios/") + folder))
    if (file.path().extension() == ".txtpb") out.push_back(file.path());
  std::sort(out.begin(), out.end());
  return out;
}

std::string stem_of(const testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).stem();
  std::replace_if(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

class TimedScenario : public testing::TestWithParam<std::string> {};

// A proof covers every run.
TEST_P(TimedScenario, CompletesWhereThatIsProved) {
  const Loaded loaded = load_scenario(GetParam(), {"bounds.steps=20000"});
  const bool proved_free = loaded.scenario.expect().verdict() == pb::COMPLETED && loaded.scenario.expect().proved();
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const pb::Result result = run_scenario(loaded.resolved, {.seed = seed});
    if (!proved_free) continue;   // it must end, and break no rule of the engine's
    EXPECT_TRUE(result.verdict() == pb::COMPLETED || result.verdict() == pb::LIMIT) << pb::Verdict_Name(result.verdict()) << ", seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Bugs, TimedScenario, testing::ValuesIn(shipped("bugs")), stem_of);
INSTANTIATE_TEST_SUITE_P(Litmus, TimedScenario, testing::ValuesIn(shipped("litmus")), stem_of);

}  // namespace
}  // namespace mmsim
