// What the steps of memory can have wrong.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

const std::string kPool = "pool { name: \"q\" size: \"4\" }\n";

const BadInput kPools[] = {
    {"PoolWithoutSize", R"(pool { name: "p" })", R"(2:1: message PoolSet needs the field "size")"},
    {"PoolWithoutName", R"(pool { size: "1" })", R"(2:1: message PoolSet needs the field "name")"},
    {"EmptyPool", R"(pool { name: "p" size: "0" })", R"(2:24: size is 0; expected at least 1)"},
    {"TakeOfMutex", kMutex + program(R"(step { take { pool: "x" } })"), R"(3:49: "x" is a mutex; expected a pool)"},
    {"TakeOfUnknownPool", kPool + program(R"(step { take { pool: "qq" } })"), R"(3:49: no pool is called "qq"; did you mean "q"?)"},
    {"TakeOfMoreThanThereIs", kPool + program(R"(step { take { pool: "q" units: "5" } })"), R"(3:60: units is 5; expected at most 4)"},
    {"TakeOfNothing", kPool + program(R"(step { take { pool: "q" units: "0" } })"), R"(3:60: units is 0; expected at least 1)"},
    {"TakeWithElseThatNothingLeadsTo", kPool + program(R"(step { take { pool: "q" else { yield {} } } })"),
     R"(3:58: nothing but units ends this wait; expected killable or throttle_ns beside else)"},
    {"ThrottledTry", kPool + program(R"(step { try_take { pool: "q" throttle_ns: "5" } })"),
     R"(3:70: try_take never waits; expected this on a take only)"},
    {"KillableAndThrottled", kPool + program(R"(step { take { pool: "q" throttle_ns: "5" killable: true } })"),
     R"(3:80: killable stands beside throttle_ns; expected one of them)"},
    {"GiveWithoutPool", kPool + program(R"(step { give { units: "1" } })"), R"(3:36: message Give needs the field "pool")"},
    {"LockOfPool", kPool + program(R"(step { lock: "q" })"), R"(3:42: "q" is a pool; expected a lock, folio or thing to wait for)"},
    {"FreeOfMutex", kMutex + program(R"(step { wait_until: "free(x) > 0" })"), R"(3:48: "x" is a mutex; expected a pool or memory)"},
};

INSTANTIATE_TEST_SUITE_P(Pools, BadInputTest, testing::ValuesIn(kPools), bad_input_name);

const std::string kZone = "memory { name: \"z\" kind: ZONE pages: \"8\" }\n";

const BadInput kMemories[] = {
    {"MemoryWithoutKind", R"(memory { name: "m" pages: "8" })", R"(2:1: message Memory needs the field "kind"; expected one of ZONE, MEMCG)"},
    {"MemoryWithoutPages", R"(memory { name: "m" kind: ZONE })", R"(2:1: message Memory needs the field "pages")"},
    {"MoreUsedThanThereIs", R"(memory { name: "m" kind: ZONE pages: "8" used_pages: "9" })", R"(2:54: used_pages is 9; expected at most 8)"},
    {"LowBelowMin", R"(memory { name: "m" kind: ZONE pages: "8" min_pages: "4" low_pages: "3" })", R"(2:68: low_pages is 3; expected at least 4)"},
    {"WatermarkOfMemcg", R"(memory { name: "m" kind: MEMCG pages: "8" min_pages: "4" })",
     R"(2:54: min_pages of a memory of kind MEMCG; expected it of a ZONE only)"},
    {"ReclaimByUnknown", R"(memory { name: "m" kind: ZONE pages: "8" reclaim: "shrink" })", R"(2:51: no procedure is called "shrink")"},
    {"ReclaimWithArguments",
     R"(memory { name: "m" kind: ZONE pages: "8" reclaim: "shrink" } procedure { name: "shrink" param: "n" step { yield {} } })",
     R"(2:51: shrink takes 1 argument; expected a procedure without)"},
    {"UnspecifiedFlag", R"(actor { name: "k" flags: [PF_KSWAPD, TASK_FLAG_UNSPECIFIED] program { step { yield {} } } })",
     "2:38: flags is one of PF_MEMALLOC, PF_KSWAPD, PF_KCOMPACTD, PF_WQ_WORKER, PF_MEMALLOC_NOFS, PF_MEMALLOC_NOIO, not "
     "TASK_FLAG_UNSPECIFIED"},
    {"AllocWithoutGfp", kZone + program(R"(step { alloc { from: "z" } })"), R"(3:36: message Alloc needs the field "gfp"; expected one of GFP_KERNEL, GFP_NOFS, GFP_NOIO, GFP_NOWAIT, GFP_ATOMIC)"},
    {"AllocFromPool", kPool + program(R"(step { alloc { from: "q" gfp: GFP_KERNEL } })"), R"(3:50: "q" is a pool; expected a memory)"},
    {"AllocOfMoreThanThereIs", kZone + program(R"(step { alloc { from: "z" pages: "9" gfp: GFP_KERNEL } })"), R"(3:61: pages is 9; expected at most 8)"},
    {"NofailThatNeverWaits", kZone + program(R"(step { alloc { from: "z" gfp: GFP_ATOMIC nofail: true } })"),
     R"(3:78: nofail beside GFP_ATOMIC, which never waits; expected GFP_KERNEL, GFP_NOFS or GFP_NOIO)"},
    {"TwoModifiers", kZone + program(R"(step { alloc { from: "z" gfp: GFP_KERNEL nofail: true noretry: true } })"),
     R"(3:92: noretry stands beside another; expected one of nofail, noretry, retry_mayfail)"},
    {"NofailWithElse", kZone + program(R"(step { alloc { from: "z" gfp: GFP_KERNEL nofail: true else { yield {} } } })"),
     R"(3:88: an allocation with nofail does not fail; expected no else)"},
    {"RestoreOutsideOfScope", program(R"(step { memalloc_nofs_restore {} })"),
     R"(2:58: memalloc_nofs_restore outside of its scope; expected memalloc_nofs_save before it)"},
    {"FreeOfMoreThanThereIs", kZone + program(R"(step { free { to: "z" pages: "9" } })"), R"(3:58: pages is 9; expected at most 8)"},
};

const std::string kUser = "rwsem { name: \"mmap_lock\" } procedure { name: \"fault\" param: \"n\" step { yield {} } }\n";

const BadInput kReferences[] = {
    {"GetOfMutex", kMutex + program(R"(step { folio_get: "x" })"), R"(3:47: "x" is a mutex; expected a folio set)"},
    {"RefsOfTryGet", kFolios + program(R"(step { folio_try_get { folio: "f[0]" refs: "1" } })"),
     R"(3:72: refs beside folio_try_get; expected it of a folio_ref_freeze only)"},
    {"CopyWithoutFault", kUser + program(R"(step { copy_from_user { present: "1" mmap_lock: "mmap_lock" } })"),
     R"(3:36: message CopyUser needs the field "fault")"},
    {"CopyWithAFaultWithArguments", kUser + program(R"(step { copy_to_user { present: "1" mmap_lock: "mmap_lock" fault: "fault" } })"),
     R"(3:94: fault takes 1 argument; expected a procedure without)"},
    {"EnableOutsideOfScope", program(R"(step { pagefault_enable {} })"),
     R"(2:53: pagefault_enable outside of its scope; expected pagefault_disable before it)"},
    {"ReserveOfMoreThanThereIs", kPool + program(R"(step { take { pool: "q" units: "3" reserve: "2" } })"), R"(3:73: reserve is 2; expected at most 1)"},
    {"OomLockWithoutOom", kMutex + R"(memory { name: "m" kind: ZONE pages: "8" oom_lock: "x" })",
     R"(3:52: oom_lock without oom; expected a procedure that is run under it)"},
};

INSTANTIATE_TEST_SUITE_P(References, BadInputTest, testing::ValuesIn(kReferences), bad_input_name);
INSTANTIATE_TEST_SUITE_P(Memories, BadInputTest, testing::ValuesIn(kMemories), bad_input_name);

}  // namespace
}  // namespace mmsim
