// A block device that the machine serves by itself: latency, bandwidth, queue depth.
//
// A request waits in the driver until one of queue_depth places is free, takes the device's latency, then its bytes as a
// flow that shares the device's bandwidth with the other requests in flight. Its completion interrupts the CPU that
// submitted it. Without flows the transfer takes bytes / bandwidth, and shares with nobody.
#pragma once

#include <cstdint>
#include <limits>

#include "sim/core/world.hpp"
#include "sim/machine/flow_client.hpp"

namespace mmsim {

struct DiskParameters {
  int flow_disk = 0;             // number of the disk in the FlowPlatform
  std::int64_t read_latency_ns = 0;
  std::int64_t write_latency_ns = 0;
  double read_Bps = std::numeric_limits<double>::infinity();
  double write_Bps = std::numeric_limits<double>::infinity();
  int queue_depth = 1;
};

class Disk;

// One request. The owner keeps it alive until done() is called, in interrupt context.
class DiskRequest : public FlowClient {
 public:
  DiskRequest() : latency_(latency_over) {}
  virtual void done(World& world) = 0;
  void flow_done(World& world) final;

  std::uint64_t bytes = 0;
  bool write = false;

 protected:
  ~DiskRequest() = default;

 private:
  friend class Disk;
  struct Latency : Timer {
    using Timer::Timer;
    DiskRequest* request = nullptr;
  };
  static void latency_over(World& world, Timer& timer);

  Latency latency_;
  Disk* disk_ = nullptr;
  DiskRequest* next_ = nullptr;
};

class Disk {
 public:
  Disk(DiskParameters parameters, FlowNetwork* flows) : parameters_(parameters), flows_(flows) {}
  void submit(World& world, DiskRequest& request);

 private:
  friend class DiskRequest;
  void start(World& world, DiskRequest& request);
  void transfer(World& world, DiskRequest& request);
  void completed(World& world, DiskRequest& request);

  DiskParameters parameters_;
  FlowNetwork* flows_;
  int in_flight_ = 0;
  DiskRequest* head_ = nullptr;   // waiting in the driver, first come first served
  DiskRequest* tail_ = nullptr;
};

}  // namespace mmsim
