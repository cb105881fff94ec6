// The flat form of a program written in a scenario file: what the interpreter runs and an analysis can read.
//
// Steps keep their order; `repeat` and `trylock` become jumps. A program ends with kEnd. Every instruction knows the
// place in the scenario that it stands for, so that a fault found while running can be shown there.
#pragma once

#include <cstdint>

namespace mmsim {

// What kind of thing a step names. The index counts within the kind, over all sets of the file.
enum class ObjectKind : std::uint8_t {
  kNone,
  kMutex,
  kSpinlock,
  kRwsem,
  kSemaphore,
  kCompletion,
  kWaitQueue,
  kBufferHead,
  kFolio,
};

struct ObjectRef {
  ObjectKind kind = ObjectKind::kNone;
  std::uint32_t index = 0;
  friend bool operator==(const ObjectRef&, const ObjectRef&) = default;
};

enum class OpCode : std::uint8_t {
  kLock,          // mutex, spinlock, folio, buffer head
  kTrylock,       // the same or rwsem (for write); not taken: go on at `target`
  kUnlock,
  kDownRead,
  kUpRead,
  kDownWrite,
  kUpWrite,
  kDown,
  kUp,
  kWait,          // wait queue or completion
  kWake,
  kWakeAll,
  kSpend,         // value: ns
  kSleep,         // value: ns
  kYield,
  kCondResched,
  kJump,          // go on at `target`
  kRepeat,        // set counter `slot` to `value` (0: for ever)
  kRepeatEnd,     // count down `slot`; while it is not over go on at `target`, the first step of the body
  kEnd,
};

struct Instruction {
  OpCode op = OpCode::kEnd;
  std::uint8_t slot = 0;          // loop counter; nesting depth below kRepeatDepth_max
  std::uint16_t column = 0;       // of the scenario file, as `line`; the last one where a line is longer
  ObjectRef object;
  std::int32_t target = 0;
  std::int32_t line = 0;          // of the scenario file; 0: none (a program made by code)
  std::int64_t value = 0;
};

inline constexpr int kRepeatDepth_max = 8;

}  // namespace mmsim
