// What is wrong with a scenario or with a --set: one line for the user, complete with its place.
#pragma once

#include <stdexcept>

namespace mmsim {

// what() is "file:line:column: what is wrong; what was expected", or begins with the flag or the path at fault.
class ScenarioError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mmsim
