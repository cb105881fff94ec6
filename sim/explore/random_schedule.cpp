#include "sim/explore/random_schedule.hpp"

#include "sim/explore/explored_world.hpp"

namespace mmsim {

std::vector<ScheduleStep> random_schedule(const Resolved& scenario, const Pick& pick, std::size_t most) {
  ExploredWorld explored(scenario, false);
  Executor& executor = explored.executor();
  Replayer replayer(executor);
  const World& world = explored.world();
  std::vector<ScheduleStep> out;
  while (out.size() < most) {
    std::vector<Actor*> able;
    bool all_done = true;
    for (Actor* actor : world.actors) {
      if (executor.can_step(*actor)) able.push_back(actor);
      all_done &= !actor->must_finish || actor->state == ActorState::kFinished;
    }
    if (able.empty() || all_done) break;
    Actor& actor = *able[pick(able.size())];
    const TakenStep taken = replayer.take(actor);
    out.push_back({world.text(actor), taken.outcome.empty() ? taken.words : taken.words + " " + taken.outcome});
  }
  return out;
}

}  // namespace mmsim
