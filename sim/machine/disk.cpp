#include "sim/machine/disk.hpp"

namespace mmsim {

void DiskRequest::latency_over(World& world, Timer& timer) {
  DiskRequest& request = *static_cast<Latency&>(timer).request;
  request.disk_->transfer(world, request);
}

void DiskRequest::flow_done(World& world) { disk_->completed(world, *this); }

void Disk::submit(World& world, DiskRequest& request) {
  request.disk_ = this;
  request.next_ = nullptr;
  if (in_flight_ < parameters_.queue_depth) return start(world, request);
  (tail_ != nullptr ? tail_->next_ : head_) = &request;
  tail_ = &request;
}

void Disk::start(World& world, DiskRequest& request) {
  ++in_flight_;
  std::int64_t latency_ns = request.write ? parameters_.write_latency_ns : parameters_.read_latency_ns;
  if (flows_ == nullptr) latency_ns += transfer_ns(request.bytes, request.write ? parameters_.write_Bps : parameters_.read_Bps);
  request.latency_.request = &request;
  world.calendar.set(request.latency_, world.now_ns + latency_ns);
}

void Disk::transfer(World& world, DiskRequest& request) {
  if (flows_ != nullptr) {
    if (request.write) return flows_->start_write(world.now_ns, parameters_.flow_disk, request.bytes, request.token());
    return flows_->start_read(world.now_ns, parameters_.flow_disk, request.bytes, request.token());
  }
  completed(world, request);
}

void Disk::completed(World& world, DiskRequest& request) {
  --in_flight_;
  if (DiskRequest* first = head_) {
    head_ = first->next_;
    if (head_ == nullptr) tail_ = nullptr;
    start(world, *first);
  }
  request.done(world);
}

}  // namespace mmsim
