// What the tests of flows share: a small platform, requests, and a recorder of what a network reports.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "sim/machine/flows.hpp"

namespace mmsim {

inline constexpr double kGB = 1e9;  // so many GB/s are so many bytes per nanosecond

inline FlowPlatform two_nodes(double link_Bps) { return {{{10 * kGB}, {10 * kGB}}, {{0, 1, link_Bps}}, {}}; }

struct Request {
  enum Kind { kCopy, kRead, kWrite } kind = kCopy;
  std::int64_t start_ns = 0;
  int from = 0;  // node, or disk
  int to = 0;    // node, of a copy
  std::uint64_t bytes = 0;
};

// A network and the order and dates in which it reports.
struct Recorder {
  struct End {
    std::uint64_t token;
    std::int64_t date_ns;
    bool operator==(const End&) const = default;
  };

  FlowNetwork network;
  std::vector<End> ends{};
  std::int64_t now_ns = 0;
  std::uint64_t chained_copies = 0;  // copies that are started by the end of another

  explicit Recorder(const FlowPlatform& platform) : network(platform, &Recorder::on_done, this) {}

  static void on_done(void* context, std::uint64_t token) {
    auto* self = static_cast<Recorder*>(context);
    self->ends.push_back({token, self->now_ns});
    if (self->chained_copies == 0) return;
    --self->chained_copies;
    self->network.start_copy(self->now_ns, 0, 1, 4096 + token % 7, token + 64);
  }
  void advance(std::int64_t date_ns) {
    now_ns = date_ns;
    network.advance_to(date_ns);
  }
  void start(const Request& request, std::uint64_t token) {
    switch (request.kind) {
      case Request::kCopy: return network.start_copy(request.start_ns, request.from, request.to, request.bytes, token);
      case Request::kRead: return network.start_read(request.start_ns, request.from, request.bytes, token);
      case Request::kWrite: return network.start_write(request.start_ns, request.from, request.bytes, token);
    }
  }
  void finish() {
    while (network.next_ns() != kNever_ns) advance(network.next_ns());
  }
};

// Runs requests, in order of their start dates, and returns what was reported; tokens are indices.
inline std::vector<Recorder::End> run(const FlowPlatform& platform, const std::vector<Request>& requests) {
  Recorder recorder(platform);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    while (recorder.network.next_ns() <= requests[i].start_ns) recorder.advance(recorder.network.next_ns());
    recorder.start(requests[i], i);
  }
  recorder.finish();
  EXPECT_EQ(recorder.network.active(), 0);
  return recorder.ends;
}

inline std::vector<std::int64_t> dates(const FlowPlatform& platform, const std::vector<Request>& requests) {
  std::vector<std::int64_t> by_request(requests.size(), kNever_ns);
  for (const Recorder::End& end : run(platform, requests)) by_request[end.token] = end.date_ns;
  return by_request;
}

}  // namespace mmsim
