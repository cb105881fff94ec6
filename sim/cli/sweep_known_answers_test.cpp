// Sweeps whose answer is known: every point is compared with a search that shares nothing with mmsim but the question.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sim/cli/testing.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Whether a state that is stuck can be reached from `start`: `next` appends all successors.
template <class State>
bool reaches_stuck(const State& start, const std::function<void(const State&, std::vector<State>&)>& next,
                   const std::function<bool(const State&)>& is_stuck) {
  std::vector<State> todo{start};
  std::set<State> seen{start};
  while (!todo.empty()) {
    const State state = todo.back();
    todo.pop_back();
    if (is_stuck(state)) return true;
    std::vector<State> successors;
    next(state, successors);
    for (const State& successor : successors)
      if (seen.insert(successor).second) todo.push_back(successor);
  }
  return false;
}

// Producers asleep, consumers asleep, slots used. Whoever is awake may enter the monitor next; all that is done in there is one step.
bool buffer_hangs(int producers, int consumers, int slots) {
  using State = std::array<int, 3>;
  const auto wake_one = [](State state, std::vector<State>& out) {
    if (state[0] == 0 && state[1] == 0) out.push_back(state);
    if (state[0] > 0) out.push_back({state[0] - 1, state[1], state[2]});
    if (state[1] > 0) out.push_back({state[0], state[1] - 1, state[2]});
  };
  const auto next = [&](const State& state, std::vector<State>& out) {
    const auto& [producers_asleep, consumers_asleep, used] = state;
    if (producers_asleep < producers) {
      if (used == slots) out.push_back({producers_asleep + 1, consumers_asleep, used});
      else wake_one({producers_asleep, consumers_asleep, used + 1}, out);
    }
    if (consumers_asleep < consumers) {
      if (used == 0) out.push_back({producers_asleep, consumers_asleep + 1, used});
      else wake_one({producers_asleep, consumers_asleep, used - 1}, out);
    }
  };
  return reaches_stuck<State>({0, 0, 0}, next, [&](const State& state) { return state[0] == producers && state[1] == consumers; });
}

// How many forks each philosopher has: 0, 1, 2; 3: has eaten and put them back.
bool dining_hangs(int n, int left_first) {
  using State = std::vector<int>;
  const auto fork_of = [&](int philosopher, int take) { return (philosopher + (take == (philosopher < left_first ? 0 : 1) ? 0 : 1)) % n; };
  const auto is_taken = [&](const State& state, int fork) {
    for (int i = 0; i < n; ++i)
      for (int take = 0; take < (state[i] == 3 ? 0 : state[i]); ++take)
        if (fork_of(i, take) == fork) return true;
    return false;
  };
  const auto next = [&](const State& state, std::vector<State>& out) {
    for (int i = 0; i < n; ++i) {
      if (state[i] == 3 || (state[i] < 2 && is_taken(state, fork_of(i, state[i])))) continue;
      out.push_back(state);
      ++out.back()[i];
    }
  };
  const auto is_stuck = [&](const State& state) {
    std::vector<State> out;
    next(state, out);
    return out.empty() && state != State(n, 3);
  };
  return reaches_stuck<State>(State(n, 0), next, is_stuck);
}

struct Swept {
  std::vector<std::vector<std::string>> rows;   // point, axes, verdict, ...
  std::string text;
};

Swept sweep(const std::string& scenario, const std::vector<std::string>& more) {
  std::string directory = testing::TempDir() + "sweep_known_answers_XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
  std::vector<std::string> args{"sweep", MMSIM_SOURCE_DIR "/scenarios/sweeps/" + scenario, "--db", directory + "/a.db"};
  args.insert(args.end(), more.begin(), more.end());
  Swept out{{}, mmsim(args).out};
  std::istringstream lines(mmsim({"sweep", "show", directory + "/a.db", "--format", "csv"}).out);
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream words(line);
    for (std::string cell; std::getline(words, cell, ',');) cells.push_back(cell);
    out.rows.push_back(cells);
  }
  fs::remove_all(directory);
  return out;
}

// The whole sweep, up to six of each, is 216 points and 18 million states; these are all that have six actors or fewer.
TEST(KnownAnswers, a_bounded_buffer_on_one_condition_variable) {
  const Swept swept = sweep("bounded-buffer.txtpb", {"--where", "producers + consumers <= 6"});
  ASSERT_EQ(swept.rows.size(), 90U);
  int hangs = 0;
  for (const auto& row : swept.rows) {
    const bool expected = buffer_hangs(std::stoi(row[1]), std::stoi(row[2]), std::stoi(row[3]));
    EXPECT_EQ(row[4], expected ? "DEADLOCK" : "COMPLETED") << row[1] << " producers, " << row[2] << " consumers, " << row[3] << " slots";
    hangs += expected;
  }
  EXPECT_EQ(hangs, 23);
  EXPECT_THAT(swept.text, HasSubstr("\nHangs iff producers + consumers > 2*slots, on the 90 points tested.\n"));
  EXPECT_THAT(swept.text, HasSubstr("\n  producers=1 consumers=2 slots=1  consumers=1, slots=2\n"));
  EXPECT_THAT(swept.text, HasSubstr("\nAs claimed: hangs iff producers + consumers > 2*slots, on 90 points.\n"));
}

TEST(KnownAnswers, dining_philosophers_of_whom_some_take_the_left_fork_first) {
  const Swept swept = sweep("dining.txtpb", {});
  ASSERT_EQ(swept.rows.size(), 42U);
  for (const auto& row : swept.rows)
    EXPECT_EQ(row[3], dining_hangs(std::stoi(row[1]), std::stoi(row[2])) ? "DEADLOCK" : "COMPLETED") << row[2] << " of " << row[1];
  EXPECT_THAT(swept.text, HasSubstr("\nAs claimed: hangs iff left_first == 0 || left_first == n, on 42 points.\n"));
}

}  // namespace
}  // namespace mmsim
