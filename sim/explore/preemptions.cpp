#include "sim/explore/preemptions.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>

namespace mmsim {

namespace {

using Index = std::uint32_t;
constexpr Index kNone = ~Index{0};
constexpr std::uint32_t kNobody = 0xffff;
constexpr std::uint64_t kBytes_per_state = 80;   // of the maps below, roughly

// States that wait to be expanded, with who came last and where they stand in the list of all.
struct Wave {
  Layer states;
  std::vector<std::pair<Index, std::uint16_t>> where;
  void push(const State& state, Index index, std::uint32_t last) {
    states.push(state);
    where.emplace_back(index, static_cast<std::uint16_t>(last));
  }
};

class BoundedSearch {
 public:
  BoundedSearch(Expander& expander, const SearchLimits& limits, const std::function<void(const SearchProgress&)>& progress)
      : expander_(expander), limits_(limits), progress_(progress), state_(expander.initial()), next_(state_) {}

  BoundedFindings run(std::uint32_t preemptions_max) {
    Wave wave;
    reach(expander_.initial(), kNone, kNobody, wave);
    for (std::uint32_t used = 0;; ++used) {
      Wave preempted;
      out_.preemptions = used;
      if (!exhaust(std::move(wave), preempted)) return out_;
      if (preempted.where.empty()) out_.everything = true;
      if (preempted.where.empty() || used == preemptions_max) return out_;
      wave = std::move(preempted);
    }
  }

 private:
  // Everything that needs no further preemption. False: a hang, or a limit.
  bool exhaust(Wave wave, Wave& preempted) {
    preempted_now_ = &preempted;
    while (!wave.where.empty()) {
      Wave reached;
      std::size_t at = 0;
      for (const Layer::Chunk& chunk : wave.states.chunks())
        for (std::size_t i = 0; i < chunk.count; ++i, ++at) {
          Layer::unpack(chunk, i, state_);
          const auto [index, last] = wave.where[at];
          if (!expand(index, last, reached, preempted) || limit_reached()) return false;
        }
      wave = std::move(reached);
    }
    return true;
  }

  bool expand(Index index, std::uint32_t last, Wave& reached, Wave& preempted) {
    if (done_[index]) return true;
    done_[index] = true;
    expander_.expand(state_, expansion_);
    if (expansion_.deadlock()) {
      out_.hang = true;
      for (Index i = index; before_[i] != kNone; i = before_[i]) out_.path.push_back(by_[i]);
      std::reverse(out_.path.begin(), out_.path.end());
      return false;
    }
    const bool could_go_on = std::find(expansion_.enabled.begin(), expansion_.enabled.end(), last) != expansion_.enabled.end();
    for (const std::uint32_t actor : expansion_.enabled) {
      expander_.successor(state_, *expansion_.outcomes[actor], next_);
      ++out_.transitions;
      reach(next_, index, actor, could_go_on && actor != last ? preempted : reached);
    }
    return true;
  }

  // A state that waits for its turn after a preemption may still be reached without one: then it is taken at once.
  void reach(const State& state, Index before, std::uint32_t by, Wave& wave) {
    Hash128 hash = state.hash;
    hash.add(by);
    const auto [known, added] = index_of_.try_emplace(hash, static_cast<Index>(before_.size()));
    if (!added) {
      if (done_[known->second] || level_[known->second] <= level(wave)) return;
      level_[known->second] = level(wave);
      before_[known->second] = before;
      by_[known->second] = static_cast<std::uint16_t>(by);
      return wave.push(state, known->second, by);
    }
    ++out_.states;
    before_.push_back(before);
    by_.push_back(static_cast<std::uint16_t>(by));
    done_.push_back(false);
    level_.push_back(level(wave));
    wave.push(state, known->second, by);
  }
  // Preemptions that a state in this wave has cost.
  std::uint32_t level(const Wave& wave) const { return out_.preemptions + (&wave == preempted_now_ ? 1 : 0); }

  bool limit_reached() {
    if (++polled_ % 1024 != 0) return false;
    if (progress_) progress_({out_.states, out_.transitions, out_.preemptions, 0, out_.states * kBytes_per_state, false});
    if (limits_.interrupted != nullptr && limits_.interrupted->load()) out_.limit = "interrupted";
    if (out_.states >= limits_.states_max) out_.limit = "max-states";
    if (out_.states * kBytes_per_state >= limits_.memory_max_bytes) out_.limit = "max-memory";
    if (std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count() >= limits_.seconds_max) out_.limit = "max-seconds";
    return !out_.limit.empty();
  }

  Expander& expander_;
  const SearchLimits& limits_;
  const std::function<void(const SearchProgress&)>& progress_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();   // to end in time only
  State state_, next_;
  Expansion expansion_;
  BoundedFindings out_;
  const Wave* preempted_now_ = nullptr;
  std::unordered_map<Hash128, Index, HashOfHash> index_of_;   // for look-up only
  std::vector<Index> before_;
  std::vector<std::uint16_t> by_;
  std::vector<bool> done_;
  std::vector<std::uint32_t> level_;
  std::uint64_t polled_ = 0;
};

}  // namespace

BoundedFindings search_by_preemptions(Expander& expander, std::uint32_t preemptions_max, const SearchLimits& limits,
                                      const std::function<void(const SearchProgress&)>& progress) {
  return BoundedSearch(expander, limits, progress).run(preemptions_max);
}

}  // namespace mmsim
