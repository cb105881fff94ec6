#include "sim/machine/flows_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace mmsim {
namespace {

TEST(FlowNetwork, OneCopyRunsAtTheLowestBandwidthOfItsPath) {
  EXPECT_EQ(dates(two_nodes(4 * kGB), {{Request::kCopy, 100, 0, 1, 4096}}).at(0), 100 + 1024);
  EXPECT_EQ(dates(two_nodes(80 * kGB), {{Request::kCopy, 100, 0, 1, 40960}}).at(0), 100 + 4096);
}

TEST(FlowNetwork, AnEndIsRoundedToTheNearestNanosecond) {
  EXPECT_EQ(dates(two_nodes(3 * kGB), {{Request::kCopy, 0, 0, 1, 3001}}).at(0), 1000);
  EXPECT_EQ(dates(two_nodes(3 * kGB), {{Request::kCopy, 0, 0, 1, 3002}}).at(0), 1001);
}

TEST(FlowNetwork, HalfNanosecondsAreRoundedAlikeInEveryNetwork) {
  for (int i = 0; i < 3; ++i) {  // each leaves SimGrid's clock at another parity
    EXPECT_EQ(dates(two_nodes(2 * kGB), {{Request::kCopy, 0, 0, 1, 2001}}).at(0), 1000);
    EXPECT_EQ(dates(two_nodes(2 * kGB), {{Request::kCopy, 1, 0, 1, 2001}}).at(0), 1002);
  }
}

TEST(FlowNetwork, TwoCopiesOverOneLinkTakeTwiceAsLong) {
  const FlowPlatform platform = two_nodes(3 * kGB);
  const std::int64_t alone_ns = dates(platform, {{Request::kCopy, 0, 0, 1, 4096}}).at(0);
  // Opposite directions share the link as well.
  for (const auto& ends : {dates(platform, {{Request::kCopy, 0, 0, 1, 4096}, {Request::kCopy, 0, 0, 1, 4096}}),
                           dates(platform, {{Request::kCopy, 0, 0, 1, 4096}, {Request::kCopy, 0, 1, 0, 4096}})}) {
    EXPECT_NEAR(static_cast<double>(ends[0]), 2.0 * static_cast<double>(alone_ns), 2);
    EXPECT_EQ(ends[0], ends[1]);
  }
}

TEST(FlowNetwork, ALateStarterSharesOnlyFromItsStartOn) {
  // The first has 2000 of 4000 bytes left when the second comes; both then run at half speed until it is done.
  const auto ends =
      dates(two_nodes(1 * kGB), {{Request::kCopy, 0, 0, 1, 4000}, {Request::kCopy, 2000, 0, 1, 4000}});
  EXPECT_EQ(ends[0], 2000 + 2 * 2000);
  EXPECT_EQ(ends[1], 6000 + 2000);
}

TEST(FlowNetwork, FlowsThatAreHeldBackElsewhereLeaveTheirShareToOthers) {
  // 0 --2-- 1 --9-- 2: of the 9 GB/s, the copy from node 0 can take only 1, as it shares 2 with another.
  const FlowPlatform line{{{100 * kGB}, {100 * kGB}, {100 * kGB}}, {{0, 1, 2 * kGB}, {1, 2, 9 * kGB}}, {}};
  const auto ends = dates(line, {{Request::kCopy, 0, 0, 2, 1000}, {Request::kCopy, 0, 0, 1, 1000},
                                 {Request::kCopy, 0, 1, 2, 8000}});
  EXPECT_EQ(ends, (std::vector<std::int64_t>{1000, 1000, 1000}));
}

TEST(FlowNetwork, ACopyIsNoFasterThanItsCap) {
  const auto alone_ns = [](double link_Bps, double cap_Bps) {
    FlowPlatform platform = two_nodes(link_Bps);
    platform.copy_cap_Bps = cap_Bps;
    return dates(platform, {{Request::kCopy, 7, 0, 1, 40960}}).at(0) - 7;
  };
  EXPECT_EQ(alone_ns(80 * kGB, 4 * kGB), 10240);                       // the cap
  EXPECT_EQ(alone_ns(2 * kGB, 4 * kGB), 20480);                        // the link
  EXPECT_EQ(alone_ns(80 * kGB, 40 * kGB), 4096);                       // the channels of 10
}

TEST(FlowNetwork, FiveCopiesShareALinkOfThreeTimesTheirCap) {
  const FlowPlatform platform{{{100 * kGB}, {100 * kGB}}, {{0, 1, 3 * kGB}}, {}, 1 * kGB};
  const auto ends_ns = [&](std::size_t copies) {
    return dates(platform, std::vector<Request>(copies, {Request::kCopy, 0, 0, 1, 3000}));
  };
  EXPECT_EQ(ends_ns(1), std::vector<std::int64_t>(1, 3000));
  EXPECT_EQ(ends_ns(3), std::vector<std::int64_t>(3, 3000));
  EXPECT_EQ(ends_ns(5), std::vector<std::int64_t>(5, 5000));
}

TEST(FlowNetwork, WhatACappedCopyLeavesGoesToOthers) {
  // The copy to node 1 can take only 0.5 of the 4 GB/s of node 0's channel, the one inside only its cap of 3.
  const Request in{Request::kCopy, 0, 0, 0, 3000};
  const Request out{Request::kCopy, 0, 0, 1, 3000};
  FlowPlatform platform{{{4 * kGB}, {0.5 * kGB}}, {{0, 1, 100 * kGB}}, {{"disk", 2 * kGB, 2 * kGB}}, 3 * kGB};
  EXPECT_EQ(dates(platform, {in, out}), (std::vector<std::int64_t>{1000, 6000}));
  // Disks know no such cap.
  EXPECT_EQ(dates(platform, {{Request::kRead, 0, 0, 0, 3000}}), (std::vector<std::int64_t>{1500}));
  platform.copy_cap_Bps = 1 * kGB;
  EXPECT_EQ(dates(platform, {in, {Request::kRead, 0, 0, 0, 3000}}), (std::vector<std::int64_t>{3000, 1500}));
}

TEST(FlowNetwork, ACopyInsideANodeUsesItsChannelOnceAndNoLink) {
  const FlowPlatform platform = two_nodes(1 * kGB);
  EXPECT_EQ(dates(platform, {{Request::kCopy, 0, 1, 1, 10000}}).at(0), 1000);
  const auto ends = dates(platform, {{Request::kCopy, 0, 0, 0, 9000}, {Request::kCopy, 0, 0, 1, 1000}});
  EXPECT_EQ(ends[1], 1000);  // the full link
  EXPECT_EQ(ends[0], 1000);  // all of the channel that the link leaves over: 9 GB/s
}

TEST(FlowNetwork, ACopyPassesNodesWithoutUsingTheirChannels) {
  FlowPlatform line{{{8 * kGB}, {0.5 * kGB}, {8 * kGB}}, {{0, 1, 4 * kGB}, {2, 1, 2 * kGB}}, {}};
  EXPECT_EQ(dates(line, {{Request::kCopy, 0, 0, 2, 4000}}).at(0), 2000);
}

TEST(FlowNetwork, DiskReadsAndWritesShareOnlyTheirOwnBandwidth) {
  FlowPlatform platform = two_nodes(1 * kGB);
  platform.disks = {{"slow", 2 * kGB, 0.5 * kGB}, {"fast", 4 * kGB, 4 * kGB}};
  const auto ends = dates(platform, {{Request::kRead, 0, 0, 0, 1000},
                                     {Request::kRead, 0, 0, 0, 1000},
                                     {Request::kWrite, 0, 0, 0, 1000},
                                     {Request::kRead, 0, 1, 0, 1000},
                                     {Request::kCopy, 0, 0, 0, 10000}});
  EXPECT_EQ(ends, (std::vector<std::int64_t>{1000, 1000, 2000, 250, 1000}));
}

// SimGrid's own disk model rounds progress to whole bytes at every event of the whole platform.
TEST(FlowNetwork, ASlowDiskAdvancesBesideManyShortCopies) {
  FlowPlatform platform = two_nodes(10 * kGB);
  platform.disks = {{"slow", 1e6, 1e6}};
  Recorder recorder(platform);
  recorder.network.start_read(0, 0, 10, 1u << 20);  // 10 us, a byte per us
  recorder.chained_copies = 100;                    // one after the other, 0.4 us each
  recorder.network.start_copy(0, 0, 1, 4096, 0);
  recorder.finish();
  const auto disk = std::find_if(recorder.ends.begin(), recorder.ends.end(),
                                 [](const Recorder::End& end) { return end.token == 1u << 20; });
  ASSERT_NE(disk, recorder.ends.end());
  EXPECT_EQ(disk->date_ns, 10000);
}

TEST(FlowNetwork, ZeroBytesArriveAtOnceAndAreReportedByAdvance) {
  Recorder recorder(two_nodes(1 * kGB));
  recorder.network.start_copy(5, 0, 1, 0, 7);
  recorder.network.start_copy(5, 0, 1, 100, 8);
  EXPECT_TRUE(recorder.ends.empty());
  EXPECT_EQ(recorder.network.next_ns(), 5);
  recorder.finish();
  EXPECT_EQ(recorder.ends, (std::vector<Recorder::End>{{7, 5}, {8, 105}}));
}

TEST(FlowNetwork, AFlowThatIsAloneEndsAsBesideOneThatSharesNothingWithIt) {
  const FlowPlatform platform{{{7.3 * kGB}, {9.1 * kGB}}, {{0, 1, 3.7 * kGB}}, {{"disk", 1 * kGB, 1 * kGB}}, 2.9 * kGB};
  const Request disk{Request::kWrite, 0, 0, 0, 1'000'000'000};
  for (std::uint64_t bytes = 1; bytes < 100'000; bytes = bytes * 3 / 2 + 1)
    for (const std::int64_t start_ns : {1, 2})
      for (const int to : {0, 1}) {
        const Request copy{Request::kCopy, start_ns, 0, to, bytes};
        EXPECT_EQ(dates(platform, {copy}).at(0), dates(platform, {disk, copy}).at(1)) << bytes;
      }
}

TEST(FlowNetwork, ALoneFlowThatIsJoinedSharesFromThenOn) {
  // Joined at its start, in the middle, and at its very end.
  const FlowPlatform platform = two_nodes(1 * kGB);
  for (const auto& [join_ns, first_ns, second_ns] : {std::tuple{10, 2010, 2010}, {510, 1510, 2010}, {1010, 1010, 2010}})
    EXPECT_EQ(dates(platform, {{Request::kCopy, 10, 0, 1, 1000}, {Request::kCopy, join_ns, 0, 1, 1000}}),
              (std::vector<std::int64_t>{first_ns, second_ns}));
}

TEST(FlowNetwork, EndsOfOneDateAreReportedInTheOrderOfStart) {
  std::vector<Request> requests;
  for (int i = 0; i < 20; ++i) requests.push_back({Request::kCopy, 0, i % 2, i % 3 == 0, 4096});
  for (Request& request : requests) request.to = 1 - request.from;
  const auto ends = run(two_nodes(3 * kGB), requests);
  ASSERT_EQ(ends.size(), requests.size());
  for (std::size_t i = 0; i < ends.size(); ++i) EXPECT_EQ(ends[i], (Recorder::End{i, ends[0].date_ns}));
}

TEST(FlowNetwork, AFlowMayStartAtTheDateOfAnEndThatIsNotCollectedYet) {
  Recorder recorder(two_nodes(1 * kGB));
  recorder.network.start_copy(0, 0, 1, 1000, 0);
  recorder.network.start_copy(1000, 0, 1, 1000, 1);
  EXPECT_EQ(recorder.network.next_ns(), 1000);
  EXPECT_EQ(recorder.network.active(), 2);
  recorder.finish();
  EXPECT_EQ(recorder.ends, (std::vector<Recorder::End>{{0, 1000}, {1, 2000}}));
}

TEST(FlowNetwork, TheNextDateFollowsTheShares) {
  Recorder recorder(two_nodes(1 * kGB));
  EXPECT_EQ(recorder.network.next_ns(), kNever_ns);
  recorder.network.start_copy(0, 0, 1, 1000, 0);
  EXPECT_EQ(recorder.network.next_ns(), 1000);
  recorder.advance(500);
  recorder.network.start_copy(500, 0, 1, 1000, 1);
  EXPECT_EQ(recorder.network.next_ns(), 1500);
  EXPECT_EQ(recorder.network.active(), 2);
  EXPECT_EQ(recorder.network.flows_started(), 2u);
}

TEST(FlowNetwork, DatesAreAsPreciseLateAsEarly) {
  const std::vector<Request> early{{Request::kCopy, 0, 0, 1, 4096}, {Request::kCopy, 333, 1, 0, 12345}};
  for (const std::int64_t late_ns : {std::int64_t{1'000'000'000'000}, std::int64_t{1} << 60}) {
    std::vector<Request> late = early;
    for (Request& request : late) request.start_ns += late_ns;
    std::vector<std::int64_t> expected = dates(two_nodes(3 * kGB), early);
    for (std::int64_t& date_ns : expected) date_ns += late_ns;
    EXPECT_EQ(dates(two_nodes(3 * kGB), late), expected);
  }
}

TEST(FlowNetwork, DatesStayPreciseWhileALongFlowRuns) {
  FlowPlatform platform = two_nodes(3 * kGB);
  platform.disks = {{"archive", 1.0 * kGB, 1.0 * kGB}};
  const std::int64_t late_ns = 1'000'000'000'000;
  const auto ends = dates(platform, {{Request::kRead, 0, 0, 0, 2'000'000'000'000},
                                     {Request::kCopy, late_ns, 0, 1, 30000},
                                     {Request::kCopy, late_ns + 5000, 0, 1, 30000}});
  EXPECT_EQ(ends, (std::vector<std::int64_t>{2 * late_ns, late_ns + 15000, late_ns + 20000}));
}

TEST(FlowNetwork, EveryFlowOfAHundredThousandEndsOnce) {
  Recorder recorder(two_nodes(3 * kGB));
  recorder.chained_copies = 100000 - 64;
  for (std::uint64_t token = 0; token < 64; ++token) recorder.network.start_copy(0, 0, 1, 64 * (token + 1), token);
  recorder.finish();
  ASSERT_EQ(recorder.ends.size(), 100000u);
  EXPECT_EQ(recorder.network.flows_started(), 100000u);
  std::vector<std::uint64_t> tokens;
  for (const Recorder::End& end : recorder.ends) tokens.push_back(end.token);
  std::sort(tokens.begin(), tokens.end());
  EXPECT_EQ(std::adjacent_find(tokens.begin(), tokens.end()), tokens.end());
}

TEST(FlowNetwork, OnlyOneMayLiveAtATime) {
  std::optional<Recorder> first(std::in_place, two_nodes(kGB));
  EXPECT_THROW(Recorder second(two_nodes(kGB)), std::logic_error);
  first.reset();
  EXPECT_NO_THROW(Recorder second(two_nodes(kGB)));
}

TEST(FlowNetwork, FlowsUnderWayAreForgottenWithTheNetwork) {
  for (int i = 0; i < 3; ++i) {
    Recorder recorder(two_nodes(3 * kGB));
    recorder.network.start_copy(0, 0, 1, 4096, 0);
    recorder.network.start_copy(0, 1, 1, 4096, 1);
    recorder.advance(recorder.network.next_ns());
    EXPECT_EQ(recorder.ends, (std::vector<Recorder::End>{{1, 585}}));
  }
  EXPECT_EQ(dates(two_nodes(3 * kGB), {{Request::kCopy, 0, 0, 1, 3000}}).at(0), 1000);
}

TEST(FlowNetwork, SimGridPrintsNothingAndTakesOverNoHandler) {
  const auto on_interrupt = std::signal(SIGINT, SIG_DFL);
  const auto on_terminate = std::get_terminate();
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  dates(two_nodes(kGB), {{Request::kCopy, 0, 0, 1, 4096}});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(std::signal(SIGINT, on_interrupt), SIG_DFL);
  EXPECT_EQ(std::get_terminate(), on_terminate);
}

TEST(FlowNetwork, RefusesCallsThatBreakItsContract) {
  FlowPlatform disconnected = two_nodes(kGB);
  disconnected.links.clear();
  EXPECT_THROW(Recorder recorder(disconnected), std::logic_error);

  Recorder recorder(two_nodes(1 * kGB));
  EXPECT_THROW(recorder.network.start_copy(0, 0, 2, 1, 0), std::logic_error);
  EXPECT_THROW(recorder.network.start_copy(0, -1, 0, 1, 0), std::logic_error);
  EXPECT_THROW(recorder.network.start_read(0, 0, 1, 0), std::logic_error);
  EXPECT_THROW(recorder.network.start_write(0, 0, 1, 0), std::logic_error);
  recorder.network.start_copy(10, 0, 1, 1000, 0);
  EXPECT_THROW(recorder.network.start_copy(9, 0, 1, 1000, 0), std::logic_error);
  EXPECT_THROW(recorder.network.start_copy(1011, 0, 1, 1000, 0), std::logic_error);
  EXPECT_THROW(recorder.network.advance_to(9), std::logic_error);
  EXPECT_THROW(recorder.network.advance_to(1011), std::logic_error);
  recorder.finish();
  EXPECT_EQ(recorder.ends, (std::vector<Recorder::End>{{0, 1010}}));
}

TEST(FlowNetwork, RefusesAFlowOfMonths) {
  Recorder recorder(two_nodes(1.0));  // a byte per second
  recorder.network.start_copy(0, 0, 1, 10'000'000, 0);
  EXPECT_THROW(recorder.network.next_ns(), std::range_error);
}

}  // namespace
}  // namespace mmsim
