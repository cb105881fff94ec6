// I/O steps in every order: each hang beside a control without, with and without reduction.
#include <gtest/gtest.h>

#include "sim/explore/explore_testing.hpp"
#include "sim/run/load.hpp"

namespace mmsim {
namespace {

std::string actor(const std::string& name, const std::string& steps) {
  return "actor { name: \"" + name + "\" program { " + steps + " } }\n";
}
std::string server(const std::string& name, const std::string& device, const std::string& steps) {
  return "actor { name: \"" + name + "\" background: true program { step { repeat { times: \"0\" step { next_request: \"" + device + "\" } " + steps +
         " step { end_request: \"" + device + "\" } } } } }\n";
}

// What both ways of searching say; they must agree.
pb::Verdict verdict_of(const std::string& text) {
  const Loaded loaded = load_scenario_text("t.txtpb", "claim: \"c\"\n" + text, {});
  const pb::Result reduced = explore_scenario(loaded.resolved, with_reduction(true));
  const pb::Result whole = explore_scenario(loaded.resolved, with_reduction(false));
  EXPECT_TRUE(reduced.exploration().complete() && whole.exploration().complete()) << text;
  EXPECT_EQ(reduced.verdict(), whole.verdict()) << text;
  EXPECT_EQ(reduced.exploration().deadlock_states(), whole.exploration().deadlock_states()) << text;
  EXPECT_EQ(witness_length(reduced), witness_length(whole)) << text;
  EXPECT_LE(reduced.states(), whole.states()) << text;
  return reduced.verdict();
}

const std::string kDisk = "disk { name: \"sda\" } mapping { name: \"inode\" kind: FILE device: \"sda\" }\n";
const std::string kFile = kDisk + "folios { name: \"f\" count: \"2\" mapping: \"inode\" dirty: true }\n";

// f[n] is under writeback and in the actor's own bio.
std::string marks(const std::string& folio) {
  return "step { lock: \"" + folio + "\" } step { start_writeback: \"" + folio + "\" } step { bio_add { folio: \"" + folio + "\" } } step { unlock: \"" + folio + "\" }";
}

TEST(IoSteps, ABioKeptOverAWaitForTheLockOfWhoWaitsForItHangs) {
  const std::string waits = actor("writer", "step { lock: \"f[0]\" } step { wait_writeback: \"f[1]\" } step { unlock: \"f[0]\" }");
  const std::string locks = "step { lock: \"f[0]\" } step { unlock: \"f[0]\" }";
  const std::string submits = "step { submit_bio: \"bio\" }";
  EXPECT_EQ(verdict_of(kFile + waits + actor("flusher", marks("f[1]") + locks + submits)), pb::DEADLOCK);
  EXPECT_EQ(verdict_of(kFile + waits + actor("flusher", marks("f[1]") + submits + locks)), pb::COMPLETED);
}

TEST(IoSteps, ABioThatIsNeverSubmittedLosesTheEndOfItsWriteback) {
  const std::string waits = actor("fsync", "step { wait_writeback: \"f[0]\" }");
  EXPECT_EQ(verdict_of(kFile + waits + actor("flusher", marks("f[0]"))), pb::LOST_WAKEUP);
}

// The end of the writeback wakes the flusher.
std::string plugged(const std::string& device, const std::string& waits) {
  return device + "folios { name: \"f\" mapping: \"inode\" } completion { name: \"c\" } var { name: \"marked\" }\n" +
         actor("flusher", "step { start_plug {} } " + marks("f") + " step { set: \"marked = 1\" } step { submit_bio: \"bio\" } step { " + waits + " } step { finish_plug {} }") +
         actor("fsync", "step { wait_until: \"marked == 1\" } step { wait_writeback: \"f\" } step { wake: \"c\" }");
}

TEST(IoSteps, APlugIsFlushedByWhoSleepsAndNotByWhoSpins) {
  EXPECT_EQ(verdict_of(plugged(kDisk, "wait: \"c\"")), pb::COMPLETED);
  EXPECT_NE(verdict_of(plugged(kDisk, "spin_until: \"done(c)\"")), pb::COMPLETED);
}

TEST(IoSteps, WhoSpinsForWhatIsInItsOwnPlugWaitsForItself) {
  const std::string file = kDisk + "folios { name: \"f\" mapping: \"inode\" }\n";
  const auto waits = [&](const std::string& step) {
    return file + actor("a", "step { start_plug {} } " + marks("f") + " step { submit_bio: \"bio\" } step { " + step + ": \"!writeback(f)\" } step { finish_plug {} }");
  };
  EXPECT_EQ(verdict_of(waits("spin_until")), pb::DEADLOCK);
  EXPECT_EQ(verdict_of(waits("wait_until")), pb::COMPLETED);
}

TEST(IoSteps, ADeviceWithoutAQueueOfRequestsIsNotPlugged) {
  const std::string mapped = "mapping { name: \"inode\" kind: FILE device: \"dev\" }\n" + server("worker", "dev", "");
  EXPECT_EQ(verdict_of(plugged("server { name: \"dev\" kind: DM }\n" + mapped, "spin_until: \"done(c)\"")), pb::COMPLETED);
  EXPECT_NE(verdict_of(plugged("server { name: \"dev\" kind: LOOP }\n" + mapped, "spin_until: \"done(c)\"")), pb::COMPLETED);
}

TEST(IoSteps, AServerThatWaitsForItsOwnDeviceHangs) {
  const std::string fuse =
      "server { name: \"mnt\" kind: FUSE } mapping { name: \"inode\" kind: FILE device: \"mnt\" }\n"
      "disk { name: \"sda\" } mapping { name: \"other\" kind: FILE device: \"sda\" }\n"
      "folios { name: \"a\" mapping: \"inode\" uptodate: false } folios { name: \"b\" mapping: \"inode\" first_index: 1 uptodate: false } folios { name: \"c\" mapping: \"other\" uptodate: false }\n" +
      actor("reader", "step { lock: \"a\" } step { submit_read { folios: \"a\" } } step { wait_locked: \"a\" }");
  const auto reads = [](const std::string& folio) {
    return "step { lock: \"" + folio + "\" } step { submit_read { folios: \"" + folio + "\" } } step { wait_locked: \"" + folio + "\" }";
  };
  EXPECT_EQ(verdict_of(fuse + server("daemon", "mnt", reads("c"))), pb::COMPLETED);
  EXPECT_NE(verdict_of(fuse + server("daemon", "mnt", reads("b"))), pb::COMPLETED);
}

TEST(IoSteps, TheEndOfAReadUnlocks) {
  const std::string file = kDisk + "folios { name: \"f\" count: \"2\" mapping: \"inode\" uptodate: false } var { name: \"valid\" value: \"-1\" } completion { name: \"never\" }\n";
  const std::string read = "step { lock: \"f[0]\" } step { lock: \"f[1]\" } step { submit_read { folios: \"f\" } } step { wait_locked: \"f[1]\" } step { set: \"valid = uptodate(f[0]) + uptodate(f[1])\" }";
  EXPECT_EQ(verdict_of(file + actor("reader", read + " step { if { cond: \"valid == 2\" else { wait: \"never\" } } }") + actor("other", "step { lock: \"f[0]\" } step { unlock: \"f[0]\" }")),
            pb::COMPLETED);
}

TEST(IoSteps, ABufferIsLockedUntilItIsWritten) {
  const std::string bdev = "disk { name: \"sda\" } mapping { name: \"bdev\" kind: BDEV device: \"sda\" } folios { name: \"b\" mapping: \"bdev\" } mutex { name: \"m\" }\n";
  const std::string locks = actor("jbd2", "step { lock: \"b.bh\" } step { submit_bh { buffer: \"b.bh\" op: REQ_OP_WRITE } } step { lock: \"m\" } step { unlock: \"m\" }");
  EXPECT_EQ(verdict_of(bdev + locks + actor("waiter", "step { lock: \"m\" } step { wait_locked: \"b.bh\" } step { lock: \"b.bh\" } step { unlock: \"b.bh\" } step { unlock: \"m\" }")),
            pb::COMPLETED);
  const std::string keeps = actor("jbd2", "step { lock: \"b.bh\" } step { lock: \"m\" } step { submit_bh { buffer: \"b.bh\" op: REQ_OP_WRITE } } step { unlock: \"m\" }");
  EXPECT_EQ(verdict_of(bdev + keeps + actor("waiter", "step { lock: \"m\" } step { wait_locked: \"b.bh\" } step { unlock: \"m\" }")), pb::DEADLOCK);
}

// The flusher has f[0] in its bio while it waits for a mutex that the migrating task holds.
pb::Verdict migrating(const std::string& mode) {
  return verdict_of("machine { node { cpus: 2 pages: 64 } node { cpus: 0 pages: 64 } }\n" + kFile + "mutex { name: \"m\" }\n" +
                    actor("flusher", marks("f[0]") + "step { lock: \"m\" } step { unlock: \"m\" } step { submit_bio: \"bio\" }") +
                    actor("migrates", "step { lock: \"m\" } step { migrate_pages { variant: V6_3 mode: " + mode +
                                          " folios: \"f\" to_node: \"node1\" } } step { unlock: \"m\" }"));
}

TEST(IoSteps, OnlyASynchronousMigrationWaitsForWriteback) {
  EXPECT_EQ(migrating("MIGRATE_ASYNC"), pb::COMPLETED);
  EXPECT_EQ(migrating("MIGRATE_SYNC_LIGHT"), pb::COMPLETED);
  EXPECT_EQ(migrating("MIGRATE_SYNC"), pb::DEADLOCK);
}

// Who locks the folio keeps the lock until the migrating task gives the mutex back.
pb::Verdict migrating_locked(const std::string& mode) {
  return verdict_of("machine { node { cpus: 2 pages: 64 } node { cpus: 0 pages: 64 } }\n" + kFile + "mutex { name: \"m\" }\n" +
                    actor("keeps", "step { lock: \"f[0]\" } step { lock: \"m\" } step { unlock: \"m\" } step { unlock: \"f[0]\" }") +
                    actor("migrates", "step { lock: \"m\" } step { migrate_pages { variant: V6_3 mode: " + mode +
                                          " folios: \"f\" to_node: \"node1\" } } step { unlock: \"m\" }"));
}

TEST(IoSteps, OnlyAnAsynchronousMigrationDoesNotWaitForLocks) {
  EXPECT_EQ(migrating_locked("MIGRATE_ASYNC"), pb::COMPLETED);
  EXPECT_EQ(migrating_locked("MIGRATE_SYNC_LIGHT"), pb::DEADLOCK);
}

TEST(IoSteps, APassOfWriteCachePagesIsCalledLikeAStep) {
  const std::string pass = "step { write_cache_pages { profile: IOEND keep_folios: 2 sync_mode: WB_SYNC_NONE folios: \"f\" } }";
  EXPECT_EQ(verdict_of(kFile + actor("flusher", pass) + actor("fsync", "step { wait_writeback: \"f[0]\" } step { wait_writeback: \"f[1]\" }")), pb::COMPLETED);
  const std::string inside = "step { lock: \"f[1]\" } " + pass + " step { unlock: \"f[1]\" }";
  EXPECT_EQ(verdict_of(kFile + actor("flusher", inside)), pb::DEADLOCK);
}

TEST(IoSteps, ALargeFolioIsSplitInEveryOrderToo) {
  const std::string world = "machine { node { cpus: 2 pages: 64 } node { cpus: 0 pages: 64 } }\n" + kDisk + "folios { name: \"f\" order: 1 mapping: \"inode\" dirty: true }\n";
  const std::string migrates = actor("migrates", "step { migrate_pages { variant: V6_11 mode: MIGRATE_SYNC folios: \"f\" to_node: \"node1\" thp_migration: false } }");
  EXPECT_EQ(verdict_of(world + migrates + actor("flusher", marks("f") + "step { submit_bio: \"bio\" }")), pb::COMPLETED);
}

const std::string kJournal = "journal { name: \"j\" credits: \"2\" }\n";
const std::string kCommits =
    "actor { name: \"jbd2\" background: true program { step { repeat { times: \"0\" step { next_commit: \"j\" } step { end_commit: \"j\" } } } } }\n";
const std::string kHandle = "step { journal_start { journal: \"j\" credits: \"2\" } } step { journal_stop: \"j\" } ";

TEST(IoSteps, HandlesWaitForCreditsUntilACommitGivesThemBack) {
  EXPECT_EQ(verdict_of(kJournal + kCommits + actor("a", kHandle + kHandle) + actor("b", kHandle)), pb::COMPLETED);
}

TEST(IoSteps, WhoWaitsForTheCommitOfItsOwnHandleHangs) {
  const std::string start = "step { journal_start { journal: \"j\" credits: \"1\" } } ";
  const std::string wait = "step { journal_commit_wait: \"j\" } ";
  const std::string stop = "step { journal_stop: \"j\" } ";
  EXPECT_EQ(verdict_of(kJournal + kCommits + actor("a", start + stop + wait)), pb::COMPLETED);
  EXPECT_EQ(verdict_of(kJournal + kCommits + actor("a", start + wait + stop)), pb::DEADLOCK);
}

TEST(IoSteps, AHandleInsideOfAnotherNeedsNoCreditsAndNoCommit) {
  const std::string start = "step { journal_start { journal: \"j\" credits: \"2\" } } ";
  const std::string stop = "step { journal_stop: \"j\" } ";
  EXPECT_EQ(verdict_of(kJournal + kCommits + actor("a", start + start + stop + stop) + actor("b", "step { journal_force_commit: \"j\" }")), pb::COMPLETED);
}

TEST(IoSteps, AHandleHeldOverALockThatTheCommitWantsHangs) {
  const std::string lock = "step { lock: \"m\" } ";
  const std::string start = "step { journal_start { journal: \"j\" credits: \"1\" } } ";
  const std::string ends = "step { journal_stop: \"j\" } step { unlock: \"m\" } ";
  const std::string text = kJournal + "mutex { name: \"m\" }\n" + kCommits;
  const std::string forces = "step { lock: \"m\" } step { journal_force_commit: \"j\" } step { unlock: \"m\" }";
  EXPECT_EQ(verdict_of(text + actor("a", start + lock + "step { unlock: \"m\" } step { journal_stop: \"j\" }") + actor("b", forces)), pb::DEADLOCK);
  EXPECT_EQ(verdict_of(text + actor("a", lock + start + ends) + actor("b", forces)), pb::COMPLETED);
}

}  // namespace
}  // namespace mmsim
