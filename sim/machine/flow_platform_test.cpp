#include "sim/machine/flow_platform.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace mmsim {
namespace {

constexpr double kGB = 1e9;

FlowPlatform two_nodes(double link_Bps) { return {{{10 * kGB}, {10 * kGB}}, {{0, 1, link_Bps}}, {}}; }

TEST(FlowPlatform, SaysWhatIsWrong) {
  EXPECT_EQ(check_platform({}), "");
  EXPECT_EQ(check_platform(two_nodes(kGB)), "");
  const auto with_link = [](int from, int to, double bandwidth_Bps) {
    FlowPlatform platform = two_nodes(kGB);
    platform.links.push_back({from, to, bandwidth_Bps});
    return check_platform(platform);
  };
  EXPECT_EQ(with_link(0, 2, kGB), "link 1 ends at node 2, but there are 2 nodes");
  EXPECT_EQ(with_link(-1, 1, kGB), "link 1 ends at node -1, but there are 2 nodes");
  EXPECT_EQ(with_link(1, 1, kGB), "link 1 joins node 1 to itself");
  EXPECT_EQ(with_link(1, 0, kGB), "link 1 joins the same nodes as link 0; give one link their joint bandwidth");
  EXPECT_EQ(check_platform(two_nodes(0)), "link 0: bandwidth must be positive");
  EXPECT_EQ(check_platform(two_nodes(std::numeric_limits<double>::infinity())), "link 0: bandwidth must be positive");
  EXPECT_EQ(check_platform({{{-1}}, {}, {}}), "node 0: channel bandwidth must be positive");
  EXPECT_EQ(check_platform({{{1}, {1}, {1}}, {{2, 0, 1}}, {}}), "no path of links joins node 0 and node 1");
  EXPECT_EQ(check_platform({{}, {}, {{"a", 1, 0}}}), "disk 'a': write bandwidth must be positive");
  EXPECT_EQ(check_platform({{}, {}, {{"a", std::nan(""), 1}}}), "disk 'a': read bandwidth must be positive");
  EXPECT_EQ(check_platform({{}, {}, {{"a", 1, 1}, {"a", 1, 1}}}), "two disks are named 'a'");
}

TEST(FlowPlatform, AmongShortestPathsTakesTheOneOfLowestNodes) {
  // A square with both ways round from 0 to 3, and a longer way over 4 and 5.
  const FlowPlatform square{{{1}, {1}, {1}, {1}, {1}, {1}},
                            {{2, 3, 1}, {0, 2, 1}, {3, 1, 1}, {1, 0, 1}, {0, 4, 1}, {4, 5, 1}, {5, 3, 1}},
                            {}};
  EXPECT_EQ(shortest_path(square, 0, 3), (std::vector<int>{3, 2}));
  EXPECT_EQ(shortest_path(square, 3, 0), (std::vector<int>{2, 3}));
  EXPECT_EQ(shortest_path(square, 2, 1), (std::vector<int>{1, 3}));
  EXPECT_EQ(shortest_path(square, 4, 4), (std::vector<int>{}));
}

}  // namespace
}  // namespace mmsim
