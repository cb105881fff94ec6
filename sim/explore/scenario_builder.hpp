// Scenarios made by code, for tests: short words for programs, and the way through the loader.
#pragma once

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/scenario.pb.h"
#include "sim/run/load.hpp"

namespace mmsim {

using Steps = google::protobuf::RepeatedPtrField<pb::Step>;
using Words = std::vector<std::pair<std::string, std::string>>;   // {"lock", "a"}: a word of message Step, what it is done to

inline void add_step(Steps& steps, const std::string& word, const std::string& object) {
  pb::Step& step = *steps.Add();
  step.GetReflection()->SetString(&step, step.GetDescriptor()->FindFieldByName(word), object);
}

inline Steps& add_program(pb::Scenario& scenario, const std::string& actor, const Words& words = {}) {
  pb::Actor& added = *scenario.add_actor();
  added.set_name(actor);
  Steps& steps = *added.mutable_program()->mutable_step();
  for (const auto& [word, object] : words) add_step(steps, word, object);
  return steps;
}

// The trylock's branches.
inline pb::Trylock& add_trylock(Steps& steps, const std::string& lock, const Words& then = {}) {
  pb::Trylock& trylock = *steps.Add()->mutable_trylock();
  trylock.set_lock(lock);
  for (const auto& [word, object] : then) add_step(*trylock.mutable_then(), word, object);
  return trylock;
}

inline std::string indexed(const std::string& name, int i) { return fmt::format("{}[{}]", name, i); }
inline std::string numbered(const std::string& name, int i) { return fmt::format("{}{}", name, i); }

inline pb::LockSet& add_locks(google::protobuf::RepeatedPtrField<pb::LockSet>& sets, const std::string& name, int count = 0) {
  pb::LockSet& set = *sets.Add();
  set.set_name(name);
  if (count > 0) set.set_count(std::to_string(count));
  return set;
}

inline Resolved resolved(const pb::Scenario& scenario) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(scenario, &text);
  return load_scenario_text("built.txtpb", text, {}).resolved;
}

}  // namespace mmsim
