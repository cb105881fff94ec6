// Work queues, pools and kworkers of a world.
#pragma once

#include "sim/run/build_world.hpp"

namespace mmsim {

// The queues, pools and items. Before actors, which are to be started with start_worker() where they are kworkers.
class WorksBuilder {
 public:
  WorksBuilder(const Resolved& scenario, BuiltWorld& built) : in_(scenario), out_(built) {}
  void build();
  // REQUIRES: all actors are there.
  void start(Actor& actor, const ActorSpec& spec);

 private:
  void add_queues();
  void add_works();
  void add_pools();
  WorkerPrograms& programs(Actor& actor, std::uint32_t pool);
  void give_programs(WorkerPrograms& worker, std::uint32_t pool);

  const Resolved& in_;
  BuiltWorld& out_;
  std::vector<WorkerPool*> pools_;
  std::vector<PoolWorkqueue*> pwqs_;
};

}  // namespace mmsim
