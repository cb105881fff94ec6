// A scenario's world under exploration: its engine, and reports of where schedules lead.
#pragma once

#include <memory>

#include "proto/result.pb.h"
#include "sim/explore/lock_watch.hpp"
#include "sim/explore/witness.hpp"
#include "sim/run/build_world.hpp"

namespace mmsim {

class ExploredWorld {
 public:
  // Throws ScenarioError for what cannot be explored.
  ExploredWorld(const Resolved& scenario, bool scenario_cpus);

  Expander& expander() { return *expander_; }
  Executor& executor() { return *executor_; }
  World& world() { return *built_.world; }

  // Somebody can never go on from where this path ends, while others may.
  bool stuck_after(const Path& path);
  // Those who must finish and could step in some of the states that these paths lead to, but whom the scheduler lets in none.
  std::vector<const Actor*> never_chosen(const std::vector<Path>& paths);

  // Verdict, cycles, tasks and witness of where a path leads: LIMIT if nobody is stuck and somebody can go on.
  void report_path(pb::Result& out, const Path& path);
  // `passed_over`: who is never chosen all the way round; nobody: LIVELOCK.
  void report_loop(pb::Result& out, const Path& path, const Path& around, const std::vector<const Actor*>& passed_over);
  void report_no_hang(pb::Result& out);
  // A step that breaks a rule, at the end of a path, where one is known.
  void report_breach(pb::RuleViolation& out, const LockWatch& watch, const LockWatch::Breach& breach, const Path* way);
  // The steps were taken by hand, with this world's executor.
  void report_here(pb::Result& out);
  void add_steps(google::protobuf::RepeatedPtrField<pb::WitnessStep>& out, const std::vector<TakenStep>& steps);

  // What an actor waits for, as it stands in memory.
  std::string why_not(const Actor& actor);
  std::string covers_everything() const;
  std::string covers_loop() const;
  // What a step that misused a lock is called.
  [[noreturn]] void throw_fault(const StepFault& fault) const;

 private:
  std::vector<TakenStep> walk(const Path& path);
  std::vector<bool> without_cpu_after(const Path& path);
  std::vector<Actor*> hogs_after(const Path& path);
  void add_loop_finding(pb::Result& out, const std::vector<const Actor*>& passed_over) const;
  void add_witness(pb::Result& out, const std::vector<TakenStep>& steps, const std::vector<std::size_t>& preemptions);
  void merge(pb::Result& out, pb::Result found) const;

  const Resolved& scenario_;
  BuiltWorld built_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Expander> expander_;
};

}  // namespace mmsim
