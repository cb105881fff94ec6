// Searches that are stopped and gone on with, against those that are not.
#include "sim/explore/checkpoint.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/explore/explored_world.hpp"   // before names of the proto package come into view
//
#include "sim/explore/explore_testing.hpp"

namespace mmsim {
namespace {

using Sets = std::vector<std::string>;

const std::string kDining = MMSIM_SOURCE_DIR "/scenarios/litmus/dining.txtpb";
const std::string kBatch = MMSIM_SOURCE_DIR "/scenarios/lkml-2022-09-27/1-batching-writer.txtpb";

Resolved loaded(const std::string& path, const Sets& sets) { return load_scenario(path, sets).resolved; }

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() { std::filesystem::remove(path_); }
  ~CheckpointTest() override { std::filesystem::remove(path_); }

  ExploreOptions kept(bool reduction, std::uint64_t states_max, int jobs = 1) const {
    ExploreOptions options = with_reduction(reduction);
    options.states_max = states_max;
    options.jobs = jobs;
    options.checkpoint_path = path_;
    options.checkpoint_fault = [](const std::string& fault) { EXPECT_EQ(fault, ""); };
    return options;
  }
  bool there() const { return std::filesystem::exists(path_); }
  std::string content() const {
    std::ostringstream out;
    out << std::ifstream(path_, std::ios::binary).rdbuf();
    return out.str();
  }
  void put(const std::string& content) const { std::ofstream(path_, std::ios::binary) << content; }
  std::string fault(const Resolved& scenario, const ExploreOptions& options) const {
    try {
      explore_scenario(scenario, options);
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return "";
  }

  const std::string path_ = testing::TempDir() + "mmsim_checkpoint_test." + std::to_string(getpid());
};

void expect_same(const pb::Result& a, const pb::Result& b) {
  EXPECT_EQ(a.verdict(), b.verdict());
  EXPECT_EQ(a.proved(), b.proved());
  EXPECT_EQ(a.states(), b.states());
  EXPECT_EQ(a.transitions(), b.transitions());
  EXPECT_EQ(a.exploration().deadlock_states(), b.exploration().deadlock_states());
  EXPECT_EQ(a.exploration().completed_states(), b.exploration().completed_states());
  EXPECT_EQ(a.exploration().depth(), b.exploration().depth());
  EXPECT_EQ(witness_actors(a), witness_actors(b));
}

// Stops every so many states.
pb::Result in_parts(const Resolved& scenario, ExploreOptions options, std::uint64_t part, int& stops) {
  stops = 0;
  for (options.states_max = part;; options.states_max += part) {
    pb::Result result = explore_scenario(scenario, options);
    if (result.exploration().limit_reached().empty()) return result;
    EXPECT_TRUE(std::filesystem::exists(options.checkpoint_path));
    ++stops;
  }
}

struct Case {
  std::string path;
  Sets sets;
  bool scenario_cpus = false;
};

const std::vector<Case> kCases{{kDining, {"n=6", "rounds=2"}},
                               {kDining, {"n=4", "rounds=2"}, true},
                               {kBatch, {"file.count=4"}},
                               {kBatch, {"file.count=4"}, true}};

TEST_F(CheckpointTest, SearchInPartsIsTheSameAsInOne) {
  for (const Case& c : kCases)
    for (const bool reduction : {false, true})
      for (const int jobs : {1, 2}) {
        SCOPED_TRACE(testing::Message() << c.path << (reduction ? " reduced, jobs " : " jobs ") << jobs);
        const Resolved scenario = loaded(c.path, c.sets);
        ExploreOptions options = with_reduction(reduction);
        options.scenario_cpus = c.scenario_cpus;
        const pb::Result whole = explore_scenario(scenario, options);
        options = kept(reduction, 0, jobs);
        options.scenario_cpus = c.scenario_cpus;
        int stops = 0;
        expect_same(in_parts(scenario, options, whole.states() / 3 + 1, stops), whole);
        EXPECT_GE(stops, 1);
        EXPECT_FALSE(there());
      }
}

// A bound other than max-states ends a search within a layer.
TEST_F(CheckpointTest, SearchStoppedWithinALayerCountsNothingTwice) {
  for (const bool reduction : {false, true}) {
    const Resolved scenario = loaded(kDining, {reduction ? "n=8" : "n=6", "rounds=2"});   // with layers above 1024 states
    const pb::Result whole = explore_scenario(scenario, with_reduction(reduction));
    ExploreOptions options = kept(reduction, UINT64_MAX);
    int stops = 0;
    for (options.memory_max_bytes = 1 << 20;; options.memory_max_bytes += options.memory_max_bytes / 2) {
      const pb::Result result = explore_scenario(scenario, options);
      if (result.exploration().limit_reached().empty()) {
        expect_same(result, whole);
        break;
      }
      ++stops;
    }
    EXPECT_FALSE(there());
    EXPECT_GE(stops, 3);
  }
}

// Told of each writing, a child kills itself at one of them. Keeping a small search takes longer than searching it: whether a child
// comes so far depends on the clock, but what the next one makes of the file does not.
TEST_F(CheckpointTest, SearchThatIsKilledBetweenTwoWritingsIsGoneOnWith) {
  for (const bool reduction : {false, true}) {
    const Resolved scenario = loaded(kDining, {reduction ? "n=8" : "n=5", "rounds=2"});
    const pb::Result whole = explore_scenario(scenario, with_reduction(reduction));
    ExploreOptions options = kept(reduction, UINT64_MAX);
    options.checkpoint_pause_s = 0;
    int killed = 0;
    for (int writing = 1; writing <= 4; ++writing) {
      const pid_t child = fork();
      if (child == 0) {
        int written = 0;
        options.checkpoint_fault = [&](const std::string&) {
          if (++written == writing) raise(SIGKILL);
        };
        explore_scenario(scenario, options);
        _exit(0);
      }
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      if (!WIFSIGNALED(status)) {
        EXPECT_FALSE(there());
        break;
      }
      EXPECT_EQ(WTERMSIG(status), SIGKILL);
      EXPECT_TRUE(there());
      ++killed;
    }
    EXPECT_GE(killed, 1) << "nothing was written while the search went on";
    expect_same(explore_scenario(scenario, kept(reduction, UINT64_MAX)), whole);
    EXPECT_FALSE(there());
  }
}

// States and transitions of each search until nothing new was learned. The first knows nothing: schedules were not drawn.
using Rounds = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

Rounds rounds_in_one(const Resolved& scenario) {
  ExploredWorld world(scenario, false);
  Reduction reduction(world.expander());
  Rounds rounds;
  do {
    const SearchFindings found = Search(world.expander(), &reduction, 1, {}, {}).run();
    rounds.emplace_back(found.states, found.transitions);
  } while (reduction.learn());
  return rounds;
}

// Each search is stopped every so many states and gone on with in another world.
Rounds rounds_in_parts(const Resolved& scenario, const std::string& path, std::uint64_t part) {
  Rounds rounds;
  SearchLimits limits;
  for (bool over = false; !over;) {
    ExploredWorld world(scenario, false);
    Reduction reduction(world.expander());
    Checkpoint checkpoint(path, {}, world.expander(), reduction, {});
    bool resumed = checkpoint.found();
    limits.states_max = resumed ? limits.states_max + part : part;
    for (;;) {
      Search search(world.expander(), &reduction, 1, limits, {});
      const SearchFindings found = resumed ? checkpoint.go_on(search) : search.run();
      resumed = false;
      if (!found.limit.empty()) {
        checkpoint.keep(search);
        break;
      }
      rounds.emplace_back(found.states, found.transitions);
      limits.states_max = part;
      over = !reduction.learn();
      if (over) break;
    }
  }
  return rounds;
}

TEST_F(CheckpointTest, WhatIsLearnedInPartsIsTheSameAsInOne) {
  for (const Case& c : kCases) {
    if (c.scenario_cpus) continue;
    const Resolved scenario = loaded(c.path, c.sets);
    const Rounds rounds = rounds_in_one(scenario);
    EXPECT_GE(rounds.size(), 2U);
    for (const std::uint64_t parts : {2, 4}) {
      SCOPED_TRACE(testing::Message() << c.path << " in " << parts);
      EXPECT_EQ(rounds_in_parts(scenario, path_, rounds.back().first / parts + 1), rounds);
      std::filesystem::remove(path_);
    }
  }
}

TEST_F(CheckpointTest, BoundThatIsAlreadyReachedEndsItAtOnce) {
  const Resolved scenario = loaded(kDining, {"n=6"});
  const pb::Result first = explore_scenario(scenario, kept(true, 100));
  const std::string before = content();
  expect_same(explore_scenario(scenario, kept(true, 100)), first);
  EXPECT_EQ(content().size(), before.size());
}

TEST_F(CheckpointTest, OfAnotherSearchIsRefusedAndLeft) {
  const Resolved scenario = loaded(kDining, {"n=5"});
  explore_scenario(scenario, kept(true, 50));
  const std::string before = content();
  const auto refused = [&](const std::string& there, const std::string& here) {
    return path_ + ": is of another search: " + there + " there, " + here + " here; remove it to begin anew";
  };
  EXPECT_EQ(fault(loaded(kDining, {"n=6"}), kept(true, 50)), refused("--set n=5", "--set n=6"));
  EXPECT_EQ(fault(loaded(kDining, {}), kept(true, 50)), refused("--set n=5", "no --set"));
  EXPECT_EQ(fault(scenario, kept(false, 50)), refused("reduction", "--no-reduction"));
  ExploreOptions cpus = kept(true, 50);
  cpus.scenario_cpus = true;
  EXPECT_EQ(fault(scenario, cpus), refused("--cpus any", "--cpus scenario"));
  EXPECT_EQ(fault(loaded(kBatch, {}), kept(true, 50)), refused("another text of the scenario", "what its file holds now"));
  EXPECT_EQ(content(), before);
}

TEST_F(CheckpointTest, CutOffAnywhereIsRefusedAndLeft) {
  const Resolved scenario = loaded(kDining, {"n=2"});
  for (const bool reduction : {false, true}) {
    std::filesystem::remove(path_);
    explore_scenario(scenario, kept(reduction, 4));
    const std::string whole = content();
    ASSERT_GT(whole.size(), 100U);
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
      put(whole.substr(0, bytes));
      ASSERT_EQ(fault(scenario, kept(reduction, 4)), path_ + ": this checkpoint of mmsim explore is cut off or damaged") << bytes;
      ASSERT_EQ(content(), whole.substr(0, bytes));
    }
  }
}

TEST_F(CheckpointTest, ChangedAnywhereIsRefused) {
  const Resolved scenario = loaded(kDining, {"n=2"});
  explore_scenario(scenario, kept(true, 4));
  const std::string whole = content();
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    put(changed);
    ASSERT_NE(fault(scenario, kept(true, 4)), "") << at;
  }
}

TEST_F(CheckpointTest, SomethingElseIsRefusedAndLeft) {
  const Resolved scenario = loaded(kDining, {"n=2"});
  put("claim: \"A file that somebody wants to keep.\"");
  const std::string before = content();
  EXPECT_EQ(fault(scenario, kept(true, 4)), path_ + ": is no checkpoint of mmsim explore; it was left as it is");
  EXPECT_EQ(content(), before);
  ExploreOptions options = kept(true, 4);
  options.checkpoint_path = testing::TempDir();
  EXPECT_EQ(fault(scenario, options), testing::TempDir() + ": is no checkpoint of mmsim explore; it was left as it is");
}

TEST_F(CheckpointTest, ThatCannotBeWrittenDoesNotEndTheSearch) {
  ExploreOptions options = kept(true, 50);
  options.checkpoint_path = "/no/such/directory/c";
  std::string said;
  options.checkpoint_fault = [&](const std::string& fault) { said = fault; };
  EXPECT_EQ(explore_scenario(loaded(kDining, {}), options).exploration().limit_reached(), "max-states=50");
  EXPECT_EQ(said, "/no/such/directory/c.tmp: No such file or directory");
}

}  // namespace
}  // namespace mmsim
