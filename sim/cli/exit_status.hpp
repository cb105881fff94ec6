// What the program's exit status means. Scripts depend on it.
#pragma once

#include "proto/verdict.hpp"

namespace mmsim {

enum class ExitStatus : int {
  kGood = 0,      // completed or proved free; `check`: all as expected
  kFinding = 1,   // a hang; `check`: a row that is not as expected
  kBadInput = 2,  // bad usage, a bad scenario, schedule or trace; a trace that is cut off, of which all there is was shown
  kBug = 3,       // a bug in mmsim
  kLimit = 4,     // a bound ended it and nothing is claimed
  kTerminated = 143,   // `sweep`: SIGTERM ended it; what was done is kept, and the same command goes on
};

inline ExitStatus exit_status(Verdict verdict) {
  switch (verdict) {
    case COMPLETED: return ExitStatus::kGood;
    case LIMIT: return ExitStatus::kLimit;
    case VERDICT_UNSPECIFIED: return ExitStatus::kBug;
    default: return ExitStatus::kFinding;
  }
}

}  // namespace mmsim
