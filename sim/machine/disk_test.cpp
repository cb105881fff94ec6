// Requests to a disk against closed forms: latency + bytes / bandwidth, queue depth, shared bandwidth.
#include "sim/machine/disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sim/core/testing.hpp"
#include "sim/core/time.hpp"

namespace mmsim {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kRead_ns = 1000;
constexpr std::int64_t kWrite_ns = 300;
constexpr double kGB = 1e9;   // bytes per nanosecond

struct Submission {
  std::int64_t at_ns;
  std::uint64_t bytes;
  bool write = true;
};

struct Request final : DiskRequest {
  void done(World& world) override { done_ns = world.now_ns; }
  std::int64_t done_ns = -1;
};

Task<> submit_at(Actor& self, Disk& disk, Request& request) {
  disk.submit(self.world, request);
  co_return;
}

Task<> outlive(Actor& self) { co_await sleep_ns(self, 1'000'000); }

// When each request is done, on a disk that reads 2 GB/s and writes 1 GB/s.
std::vector<std::int64_t> done(int queue_depth, const std::vector<Submission>& submissions, bool with_flows = true) {
  TestWorld w;
  std::unique_ptr<FlowNetwork> flows;
  if (with_flows) {
    flows = std::make_unique<FlowNetwork>(FlowPlatform{{{10 * kGB}}, {}, {{"disk", 2 * kGB, 1 * kGB}}}, FlowClient::done, &w.world);
    w.world.external = flows.get();
  }
  Disk disk({.read_latency_ns = kRead_ns, .write_latency_ns = kWrite_ns, .read_Bps = 2 * kGB, .write_Bps = 1 * kGB, .queue_depth = queue_depth},
            flows.get());
  std::vector<Request> requests(submissions.size());
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    requests[i].bytes = submissions[i].bytes;
    requests[i].write = submissions[i].write;
    w.start("submitter", submissions[i].at_ns, submit_at, disk, requests[i]);
  }
  w.start("clock", 0, outlive);
  w.run();
  std::vector<std::int64_t> out;
  for (const Request& request : requests) out.push_back(request.done_ns);
  return out;
}

TEST(Disk, ARequestTakesItsLatencyAndThenItsBytesOverTheBandwidth) {
  for (const bool with_flows : {true, false}) {
    EXPECT_THAT(done(1, {{50, 4096, true}}, with_flows), ElementsAre(50 + kWrite_ns + 4096));
    EXPECT_THAT(done(1, {{50, 4096, false}}, with_flows), ElementsAre(50 + kRead_ns + 2048));
  }
}

TEST(Disk, AQueueDepthOfOneServesOneAfterTheOtherInTheirOrder) {
  EXPECT_THAT(done(1, {{0, 1000}, {10, 500}, {20, 200}}), ElementsAre(1300, 1300 + 800, 2100 + 500));
  EXPECT_THAT(done(1, {{0, 1000}, {10, 500}, {20, 200}}, false), ElementsAre(1300, 2100, 2600));
}

TEST(Disk, RequestsInFlightShareTheBandwidthAndOverlapTheirLatencies) {
  EXPECT_THAT(done(2, {{0, 1000}, {0, 1000}}), ElementsAre(kWrite_ns + 2000, kWrite_ns + 2000));
  // The second begins to transfer 500 ns later: half speed until the first has its last 500 bytes.
  EXPECT_THAT(done(2, {{0, 1000}, {500, 1000}}), ElementsAre(1800, 2300));
  // A third waits for a place.
  EXPECT_THAT(done(2, {{0, 1000}, {0, 1000}, {0, 1000}}), ElementsAre(2300, 2300, 2300 + 1300));
}

TEST(Disk, ReadsAndWritesDoNotShare) {
  EXPECT_THAT(done(2, {{0, 4000, true}, {0, 4000, false}}), ElementsAre(kWrite_ns + 4000, kRead_ns + 2000));
}

}  // namespace
}  // namespace mmsim
