// What is wrong with a results database, or with the file system under it.
#pragma once

#include <stdexcept>

namespace mmsim {

// what() begins with the path and says what was expected or what can be done.
class ResultsError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mmsim
