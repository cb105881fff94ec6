#include "sim/explore/search.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "sim/explore/batch.hpp"
#include "sim/explore/in_parallel.hpp"

namespace mmsim {

namespace {

// The only use of a clock: to end a search in time, and to say how far it has come. No result depends on it.
double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A layer that is not worth waking others for, and how many states a worker takes at a time: with reduction a state may cost a
// hundred times as much as without, where it costs less than a microsecond.
constexpr std::uint64_t kAlone_states = 512, kAlone_states_reduced = 64;
constexpr std::uint32_t kUnit_states = 256, kUnit_states_reduced = 16;

}  // namespace

struct Search::Worker {
  Worker(std::size_t n, Expander& expander, const Reduction* reduction) : number(n) {
    if (reduction == nullptr) {
      batch.emplace();
      return;
    }
    chain.emplace(expander, *reduction);
    here.emplace(expander);
    there.emplace(expander);
  }

  std::size_t number;
  State state, parent, next;
  Expansion expansion;
  std::optional<Chain> chain;        // these with a reduction
  std::optional<Walk> here, there;
  std::optional<Batch> batch;        // this without
  std::size_t chunk = 0, index = 0;
  std::vector<std::size_t> expanded; // units of which successors are in the batch
  std::vector<Layer> reached;     // by depth beyond the next one
  SearchFindings found;
};

Search::Search(Expander& expander, const Reduction* reduction, int jobs, const SearchLimits& limits,
               std::function<void(const SearchProgress&)> progress)
    : expander_(expander),
      reduction_(expander.executor().actors() <= ActorSet::kMost ? reduction : nullptr),
      limits_(limits),
      progress_(std::move(progress)),
      visited_(jobs),
      started_s_(now_s()) {
  for (int i = 0; i < std::max(jobs, 1); ++i) workers_.push_back(std::make_unique<Worker>(workers_.size(), expander, reduction_));
}

Search::~Search() = default;

SearchFindings Search::run() { return run_from(expander_.initial()); }

SearchFindings Search::run_from(const State& first) {
  visited_.add(first.hash, {});
  SearchFindings so_far;
  so_far.states = 1;
  std::map<std::uint64_t, Layer> open;
  open[0].push(first);
  return go_on(std::move(open), so_far);
}

SearchFindings Search::go_on(std::map<std::uint64_t, Layer> open, SearchFindings so_far) {
  open_ = std::move(open);
  found_ = std::move(so_far);
  found_.limit.clear();
  std::uint64_t waiting = 0;
  for (const auto& [depth, layer] : open_) waiting += layer.size();
  trend_ = LayerTrend(found_.states - std::min(found_.states, waiting));
  if (limits_.visitor != nullptr) limits_.visitor->begin();
  for (const auto& worker : workers_) worker->state = worker->parent = expander_.initial();
  for (bool first = true; !open_.empty(); first = false) {
    depth_ = open_.begin()->first;
    before_layer_ = found_;
    if (!first && between_layers_) between_layers_();
    // Whole layers: where it ends does not depend on workers.
    if (found_.states >= limits_.states_max) {
      found_.limit = "max-states";
      break;
    }
    layer_ = std::move(open_.begin()->second);
    open_.erase(open_.begin());
    MMSIM_CHECK(depth_ + Chain::kSteps_most < Arrival::kDepth_max, "a search went deeper than a million steps");
    found_.depth = depth_;
    trend_.add(layer_.size());
    expand_layer();
    if (stop_) break;
    if (found_.completed_states != 0 && limits_.stop_at_completion) break;
    if (limits_.visitor != nullptr && limits_.visitor->enough()) break;
    if (found_.hang && limits_.stop_at_first) {
      found_.limit = "first";
      break;
    }
  }
  return found_;
}

void Search::divide_layer() {
  const std::uint32_t most = reduction_ != nullptr ? kUnit_states_reduced : kUnit_states;
  units_.clear();
  next_unit_ = 0;
  left_ = std::make_unique<std::atomic<std::uint32_t>[]>(layer_.chunks().size());
  for (std::size_t chunk = 0; chunk < layer_.chunks().size(); ++chunk) {
    const std::uint32_t count = layer_.chunks()[chunk].count;
    left_[chunk] = count;
    for (std::uint32_t begin = 0; begin < count; begin += most) units_.push_back({chunk, begin, std::min(begin + most, count)});
  }
}

void Search::expand_layer() {
  divide_layer();
  const bool alone = layer_.size() < (reduction_ != nullptr ? kAlone_states_reduced : kAlone_states);
  in_parallel(alone ? 1 : workers_.size(), [this](std::size_t worker) {
    try {
      work(*workers_[worker]);
    } catch (...) {
      stop_ = true;   // the others need not go on
      throw;
    }
  });
  gather();
}

// What the workers found becomes later layers.
void Search::gather() {
  for (const auto& worker : workers_) {
    for (std::size_t i = 0; i < worker->reached.size(); ++i)
      if (worker->reached[i].size() != 0) open_[depth_ + 1 + i].take(worker->reached[i]);
    SearchFindings& found = worker->found;
    found_.states += std::exchange(found.states, 0);
    found_.transitions += std::exchange(found.transitions, 0);
    found_.completed_states += std::exchange(found.completed_states, 0);
    found_.loops |= found.loops;
    if (found.deadlock_states != 0 && (found_.deadlock_states == 0 || (found_.deadlock_depth == depth_ && found.deadlock < found_.deadlock))) {
      found_.deadlock = found.deadlock;
      found_.deadlock_depth = depth_;
    }
    found_.deadlock_states += std::exchange(found.deadlock_states, 0);
    found_.hang |= found_.deadlock_states != 0;
    if (!found.limit.empty()) found_.limit = std::exchange(found.limit, {});
  }
}

void Search::work(Worker& worker) {
  std::uint64_t polled = 0;
  if (workers_.size() > 1) visited_.grow_ahead(worker.number, workers_.size());
  for (;;) {
    const std::size_t number = next_unit_.fetch_add(1);
    if (number >= units_.size() || stop_) break;
    const Unit& unit = units_[number];
    worker.chunk = unit.chunk;
    for (worker.index = unit.begin; worker.index < unit.end; ++worker.index) {
      if (++polled % 1024 == 0 && limit_reached(worker)) {
        stop_ = true;
        break;
      }
      Layer::unpack(layer_.chunks()[worker.chunk], worker.index, worker.state);
      if (reduction_ != nullptr && visited_.depth_of(worker.state.hash) != depth_) continue;   // a shorter way was found
      if (limits_.visitor != nullptr) {
        expander_.expand(worker.state, worker.expansion);
        limits_.visitor->visit(worker.state, worker.expansion, depth_);
      }
      reduction_ != nullptr ? expand_some(worker) : expand_all(worker);
    }
    worker.expanded.push_back(number);
    if (reduction_ != nullptr) let_go_expanded(worker);
  }
  if (reduction_ == nullptr) look_up_batch(worker);
  let_go_expanded(worker);
}

// Their states are not needed any more; those of one who was stopped are.
void Search::let_go_expanded(Worker& worker) {
  if (stop_) return;
  for (const std::size_t number : worker.expanded) {
    const Unit& unit = units_[number];
    const std::uint32_t states = unit.end - unit.begin;
    if (left_[unit.chunk].fetch_sub(states) == states) layer_.chunks()[unit.chunk].bytes = {};
  }
  worker.expanded.clear();
}

void Search::note_end(Worker& worker, bool completed, bool deadlock) {
  SearchFindings& found = worker.found;
  if (completed) ++found.completed_states;
  if (deadlock && (found.deadlock_states++ == 0 || worker.state.hash < found.deadlock)) found.deadlock = worker.state.hash;
}

void Search::expand_all(Worker& worker) {
  expander_.expand(worker.state, worker.expansion);
  note_end(worker, worker.expansion.completed, worker.expansion.deadlock());
  Batch& batch = *worker.batch;
  batch.begin({worker.chunk, worker.index});
  for (const std::uint32_t actor : worker.expansion.enabled) {
    const Outcome& outcome = *worker.expansion.outcomes[actor];
    if (batch.full()) {
      look_up_batch(worker);
      let_go_expanded(worker);
      batch.begin({worker.chunk, worker.index});
    }
    batch.push(expander_.successor_hash(worker.state, outcome), worker.state.hash, outcome);
    ++worker.found.transitions;
  }
}

// A persistent set; and the rest too if that need not lead out of a cycle.
void Search::expand_some(Worker& worker) {
  Walk& here = *worker.here;
  here.move_to(worker.state);
  note_end(worker, here.completed(), here.deadlock());
  if (here.enabled().empty()) return;
  const ActorSet chosen = worker.chain->selector().choose(here);
  bool leads_on = false;
  chosen.for_each([&](std::uint32_t actor) { leads_on |= visit(worker, actor); });
  if (leads_on) return;
  (here.enabled() - chosen).for_each([&](std::uint32_t actor) { visit(worker, actor); });
}

// A step from here and the chain behind it. True if that leads deeper, or to where no cycle comes back from.
bool Search::visit(Worker& worker, std::uint32_t actor) {
  Walk& there = *worker.there;
  const bool onward = reduction_->onward(worker.here->outcome(actor));
  there = *worker.here;
  there.step(actor);
  const Chain::Way way = worker.chain->follow(there, nullptr);
  worker.found.transitions += 1 + way.steps;
  Arrival known;
  const bool to_end = way.steps == 0 || onward || way.onward || !visited_.find(there.state().hash, known) || known.depth > depth_;
  const std::uint64_t depth = depth_ + 1 + (to_end ? way.steps : 0);
  if (!to_end) {
    there = *worker.here;
    there.step(actor);
  }
  const bool deeper = reach(worker, there.state(), depth, actor, worker.here->state().hash).depth > depth_;
  const bool leaves = onward || (to_end && way.onward);
  worker.found.loops |= !deeper && !leaves;
  return deeper || leaves;
}

Visited::Found Search::reach(Worker& worker, const State& state, std::uint64_t depth, std::uint32_t actor, const Hash128& from) {
  const Visited::Found found = visited_.add(state.hash, {depth, Visited::tag(from), actor});
  worker.found.states += found.added;
  if (!found.added && !found.lowered) return found;
  const std::size_t beyond = static_cast<std::size_t>(depth - depth_ - 1);
  if (worker.reached.size() <= beyond) worker.reached.resize(beyond + 1);
  worker.reached[beyond].push(state);
  return found;
}

void Search::look_up_batch(Worker& worker) {
  Batch& batch = *worker.batch;
  if (batch.empty()) return batch.clear();
  batch.look_up_all(visited_, depth_ + 1, worker.number, workers_.size(), [&](const Hash128& state, const Arrival& arrival) {
    const Visited::Found found = visited_.add(state, arrival);
    worker.found.loops |= found.depth != depth_ + 1;
    worker.found.states += found.added;
    return found.added;
  });
  if (worker.reached.empty()) worker.reached.resize(1);
  std::size_t chunk = ~std::size_t{0}, index = 0;
  batch.for_each_new([&](const Batch::Parent& parent, const Outcome& outcome) {
    if (parent.chunk != chunk || parent.index != index) Layer::unpack(layer_.chunks()[parent.chunk], parent.index, worker.parent);
    chunk = parent.chunk;
    index = parent.index;
    expander_.successor(worker.parent, outcome, worker.next);
    worker.reached.front().push(worker.next);
  });
  batch.clear();
  batch.hold(found_.states + worker.found.states * workers_.size());
}

bool Search::limit_reached(const Worker& worker) {
  auto& limit = const_cast<Worker&>(worker).found.limit;
  std::uint64_t frontier = 0;
  std::uint64_t bytes = layer_.bytes() + visited_.bytes() + expander_.executor().bytes();
  if (worker.batch) bytes += worker.batch->bytes() * workers_.size();
  for (const Layer& layer : worker.reached) {
    frontier += layer.size() * workers_.size();
    bytes += layer.bytes() * workers_.size();
  }
  for (const auto& [depth, layer] : open_) {
    frontier += layer.size();
    bytes += layer.bytes();
  }
  if (&worker == workers_.front().get() && progress_)
    progress_({found_.states + worker.found.states * workers_.size(), found_.transitions + worker.found.transitions * workers_.size(), depth_,
               frontier, bytes, trend_.total(), found_.hang});
  if (limits_.interrupted != nullptr && limits_.interrupted->load()) limit = "interrupted";
  if (bytes >= limits_.memory_max_bytes) limit = "max-memory";
  if (limits_.seconds_max < 1e17 && now_s() - started_s_ >= limits_.seconds_max) limit = "max-seconds";
  return !limit.empty();
}

}  // namespace mmsim
