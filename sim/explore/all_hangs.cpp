#include "sim/explore/all_hangs.hpp"

#include <algorithm>
#include <utility>

namespace mmsim {

namespace {

constexpr std::size_t kLoop_states = 20'000;   // looked at for those who are never chosen
constexpr std::size_t kLoops_most = 4096;

// Adds what `found` hangs by, each hang once.
void add_findings(pb::Result& out, const pb::Result& found) {
  for (const pb::Finding& finding : found.findings()) {
    auto& hangs = *out.mutable_hangs();
    const auto known = std::find_if(hangs.begin(), hangs.end(), [&](const pb::Hang& hang) {
      return hang.finding().signature() == finding.signature();
    });
    if (known != hangs.end()) {
      known->set_states(known->states() + 1);
      continue;
    }
    pb::Hang& hang = *hangs.Add();
    *hang.mutable_finding() = finding;
    hang.mutable_finding()->clear_cycles();   // of a list that is not here
    hang.set_verdict(found.verdict());
    hang.set_states(1);
    *hang.mutable_witness() = found.exploration().witness();
    *hang.mutable_loop() = found.exploration().loop();
    for (const pb::StuckActor& who : found.stuck())
      if (std::find(finding.actors().begin(), finding.actors().end(), who.actor()) != finding.actors().end()) *hang.add_stuck() = who;
  }
}

}  // namespace

void DeadlockStates::visit(const State& state, const Expansion& expansion, std::uint64_t depth) {
  if (!expansion.deadlock()) return;
  const std::lock_guard lock(mutex_);
  kept_.emplace(depth, state.hash);
  if (kept_.size() > most_) kept_.erase(std::prev(kept_.end()));
}

void add_hangs(pb::Result& out, ExploredWorld& world, const Reduction* reduction, const Visited& visited, const DeadlockStates& states) {
  for (const auto& [depth, state] : states.kept()) {
    pb::Result found;
    world.report_path(found, path_to(world.expander(), reduction, visited, state));
    add_findings(out, found);
  }
}

void add_endless(pb::Result& out, ExploredWorld& world, const StateGraph& graph) {
  bool loop_told = false;
  std::size_t looked_at = 0;
  for (const std::vector<StateGraph::Index>& loop : graph.endless()) {
    if (++looked_at > kLoops_most) break;
    const Path path = graph.path_to(loop.front());
    pb::Result found;
    if (world.stuck_after(path)) {
      world.report_path(found, path);
    } else if (!std::exchange(loop_told, true)) {
      std::vector<Path> inside;
      for (std::size_t i = 0; i < loop.size() && i < kLoop_states; ++i) inside.push_back(graph.path_to(loop[i]));
      world.report_loop(found, path, graph.cycle(loop.front(), loop), world.never_chosen(inside));
    }
    add_findings(out, found);
  }
}

}  // namespace mmsim
