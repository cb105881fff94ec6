#include "tools/lockprogram/convert.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <vector>

#include "tools/lockprogram/lock_program.pb.h"

namespace mmsim {
namespace {

namespace json = google::protobuf::util;
using Op = pb::LockProgramOp;
using Ops = std::vector<Op>;
using Steps = google::protobuf::RepeatedPtrField<pb::Step>;

// The ops of task `number`. An op stands in a list of a list, which no message has a field for: each is read by itself.
Ops read_task(const google::protobuf::ListValue& task, int number) {
  Ops ops;
  for (const auto& value : task.values()) {
    std::string text;
    Op op;
    auto status = json::MessageToJsonString(value, &text);
    if (status.ok()) status = json::JsonStringToMessage(text, &op);
    const std::string place = fmt::format("task {}, op {}", number, ops.size());
    if (!status.ok()) throw LockProgramError(fmt::format("{}: {}", place, status.ToString()));
    if (!op.has_op() || !op.has_lock()) throw LockProgramError(place + ": expected \"op\" and \"lock\"");
    ops.push_back(op);
  }
  if (ops.empty()) throw LockProgramError(fmt::format("task {} has no ops; expected one at least", number));
  return ops;
}

class Converter {
 public:
  Converter(const Ops& ops, int task, std::uint32_t locks) : ops_(ops), task_(task), locks_(locks) {}

  void convert(Steps& steps) { block(0, ops_.size(), steps); }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& what) const {
    throw LockProgramError(fmt::format("task {}, op {}: {}", task_, at, what));
  }

  std::string lock_name(std::size_t at) const {
    const std::uint32_t lock = ops_[at].lock();
    if (lock >= locks_) fail(at, fmt::format("lock {}; expected one below {}", lock, locks_));
    return fmt::format("lock[{}]", lock);
  }

  // Ops [at, end). A trylock that fails skips to its target, so what it skips is its `then`.
  void block(std::size_t at, std::size_t end, Steps& steps) {
    for (; at < end; ++at) {
      const std::string& op = ops_[at].op();
      pb::Step& step = *steps.Add();
      if (op == "lock") {
        step.set_lock(lock_name(at));
      } else if (op == "unlock") {
        step.set_unlock(lock_name(at));
      } else if (op == "trylock") {
        const std::size_t target = target_of(at, end);
        step.mutable_trylock()->set_lock(lock_name(at));
        block(at + 1, target, *step.mutable_trylock()->mutable_then());
        at = target - 1;
      } else {
        fail(at, fmt::format("unknown op \"{}\"; expected lock, unlock or trylock", op));
      }
    }
  }

  // The language of scenarios has branches and loops, no jumps.
  std::size_t target_of(std::size_t at, std::size_t end) const {
    if (!ops_[at].has_else_()) fail(at, "expected \"else\"");
    const std::size_t target = ops_[at].else_();
    if (target <= at) fail(at, fmt::format("goes back to op {}; expected a later one", target));
    if (target > ops_.size()) fail(at, fmt::format("goes to op {} of {}", target, ops_.size()));
    if (target > end) fail(at, fmt::format("goes to op {}, out of the trylock around it, which ends at op {}", target, end));
    return target;
  }

  const Ops& ops_;
  int task_;
  std::uint32_t locks_;
};

}  // namespace

pb::Scenario scenario_of_lock_program(const std::string& text) {
  pb::LockProgramFile file;
  const auto status = json::JsonStringToMessage(text, &file);
  if (!status.ok()) throw LockProgramError(status.ToString());
  if (file.program_size() == 0) throw LockProgramError("expected \"program\" with one task at least");
  if (file.locks() == 0) throw LockProgramError("expected \"locks\", one at least");

  pb::Scenario scenario;
  scenario.set_claim(fmt::format("The lock program {} can hang.", file.has_name() ? file.name() : "without a name"));
  pb::LockSet& locks = *scenario.add_mutex();
  locks.set_name("lock");
  locks.set_count(std::to_string(file.locks()));
  for (int i = 0; i < file.program_size(); ++i) {
    pb::Actor& actor = *scenario.add_actor();
    actor.set_name(fmt::format("task{}", i));
    const Ops ops = read_task(file.program(i), i);
    Converter(ops, i, file.locks()).convert(*actor.mutable_program()->mutable_step());
  }
  return scenario;
}

}  // namespace mmsim
