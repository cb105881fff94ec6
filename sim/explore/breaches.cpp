#include "sim/explore/breaches.hpp"

#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace mmsim {

namespace {

using Breach = LockWatch::Breach;

constexpr int kSchedules = 256;
constexpr std::size_t kSchedule_steps = 4096;

// The first states in which each of some breaches is about to be committed: of the fewest steps, then the least.
class Whereabouts final : public StateVisitor {
 public:
  Whereabouts(const LockWatch& watch, const std::set<Breach>& wanted) : watch_(watch), wanted_(wanted) {}
  void begin() override { found_.clear(); }
  void visit(const State& state, const Expansion& expansion, std::uint64_t depth) override {
    for (const Outcome* outcome : expansion.outcomes) {
      if (outcome == nullptr || outcome->note == 0) continue;
      const std::lock_guard lock(mutex_);
      for (const Breach* breach : watch_.of_step(outcome->note)) {
        if (!wanted_.contains(*breach)) continue;
        const std::pair here{depth, state.hash};
        const auto [known, added] = found_.try_emplace(*breach, here);
        if (!added && here < known->second) known->second = here;
      }
    }
  }
  bool enough() const override { return found_.size() == wanted_.size(); }
  const std::map<Breach, std::pair<std::uint64_t, Hash128>>& found() const { return found_; }

 private:
  const LockWatch& watch_;
  const std::set<Breach>& wanted_;
  std::mutex mutex_;
  std::map<Breach, std::pair<std::uint64_t, Hash128>> found_;
};

// Schedules drawn at random come to most of what a search passes over in chains of steps.
void look_by_chance(Expander& expander, const LockWatch& watch, const std::set<Breach>& wanted, std::map<Breach, Path>& ways) {
  SeededChooser chooser(1);
  State state = expander.initial();
  State next = state;
  Expansion expansion;
  for (int i = 0; i < kSchedules; ++i) {
    state = expander.initial();
    for (Path path; path.size() < kSchedule_steps;) {
      expander.expand(state, expansion);
      for (const Outcome* outcome : expansion.outcomes) {
        if (outcome == nullptr || outcome->note == 0) continue;
        for (const Breach* breach : watch.of_step(outcome->note)) {
          if (!wanted.contains(*breach)) continue;
          const auto [known, added] = ways.try_emplace(*breach, path);
          if (!added && path.size() < known->second.size()) known->second = path;
        }
      }
      if (expansion.completed || expansion.enabled.empty()) break;
      path.push_back(expansion.enabled[chooser.pick(expansion.enabled.size())]);
      expander.successor(state, *expansion.outcomes[path.back()], next);
      std::swap(state, next);
    }
  }
}

// Ways of few steps first: those that a search comes to.
std::map<Breach, Path> ways_to(std::set<Breach> wanted, ExploredWorld& world, const LockWatch& watch, const Reduction* reduction,
                               const SearchLimits& limits) {
  std::map<Breach, Path> ways;
  const auto search = [&](const Reduction* with) {
    if (wanted.empty()) return;
    Whereabouts whereabouts(watch, wanted);
    SearchLimits bounded = limits;
    bounded.visitor = &whereabouts;
    Search found(world.expander(), with, 1, bounded, {});
    found.run();
    for (const auto& [breach, where] : whereabouts.found())
      ways.emplace(breach, path_to(world.expander(), with, found.visited(), where.second));
    for (const auto& [breach, way] : ways) wanted.erase(breach);
  };
  if (reduction != nullptr) search(reduction);
  if (!wanted.empty()) look_by_chance(world.expander(), watch, wanted, ways);
  for (const auto& [breach, way] : ways) wanted.erase(breach);
  search(nullptr);
  return ways;
}

}  // namespace

void add_rule_violations(pb::Result& out, ExploredWorld& world, const LockWatch& watch, const Reduction* reduction, const SearchLimits& limits) {
  std::vector<Breach> told;
  for (const Breach& breach : watch.breaches())
    if (told.size() < kBreaches_most) told.push_back(breach);
  const std::map<Breach, Path> ways = ways_to({told.begin(), told.end()}, world, watch, reduction, limits);
  for (const Breach& breach : told) {
    const auto way = ways.find(breach);
    world.report_breach(*out.add_rule_violations(), watch, breach, way != ways.end() ? &way->second : nullptr);
  }
  world.executor().rewind();
  watch.add_lock_order(out);
}

}  // namespace mmsim
