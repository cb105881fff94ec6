// Lock programs in JSON (see lock_program.proto) as scenarios: tasks become actors, locks become mutexes,
// and one op becomes one step.
#pragma once

#include <stdexcept>
#include <string>

#include "proto/scenario.pb.h"

namespace mmsim {

// What is wrong with a lock program, or what no scenario can say.
struct LockProgramError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws LockProgramError.
pb::Scenario scenario_of_lock_program(const std::string& json);

}  // namespace mmsim
