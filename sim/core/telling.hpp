// What came of an operation, where it takes more to say it than the fixed word of Operation::outcome(): "= 3", "wakes a and b".
#pragma once

#include <string>

#include "sim/core/operation.hpp"

namespace mmsim {

class Telling {
 public:
  virtual std::string told() const = 0;   // once it is done; for reports

 protected:
  ~Telling() = default;
};

inline std::string told_by(const Operation& op) {
  const auto* telling = dynamic_cast<const Telling*>(&op);
  return telling != nullptr ? telling->told() : op.outcome();
}

}  // namespace mmsim
