// The module that has SimGrid in it: the only file that includes it.
#include <simgrid/s4u.hpp>
#include <xbt/log.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sim/machine/keep_handlers.hpp"
#include "sim/machine/shared_flows.hpp"

namespace mmsim {
namespace {

namespace s4u = simgrid::s4u;

// SimGrid's clock is a double that grows by differences; it is process-wide and *not* set back with a new engine. Two
// choices make it exact and its results repeatable:
//  - Its unit of time is one nanosecond (rates are bytes per nanosecond), so that our dates are whole numbers.
//  - It starts at 2^52. From there to 2^53 the doubles are the whole numbers: SimGrid itself rounds each end of a flow
//    to a nanosecond, sums and differences of dates are exact, and results do not depend on where in that range they are
//    computed. That lasts for 52 days of simulated time with flows under way, per process.
// Exactness is also what makes every end fire: SimGrid passes by an event that lies an ulp behind its clock.

// The SimGrid engine with our platform in it. Every resource, disks included, is a SimGrid link: its disk model rounds
// progress to whole bytes whenever anything happens anywhere, so that a slow disk beside busy links would never
// finish.
class Resources final : public SharedFlows {
 public:
  explicit Resources(const FlowPlatform& platform);

  const FlowPlatform& built() const { return built_; }
  void set_bandwidths(const FlowPlatform& platform);  // REQUIRES: same_shape(built(), platform)

  Flow* start(Route route, std::uint64_t bytes, void* tag) override;
  void let_go(Flow* flow) override { s4u::CommPtr(of(flow), false).reset(); }
  void cancel(Flow* flow) override;
  double clock() const override { return s4u::Engine::get_clock(); }
  void run_until(double date) override;
  double time_to_next_completion() const override;

 private:
  static s4u::Comm* of(Flow* flow) { return reinterpret_cast<s4u::Comm*>(flow); }
  static s4u::Engine make_engine();
  void add_route(Route route);

  FlowPlatform built_;
  s4u::Engine engine_;
  s4u::NetZone* zone_ = nullptr;
  std::vector<s4u::Host*> hosts_;
  std::vector<s4u::Link*> links_;  // in the order of bandwidths_of()
  std::vector<s4u::CommPtr> cancelled_;
};

s4u::Engine Resources::make_engine() {
  const KeepHandlers keep;
  xbt_log_control_set("root.thres:critical");  // or else it prints every setting that is made
  return s4u::Engine("mmsim");
}

Resources::Resources(const FlowPlatform& platform) : built_(platform), engine_(make_engine()) {
  // Settings outlive the engine, and SimGrid refuses to change them once a platform was built.
  static std::once_flag configured;
  std::call_once(configured, [] {
    s4u::Engine::set_config("network/model:CM02");      // bandwidth only: no protocol on top
    s4u::Engine::set_config("network/TCP-gamma:0");     // no limit by window size
    s4u::Engine::set_config("network/crosstraffic:0");  // no acknowledgements on the way back
    s4u::Engine::set_config("surf/precision:1e-9");     // in our ns: far below what the clock can tell apart
  });
  zone_ = s4u::create_full_zone("machine");
  const std::vector<double> bandwidths = bandwidths_of(platform);
  for (std::size_t i = 0; i < bandwidths.size(); ++i) {
    links_.push_back(zone_->create_link("link" + std::to_string(i), bandwidths[i]));
    // What SimGrid calls a fat pipe gives its bandwidth to each flow. (The rate of a Comm that no actor sends is ignored.)
    if (caps_copies(platform) && i + 1 == bandwidths.size())
      links_.back()->set_sharing_policy(s4u::Link::SharingPolicy::FATPIPE);
    links_.back()->seal();
  }
  for (int i = 0; i < end_count(platform); ++i)  // of any speed: nothing computes on it
    hosts_.push_back(zone_->create_host("host" + std::to_string(i), 1.0));
  for (int from = 0; from < node_count(platform); ++from)
    for (int to = 0; to < node_count(platform); ++to) add_route({from, to});
  for (int end = node_count(platform); end < end_count(platform); ++end) add_route({end, end});
  zone_->seal();
  run_until(std::max(kFirstClock, std::ceil(clock())));
}

// A route from a host to itself replaces SimGrid's default loopback.
void Resources::add_route(Route route) {
  std::vector<s4u::LinkInRoute> path;
  for (const int resource : resources_of(built_, route)) path.emplace_back(links_[resource]);
  zone_->add_route(hosts_[route.from]->get_netpoint(), hosts_[route.to]->get_netpoint(), nullptr, nullptr, path, false);
}

void Resources::set_bandwidths(const FlowPlatform& platform) {
  const std::vector<double> bandwidths = bandwidths_of(platform);
  for (std::size_t i = 0; i < bandwidths.size(); ++i) links_[i]->set_bandwidth(bandwidths[i]);
}

SharedFlows::Flow* Resources::start(Route route, std::uint64_t bytes, void* tag) {
  s4u::CommPtr comm = s4u::Comm::sendto_async(hosts_[route.from], hosts_[route.to], bytes);
  comm->set_data(tag);
  return reinterpret_cast<Flow*>(comm.detach());
}

void Resources::cancel(Flow* flow) {
  const s4u::CommPtr comm(of(flow), false);
  // SimGrid complains about a flow that is dropped while under way, and tells of a cancelled one in its next round.
  if (comm->get_state() != s4u::Activity::State::STARTED) return;
  comm->cancel();
  cancelled_.push_back(comm);
}

void Resources::run_until(double date) {
  engine_.run_until(date);
  cancelled_.clear();
}

// The engine is kept for the next network: each costs some 0.1 ms and leaves callbacks that slow all later flows.
Resources& resources_for(const FlowPlatform& platform) {
  static std::unique_ptr<Resources> last;
  if (last != nullptr && same_shape(last->built(), platform)) {
    last->set_bandwidths(platform);
  } else {
    last.reset();  // before the next is built: SimGrid has one engine at a time
    last = std::make_unique<Resources>(platform);
  }
  return *last;
}

double Resources::time_to_next_completion() const {
  double soonest = -1;
  for (simgrid::kernel::resource::Model* model : engine_.get_all_models()) {
    const double delay = model->next_occurring_event(clock());
    if (delay >= 0 && (soonest < 0 || delay < soonest)) soonest = delay;
  }
  return soonest;
}

SharedFlows::Ended whom_to_tell = nullptr;

}  // namespace

extern "C" [[gnu::visibility("default")]] SharedFlows* mmsim_make_shared_flows(const FlowPlatform& platform, SharedFlows::Ended ended) {
  whom_to_tell = ended;
  static std::once_flag listening;  // SimGrid offers no way to stop listening
  std::call_once(listening, [] {
    s4u::Activity::on_completion_cb([](const s4u::Activity& activity) { whom_to_tell(activity.get_data<void>()); });
  });
  return &resources_for(platform);
}

}  // namespace mmsim
