// What actors, their programs and expectations can have wrong.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

const BadInput kActors[] = {
    {"ActorWithoutName", R"(actor { program { step { yield {} } } })", R"(2:1: message Actor needs the field "name")"},
    {"ActorWithNothingToDo", R"(actor { name: "b" })",
     R"(2:1: actor "b" has nothing to do; expected migrate_pages, writeback, page_fault, loop_worker or )"
     R"(program)"},
    {"NegativeStart", R"(actor { name: "b" start_ns: "-1" program { step { yield {} } } })",
     R"(2:29: start_ns is -1; expected at least 0)"},
    {"UnknownAddressSpace", R"(actor { name: "b" mm: "heap" program { step { yield {} } } })",
     R"(2:23: no address space is called "heap")"},
    {"MigrationWithoutVariant",
     kFolios + R"(actor { name: "b" migrate_pages { mode: MIGRATE_SYNC folios: "f" to_node: "node0" } })",
     R"(3:19: message MigratePages needs the field "variant"; expected one of V6_2, RFC_2022_09, )"
     R"(RFC_2022_09_FIX_A, RFC_2022_09_FIX_B, V6_3_RC1, V6_3, V6_11)"},
    {"MigrationWithoutMode",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 folios: "f" to_node: "node0" } })",
     R"(3:19: message MigratePages needs the field "mode"; expected one of MIGRATE_ASYNC, )"
     R"(MIGRATE_SYNC_LIGHT, MIGRATE_SYNC)"},
    {"MigrationToUnknownNode",
     kFolios + R"(machine { node { cpus: 2 } } actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC )"
               R"(folios: "f" to_node: "node1" } })",
     R"(3:118: no node is called "node1"; did you mean "node0"?)"},
    {"MigrationOfNothing",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0"  } })",
     R"(3:19: message MigratePages needs the field "folios")"},
    {"MigrationOfUnknownFolios",
     R"(folios { name: "file" count: "8" } actor { name: "b" migrate_pages { variant: V6_3 mode: )"
     R"(MIGRATE_SYNC to_node: "node0" folios: "fiel" } })",
     R"(2:128: no folio set is called "fiel"; did you mean "file"?)"},
    {"MigrationOfMutex",
     kMutex + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: "x" )"
              R"(} })",
     R"(3:93: "x" is a mutex; expected a folio set)"},
    {"FolioListedTwice",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: )"
               R"(["f[0..3]", "f[5]", "f[3..4]"] } })",
     R"(3:113: f[3] is listed twice; expected each folio once)"},
    {"SetListedTwice",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: "f" )"
               R"(folios: "f" } })",
     R"(3:105: f[0] is listed twice; expected each folio once)"},
    {"FolioBeyondSet",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: )"
               R"("f[4..8]" } })",
     R"(3:96: there is no f[8]; expected f[0] to f[7])"},
    {"FolioRangeBackwards",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: )"
               R"("f[5..2]" } })",
     R"(3:96: the range 5..2 runs backwards)"},
    {"FolioRangeUnfinished",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: )"
               R"("f[5.." } })",
     R"(3:99: in "f[5..": expected a number, a param or "(")"},
    {"ElementOfSingleFolio",
     R"(folios { name: "f" } actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC )"
     R"(to_node: "node0" folios: "f[0]" } })",
     R"(2:117: "f" has no elements; it is declared without a count)"},
    {"BatchOfNoPages",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: "f" )"
               R"(batch_pages: 0 } })",
     R"(3:110: batch_pages is 0; expected at least 1)"},
    {"MigrationTimesZero",
     kFolios + R"(actor { name: "b" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC to_node: "node0" folios: "f" )"
               R"(times: "0" } })",
     R"(3:104: times is 0; expected at least 1)"},
    {"WritebackWithoutProfile", kFile + R"(actor { name: "b" writeback { sync_mode: WB_SYNC_ALL folios: "f" } })",
     R"(3:19: message Writeback needs the field "profile"; expected one of WRITE_CACHE_PAGES, )"
     R"(EXT4_WRITEPAGE, BATCH, IOEND)"},
    {"WritebackWithoutSyncMode", kFile + R"(actor { name: "b" writeback { profile: IOEND folios: "f" } })",
     R"(3:19: message Writeback needs the field "sync_mode"; expected one of WB_SYNC_NONE, WB_SYNC_ALL)"},
    {"BatchWithoutKeepFolios",
     kFile + R"(actor { name: "b" writeback { sync_mode: WB_SYNC_ALL profile: BATCH folios: "f" } })",
     R"(3:19: message Writeback needs the field "keep_folios")"},
    {"KeepFoliosZero",
     kFile + R"(actor { name: "b" writeback { sync_mode: WB_SYNC_ALL profile: BATCH folios: "f" keep_folios: 0 )"
             R"(} })",
     R"(3:94: keep_folios is 0; expected at least 1)"},
    {"WritebackWithoutDevice",
     kFolios + R"(actor { name: "b" writeback { sync_mode: WB_SYNC_ALL profile: BATCH folios: "f" keep_folios: 4 )"
               R"(} })",
     R"(3:77: f has no device to be written to; expected a mapping of kind FILE or BDEV)"},
    {"FaultWithoutAddressSpace", kFolios + R"(actor { name: "b" page_fault { folios: "f" } })",
     R"(3:40: f is not mapped by the actor's address space; expected an actor with mm, and folios )"
     R"(mapped_by it)"},
    {"FaultOnFoliosOfAnother",
     R"(mm { name: "u" } mm { name: "v" } folios { name: "f" mapped_by: "u" } actor { name: "b" mm: "v" )"
     R"(page_fault { folios: "f" } })",
     R"(2:118: f is not mapped by the actor's address space; expected mapped_by: "v")"},
    {"FaultStrideZero",
     R"(mm { name: "u" } folios { name: "f" mapped_by: "u" } actor { name: "b" mm: "u" page_fault { )"
     R"(folios: "f" stride: 0 } })",
     R"(2:113: stride is 0; expected at least 1)"},
    {"ExpectWithoutVerdict", R"(expect { seeds: 2 })",
     R"(2:1: message Expect needs the field "verdict"; expected one of COMPLETED, DEADLOCK, )"
     R"(LOST_WAKEUP, LIVELOCK, STARVED, LIMIT)"},
    {"ExpectUnspecified", R"(expect { verdict: VERDICT_UNSPECIFIED })",
     R"(2:19: verdict is one of COMPLETED, DEADLOCK, LOST_WAKEUP, LIVELOCK, STARVED, LIMIT, not )"
     R"(VERDICT_UNSPECIFIED)"},
    {"ExpectSeedsZero", R"(expect { verdict: COMPLETED seeds: 0 })", R"(2:36: seeds is 0; expected at least 1)"},
    {"ExpectCycleOfUnknownActor", R"(expect { verdict: DEADLOCK cycle: ["a", "kcompactd0"] })",
     R"(2:41: no actor is called "kcompactd0")"},
    {"ExpectCycleTwice",
     R"(expect { verdict: DEADLOCK cycle: ["a",)"
     "\n"
     R"("a"] })",
     R"(3:1: a is listed twice; expected each party once)"},
    {"ExpectCycleWithoutHang", R"(expect { verdict: COMPLETED cycle: "a" })",
     R"(2:36: a cycle is expected, but the verdict is COMPLETED; expected a hang)"},
    {"ExpectCounterWithoutCondition", R"(expect { verdict: COMPLETED counter { name: "pgmigrate_success" } })",
     R"(2:29: counter pgmigrate_success has no condition; expected equals, at_least or at_most)"},
    {"ExpectCounterMisspelt", R"(expect { verdict: COMPLETED counter { name: "pgmigrate_sucess" equals: 0 } })",
     R"(2:45: there is no counter "pgmigrate_sucess"; expected one of a report; did you mean "pgmigrate_success"?)"},
    {"ExpectCounterWithoutName", R"(expect { verdict: COMPLETED counter { equals: 1 } })",
     R"(2:29: message ExpectedCounter needs the field "name")"},
    {"ExpectCounterEmptyInterval", R"(expect { verdict: COMPLETED counter { name: "pgfault" at_least: 5 at_most: 4 } })",
     R"(2:65: at_least is 5; expected no more than at_most, 4)"},
    {"ExpectCounterTwoConditions", R"(expect { verdict: COMPLETED counter { name: "pgfault" at_least: 5 equals: 5 } })",
     R"(2:75: equals stands beside a bound; expected one of them)"},
    {"ExpectCounterOfAProof", R"(expect { verdict: COMPLETED proved: true counter { name: "pgfault" equals: 5 } })",
     R"(2:42: a counter beside proved: true; expected one of them, as orders of steps differ in what they count)"},
    {"ExpectLimitProved", R"(expect { verdict: LIMIT proved: true })",
     R"(2:33: LIMIT claims nothing that could be proved; expected COMPLETED or a hang)"},
    {"ExpectExploreWithoutProof", R"(expect { verdict: COMPLETED explore { max_states: 9 } })",
     R"(2:29: explore says how to prove a verdict; expected proved: true beside it)"},
    {"ExpectExploreUnproved", R"(expect { verdict: COMPLETED proved: false explore {} })",
     R"(2:43: explore says how to prove a verdict; expected proved: true beside it)"},
    {"ExpectExploreNoStates", R"(expect { verdict: DEADLOCK proved: true explore { max_states: 0 } })",
     R"(2:63: max_states is 0; expected at least 1)"},
    {"ExpectExploreCpusUnspecified",
     R"(expect { verdict: DEADLOCK proved: true explore { on_cpus: EXPLORED_CPUS_UNSPECIFIED } })",
     R"(2:60: on_cpus is one of ANY_CPU, SCENARIO_CPUS, not EXPLORED_CPUS_UNSPECIFIED)"},
};
INSTANTIATE_TEST_SUITE_P(Actors, BadInputTest, testing::ValuesIn(kActors), bad_input_name);

const BadInput kPrograms[] = {
    {"EmptyProgram", R"(actor { name: "p" program {} })", R"(2:19: message Program needs the field "step")"},
    {"EmptyStep", program(R"(step {})"), R"(2:29: an empty step; expected lock, unlock, spend_ns, repeat, ...)"},
    {"UnknownLock", R"(mutex { name: "inode_lock" } actor { name: "p" program { step { lock: "y" } } })",
     R"(2:71: no lock, folio or thing to wait for is called "y")"},
    {"LockMisspelt", R"(mutex { name: "inode_lock" } actor { name: "p" program { step { lock: "inode_lokc" } } })",
     R"(2:71: no lock, folio or thing to wait for is called "inode_lokc"; did you mean "inode_lock"?)"},
    {"LockOfActor", program(R"(step { lock: "p" })"),
     R"(2:42: "p" is an actor; expected a lock, folio or thing to wait for)"},
    {"LockOfWholeSet", R"(mutex { name: "x" count: "4" } actor { name: "p" program { step { lock: "x" } } })",
     R"(2:73: "x" is a set; expected one of it, as in "x[0]")"},
    {"LockOfRange", R"(mutex { name: "x" count: "4" } actor { name: "p" program { step { lock: "x[0..1]" } } })",
     R"(2:73: "x[0..1]" is a range; expected one of them, as in "x[0]")"},
    {"LockOfWholeSetOfOne", R"(mutex { name: "x" count: "1" } actor { name: "p" program { step { lock: "x" } } })",
     R"(2:73: "x" is a set; expected one of it, as in "x[0]")"},
    {"LockIndexUnknownName",
     R"(param { name: "n" value: 4 } mutex { name: "x" count: "n" })"
     "\n"
     R"( actor { name: "p" program { step { lock: "x[(k+1)%n]" } } })",
     R"(3:47: in "x[(k+1)%n]": no param is called "k")"},
    {"LockOfRwsem", kRwsem + program(R"(step { lock: "mmap_lock" })"),
     R"(3:42: "mmap_lock" is an rwsem; expected down_read or down_write)"},
    {"UnlockOfRwsem", kRwsem + program(R"(step { unlock: "mmap_lock" })"),
     R"(3:44: "mmap_lock" is an rwsem; expected up_read or up_write)"},
    {"DownOfMutex", kMutex + program(R"(step { down: "x" })"), R"(3:42: "x" is a mutex; expected lock)"},
    {"DownReadOfSemaphore", kSemaphore + program(R"(step { down_read: "s" })"),
     R"(3:47: "s" is a semaphore; expected down)"},
    {"UpOfMutex", kMutex + program(R"(step { up: "x" })"), R"(3:40: "x" is a mutex; expected unlock)"},
    {"LockOfCompletion", R"(completion { name: "done" } actor { name: "p" program { step { lock: "done" } } })",
     R"(2:70: "done" is a completion; expected wait)"},
    {"WaitOnMutex", kMutex + program(R"(step { wait: "x" })"), R"(3:42: "x" is a mutex; expected lock)"},
    {"TrylockOfSemaphore", kSemaphore + program(R"(step { trylock { lock: "s" } })"),
     R"(3:52: "s" is a semaphore; expected a lock that can be tried)"},
    {"TrylockOfNothing", program(R"(step { trylock { then { yield {} } } })"),
     R"(2:36: message Trylock needs the field "lock")"},
    {"UnlockNotHeld", kMutex + program(R"(step { unlock: "x" })"),
     R"(3:44: unlock of "x", which is not held here; expected lock or trylock before it)"},
    {"UnlockTwice",
     kMutex + program(R"(step { lock: "x" })"
                      "\n"
                      R"(step { unlock: "x" })"
                      "\n"
                      R"(step { unlock: "x" })"),
     R"(5:16: unlock of "x", which is not held here; expected lock or trylock before it)"},
    {"UnlockOfFolioNotHeld", kFolios + program(R"(step { lock: "f[1]" } step { unlock: "f[2]" })"),
     R"(3:66: unlock of "f[2]", which is not held here; expected lock or trylock before it)"},
    {"UnlockAfterFailedTrylock",
     kMutex + program(R"(step { trylock { lock: "x" then { yield {} } else { unlock: "x" } } })"),
     R"(3:89: unlock of "x", which is not held here; expected lock or trylock before it)"},
    {"UpReadOfWriteLock", kRwsem + program(R"(step { down_write: "mmap_lock" } step { up_read: "mmap_lock" })"),
     R"(3:78: up_read of "mmap_lock"; expected up_write)"},
    {"UpWriteOfReadLock", kRwsem + program(R"(step { down_read: "mmap_lock" } step { up_write: "mmap_lock" })"),
     R"(3:78: up_write of "mmap_lock"; expected up_read)"},
    {"UpReadOnceTooOften",
     kRwsem + program(R"(step { down_read: "mmap_lock" } step { up_read: "mmap_lock" } step { up_read: "mmap_lock" })"),
     R"(3:107: up_read of "mmap_lock", which is not held here; expected down_read before it)"},
    {"RepeatWithoutTimes", program(R"(step { repeat { step { yield {} } } })"),
     R"(2:36: a repeat that does not say how often; expected times (0: for ever), while or until)"},
    {"RepeatOfNothing", program(R"(step { repeat { times: "2" } })"), R"(2:36: message Repeat needs the field "step")"},
    {"RepeatNegative", program(R"(step { repeat { times: "-1" step { yield {} } } })"),
     R"(2:52: times is -1; expected at least 0)"},
    {"RepeatNestedTooDeeply",
     program(repeated(R"(step { repeat { times: "2" )", 9) + "step { yield {} }" + repeated(" } }", 9)),
     R"(2:252: repeat nested too deeply; expected at most 8 levels)"},
    {"SpendNegative", program(R"(step { spend_ns: "5-6" })"), R"(2:46: spend_ns is -1; expected at least 0)"},
    {"SpendUnknownParam", program(R"(step { spend_ns: "10*n" })"), R"(2:50: in "10*n": no param is called "n")"},
    {"SleepTooLong", program(R"(step { sleep_ns: "9223372036854775807" })"),
     R"(2:46: sleep_ns is 9223372036854775807; expected at most 2305843009213693952)"},
};
INSTANTIATE_TEST_SUITE_P(Programs, BadInputTest, testing::ValuesIn(kPrograms), bad_input_name);

}  // namespace
}  // namespace mmsim
