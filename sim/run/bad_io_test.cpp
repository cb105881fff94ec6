// What the steps of I/O can have wrong, and the declarations of devices that actors serve and of journals.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

const std::string kFileDisk =
    R"(disk { name: "sda" } mapping { name: "m" kind: FILE device: "sda" } folios { name: "f" count: "2" mapping: "m" } folios { name: "anon" } mutex { name: "x" })" "\n";
const std::string kServer = R"(server { name: "s" kind: FUSE } mapping { name: "sm" kind: FILE device: "s" } folios { name: "sf" mapping: "sm" })" "\n";
const std::string kBdev =
    R"(disk { name: "sda" } mapping { name: "m" kind: BDEV device: "sda" } folios { name: "f" count: "2" mapping: "m" } buffer_head { name: "bh" })" "\n";
const std::string kJournal = R"(journal { name: "j" credits: "3" })" "\n";
const std::string kServe = R"(step { repeat { times: "0" step { next_request: "s" } step { end_request: "s" } } })";
const std::string kCommit = R"(step { repeat { times: "0" step { next_commit: "j" } step { end_commit: "j" } } })";

std::string background(const std::string& steps) { return "actor { name: \"d\" background: true program { " + steps + " } }"; }

const BadInput kIoSteps[] = {
    {"WritebackOfWhatIsNotLocked", kFileDisk + program(R"(step { start_writeback: "f[0]" })"),
     R"x(3:53: start_writeback of "f[0]", which is not held here; expected lock or trylock before it)x"},
    {"WritebackOfAMutex", kFileDisk + program(R"(step { wait_writeback: "x" })"),
     R"x(3:52: "x" is a mutex; expected a folio set)x"},
    {"WritebackOfASet", kFileDisk + program(R"(step { wait_writeback: "f" })"),
     R"x(3:52: "f" is a set; expected one of it, as in "f[0]")x"},
    {"BioOfAnonymousMemory", kFileDisk + program(R"(step { bio_add { folio: "anon" } })"),
     R"x(3:53: anon has no device; expected a mapping of kind FILE or BDEV)x"},
    {"BioWithoutFolio", kFileDisk + program(R"(step { bio_add { bio: "b" } })"),
     R"x(3:36: message BioAdd needs the field "folio")x"},
    {"BioThatNothingIsAddedTo", kFileDisk + program(R"(step { bio_add { folio: "f[0]" bio: "ioend" } } step { submit_bio: "ioned" })"),
     R"x(3:96: nothing is added to a bio called "ioned"; did you mean "ioend"?)x"},
    {"BioThatNothingIsEverAddedTo", kFileDisk + program(R"(step { submit_bio: "ioend" })"),
     R"x(3:48: nothing is added to a bio called "ioend"; expected bio_add before)x"},
    {"BioForTwoDevices", kFileDisk + kServer + background(kServe) + "\n" + program(R"(step { bio_add { folio: "f[0]" } } step { bio_add { folio: "sf" } })"),
     R"x(5:88: bio "bio" gets folios of m and of sm, which are on different devices; expected one bio for each)x"},
    {"ReadOfWhatIsNotLocked", kFileDisk + program(R"(step { submit_read { folios: "f" } })"),
     R"x(3:58: submit_read of "f", which is not held here; expected lock or trylock before it)x"},
    {"ReadOfAFolioTwice", kFileDisk + program(R"(step { lock: "f[0]" } step { submit_read { folios: "f[0]" folios: "f[0]" } })"),
     R"x(3:80: a folio of f is listed twice; expected each folio once)x"},
    {"ReadOfNothing", kFileDisk + program(R"(step { submit_read { } })"),
     R"x(3:36: message SubmitRead needs the field "folios")x"},
    {"ReadOfAnonymousMemory", kFileDisk + program(R"(step { lock: "anon" } step { submit_read { folios: "anon" } })"),
     R"x(3:80: anon has no device; expected a mapping of kind FILE or BDEV)x"},
    {"BufferWithoutOp", kBdev + program(R"(step { lock: "f[0].bh" } step { submit_bh { buffer: "f[0].bh" } })"),
     R"x(3:61: message SubmitBh needs the field "op"; expected one of REQ_OP_READ, REQ_OP_WRITE)x"},
    {"BufferOfNoFolio", kBdev + program(R"(step { lock: "bh" } step { submit_bh { buffer: "bh" op: REQ_OP_READ } })"),
     R"x(3:76: "bh" is of no folio, and so on no device; expected the buffer head of one, as in "bdev[0].bh")x"},
    {"BufferThatIsNotLocked", kBdev + program(R"(step { submit_bh { buffer: "f[0].bh" op: REQ_OP_READ } })"),
     R"x(3:56: submit_bh of "f[0].bh", which is not held here; expected lock or trylock before it)x"},
    {"BufferOfAFile", kFileDisk + program(R"(step { lock: "f[0].bh" })"),
     R"x(3:42: no lock, folio or thing to wait for is called "f.bh")x"},
    {"MigrationWithoutMode", kFileDisk + program(R"(step { migrate_pages { variant: V6_3 folios: "f" to_node: "node0" } })"),
     R"x(3:36: message MigratePages needs the field "mode"; expected one of MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC)x"},
    {"PassOverAnonymousMemory", kFileDisk + program(R"(step { write_cache_pages { profile: WRITE_CACHE_PAGES sync_mode: WB_SYNC_NONE folios: "anon" } })"),
     R"x(3:115: anon has no device to be written to; expected a mapping of kind FILE or BDEV)x"},
};

INSTANTIATE_TEST_SUITE_P(IoSteps, BadInputTest, testing::ValuesIn(kIoSteps), bad_input_name);

const BadInput kServed[] = {
    {"ServerWithoutKind", std::string(R"(server { name: "s" })") + "\n" + background(kServe),
     R"x(2:1: message Server needs the field "kind"; expected one of LOOP, DM, FUSE, NFS)x"},
    {"ServerThatNobodyServes", kServer,
     R"x(2:1: no actor serves "s"; expected a program with next_request: "s")x"},
    {"ServerThatIsWaitedFor", kServer + program(kServe),
     R"x(3:1: actor "p" serves "s", and waits for work without end; expected background: true)x"},
    {"EndOfNoRequest", kServer + background(R"(step { end_request: "s" } step { next_request: "s" })"),
     R"x(3:66: end_request of "s", with no request in hand here; expected next_request before it)x"},
    {"BackingThatIsNotThere", kServer + background(R"(step { next_request: "s" } step { lock_backing: "s" })"),
     R"x(3:94: "s" has no backing; expected it to name a folio set)x"},
    {"BackingTooShort", std::string(R"(mapping { name: "t" kind: SHMEM } folios { name: "b" mapping: "t" } server { name: "s" kind: LOOP backing: "b" } mapping { name: "sm" kind: FILE device: "s" } folios { name: "sf" count: "2" mapping: "sm" })") + "\n" + background(kServe),
     R"x(2:108: backing "b" has 1 block, but sf needs 2 of "s"; expected at least as many)x"},
    {"BackingOnItself", std::string(R"(server { name: "s" kind: LOOP backing: "sf" } mapping { name: "sm" kind: FILE device: "s" } folios { name: "sf" mapping: "sm" })") + "\n" + background(kServe),
     R"x(2:40: backing "sf" is itself on "s"; expected folios of another device)x"},
    {"BlockDeviceOfAFilesystem", std::string(R"(server { name: "s" kind: NFS } mapping { name: "sm" kind: BDEV device: "s" })") + "\n" + background(kServe),
     R"x(2:72: "s" is a filesystem, not a block device; expected a disk, or a server of kind LOOP or DM)x"},
    {"JournalWithoutCredits", std::string(R"(journal { name: "j" })") + "\n" + background(kCommit),
     R"x(2:1: message Journal needs the field "credits")x"},
    {"JournalThatNobodyCommits", kJournal + program(R"(step { journal_start { journal: "j" credits: "1" } } step { journal_stop: "j" })"),
     R"x(2:1: no actor commits "j"; expected one program with next_commit: "j")x"},
    {"JournalWithTwoCommitters", kJournal + background(kCommit) + "\n" + R"(actor { name: "e" background: true program { )" + kCommit + " } }",
     R"x(2:1: 2 actors commit "j"; expected one program with next_commit: "j")x"},
    {"HandleWithTooManyCredits", kJournal + background(kCommit) + "\n" + program(R"(step { journal_start { journal: "j" credits: "4" } } step { journal_stop: "j" })"),
     R"x(4:74: credits is 4; expected at most 3)x"},
    {"HandleThatIsNotOpen", kJournal + background(kCommit) + "\n" + program(R"(step { journal_stop: "j" })"),
     R"x(4:50: journal_stop of "j", with no handle open here; expected journal_start before it)x"},
    {"CommitThatIsNotBegun", kJournal + background(R"(step { end_commit: "j" } step { next_commit: "j" })"),
     R"x(3:65: end_commit of "j", which is not begun here; expected next_commit before it)x"},
    {"RequestsOfAMutex", kFileDisk + program(R"(step { wait_until: "requests(x) > 0" })"),
     R"x(3:48: "x" is a mutex; expected a server)x"},
};

INSTANTIATE_TEST_SUITE_P(ServersAndJournals, BadInputTest, testing::ValuesIn(kServed), bad_input_name);

}  // namespace
}  // namespace mmsim
