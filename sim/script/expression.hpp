// Expressions that programs evaluate while they run, in postfix order.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/script/instruction.hpp"

namespace mmsim {

// What a condition can ask of a thing: "locked(file[0])". Each is a row of kProperties, which names it and says of which kinds
// it can be asked, and a case in property_value() of expression.cpp.
enum class Property : std::uint8_t {
  kLocked,          // 1 while somebody holds it
  kHeld,            // 1 while the actor itself holds it
  kCount,           // units left of a semaphore
  kDone,            // a completion is complete
  kWaiters,         // queued on a wait queue
  kDirty,
  kUptodate,
  kWriteback,
  kMapped,
  kRefs,            // references besides those of the page cache, the PTEs and who isolated it
  kSignalPending,   // of the actor itself
  // --- memory
  kFree,            // units of a pool, pages of a memory
  kGfpFs,           // of what the actor allocates now; see Term::value
  kGfpIo,
  kPfMemalloc,
  kPagefaultDisabled,
  kPfKswapd,        // known when the program is made
  kPfKcompactd,
  // --- I/O
  kPlugged,         // bios in the actor's own plug
  kRequests,        // that no server has taken
  kInHand,          // 1 while the actor itself has a request of a server in hand
  kReads,           // 1 if that is a read
  kCredits,         // of a journal: free
  kHandles,         // of a journal: open
  kCommitting,      // 1 from the lock of a transaction to the end of its commit
  // --- work queues
  // --- CPUs
};

struct PropertyRow {
  const char* name;
  Property property;
  std::uint64_t kinds;         // bits by ObjectKind; 0: written without a thing
  bool own;                    // nobody else can change it
  const char* doc;
};
constexpr std::uint64_t bit_of(ObjectKind kind) { return std::uint64_t{1} << static_cast<unsigned>(kind); }

inline constexpr std::uint64_t kLockBits = bit_of(ObjectKind::kMutex) | bit_of(ObjectKind::kSpinlock) | bit_of(ObjectKind::kBufferHead) |
                                           bit_of(ObjectKind::kFolio);
inline constexpr PropertyRow kProperties[] = {
    {"locked", Property::kLocked, kLockBits | bit_of(ObjectKind::kRwsem), false, "1 while somebody holds the lock (an rwsem: in any way)"},
    {"held", Property::kHeld, kLockBits | bit_of(ObjectKind::kRwsem), true, "1 while the actor itself holds the lock"},
    {"count", Property::kCount, bit_of(ObjectKind::kSemaphore), false, "units that are left of a semaphore"},
    {"done", Property::kDone, bit_of(ObjectKind::kCompletion), false, "1 if a completion is complete"},
    {"waiters", Property::kWaiters, bit_of(ObjectKind::kWaitQueue), false, "how many are queued on a wait queue"},
    {"dirty", Property::kDirty, bit_of(ObjectKind::kFolio), false, "1 if the folio needs writeback"},
    {"uptodate", Property::kUptodate, bit_of(ObjectKind::kFolio), false, "1 if the folio holds valid data"},
    {"writeback", Property::kWriteback, bit_of(ObjectKind::kFolio), false, "1 while PG_writeback is set"},
    {"mapped", Property::kMapped, bit_of(ObjectKind::kFolio), false, "1 if PTEs map the folio"},
    {"refs", Property::kRefs, bit_of(ObjectKind::kFolio), false, "references beyond those of the page cache, the PTEs and who isolated it"},
    {"signal_pending", Property::kSignalPending, 0, false, "1 once the actor was sent SIGKILL"},
    // --- memory
    {"free", Property::kFree, bit_of(ObjectKind::kPool) | bit_of(ObjectKind::kMemory), false, "units of a pool, or pages of a memory, that are not taken"},
    {"gfp_fs", Property::kGfpFs, 0, true, "1 if __GFP_FS is set: an allocation of now, or the one that reclaims, may call into filesystems"},
    {"gfp_io", Property::kGfpIo, 0, true, "1 if __GFP_IO is set: it may start I/O"},
    {"pf_memalloc", Property::kPfMemalloc, 0, true, "1 if PF_MEMALLOC is set: also in direct reclaim"},
    {"pagefault_disabled", Property::kPagefaultDisabled, 0, true, "1 between pagefault_disable and pagefault_enable"},
    {"pf_kswapd", Property::kPfKswapd, 0, true, "1 in kswapd: current_is_kswapd()"},
    {"pf_kcompactd", Property::kPfKcompactd, 0, true, "1 in kcompactd: current_is_kcompactd()"},
    // --- I/O
    {"plugged", Property::kPlugged, 0, true, "how many bios the actor has in its plug"},
    {"requests", Property::kRequests, bit_of(ObjectKind::kServer), false, "how many requests of a server nobody has taken yet"},
    {"in_hand", Property::kInHand, bit_of(ObjectKind::kServer), true, "1 while the actor itself has taken a request of the server"},
    {"reads", Property::kReads, bit_of(ObjectKind::kServer), true, "1 if the request that it has taken is a read"},
    {"credits", Property::kCredits, bit_of(ObjectKind::kJournal), false, "credits of a journal that are free"},
    {"handles", Property::kHandles, bit_of(ObjectKind::kJournal), false, "how many handles of a journal are open"},
    {"committing", Property::kCommitting, bit_of(ObjectKind::kJournal), false, "1 from when a commit locks a transaction until it ends"},
    // --- work queues
    // --- CPUs
};

struct Term {
  enum Kind : std::uint8_t { kConstant, kVariable, kProperty, kNegate, kNot, kBinary };
  Kind kind = kConstant;
  char op[3] = {};             // of kBinary
  Property property = Property::kLocked;
  ObjectRef object = {};       // kVariable: a shared one or a local
  std::int64_t value = 0;      // kConstant; kGfpFs, kGfpIo: 1 if the GFP mask has the bit
};

struct Expression {
  std::vector<Term> terms;
  bool own = true;             // nothing in it is anybody else's: to look at it is no step
};

enum class Arithmetic : std::uint8_t { kFine, kDivisionByZero, kOverflow };
// The value of one operator of C on int64; comparisons, && and || give 0 or 1.
Arithmetic apply_operator(std::string_view op, std::int64_t left, std::int64_t right, std::int64_t& result);

}  // namespace mmsim
