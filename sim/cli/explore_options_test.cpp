#include "sim/cli/explore_options.hpp"

#include <gtest/gtest.h>

namespace mmsim {
namespace {

TEST(Strategy, is_read_and_printed_in_the_same_words) {
  for (const char* word : {"exhaustive", "random", "pct", "preemptions=0", "preemptions=1000000"}) {
    ExploreOptions options;
    EXPECT_TRUE(read_strategy(word, options)) << word;
    EXPECT_EQ(strategy_word(options), word);
  }
}

TEST(Strategy, other_words_change_nothing) {
  for (const char* word : {"", "Random", "preemptions", "preemptions=", "preemptions=-1", "preemptions=2x",
                           "preemptions=1000001", "preemptions=99999999999"}) {
    ExploreOptions options;
    EXPECT_FALSE(read_strategy(word, options)) << word;
    EXPECT_EQ(strategy_word(options), "exhaustive");
  }
}

TEST(Size, is_in_powers_of_1024) {
  EXPECT_EQ(read_size("4097"), 4097U);
  EXPECT_EQ(read_size("64K"), 65536U);
  EXPECT_EQ(read_size("512M"), 512U << 20);
  EXPECT_EQ(read_size("4G"), std::uint64_t{4} << 30);
  EXPECT_EQ(read_size("1T"), std::uint64_t{1} << 40);
  for (const char* word : {"", "0", "0G", "M", "-1M", "1.5G", "1GB", "1 G", "16777216T", "18446744073709551616"})
    EXPECT_FALSE(read_size(word).has_value()) << word;
}

TEST(Size, is_printed_with_the_largest_suffix_that_fits) {
  EXPECT_EQ(size_word(1), "1");
  EXPECT_EQ(size_word(1024), "1K");
  EXPECT_EQ(size_word(1536), "1536");
  EXPECT_EQ(size_word(std::uint64_t{3} << 40), "3T");
}

TEST(ExploreLine, leaves_out_what_is_the_default) {
  EXPECT_EQ(explore_line("a.txtpb", {}, {}), "mmsim explore a.txtpb");
}

TEST(ExploreLine, says_all_that_the_result_depends_on) {
  ExploreOptions options;
  options.strategy = SearchStrategy::kPreemptions;
  options.preemptions_max = 2;
  options.schedules = 5;  // of no account: nothing is drawn
  options.reduction = false;
  options.scenario_cpus = true;
  options.minimize = Minimize::kPreemptions;
  options.states_max = 9;
  options.memory_max_bytes = 1 << 20;
  options.seconds_max = 1.5;
  options.stop_at_first = true;
  options.jobs = 7;
  EXPECT_EQ(
      explore_line("a b.txtpb", {"n=3", "x[0].y=1"}, options),
      "mmsim explore 'a b.txtpb' --set n=3 --set 'x[0].y=1' --strategy preemptions=2 --no-reduction --cpus scenario "
      "--minimize preemptions --max-states 9 --max-memory 1M --max-seconds 1.5 --first");
}

TEST(ExploreLine, of_a_sample_says_what_it_was_drawn_with) {
  ExploreOptions options;
  options.strategy = SearchStrategy::kPct;
  options.schedules = 5;
  options.seed = 0;
  EXPECT_EQ(explore_line("a", {}, options), "mmsim explore a --strategy pct --schedules 5 --seed 0");
}

TEST(ReplayLine, says_all_that_the_result_depends_on) {
  EXPECT_EQ(replay_line("a", {"n=1"}, "s", {}), "mmsim replay a --set n=1 --schedule s");
  EXPECT_EQ(replay_line("a", {}, "s t", {.engine = ReplayEngine::kTimed, .scenario_cpus = true, .trace_path = {}}),
            "mmsim replay a --schedule 's t' --engine timed --cpus scenario");
}

}  // namespace
}  // namespace mmsim
