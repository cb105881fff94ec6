// Schedules of the explorer under the clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "sim/explore/explore_testing.hpp"
#include "sim/explore/random_program.hpp"
#include "sim/explore/random_schedule.hpp"
#include "sim/explore/schedule_file.hpp"

namespace mmsim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Schedule = std::vector<ScheduleStep>;

Schedule schedule_of(const pb::Result& result) {
  Schedule out;
  for (const pb::WitnessStep& step : result.exploration().witness()) out.push_back({step.actor(), schedule_words(step)});
  return out;
}

ReplayOptions timed(bool scenario_cpus = false) {
  ReplayOptions options;
  options.engine = ReplayEngine::kTimed;
  options.scenario_cpus = scenario_cpus;
  return options;
}

// What it says where it cannot be taken; empty: it can.
std::string fault_of(const Resolved& scenario, const Schedule& schedule, bool scenario_cpus = false) {
  try {
    replay_scenario(scenario, schedule, timed(scenario_cpus));
    return {};
  } catch (const ScenarioError& error) {
    return error.what();
  }
}

std::set<std::string> parties(const pb::Result& result) {
  std::set<std::string> out;
  for (const pb::StuckActor& stuck : result.stuck())
    if (stuck.role() != pb::VICTIM) out.insert(stuck.actor());
  return out;
}

struct Shipped {
  const char* file;
  std::vector<std::string> set;
};

class ReplayTimed : public testing::TestWithParam<Shipped> {};

TEST_P(ReplayTimed, ComesToTheHangThatWasFound) {
  const Resolved scenario = load_scenario(std::string(MMSIM_SOURCE_DIR "/scenarios/") + GetParam().file, GetParam().set).resolved;
  for (const bool scenario_cpus : {false, true}) {
    SCOPED_TRACE(scenario_cpus);
    ExploreOptions options;
    options.stop_at_first = true;
    options.scenario_cpus = scenario_cpus;
    const pb::Result found = explore_scenario(scenario, options);
    ASSERT_TRUE(is_hang(found.verdict()));
    const Schedule schedule = schedule_of(found);
    const pb::Result again = replay_scenario(scenario, schedule, timed(scenario_cpus));
    EXPECT_EQ(again.verdict(), found.verdict());
    EXPECT_EQ(parties(again), parties(found));
    EXPECT_EQ(again.stuck_size(), found.stuck_size());
    EXPECT_EQ(again.exploration().strategy(), "replay");
    ASSERT_EQ(again.exploration().witness_size(), found.exploration().witness_size());
    for (int i = 0; i < again.exploration().witness_size(); ++i)
      EXPECT_EQ(again.exploration().witness(i).SerializeAsString(), [&] {
        pb::WitnessStep step = found.exploration().witness(i);
        step.clear_preemption();
        return step.SerializeAsString();
      }());
  }
}

std::string test_name(const testing::TestParamInfo<Shipped>& info) {
  std::string name = std::filesystem::path(info.param.file).stem();
  std::replace_if(name.begin(), name.end(), [](char c) { return isalnum(c) == 0; }, '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Shipped, ReplayTimed,
                         testing::Values(Shipped{"litmus/abba.txtpb", {}}, Shipped{"litmus/dining.txtpb", {}},
                                         Shipped{"litmus/lost-wakeup.txtpb", {}}, Shipped{"litmus/reader-writer-reader.txtpb", {}},
                                         Shipped{"litmus/self-lock.txtpb", {}},
                                         Shipped{"lkml-2022-09-27/1-batching-writer.txtpb", {"file.count=4"}},
                                         Shipped{"lkml-2022-09-27/3b-ioend-writer.txtpb", {"file.count=4"}},
                                         Shipped{"lkml-2022-09-27/4a-only-writer-ascending.txtpb", {"file.count=4"}},
                                         Shipped{"lkml-2022-09-27/4b-both-ascending.txtpb", {"file.count=4"}},
                                         Shipped{"lkml-2022-09-27/9a-loop-v6.3-rc1.txtpb", {}}),
                         test_name);

RC_GTEST_PROP(ReplayTimed, TakesAnyOrderOfAProgramWithoutDevices, ()) {
  const pb::Scenario text = RandomProgram().make();
  RC_LOG() << text.DebugString();
  const Resolved scenario = resolved(text);
  const auto any_below = [](std::size_t n) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, n)); };
  const Schedule schedule = random_schedule(scenario, any_below, 200);
  RC_PRE(!schedule.empty());
  for (const ScheduleStep& step : schedule) RC_LOG() << step.actor << "  " << step.step << "\n";
  const pb::Result without = replay_scenario(scenario, schedule, {});
  const pb::Result with = replay_scenario(scenario, schedule, timed());
  RC_ASSERT(with.verdict() == without.verdict());
  RC_ASSERT(parties(with) == parties(without));
  RC_ASSERT(schedule_of(with).size() == schedule.size());
}

// With a disk an order may be one that the clock does not allow. Then it says so, and nothing else is wrong.
TEST(ReplayTimedWithDevices, TakesAnOrderOrSaysThatTheClockDoesNotAllowIt) {
  std::mt19937_64 random(1);
  int taken = 0;
  for (const char* file : {"1-batching-writer", "4b-both-ascending", "5-migrate-async", "6-one-by-one", "8-fix-b-fall-back"}) {
    const Resolved scenario =
        load_scenario(std::string(MMSIM_SOURCE_DIR "/scenarios/lkml-2022-09-27/") + file + ".txtpb", {"file.count=4"}).resolved;
    for (std::size_t most = 5; most < 200; most = most * 3 / 2) {
      const Schedule schedule = random_schedule(scenario, [&](std::size_t n) { return random() % n; }, most);
      const std::string fault = fault_of(scenario, schedule);
      if (fault.empty()) ++taken;
      if (fault.empty()) continue;
      EXPECT_THAT(fault, testing::AllOf(StartsWith("step "), HasSubstr("the clock does not allow "))) << file;
    }
  }
  EXPECT_GT(taken, 10);
}

TEST(ReplayTimedWithDevices, ADiskDoesNotWaitForItsTurn) {
  const std::string text = R"(
    claim: "This can hang."
    machine { node { cpus: 2 pages: 16 } }
    disk { name: "nvme0" }
    mapping { name: "inode" kind: FILE device: "nvme0" }
    folios { name: "file" count: "1" mapping: "inode" dirty: true }
    mutex { name: "m" }
    actor { name: "flusher" cpu: "0" writeback { profile: WRITE_CACHE_PAGES sync_mode: WB_SYNC_ALL folios: "file" } }
    actor { name: "late" cpu: "1" program { step { lock: "m" } step { spend_ns: "1000000000" } step { unlock: "m" } } })";
  const Resolved scenario = load_scenario_text("late.txtpb", text, {}).resolved;
  // Whoever comes first in the file first, the disk last.
  Schedule schedule = random_schedule(scenario, [](std::size_t) { return 0; }, 200);
  const auto end = std::find_if(schedule.begin(), schedule.end(),
                                [](const ScheduleStep& step) { return step.actor == "nvme0:file[0]"; });
  ASSERT_NE(end, schedule.end());
  ASSERT_EQ((end - 1)->step, "mutex_unlock(m) finishes");
  const auto number = end - schedule.begin();
  EXPECT_THAT(fault_of(scenario, schedule),
              testing::MatchesRegex(fmt::format("step {}: the clock does not allow that late does mutex_unlock\\(m\\) finishes here: the "
                                                "I/O of file\\[0\\] was over before, at [0-9]+ ns; in the schedule it ends at step {}",
                                                number, number + 1)));
  std::iter_swap(end - 1, end);
  EXPECT_EQ(fault_of(scenario, schedule), "");
}

class WrongSteps : public testing::Test {
 protected:
  WrongSteps() {
    add_locks(*text_.mutable_mutex(), "a");
    add_locks(*text_.mutable_mutex(), "b");
    add_program(text_, "ab", {{"lock", "a"}, {"lock", "b"}, {"unlock", "b"}, {"unlock", "a"}});
    add_program(text_, "ba", {{"lock", "b"}, {"spend_ns", "50000"}, {"lock", "a"}, {"unlock", "a"}, {"unlock", "b"}});
    text_.set_claim("This can hang.");
  }
  std::string fault(const Schedule& schedule) const { return fault_of(resolved(text_), schedule); }

  pb::Scenario text_;
};

TEST_F(WrongSteps, AreNamed) {
  EXPECT_EQ(fault({{"ab", "mutex_lock(a)"}, {"abc", "mutex_lock(b)"}}), "step 2: the scenario has no actor abc; did you mean \"ab\"?");
  EXPECT_EQ(fault({{"ab", "mutex_lock(a)"}, {"ba", "mutex_lock(a)"}}),
            "step 2: ba is to do mutex_lock(a), but what it does next is mutex_lock(b)");
  EXPECT_EQ(fault({{"ab", "mutex_lock(a)"}, {"ba", "mutex_lock(b)"}, {"ab", "mutex_lock(b)"}}),
            "step 3: ab cannot do mutex_lock(b) here: it waits for mutex b, which ba has to end");
  EXPECT_EQ(fault({{"ab", "mutex_lock(a) fails"}, {"ba", "mutex_lock(b)"}}),
            "step 1: ab is to do mutex_lock(a) fails, but here it is mutex_lock(a)");
}

TEST_F(WrongSteps, ComeAfterTheLast) {
  const Schedule one{{"ab", "mutex_lock(a)"}, {"ab", "mutex_lock(b)"}, {"ab", "mutex_unlock(b)"}, {"ab", "mutex_unlock(a) finishes"}};
  EXPECT_EQ(fault(one), "");
  Schedule more = one;
  more.push_back({"ab", "mutex_lock(a)"});
  EXPECT_EQ(fault(more), "step 5: ab is to do mutex_lock(a), but it has finished");
}

// A part of an order is one that the rest of the run follows.
TEST_F(WrongSteps, AreNotMissedAtTheEnd) {
  const pb::Result result = replay_scenario(resolved(text_), {{"ba", "mutex_lock(b)"}, {"ab", "mutex_lock(a)"}}, timed());
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  EXPECT_EQ(result.exploration().witness_size(), 2);
  const pb::Result other = replay_scenario(resolved(text_), {{"ba", "mutex_lock(b)"}, {"ba", "mutex_lock(a)"}}, timed());
  EXPECT_EQ(other.verdict(), pb::COMPLETED);
}

TEST(ReplayTimedCpus, AnActorThatSpinsKeepsItsCpuFromOneWhoseTurnItIs) {
  const std::string text = R"(
    claim: "This can hang."
    machine { node { cpus: 1 pages: 16 } preemption: PREEMPT_NONE }
    spinlock { name: "s" }  mutex { name: "m" }
    actor { name: "holder" cpu: "0" program { step { lock: "s" } step { lock: "m" } step { unlock: "m" } step { unlock: "s" } } }
    actor { name: "other" cpu: "0" program { step { lock: "m" } step { unlock: "m" } } })";
  const Resolved scenario = load_scenario_text("cpus.txtpb", text, {}).resolved;
  EXPECT_THAT(fault_of(scenario, {{"holder", "spin_lock(s)"}, {"other", "mutex_lock(m)"}}),
              StartsWith("step 2: the clock does not allow that other does mutex_lock(m) here: nothing more happens"));
}

}  // namespace
}  // namespace mmsim
