#include "sim/machine/flows.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/machine/flow_routes.hpp"
#include "sim/machine/shared_flows.hpp"

namespace mmsim {
namespace {

constexpr double kFirstClock = SharedFlows::kFirstClock;
constexpr double kLongestFlow_ns = kFirstClock;

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}
const FlowPlatform& valid(const FlowPlatform& platform) {
  if (const std::string error = check_platform(platform); !error.empty()) throw std::logic_error(error);
  return platform;
}

}  // namespace

class FlowNetwork::Impl {
 public:
  Impl(const FlowPlatform& checked, FlowDone done, void* context);
  ~Impl();

  void start(std::int64_t now_ns, Route route, std::uint64_t bytes, std::uint64_t token);
  std::int64_t next_ns();
  void advance_to(std::int64_t now_ns);

  const FlowPlatform platform;
  int active = 0;
  std::uint64_t started = 0;

 private:
  struct Flow {
    SharedFlows::Flow* shared = nullptr;   // if SimGrid knows of it
    std::uint64_t token;
    std::uint64_t order;  // of start
  };

  // A flow that is alone needs no SimGrid to say when it ends. If another joins it, SimGrid is told of it after the fact.
  struct Alone {
    Flow* flow = nullptr;
    Route route{};
    std::uint64_t bytes = 0;
    std::int64_t start_ns = 0;
  };

  Flow& new_flow(std::uint64_t token);
  void tell_simgrid(Flow& flow, std::int64_t now_ns, Route route, std::uint64_t bytes);
  std::int64_t end_alone_ns() const;
  void move_clock(std::int64_t now_ns);
  void report_ended();
  static void on_completion(void* flow);

  static Impl* alive_;
  FlowDone done_;
  void* context_;
  RatesAlone rates_alone_;
  Alone alone_;
  SharedFlows* shared_ = nullptr;  // from the first flow on that may have to share
  std::int64_t clock_zero_ns_ = 0;  // our date when SimGrid's clock would show 0
  std::int64_t now_ns_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t next_ns_ = kNever_ns;
  bool next_is_known_ = true;
  std::deque<Flow> flows_;     // never moves them: SimGrid's activities point here
  std::vector<Flow*> unused_;  // of flows_
  std::vector<Flow*> ended_;   // ended in SimGrid, not yet reported
};

FlowNetwork::Impl* FlowNetwork::Impl::alive_ = nullptr;

FlowNetwork::Impl::Impl(const FlowPlatform& checked, FlowDone done, void* context)
    : platform(valid(checked)), done_(done), context_(context), rates_alone_(platform) {
  require(alive_ == nullptr, "a FlowNetwork is already alive: SimGrid has one engine per process");
  alive_ = this;
}

FlowNetwork::Impl::~Impl() {
  alive_ = nullptr;  // so that cancelled flows are not taken for ended ones
  for (Flow& flow : flows_)
    if (flow.shared != nullptr) shared_->cancel(flow.shared);
  // SimGrid lets go of cancelled flows in its next round, not to be that of the next network.
  if (shared_ != nullptr && active > 0) shared_->run_until(shared_->clock());
}

void FlowNetwork::Impl::on_completion(void* flow) {
  if (alive_ != nullptr) alive_->ended_.push_back(static_cast<Flow*>(flow));
}

void FlowNetwork::Impl::start(std::int64_t now_ns, Route route, std::uint64_t bytes, std::uint64_t token) {
  require(now_ns >= now_ns_, "a flow starts before an earlier date");
  // At an unchanged date nothing can have become due; not asking again keeps many starts at one date cheap.
  require(now_ns == now_ns_ || now_ns <= next_ns(), "a flow starts after the end of another that was not collected");
  if (active == 0 && bytes > 0) {
    now_ns_ = now_ns;
    alone_ = {&new_flow(token), route, bytes, now_ns};
    next_is_known_ = false;
    ++active;
    return;
  }
  if (const Alone first = std::exchange(alone_, {}); first.flow != nullptr) {
    active = 0;
    tell_simgrid(*first.flow, first.start_ns, first.route, first.bytes);
    active = 1;
  }
  tell_simgrid(new_flow(token), now_ns, route, bytes);
  ++active;
}

FlowNetwork::Impl::Flow& FlowNetwork::Impl::new_flow(std::uint64_t token) {
  if (unused_.empty()) unused_.push_back(&flows_.emplace_back());
  Flow& flow = *unused_.back();
  unused_.pop_back();
  flow.token = token;
  flow.order = started++;
  return flow;
}

void FlowNetwork::Impl::tell_simgrid(Flow& flow, std::int64_t now_ns, Route route, std::uint64_t bytes) {
  if (shared_ == nullptr) shared_ = &shared_flows(platform, &Impl::on_completion);
  move_clock(now_ns);
  if (bytes == 0) return ended_.push_back(&flow);  // SimGrid would never end it
  flow.shared = shared_->start(route, bytes, &flow);
  next_is_known_ = false;
}

// Rounded as SimGrid's clock does: see kFirstClock and move_clock().
std::int64_t FlowNetwork::Impl::end_alone_ns() const {
  const double delay_ns = static_cast<double>(alone_.bytes) / rates_alone_(alone_.route);
  if (delay_ns > kLongestFlow_ns) throw std::range_error("a flow would last longer than 52 days");
  const double clock = kFirstClock + static_cast<double>(alone_.start_ns & 1);
  return alone_.start_ns + static_cast<std::int64_t>((clock + delay_ns) - clock);
}

// Brings SimGrid's clock to our date. With nothing under way it stays, and stands for our date from now on: idle time
// takes nothing from the range in which the clock is exact. The two differ by an even number, for halves are rounded to
// even: they must fall alike on our dates in every network.
void FlowNetwork::Impl::move_clock(std::int64_t now_ns) {
  now_ns_ = now_ns;
  if (active == 0) {
    const auto clock = static_cast<std::int64_t>(shared_->clock());
    const std::int64_t odd = (now_ns ^ clock) & 1;
    if (odd != 0) shared_->run_until(static_cast<double>(clock + odd));
    clock_zero_ns_ = now_ns - (clock + odd);
    return;
  }
  // SimGrid stops within 1e-5 of the date it is asked for. In our unit that is less than the clock can tell apart.
  const auto clock = static_cast<double>(now_ns - clock_zero_ns_);
  if (shared_->clock() < clock) shared_->run_until(clock);
}

std::int64_t FlowNetwork::Impl::next_ns() {
  if (!ended_.empty()) return now_ns_;
  if (next_is_known_) return next_ns_;
  next_is_known_ = true;
  if (active == 0) return next_ns_ = kNever_ns;
  if (alone_.flow != nullptr) return next_ns_ = end_alone_ns();
  const double delay_ns = shared_->time_to_next_completion();
  require(delay_ns >= 0, "SimGrid has lost a flow");
  if (delay_ns > kLongestFlow_ns) throw std::range_error("a flow would last longer than 52 days");
  return next_ns_ = clock_zero_ns_ + static_cast<std::int64_t>(shared_->clock() + delay_ns);
}

void FlowNetwork::Impl::advance_to(std::int64_t now_ns) {
  require(now_ns >= now_ns_, "the clock would go back");
  const std::int64_t due_ns = next_ns();
  require(now_ns <= due_ns, "the clock would pass by the end of a flow");
  if (now_ns < due_ns || active == 0) {
    now_ns_ = now_ns;
    return;
  }
  next_is_known_ = false;
  if (alone_.flow != nullptr) {
    now_ns_ = now_ns;
    ended_.push_back(std::exchange(alone_, {}).flow);
    return report_ended();
  }
  move_clock(now_ns);
  // A change of shares can leave a flow so little to go that its end is the date at which the clock stands already.
  if (ended_.empty()) shared_->run_until(shared_->clock());
  require(!ended_.empty(), "SimGrid has passed by the end of a flow");
  report_ended();
}

void FlowNetwork::Impl::report_ended() {
  // By order of start; SimGrid's own order at one date follows from rounding and from its containers.
  std::sort(ended_.begin(), ended_.end(), [](const Flow* a, const Flow* b) { return a->order < b->order; });
  // `done` may start flows, so nothing of ours may be in use while it runs.
  const std::vector<Flow*> ended = std::exchange(ended_, {});
  for (Flow* flow : ended) {
    const std::uint64_t token = flow->token;
    if (flow->shared != nullptr) shared_->let_go(std::exchange(flow->shared, nullptr));
    unused_.push_back(flow);
    --active;
    done_(context_, token);
  }
}

FlowNetwork::FlowNetwork(const FlowPlatform& platform, FlowDone done, void* context)
    : impl_(std::make_unique<Impl>(platform, done, context)) {}
FlowNetwork::~FlowNetwork() = default;
void FlowNetwork::start_copy(std::int64_t now_ns, int from_node, int to_node, std::uint64_t bytes, std::uint64_t token) {
  const int nodes = node_count(impl_->platform);
  require(from_node >= 0 && from_node < nodes && to_node >= 0 && to_node < nodes, "a copy names an unknown node");
  impl_->start(now_ns, {from_node, to_node}, bytes, token);
}

void FlowNetwork::start_read(std::int64_t now_ns, int disk, std::uint64_t bytes, std::uint64_t token) {
  require(disk >= 0 && disk < disk_count(impl_->platform), "a read names an unknown disk");
  const int host = end_of_disk(impl_->platform, disk);
  impl_->start(now_ns, {host, host}, bytes, token);
}

void FlowNetwork::start_write(std::int64_t now_ns, int disk, std::uint64_t bytes, std::uint64_t token) {
  require(disk >= 0 && disk < disk_count(impl_->platform), "a write names an unknown disk");
  const int host = end_of_disk(impl_->platform, disk) + 1;
  impl_->start(now_ns, {host, host}, bytes, token);
}

std::int64_t FlowNetwork::next_ns() { return impl_->next_ns(); }
void FlowNetwork::advance_to(std::int64_t now_ns) { impl_->advance_to(now_ns); }
int FlowNetwork::active() const { return impl_->active; }
std::uint64_t FlowNetwork::flows_started() const { return impl_->started; }

}  // namespace mmsim
