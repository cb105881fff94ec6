#include "results/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <random>

#include "sim/sweep/sweep_testing.hpp"

namespace mmsim {
namespace {

using testing::HasSubstr;

// Runs the whole sweep, and the shards that are asked for; stops each after `runs_max` runs.
std::vector<std::string> run_shards(const Scratch& scratch, std::uint64_t shards, std::uint64_t runs_max = UINT64_MAX) {
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < shards; ++i) {
    out.push_back(scratch.file(std::to_string(i) + "of" + std::to_string(shards) + ".db"));
    SweepProgress last;
    SweepOptions options{.jobs = 1, .shard = {i, shards}};
    options.progress = [&](const SweepProgress& progress) { last = progress; };
    options.stop = [&] { return last.recorded >= runs_max; };
    run_sweep(plan(), out.back(), options);
  }
  return out;
}

TEST(Merge, gives_the_same_from_any_shards_in_any_order) {
  const Scratch scratch;
  run_sweep(plan(), scratch.file("whole.db"), {.jobs = 2});
  std::vector<std::string> in = run_shards(scratch, 5);
  const auto more = run_shards(scratch, 2);   // of another number of machines, telling the same
  std::mt19937 random(1);
  for (const bool both : {false, true}) {
    if (both) in.insert(in.end(), more.begin(), more.end());
    for (int order = 0; order < 3; ++order) {
      std::shuffle(in.begin(), in.end(), random);
      const std::string out = scratch.file(std::to_string(in.size()) + std::to_string(order));
      merge_databases(out, {in.begin(), in.begin() + 2});
      merge_databases(out, {in.begin() + 1, in.end()});
      EXPECT_EQ(contents(out), contents(scratch.file("whole.db")));
    }
  }
}

TEST(Merge, takes_what_there_is_and_the_rest_later) {
  const Scratch scratch;
  auto in = run_shards(scratch, 4, 2);
  const std::string out = scratch.file("merged.db");
  const MergeResult first = merge_databases(out, in);
  EXPECT_EQ(first.points, 8U);
  EXPECT_EQ(first.have, 8U);
  EXPECT_EQ(first.runs_due, 24U);
  EXPECT_EQ(first.runs, first.added);
  EXPECT_LT(first.runs, 24U);
  in = run_shards(scratch, 4);
  const MergeResult second = merge_databases(out, in);
  EXPECT_EQ(second.runs, 24U);
  EXPECT_EQ(second.added, 24U - first.runs);
  EXPECT_EQ(merge_databases(out, in).added, 0U);
  run_sweep(plan(), scratch.file("whole.db"), {.jobs = 2});
  EXPECT_EQ(contents(out), contents(scratch.file("whole.db")));
}

TEST(Merge, refuses_shards_of_other_sweeps_and_keeps_what_it_has) {
  const Scratch scratch;
  const auto in = run_shards(scratch, 2);
  const std::string out = scratch.file("merged.db");
  merge_databases(out, in);
  const std::string before = contents(out);
  const std::string other = scratch.file("other.db");
  run_sweep({"t.txtpb", kDining + "vm { page_lock_unfairness: 3 }" + kSweep, {}, {}}, other, {.jobs = 2});
  EXPECT_EQ(message_of([&] { merge_databases(out, {other}); }),
            other + ": is not of the same sweep as " + out + ": its scenario is another text; expected shards of one sweep");
  SweepFlags flags;
  flags.seeds = 2;
  run_sweep({"t.txtpb", kDining + kSweep, {}, flags}, scratch.file("flags.db"), {.jobs = 2});
  EXPECT_THAT(message_of([&] { merge_databases(out, {scratch.file("flags.db")}); }), HasSubstr("its flags were others"));
  EXPECT_EQ(message_of([&] { merge_databases(out, {out}); }), out + ": is the database to merge into; expected others");
  std::ofstream(scratch.file("text")) << std::string(3000, 'x');
  EXPECT_EQ(message_of([&] { merge_databases(out, {scratch.file("text")}); }), scratch.file("text") + ": is no results database of mmsim sweep");
  EXPECT_EQ(contents(out), before);
}

TEST(Merge, leaves_nothing_behind_where_there_was_nothing_to_merge) {
  const Scratch scratch;
  EXPECT_EQ(message_of([&] { merge_databases(scratch.file("out.db"), {scratch.file("none.db")}); }), scratch.file("none.db") + ": no such file");
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path));
}

TEST(Merge, takes_a_run_that_came_to_its_end_for_one_that_crashed) {
  const Scratch scratch;
  const std::string crashed = scratch.file("crashed.db");
  run_sweep(plan(), crashed, {.jobs = 2, .finish = [](pb::Result& result) {
    if (result.elapsed_ns() > 50'000) raise(SIGABRT);
  }});
  run_sweep(plan(), scratch.file("whole.db"), {.jobs = 2});
  for (const auto& in : {std::vector{crashed, scratch.file("whole.db")}, std::vector{scratch.file("whole.db"), crashed}}) {
    std::filesystem::remove(scratch.file("out.db"));
    merge_databases(scratch.file("out.db"), in);
    EXPECT_EQ(contents(scratch.file("out.db")), contents(scratch.file("whole.db")));
  }
  EXPECT_NE(contents(crashed), contents(scratch.file("whole.db")));
}

TEST(Merge, notices_that_two_machines_tell_different_things) {
  const Scratch scratch;
  run_sweep(plan(), scratch.file("a.db"), {.jobs = 2});
  run_sweep(plan(), scratch.file("b.db"), {.jobs = 2, .finish = [](pb::Result& result) {
    if (result.seed() == 2) result.set_trace_digest("0123");
  }});
  EXPECT_THAT(message_of([&] { merge_databases(scratch.file("out.db"), {scratch.file("a.db"), scratch.file("b.db")}); }),
              HasSubstr("b.db: tells another result of point 0, seed 2 than "));
  EXPECT_EQ(contents(scratch.file("out.db")), contents(scratch.file("a.db")));
}

}  // namespace
}  // namespace mmsim
