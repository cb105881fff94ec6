#include "sim/explore/sampling.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace mmsim {

namespace {

// Who steps next.
class Scheduler {
 public:
  Scheduler(const SamplingOptions& options, std::size_t actors) : options_(options), priority_(actors) {}

  void begin(std::uint64_t schedule, std::uint64_t steps_expected) {
    // A generator of its own for each schedule: any of them can be drawn again alone.
    chooser_ = SeededChooser(mix64(options_.seed) ^ mix64(schedule + 1));
    if (options_.pct_depth == 0) return;
    std::iota(priority_.begin(), priority_.end(), options_.pct_depth);
    for (std::size_t i = priority_.size(); i > 1; --i) std::swap(priority_[i - 1], priority_[chooser_.pick(i)]);
    changes_.clear();
    for (std::uint32_t i = 1; i < options_.pct_depth; ++i) changes_.push_back(chooser_.pick(std::max<std::uint64_t>(steps_expected, 1)));
  }

  std::uint32_t pick(const std::vector<std::uint32_t>& enabled, std::uint64_t step) {
    if (options_.pct_depth == 0) return enabled[chooser_.pick(enabled.size())];
    const auto highest = [&] {
      return *std::max_element(enabled.begin(), enabled.end(),
                               [&](std::uint32_t a, std::uint32_t b) { return priority_[a] < priority_[b]; });
    };
    std::uint32_t actor = highest();
    for (std::size_t i = 0; i < changes_.size(); ++i)
      if (changes_[i] == step) {
        priority_[actor] = i;      // lower than all that began
        actor = highest();
      }
    return actor;
  }

 private:
  const SamplingOptions& options_;
  SeededChooser chooser_{0};
  std::vector<std::uint64_t> priority_;
  std::vector<std::uint64_t> changes_;
};

enum class End { kCompleted, kHang, kCut };

End run_one(Expander& expander, Scheduler& scheduler, const State& initial, std::uint64_t steps_max, Path& path) {
  State state = initial;
  State next = initial;
  Expansion expansion;
  for (path.clear(); path.size() < steps_max;) {
    expander.expand(state, expansion);
    if (expansion.completed) return End::kCompleted;
    if (expansion.enabled.empty()) return End::kHang;
    const std::uint32_t actor = scheduler.pick(expansion.enabled, path.size());
    path.push_back(actor);
    expander.successor(state, *expansion.outcomes[actor], next);
    std::swap(state, next);
  }
  return End::kCut;
}

}  // namespace

Sample sample(Expander& expander, const SamplingOptions& options, const std::function<void(const Sample&)>& progress) {
  using Clock = std::chrono::steady_clock;   // to end in time only
  const auto started = Clock::now();
  Sample out;
  Scheduler scheduler(options, expander.executor().actors());
  const State initial = expander.initial();
  Path path;
  for (std::uint64_t i = 0; i < options.schedules; ++i) {
    if (options.interrupted != nullptr && options.interrupted->load()) out.limit = "interrupted";
    if (std::chrono::duration<double>(Clock::now() - started).count() >= options.seconds_max) out.limit = "max-seconds";
    if (!out.limit.empty()) break;
    scheduler.begin(i, out.schedules != 0 ? out.steps_most : 1000);
    const End end = run_one(expander, scheduler, initial, options.steps_max, path);
    ++out.schedules;
    out.steps += path.size();
    out.steps_least = std::min<std::uint64_t>(out.steps_least, path.size());
    out.steps_most = std::max<std::uint64_t>(out.steps_most, path.size());
    if (end == End::kCut && ++out.cut == 1) out.longest = path;
    if (end == End::kHang && (++out.hangs == 1 || path.size() < out.shortest_hang.size())) out.shortest_hang = path;
    if (progress && i % 64 == 0) progress(out);
  }
  return out;
}

}  // namespace mmsim
