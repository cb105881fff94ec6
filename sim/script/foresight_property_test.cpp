// ProgramState::may_wake() against a search of every path of random programs that keeps the rounds left of each loop.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <set>
#include <tuple>

#include "sim/script/testing.hpp"

namespace mmsim {
namespace {

using Op = OpCode;
using Rounds = std::array<std::int64_t, kRepeatDepth_max>;
constexpr ObjectRef kMutexRef{ObjectKind::kMutex, 0};

ObjectRef queue_ref(int i) { return {ObjectKind::kWaitQueue, static_cast<std::uint32_t>(i)}; }

// Appends a random block of steps; loops nest up to three deep.
void append_block(Code& code, int depth) {
  const int steps = *rc::gen::inRange(1, 4);
  for (int i = 0; i < steps; ++i) {
    const int kind = *rc::gen::inRange(0, depth < 3 ? 7 : 5);
    if (kind <= 1) {
      code.push_back(step(Op::kSpend, {}, 1));
    } else if (kind == 2) {
      code.push_back(step(Op::kWake, queue_ref(*rc::gen::inRange(0, 2))));
    } else if (kind == 3) {
      code.push_back(step(Op::kWakeAll, queue_ref(*rc::gen::inRange(0, 2))));
    } else if (kind == 4) {
      code.push_back(step(Op::kYield));
    } else if (kind == 5) {   // if (trylock) { unlock; ... } else { ... }
      const std::size_t at = code.size();
      code.push_back(jump(Op::kTrylock, 0, kMutexRef));
      code.push_back(step(Op::kUnlock, kMutexRef));
      append_block(code, depth + 1);
      const std::size_t end = code.size();
      code.push_back(jump(Op::kJump, 0));
      code[at].target = static_cast<std::int32_t>(code.size());
      append_block(code, depth + 1);
      code[end].target = static_cast<std::int32_t>(code.size());
    } else {
      const auto slot = static_cast<std::uint8_t>(depth);
      code.push_back(jump(Op::kRepeat, 0, {}, slot, *rc::gen::inRange(0, 4)));
      const auto body = static_cast<std::int32_t>(code.size());
      append_block(code, depth + 1);
      code.push_back(jump(Op::kRepeatEnd, body, {}, slot));
    }
  }
}

bool wakes(const Instruction& i, int queue) { return (i.op == Op::kWake || i.op == Op::kWakeAll) && i.object == queue_ref(queue); }

// True if some path from `pc`, taken with these rounds left, comes to a wake of the queue.
bool path_to_wake(std::span<const Instruction> code, std::uint32_t pc, Rounds rounds, int queue) {
  using State = std::pair<std::uint32_t, Rounds>;
  std::set<State> seen;
  std::vector<State> open{{pc, rounds}};
  while (!open.empty()) {
    auto [at, left] = open.back();
    open.pop_back();
    if (!seen.insert({at, left}).second) continue;
    const Instruction& i = code[at];
    if (wakes(i, queue)) return true;
    const auto target = static_cast<std::uint32_t>(i.target);
    switch (i.op) {
      case Op::kEnd: break;
      case Op::kJump: open.push_back({target, left}); break;
      case Op::kTrylock:
        open.push_back({target, left});
        open.push_back({at + 1, left});
        break;
      case Op::kRepeat:
        left[i.slot] = i.value;
        open.push_back({at + 1, left});
        break;
      case Op::kRepeatEnd:
        if (left[i.slot] == 0) {
          open.push_back({target, left});
        } else if (--left[i.slot] > 0) {
          open.push_back({target, left});
        } else {
          open.push_back({at + 1, left});
        }
        break;
      default: open.push_back({at + 1, left}); break;
    }
  }
  return false;
}

// Counts are not looked at but for the last round: may_wake() may promise a wake behind a loop for ever, never deny one.
RC_GTEST_PROP(Foresight, NeverDeniesAWakeThatSomePathComesTo, ()) {
  ScriptWorld w;
  Code code;
  append_block(code, 0);
  w.program("a", code);
  ProgramState& state = *w.states.front();
  // At every step of one run, at which it is true of the state that the run is in.
  for (int i = 0; i < 200 && state.now().op != Op::kEnd; ++i) {
    w.run({.steps_max = w.world.steps + 1});
    if (state.now().op == Op::kEnd) break;
    const Instruction& now = state.now();
    if (now.op == Op::kRepeat || now.op == Op::kRepeatEnd || now.op == Op::kJump || now.op == Op::kTrylock) continue;
    for (int queue = 0; queue < 2; ++queue) {
      Rounds rounds;
      std::copy(std::begin(state.rounds_left), std::end(state.rounds_left), rounds.begin());
      const bool truth = path_to_wake(state.code, state.pc + 1, rounds, queue);
      const bool told = state.may_wake(w.objects.at(queue_ref(queue)));
      RC_ASSERT(told || !truth);
      const bool for_ever = std::any_of(state.code.begin(), state.code.end(),
                                        [](const Instruction& s) { return s.op == Op::kRepeat && s.value == 0; });
      if (!for_ever) RC_ASSERT(told == truth);
    }
  }
}

}  // namespace
}  // namespace mmsim
