// Looks at every distinct step before it is taken: rules of locking that it breaks, and the order in which locks are nested.
//
// 1. A lock that is tried in vain stops nobody: only acquisitions that may wait are looked at. What is held counts however it was taken.
// 2. "No wait while another folio is locked": a wait is the lock of a folio, an event, or anything else that has to be waited for there
//    and is not the acquisition of a lock (those have an order).
// 3. What is found does not depend on the order in which steps are seen: it is kept by content, the least where there are several.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "proto/result.pb.h"
#include "sim/explore/executor.hpp"
#include "sim/run/resolved.hpp"

namespace mmsim {

class LockWatch final : public StepWatch {
 public:
  LockWatch(const RulesSpec& rules, const Resolved& scenario, const World& world);

  std::uint32_t about_to(const Operation& op) override;

  // A rule broken by an actor at a place of its code, whatever the locks are called.
  struct Breach {
    std::size_t rule = 0;              // of the orders; behind them, waiting with a folio locked
    std::uint32_t actor = 0;
    std::string verb;
    std::string procedure;
    std::int32_t line = 0;
    auto operator<=>(const Breach&) const = default;
  };
  const std::set<Breach>& breaches() const { return breaches_; }
  // Those of the step that was given this number.
  const std::vector<const Breach*>& of_step(std::uint32_t note) const { return steps_[note - 1]; }
  std::string rule_text(std::size_t rule) const;
  // What the step must not hold by a rule, as the world is now.
  std::vector<const Object*> held_against(std::size_t rule, const Operation& op) const;

  // Locks that are nested in a circle; names are those that the world's objects have now.
  void add_lock_order(pb::Result& out) const;

 private:
  struct Taken {
    const Object* object;
    bool shared;
  };
  struct Nesting {
    std::set<std::uint32_t> gates;
    std::pair<std::string, std::int32_t> place;
  };
  using NestingKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, bool, bool>;   // actor, held, taken, shared each

  std::vector<Taken> held_by(const Actor& actor) const;
  bool breaks(std::size_t rule, const Operation& op, const std::vector<Taken>& held) const;
  void note_nesting(const Operation& op, const std::vector<Taken>& held);

  const RulesSpec& rules_;
  const World& world_;
  std::vector<std::vector<int>> rank_;         // by order and object: place in the order, outermost 0; -1: not in it
  std::vector<bool> lock_;                     // by object: somebody can hold it
  std::vector<bool> folio_;
  std::set<Breach> breaches_;
  std::vector<std::vector<const Breach*>> steps_;
  std::map<NestingKey, Nesting> nestings_;
};

}  // namespace mmsim
