// The flat form of a program written in a scenario file: what the interpreter runs and an analysis can read.
//
// Steps keep their order; branches and loops become jumps, calls of procedures are written out. A program ends with kEnd.
// Every instruction knows the place in the scenario that it stands for, so that a fault found while running can be shown there.
// A new step: an OpCode here, a field of message Step, a row or a function in sim/run/resolve_steps_*.cpp, a case in
// sim/script/steps_*.cpp, and, if it can end somebody's wait, one in signals() of foresight.cpp.
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
  kVariable,
  kLocal,         // a variable of the program itself
  // --- memory
  kPool,
  kMemory,
  kGfpScope,      // of an actor: its index is a GfpScope
  // --- I/O
  kServer,
  kJournal,
  // --- work queues
  kWork,
  kWorkqueue,
  // --- others
  kCondition,     // that programs test or wait for
  kActor,
};

struct ObjectRef {
  ObjectKind kind = ObjectKind::kNone;
  std::uint32_t index = 0;
  friend auto operator<=>(const ObjectRef&, const ObjectRef&) = default;
};

enum class OpCode : std::uint8_t {
  // --- control: no steps of their own
  kJump,          // go on at `target`
  kRepeat,        // set counter `slot` to `value` (0: for ever)
  kRepeatEnd,     // count down `slot`; while it is not over go on at `target`, the first step of the body
  kForget,        // loops from `slot` on are over
  kLoop,          // what follows is gone round by a jump
  kSave,          // memalloc_*_save(): `object` a scope
  kRestore,
  kTest,          // `expression`: 0 goes on at `target`; `object` its condition, if it is not the actor's own
  kSet,           // `object` (variable or local) becomes `expression`
  kEnter,         // a procedure begins, number `value` of the names
  kLeave,
  kEnd,
  // --- locks
  kLock,          // mutex, spinlock, folio, buffer head
  kTrylock,       // the same or rwsem (for write)
  kUnlock,
  kDownRead,
  kUpRead,
  kDownWrite,
  kUpWrite,
  kDownReadTrylock,
  kDowngradeWrite,
  // --- events
  kDown,
  kDownTrylock,
  kUp,
  kWait,          // wait queue or completion
  kTryWait,       // completion
  kWake,
  kWakeAll,
  kWaitUntil,     // `expression`
  kSpinUntil,
  kWaitEvent,     // `object` a wait queue, `expression`; value: 1 exclusive
  kPrepareToWait, // value: 1 exclusive
  kSchedule,
  kFinishWait,
  kKill,
  // --- time
  kSpend,         // value: ns
  kSleep,         // value: ns
  kYield,
  kCondResched,
  // --- memory: allocations, pools, references, page tables
  kTake,          // `value` units of a pool, leaving `reserve`; other.index: throttled, ns
  kTryTake,
  kGive,
  kAlloc,         // `value` pages of a memory, once; other.index: Watermark
  kFree,          // `value` pages
  kThrottle,      // value: ns
  kFolioGet,
  kFolioPut,
  kFolioTryGet,
  kFolioRefFreeze,    // value: references that there must be
  kFolioRefUnfreeze,
  kFolioPutWaitLocked,
  // --- I/O: bios, writeback, devices that actors serve, journals
  kStartWriteback,
  kEndWriteback,
  kWaitWriteback,
  kWaitLocked,    // folio, buffer head
  kMarkDirty,
  kClearDirty,
  kBioAdd,        // value: number of the bio among the actor's
  kSubmitBio,     // the same
  kStartPlug,
  kFinishPlug,
  kSubmitRead,    // value: ProgramText::lists
  kSubmitBh,      // `object` the buffer head, `other` a folio of its mapping; value: 1 reads
  kNextRequest,
  kEndRequest,
  kDoReqFilebacked,
  kLockBacking,
  kUnlockBacking,
  kJournalStart,  // value: credits
  kJournalStop,
  kNextCommit,
  kEndCommit,
  kJournalCommitWait,
  kJournalForceCommit,
  kMigratePages,  // value: ProgramText::migrations
  kWriteCachePages,   // value: ProgramText::writebacks
  // --- work queues
  kQueueWork,
  kFlushWork,
  kFlushWorkqueue,
  kCancelWorkSync,
  // --- CPUs: interrupts, preemption, IPIs
  kPreemptDisable,
  kPreemptEnable,
  kLocalIrqDisable,
  kLocalIrqEnable,
  kLocalBhDisable,
  kLocalBhEnable,
  kSmpCall,       // value: number of the set of CPUs
};

struct Instruction {
  OpCode op = OpCode::kEnd;
  std::uint8_t slot = 0;          // loop counter; nesting depth below kRepeatDepth_max
  bool branches = false;          // its outcome 0 goes on at `target`
  bool killable = false;          // SIGKILL ends its wait, with outcome 0
  std::uint16_t column = 0;       // of the scenario file, as `line`; the last one where a line is longer
  ObjectRef object = {};
  ObjectRef other = {};           // a second thing
  std::int32_t target = 0;
  std::int32_t line = 0;          // of the scenario file; 0: none (a program made by code)
  std::int64_t value = 0;
  std::int32_t expression = -1;   // of ProgramText::expressions
  std::int64_t reserve = 0;
};

// See memalloc_nofs_save() and its like; kPagefault: pagefault_disable().
enum class GfpScope : std::uint8_t { kNofs, kNoio, kNoreclaim, kPagefault };
inline constexpr int kGfpScopes = 4;

inline constexpr int kRepeatDepth_max = 8;
inline constexpr int kCallDepth_max = 16;
inline constexpr int kFrames_max = 2 * kCallDepth_max;   // with those of allocations and faults

}  // namespace mmsim
