#include "sim/cli/explore_progress.hpp"

#include <gtest/gtest.h>

namespace mmsim {
namespace {

TEST(ExploreProgress, of_a_search_tells_states_depth_frontier_and_memory) {
  ExploreProgress progress;
  progress.states = 1234567;
  progress.depth = 12;
  progress.frontier = 345;
  progress.memory_bytes = 512 << 20;
  progress.seconds = 20;
  progress.phase = "searching";
  EXPECT_EQ(progress_text(progress, 0),
            "searching, 1 234 567 states, 61 728 states/s, depth 12, frontier 345, 512 MiB");
  progress.done = 0.4;
  progress.hang_found = true;
  EXPECT_EQ(progress_text(progress, 0),
            "hang found, going on; [####------] 40 %, about 30 s left: searching, 1 234 567 states, 61 728 states/s, "
            "depth 12, frontier 345, 512 MiB");
}

TEST(ExploreProgress, of_a_sample_counts_schedules) {
  ExploreProgress progress;
  progress.schedules = 2500;
  progress.seconds = 1200;
  EXPECT_EQ(progress_text(progress, 10000),
            "[##--------] 25 %, about 60 min left: 2 500 of 10 000 schedules, 2 schedules/s");
}

TEST(ExploreProgress, at_the_very_beginning_and_end_divides_by_nothing) {
  EXPECT_EQ(progress_text({}, 0), "0 states, depth 0, frontier 0, 0 KiB");
  ExploreProgress progress;
  progress.done = 1.5;
  EXPECT_EQ(progress_text(progress, 0), "[##########] 100 %, about 0 s left: 0 states, depth 0, frontier 0, 0 KiB");
}

TEST(ExploreCost, is_told_in_one_line) {
  Result result;
  result.set_states(3654);
  EXPECT_EQ(cost_text(result, 0.012, 12 << 20), "3 654 states in 0.012 s, 304 500 states/s, peak memory 12 MiB");
  result.mutable_exploration()->set_schedules(1);
  EXPECT_EQ(cost_text(result, 0, 4096), "1 schedule in 0.000 s, peak memory 4 KiB");
}

}  // namespace
}  // namespace mmsim
