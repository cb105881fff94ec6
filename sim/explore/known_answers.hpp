// Programs whose answers are known from elsewhere: SPIN, exhaustive search by other programs, published tables. For tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/scenario.pb.h"

namespace mmsim {

// Counts of a search without reduction; what is not known is left out.
struct KnownAnswer {
  std::string name;
  pb::Scenario scenario = {};
  bool hangs = false;
  std::optional<std::uint64_t> states = {};
  std::optional<std::uint64_t> transitions = {};
  std::optional<std::uint64_t> deadlock_states = {};
  std::optional<int> shortest_witness = {};  // steps; -1: free
  std::optional<double> deadlock_probability = {};
  std::optional<int> fewest_preemptions = {};
};

// Compares what was found with an answer, if there is one.
template <class T>
void expect_known(const char* what, const std::optional<T>& known, T found) {
  if (known) {
    EXPECT_EQ(found, *known) << what;
  }
}

// Philosopher i takes fork i, then fork (i+1) % n, puts back the second, then the first. Ordered: the lower number first.
pb::Scenario dining(int n, int rounds, bool ordered = false);

// Those with at most `states_max` states.
std::vector<KnownAnswer> dining_answers(std::uint64_t states_max);

// Those kept in testdata; all hundred where the collection they come from lies beside the project.
std::vector<KnownAnswer> lock_program_answers();

// The patterns that the kernel's lock checkers are tested with; only whether they hang is known.
std::vector<KnownAnswer> lock_checker_answers();

// How many schedules of a program differ in more than the order of independent steps.
struct KnownClasses {
  std::string name;
  pb::Scenario scenario = {};
  std::uint64_t classes = 0;
  std::uint64_t deadlocked = 0;
};
std::vector<KnownClasses> class_answers();

}  // namespace mmsim
