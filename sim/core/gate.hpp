// Who says, in a run against the clock, when an actor may do its next operation: a schedule that is to be taken again.
//
// World::supervised brings every operation to the engine before it is done, and the engine asks the gate. An actor that
// has to wait there is as if it were delayed just before its operation: it does not run, and its CPU is free to others
// unless it has preemption or interrupts off. Time goes on meanwhile.
#pragma once

namespace mmsim {

struct Actor;
class Object;
class Operation;

class Gate {
 public:
  // `op` is about to be tried, at first or after a wake-up. False: not now. The gate then holds its actor (World::hold())
  // or has let it do what takes time (Operation::take_time()).
  virtual bool admits(Operation& op) = 0;
  virtual void completed(const Operation& op) = 0;      // its actor has not gone on yet
  virtual void waits(const Operation& op) = 0;          // it could not complete, and its actor has begun to wait
  virtual void finished(const Actor& actor) = 0;
  // A device has ended a request by itself; `first` is what the request is about.
  virtual void device_ends(const Object& first) = 0;
  // Nothing is held back any more: the run ends as one without a gate.
  virtual bool is_open() const = 0;

 protected:
  ~Gate() = default;
};

}  // namespace mmsim
