// Somebody a flow is for. Its address is the flow's token; it reaches no result.
#pragma once

#include <cmath>
#include <cstdint>

#include "sim/core/world.hpp"
#include "sim/machine/flows.hpp"

namespace mmsim {

class FlowClient {
 public:
  virtual void flow_done(World& world) = 0;

  std::uint64_t token() { return reinterpret_cast<std::uintptr_t>(this); }
  // The callback to build a FlowNetwork with; the context is the World.
  static void done(void* world, std::uint64_t token) {
    reinterpret_cast<FlowClient*>(token)->flow_done(*static_cast<World*>(world));
  }

 protected:
  ~FlowClient() = default;
};

// Duration of a transfer that shares its bandwidth with nobody, rounded up as FlowNetwork does.
inline std::int64_t transfer_ns(std::uint64_t bytes, double bandwidth_Bps) {
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(bytes) * 1e9 / bandwidth_Bps));
}

// co_await MemoryCopy(self, flows, from, to, bytes, copy_Bps): the actor copies memory, keeping its CPU, at copy_Bps or at
// what its share of the channels and links on the way allows, whichever is less.
// REQUIRES: copy_Bps is the cap of the flows' platform.
class [[nodiscard]] MemoryCopy final : public FlowClient {
 public:
  MemoryCopy(Actor& self, FlowNetwork* flows, int from, int to, std::uint64_t bytes, double copy_Bps)
      : self_(self), flows_(flows), from_(from), to_(to), bytes_(bytes), copy_Bps_(copy_Bps) {}
  bool await_ready() const { return self_.world.exploring; }   // takes time and nothing else
  void await_suspend(std::coroutine_handle<> frame) {
    self_.leaf = frame;
    ++self_.world.steps;
    const std::int64_t alone_ns = transfer_ns(bytes_, copy_Bps_);
    self_.world.record(Event::kSpend, self_, nullptr, alone_ns);
    if (flows_ == nullptr) return self_.world.spend(self_, alone_ns);
    self_.world.suspend_timed(self_);
    flows_->start_copy(self_.world.now_ns, from_, to_, bytes_, token());
  }
  void await_resume() const {}
  void flow_done(World& world) override { world.dispatch(self_); }

 private:
  Actor& self_;
  FlowNetwork* flows_;
  int from_;
  int to_;
  std::uint64_t bytes_;
  double copy_Bps_;
};

}  // namespace mmsim
