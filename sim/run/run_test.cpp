#include "sim/run/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/core/trace.hpp"
#include "sim/run/load.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

pb::Result run_text(const std::string& text, const RunOptions& options = {}, const std::vector<std::string>& sets = {}) {
  return run_scenario(load_scenario_text("test.txtpb", "claim: \"Under test.\"\n" + text, sets).resolved, options);
}

std::vector<std::string> actors_with(const pb::Result& result, pb::Role role) {
  std::vector<std::string> out;
  for (const pb::StuckActor& actor : result.stuck())
    if (actor.role() == role) out.push_back(actor.actor());
  return out;
}

// Two tasks deadlock; a third waits for one of them; a fourth has nothing to do with it and runs on.
const char* const kPartialDeadlock = R"(
  mutex { name: "a" } mutex { name: "b" } mutex { name: "c" }
  actor { name: "ab" program {
    step { lock: "c" } step { lock: "a" } step { spend_ns: "1000" } step { lock: "b" } } }
  actor { name: "ba" program { step { lock: "b" } step { spend_ns: "1000" } step { lock: "a" } } }
  actor { name: "victim" start_ns: "9000" program { step { lock: "c" } step { unlock: "c" } } }
  actor { name: "worker" program { step { repeat { times: "10" step { spend_ns: "5000" } } } } }
  costs { lock_ns: 0 context_switch_ns: 0 })";

TEST(Run, ReportsAPartialDeadlockAtTheInstantItClosesWhileOthersRunOn) {
  const pb::Result result = run_text(kPartialDeadlock);
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  EXPECT_EQ(result.closed_ns(), 1000);
  EXPECT_EQ(result.elapsed_ns(), 50000);
  ASSERT_EQ(result.cycles_size(), 1);
  EXPECT_EQ(result.cycles(0).edges_size(), 2);
}

TEST(Run, TellsPartiesFromVictims) {
  const pb::Result result = run_text(kPartialDeadlock);
  EXPECT_THAT(actors_with(result, pb::PARTY), testing::UnorderedElementsAre("ab", "ba"));
  EXPECT_THAT(actors_with(result, pb::VICTIM), ElementsAre("victim"));
}

TEST(Run, SaysOfEachEdgeWhoHoldsWhatSinceWhenAndWhatWouldEndIt) {
  const pb::Result result = run_text(kPartialDeadlock);
  const pb::Edge& edge = result.cycles(0).edges(0);
  EXPECT_EQ(edge.waiter(), "ab");
  EXPECT_EQ(edge.holder(), "ba");
  EXPECT_EQ(edge.resource(), "b");
  EXPECT_EQ(edge.wait_kind(), "mutex");
  EXPECT_EQ(edge.since_ns(), 1000);
  EXPECT_EQ(edge.held_since_ns(), 0);
  EXPECT_EQ(edge.held_at(), "program");
  EXPECT_EQ(edge.ends_when(), "mutex_unlock(b)");
}

TEST(Run, ListsTheLocksThatStuckActorsHold) {
  const pb::Result result = run_text(kPartialDeadlock);
  ASSERT_EQ(result.stuck(0).actor(), "ab");
  ASSERT_EQ(result.stuck(0).holds_size(), 2);
  EXPECT_EQ(result.stuck(0).holds(0).resource(), "a");
  EXPECT_EQ(result.stuck(0).holds(1).resource(), "c");
}

TEST(Run, ControlWithOneOrderCompletes) {
  const pb::Result result = run_text(R"(
    mutex { name: "a" } mutex { name: "b" }
    actor { name: "task" count: "2" program {
      step { lock: "a" } step { spend_ns: "1000" } step { lock: "b" } step { unlock: "b" } step { unlock: "a" } } })");
  EXPECT_EQ(result.verdict(), pb::COMPLETED);
  EXPECT_EQ(result.closed_ns(), -1);
  EXPECT_THAT(result.stuck(), testing::IsEmpty());
}

TEST(Run, NoticesALostWakeupWhenTheLastWakerIsGone) {
  const pb::Result result = run_text(R"(
    wait_queue { name: "queue" }
    actor { name: "sleeper" program { step { spend_ns: "2000" } step { wait: "queue" } } }
    actor { name: "waker" program { step { wake: "queue" } step { spend_ns: "9000" } } }
    costs { lock_ns: 0 context_switch_ns: 0 })");
  EXPECT_EQ(result.verdict(), pb::LOST_WAKEUP);
  EXPECT_EQ(result.closed_ns(), 2000);   // the waker still runs, but has no wake before it
  EXPECT_THAT(actors_with(result, pb::ORPHAN), ElementsAre("sleeper"));
}

TEST(Run, ThrottledAndTimedWaitsAreNoHang) {
  const pb::Result result = run_text(R"(actor { name: "sleeper" program { step { sleep_ns: "1000000" } } })");
  EXPECT_EQ(result.verdict(), pb::COMPLETED);
}

const char* const kEndless = R"(
  actor { name: "spinner" program { step { repeat { times: "0" step { yield {} } } } } })";

TEST(Run, EndsAtItsBoundOfSteps) {
  const pb::Result result = run_text(kEndless, {}, {"bounds.steps=5000"});
  EXPECT_EQ(result.verdict(), pb::LIMIT);
  EXPECT_EQ(result.limit(), "bounds.steps=5000");
}

TEST(Run, EndsAtItsBoundOfTime) {
  const pb::Result result = run_text(
      R"(actor { name: "sleeper" program { step { repeat { times: "0" step { sleep_ns: "1000" } } } } })", {},
      {"bounds.time_ns=10500"});
  EXPECT_EQ(result.verdict(), pb::LIMIT);
  EXPECT_EQ(result.elapsed_ns(), 10500);
}

TEST(Run, EndsWhenInterruptedWithWhatIsKnown) {
  const std::atomic<bool> interrupted{true};
  const pb::Result result = run_text(kEndless, {.interrupted = &interrupted});
  EXPECT_EQ(result.verdict(), pb::LIMIT);
  EXPECT_EQ(result.limit(), "interrupted");
  EXPECT_GT(result.transitions(), 0U);
}

TEST(Run, TheSameSeedGivesTheSameResultAndAnotherSeedAnotherSchedule) {
  const char* const text = R"(
    mutex { name: "m" }
    actor { name: "task" count: "4" start_jitter_ns: "5000" program {
      step { repeat { times: "5" step { lock: "m" } step { spend_ns: "100" } step { unlock: "m" } } } } })";
  const pb::Result first = run_text(text, {.seed = 1});
  EXPECT_EQ(first.SerializeAsString(), run_text(text, {.seed = 1}).SerializeAsString());
  EXPECT_NE(first.trace_digest(), run_text(text, {.seed = 2}).trace_digest());
}

TEST(Run, AnUnlockThatOnlyRunningCanJudgeIsAFaultOfTheScenario) {
  const char* const text = R"(
    mutex { name: "m" }
    actor { name: "task" program {
      step { trylock { lock: "m" } }
      step { repeat { times: "2" step { unlock: "m" } } } } })";
  try {
    run_text(text);
    FAIL() << "the second unlock went unnoticed";
  } catch (const ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("test.txtpb:6:34: task unlocks m, which it does not hold"));
  }
}

TEST(Run, SaysHowToReproduceIt) {
  const pb::Result result = run_text(kEndless, {.seed = 3}, {"bounds.steps=100"});
  EXPECT_EQ(result.reproduce(), "mmsim run test.txtpb --set bounds.steps=100 --seed 3");
}

TEST(Run, WritesATraceOfAllItsRecords) {
  const std::string path = testing::TempDir() + "/run_test." + std::to_string(getpid()) + ".trace";
  run_text(kPartialDeadlock, {.trace_path = path});
  std::ifstream in(path, std::ios::binary);
  TraceHeader header;
  in.read(reinterpret_cast<char*>(&header), sizeof header);
  EXPECT_EQ(std::string(header.magic, sizeof header.magic), "mmsimtr2");
  std::int64_t count = 0;
  TraceRecord record{};
  std::int64_t last_ns = 0;
  while (in.read(reinterpret_cast<char*>(&record), sizeof record) && record.event != Event::kEnd) {
    EXPECT_GE(record.time_ns, last_ns);
    last_ns = record.time_ns;
    ++count;
  }
  EXPECT_EQ(record.argument, count);
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "actor\tab");
  std::filesystem::remove(path);
}

TEST(Run, ATraceThatCannotBeWrittenIsAnErrorOfTheFlag) {
  EXPECT_THROW(run_text(kEndless, {.trace_path = "/nonexistent/trace"}), ScenarioError);
}

}  // namespace
}  // namespace mmsim
