// A gate that lets actors step in the order of a schedule.
//
// 1. A step is what it is to the explorer: an operation, and all its actor does up to its next one. What the explorer does
//    not see (time spent, copies, TLB flushes that nobody can delay) goes on unasked, as part of the step before it: the next
//    step begins when the actor has come to its next operation, or is done.
// 2. To begin to wait is a step only where the explorer has one ("joins the queue", "sleeps", "spins"). Elsewhere an
//    actor is held until its operation can be done.
// 3. The end of a disk's request is a step of "nvme0:file[3]", whom nobody can hold. It has to come in its turn by itself.
// DIFFERS: under PREEMPT_VOLUNTARY the points before operations that may sleep preempt nobody while the gate holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/result.pb.h"
#include "sim/explore/explore.hpp"
#include "sim/mm/block.hpp"
#include "sim/run/build_world.hpp"

namespace mmsim {

// Where a schedule's steps go: an actor of the timed world, or the disk request that ends.
struct Turn {
  Actor* actor = nullptr;
  BioPlace io = {};                  // if there is no actor
};

class ReplayGate final : public Gate {
 public:
  // Closes itself. REQUIRES: a turn for each step; all outlive it.
  ReplayGate(const BuiltWorld& built, const std::vector<ScheduleStep>& steps, std::vector<Turn> turns);

  bool admits(Operation& op) override;
  void completed(const Operation& op) override;
  void waits(const Operation& op) override;
  void finished(const Actor& actor) override;
  void device_ends(const Object& first) override;
  bool is_open() const override { return open_; }

  // Why the schedule cannot be taken; empty: it can so far. The world is halted as soon as there is one.
  const std::string& fault() const { return fault_; }
  // The same of a run that came to an end without one before the gate opened.
  std::string why_not_further() const;
  const std::vector<pb::WitnessStep>& taken() const { return taken_; }

 private:
  const ScheduleStep& step() const { return steps_[at_]; }
  bool seen_by_explorer(const Operation& op) const;
  bool ended_by_time(const Operation& op) const;
  bool begin(Operation& op);
  void end_step();
  void note_taken(const std::string& actor, const std::string& words, const std::string& outcome);
  void advance();
  void open();
  void fail(std::size_t at, const std::string& why);
  std::string why_blocked(const Actor& actor) const;
  std::string words(const Operation& op) const;

  World& world_;
  const Mm& mm_;
  const Object& ipi_acks_;
  const std::vector<ScheduleStep>& steps_;
  std::vector<Turn> turns_;
  std::size_t at_ = 0;
  Actor* stepping_ = nullptr;        // has begun step at_
  bool done_ = false;                // its operation is, and it is on its way to the next
  std::size_t ahead_ = 0;            // requests that ended meanwhile, and come next
  std::string words_, outcome_;      // of step at_
  std::string procedure_;
  std::int32_t line_ = 0;
  std::vector<bool> held_;           // by actor
  bool open_ = false;
  std::string fault_;
  std::vector<pb::WitnessStep> taken_;
};

}  // namespace mmsim
