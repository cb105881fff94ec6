#include "sim/explore/any_scenario.hpp"

#include "sim/explore/random_program.hpp"

namespace mmsim {

Resolved any_program() {
  const pb::Scenario scenario = RandomProgram().make();
  RC_LOG() << scenario.DebugString();
  return resolved(scenario);
}

Resolved shipped(const std::string& file, const std::vector<std::string>& sets) {
  return load_scenario(MMSIM_SOURCE_DIR "/scenarios/" + file, sets).resolved;
}

}  // namespace mmsim
