#include "sim/sweep/plan.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

const std::string kWorld = R"(claim: "c"
param { name: "n" value: 2 }
mutex { name: "fork" count: "n" }
folios { name: "file" count: "4" }
actor { name: "p" count: "n" program { step { lock: "fork[i]" } step { unlock: "fork[i]" } } }
)";

SweepPlan plan(const std::string& sweep, const SweepFlags& flags = {}, std::vector<std::string> sets = {}) {
  return {"t.txtpb", kWorld + sweep, std::move(sets), flags};
}

std::vector<std::string> points(const SweepPlan& plan) {
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < plan.points(); ++i) out.push_back(plan.text(i));
  return out;
}

using Words = std::vector<std::string>;

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return {};
}

TEST(SweepPlan, spans_every_combination_the_last_axis_fastest) {
  const SweepPlan grid = plan(R"(sweep { axis { path: "n" value: ["2", "3"] } axis { path: "costs.lock_ns" range: "10..30:10" } })");
  EXPECT_EQ(points(grid), (Words{"n=2 lock_ns=10", "n=2 lock_ns=20", "n=2 lock_ns=30", "n=3 lock_ns=10", "n=3 lock_ns=20", "n=3 lock_ns=30"}));
  EXPECT_EQ(grid.sets(4), (Words{"n=3", "costs.lock_ns=20"}));
  EXPECT_EQ(grid.axes()[1].unit, "ns");
  EXPECT_EQ(grid.reproduce(4, 0), "mmsim run t.txtpb --set n=3 --set costs.lock_ns=20");
  EXPECT_EQ(grid.seeds(), 1U);
}

TEST(SweepPlan, moves_zipped_axes_together) {
  const SweepPlan zipped = plan(R"(sweep {
    axis { path: "n" value: ["2", "3"] zip: "size" }
    axis { path: "costs.lock_ns" value: ["1", "2"] }
    axis { path: "file.count" value: ["20", "30"] zip: "size" }
  })");
  EXPECT_EQ(points(zipped), (Words{"n=2 lock_ns=1 count=20", "n=2 lock_ns=2 count=20", "n=3 lock_ns=1 count=30", "n=3 lock_ns=2 count=30"}));
}

TEST(SweepPlan, filters_by_axes_and_params) {
  const SweepPlan filtered = plan(R"x(sweep {
    axis { name: "philosophers" path: "n" range: "2..4" }
    axis { name: "kernel" variant { name: "old" set: "costs.lock_ns=1" } variant { name: "new" set: ["n=9", "costs.lock_ns=2"] } }
    where: "n > 2 && (kernel == old && philosophers < 4 || n == 9)"
  })x");
  EXPECT_EQ(points(filtered), (Words{"philosophers=2 kernel=new", "philosophers=3 kernel=old", "philosophers=3 kernel=new", "philosophers=4 kernel=new"}));
}

TEST(SweepPlan, says_where_the_claim_expects_hangs) {
  const SweepPlan claimed = plan(R"(sweep { axis { path: "n" range: "2..4" } hangs_iff: "n > 3" })");
  EXPECT_FALSE(claimed.row(1).claimed.value());
  EXPECT_TRUE(claimed.row(2).claimed.value());
  EXPECT_FALSE(plan(R"(sweep { axis { path: "n" range: "2..4" } })").row(0).claimed.has_value());
}

TEST(SweepPlan, takes_axes_from_the_command_line) {
  SweepFlags flags;
  flags.axes = {"n=2,3..4", "costs.lock_ns=1..4*2"};
  const SweepPlan flagged = plan("", flags);
  EXPECT_EQ(flagged.points(), 9U);
  EXPECT_EQ(flagged.text(8), "n=4 lock_ns=4");
  const std::string sweep = R"(sweep { axis { name: "many" path: "n" value: "2" }
    axis { name: "kernel" variant { name: "old" set: "costs.lock_ns=1" } variant { name: "new" set: "costs.lock_ns=2" } } })";
  flags.axes = {"n=5,6", "kernel=new"};
  EXPECT_EQ(points(plan(sweep, flags)), (Words{"many=5 kernel=new", "many=6 kernel=new"}));
  flags.axes = {"many=7"};
  EXPECT_EQ(points(plan(sweep, flags)), (Words{"many=7 kernel=old", "many=7 kernel=new"}));
}

TEST(SweepPlan, gives_every_point_the_same_seeds) {
  const SweepPlan timed = plan(R"(sweep { axis { path: "n" range: "2..3" } seeds: 5 })");
  EXPECT_EQ(timed.identity().first_seed, 1U);
  EXPECT_EQ(timed.seeds(), 5U);
  EXPECT_EQ(timed.reproduce(0, 3), "mmsim run t.txtpb --set n=2 --seed 3");
  SweepFlags flags;
  flags.explore = true;
  const SweepPlan explored = plan(R"(sweep { axis { path: "n" range: "2..3" } seeds: 5 })", flags);
  EXPECT_TRUE(explored.explores());
  EXPECT_EQ(explored.seeds(), 1U);
  EXPECT_EQ(explored.reproduce(1, 0), "mmsim explore t.txtpb --set n=3");
  EXPECT_EQ(plan(R"(sweep { axis { path: "n" range: "2..3" } explore { on_cpus: SCENARIO_CPUS max_states: 77 } })").reproduce(0, 0),
            "mmsim explore t.txtpb --cpus scenario --max-states 77 --set n=2");
}

TEST(SweepPlan, is_another_sweep_exactly_when_something_differs_that_decides) {
  const std::string sweep = R"(sweep { axis { path: "n" range: "2..3" } })";
  const std::string digest = plan(sweep).identity().digest;
  EXPECT_EQ(plan("# a comment\n" + sweep).identity().digest, digest);
  SweepFlags flags;
  flags.figures = {"steps"};
  EXPECT_EQ(plan(sweep, flags).identity().digest, digest);
  EXPECT_NE(plan(sweep, {}, {"costs.lock_ns=3"}).identity().digest, digest);
  flags.seeds = 2;
  EXPECT_NE(plan(sweep, flags).identity().digest, digest);
  EXPECT_NE(plan(R"(sweep { axis { path: "n" range: "2..4" } })").identity().digest, digest);
}

struct Mistake {
  const char* sweep;
  const char* message;
};

TEST(SweepPlan, mistakes_of_the_file_are_told_where_they_stand) {
  const Mistake mistakes[] = {
      {"", "t.txtpb: has no axes; expected sweep { axis { ... } } in it, or --axis path=values"},
      {R"(sweep { axis { path: "m" value: "2" } })",
       "t.txtpb:6:33: nothing is called \"m\"; expected a field of Scenario or the name of a thing"},
      {R"(sweep { axis { path: "costs.lock_ns" value: ["2", "x"] } })", "t.txtpb:6:51: lock_ns is a whole number from 0 to 4294967295, not \"x\""},
      {R"(sweep { axis { path: "n" value: ["2", "2"] } })", "t.txtpb:6:39: n has the value 2 twice; expected each once"},
      {R"(sweep { axis { path: "n" range: "2-5" } })", "t.txtpb:6:33: \"2-5\" is no range; expected lo..hi, lo..hi:step or lo..hi*factor"},
      {R"(sweep { axis { path: "n" range: "2..5" value: "7" } })", "t.txtpb:6:9: axis n has several kinds of values; expected values, a range or variants"},
      {R"(sweep { axis { path: "n" } })", "t.txtpb:6:9: axis n has no values; expected values, a range or variants"},
      {R"(sweep { axis { value: "7" } })", "t.txtpb:6:9: the axis has no path; expected path: \"...\", as in --set"},
      {R"(sweep { axis { name: "seed" path: "n" value: "7" } })",
       "t.txtpb:6:22: \"seed\" is the name of another column, upper and lower case alike; expected another"},
      {R"(sweep { axis { name: "2n" path: "n" value: "7" } })",
       "t.txtpb:6:22: the axis is called \"2n\"; expected a letter or _, then letters, digits and _"},
      {R"(sweep { axis { path: "claim" value: "7" } })", "t.txtpb:6:22: an axis cannot change claim; expected a field of the world"},
      {R"(sweep { axis { path: "n" value: ["2", "3"] zip: "z" } axis { path: "file.count" value: "7" zip: "z" } })",
       "t.txtpb:6:97: count has 1 values, others of zip \"z\" have 2; expected the same number, as they move together"},
      {R"(sweep { axis { path: "n" range: "2..5" } where: "n > m" })", "t.txtpb:6:54: no axis or param is called \"m\""},
      {R"(sweep { axis { path: "n" range: "2..5" } where: "n > 7" })", "t.txtpb:6:49: no point of 4 is left; expected a condition that some meet"},
      {R"(sweep { axis { path: "n" range: "2..5" } hangs_iff: "n >" })", "t.txtpb:6:57: expected a number, a param or \"(\""},
      {R"(sweep { axis { path: "n" range: "2..5" } sampling: RANDOM })", "t.txtpb:6:52: points are drawn; expected samples beside it: how many"},
      {R"(sweep { axis { path: "n" range: "1..20000000" } })", "t.txtpb:6:1: 20000000 combinations; expected at most 10000000, or sampling: RANDOM"},
      {R"(sweep { axis { path: "n" range: "2..5" } seeds: 0 })", "t.txtpb:6:49: seeds is 0; expected 1 to 1000000"},
      {R"(sweep { axis { path: "n" range: "2..5" } seeds: 2 explore { } })",
       "t.txtpb:6:49: seeds stands beside explore; expected one of them, as explorations have no seeds"},
      {R"(sweep { axis { path: "n" range: "2..5" } figure { name: "pgfaults" } })",
       "t.txtpb:6:57: there is no figure \"pgfaults\"; expected a counter of a report; did you mean \"pgfault\"?"},
      {R"(sweep { axis { path: "n" range: "2..5" } figure { name: "states" } })",
       "t.txtpb:6:57: states is a figure of explorations, and points are run"},
      {R"(sweep { axis { path: "fork.count" value: ["2", "1"] } })",
       "at point 1 of the sweep, count=1: t.txtpb:5:59: there is no fork[1]; expected fork[0]"},
  };
  for (const Mistake& mistake : mistakes) EXPECT_EQ(message_of([&] { plan(mistake.sweep); }), mistake.message) << mistake.sweep;
}

TEST(SweepPlan, mistakes_of_flags_name_the_flag) {
  const auto with = [](const std::function<void(SweepFlags&)>& change) {
    SweepFlags flags;
    flags.axes = {"n=2..3"};
    change(flags);
    return message_of([&] { plan("", flags); });
  };
  EXPECT_EQ(with([](SweepFlags& f) { f.axes = {"n"}; }), "--axis n: expected PATH=VALUE,VALUE,... or PATH=LO..HI");
  EXPECT_EQ(with([](SweepFlags& f) { f.axes = {"n=3..2"}; }), "--axis n=3..2: the range 3..2 is empty; expected the smaller number first");
  EXPECT_EQ(with([](SweepFlags& f) { f.axes = {"costs.lock_n=3"}; }),
            "--axis costs.lock_n=3: message Costs has no field \"lock_n\"; did you mean \"lock_ns\"?");
  EXPECT_EQ(with([](SweepFlags& f) { f.where = "n = 2"; }), "--where 'n = 2': unexpected \"=\"; expected an operator");
  EXPECT_EQ(with([](SweepFlags& f) { f.sample = "rand:7"; }), "--sample rand:7: expected grid, random:N or lhs:N; did you mean \"random\"?");
  EXPECT_EQ(with([](SweepFlags& f) { f.figures = {"elapsed"}; }),
            "--figure elapsed: there is no figure \"elapsed\"; expected a counter of a report; did you mean \"elapsed_ns\"?");
  EXPECT_EQ(message_of([&] { plan(R"(sweep { axis { path: "n" range: "2..5" } })", {}, {"n=3"}); }),
            "--set n=3: n is an axis of the sweep; expected --axis n=3");
}

}  // namespace
}  // namespace mmsim
