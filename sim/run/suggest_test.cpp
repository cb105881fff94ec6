#include "sim/run/suggest.hpp"

#include <gtest/gtest.h>

namespace mmsim {
namespace {

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("cpu", "cpus"), 1);
  EXPECT_EQ(edit_distance("mode", "node"), 1);
  EXPECT_EQ(edit_distance("moed", "mode"), 1);  // neighbours swapped
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("", "abc"), 3);
}

TEST(EditDistance, IgnoresCase) { EXPECT_EQ(edit_distance("Shmem", "SHMEM"), 0); }

TEST(DidYouMean, OffersTheClosest) {
  EXPECT_EQ(did_you_mean("forks", {"spoon", "fork", "fort"}), "; did you mean \"fork\"?");
}

TEST(DidYouMean, OffersTheFirstOfEquals) {
  EXPECT_EQ(did_you_mean("lock", {"dock", "rock"}), "; did you mean \"dock\"?");
}

TEST(DidYouMean, OffersALongerName) {
  EXPECT_EQ(did_you_mean("spend", {"sleep_ns", "spend_ns"}), "; did you mean \"spend_ns\"?");
  EXPECT_EQ(did_you_mean("SYNC", {"MIGRATE_ASYNC", "MIGRATE_SYNC"}), "; did you mean \"MIGRATE_SYNC\"?");
}

TEST(DidYouMean, IsSilentWhereNothingIsClose) {
  EXPECT_EQ(did_you_mean("colour", {"name", "cpus"}), "");
  EXPECT_EQ(did_you_mean("m", {"n"}), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace mmsim
