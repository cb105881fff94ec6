// Steps of I/O, from the text of a scenario to the end of its timed run.
#include <gtest/gtest.h>

#include "sim/run/language_testing.hpp"

namespace mmsim {
namespace {

std::string actor(const std::string& name, const std::string& steps) {
  return "actor { name: \"" + name + "\" program { " + steps + " } }\n";
}
std::string background(const std::string& name, const std::string& steps) {
  return "actor { name: \"" + name + "\" background: true program { " + steps + " } }\n";
}
// Completes if the condition holds there, and waits for ever otherwise.
std::string check(const std::string& condition) { return " step { if { cond: \"" + condition + "\" else { wait: \"never\" } } } "; }

const std::string kFile =
    "completion { name: \"never\" } disk { name: \"sda\" } mapping { name: \"inode\" kind: FILE device: \"sda\" } "
    "folios { name: \"f\" count: \"2\" mapping: \"inode\" dirty: true }\n";

std::string marks(const std::string& folio) {
  return "step { lock: \"" + folio + "\" } step { clear_dirty_for_io: \"" + folio + "\" } step { start_writeback: \"" + folio + "\" } step { bio_add { folio: \"" +
         folio + "\" } } step { unlock: \"" + folio + "\" } ";
}

TEST(IoLanguage, AFolioIsUnderWritebackFromItsMarkToTheEndOfItsBio) {
  EXPECT_EQ(run_text(kFile + actor("a", check("dirty(f[0]) && !writeback(f[0])") + marks("f[0]") + check("!dirty(f[0]) && writeback(f[0])") +
                                            "step { submit_bio: \"bio\" } step { wait_writeback: \"f[0]\" }" + check("!writeback(f[0])")))
                .verdict(),
            pb::COMPLETED);
}

TEST(IoLanguage, WritebackWithoutABioEndsByHand) {
  EXPECT_EQ(run_text(kFile + actor("a", "step { lock: \"f[0]\" } step { start_writeback: \"f[0]\" } step { unlock: \"f[0]\" } step { sleep_ns: \"1000\" } step { end_writeback: \"f[0]\" }") +
                     actor("b", "step { sleep_ns: \"500\" }" + check("writeback(f[0])") + "step { wait_writeback: \"f[0]\" }"))
                .verdict(),
            pb::COMPLETED);
}

TEST(IoLanguage, APlugHoldsBiosBackUntilItIsFinished) {
  EXPECT_EQ(run_text(kFile + actor("a", "step { start_plug {} } " + marks("f[0]") + "step { submit_bio: \"bio\" }" + check("plugged == 1") +
                                            "step { finish_plug {} }" + check("plugged == 0")))
                .verdict(),
            pb::COMPLETED);
}

TEST(IoLanguage, RequestsAreQueuedTakenAndEnded) {
  const std::string fuse =
      "completion { name: \"never\" } server { name: \"mnt\" kind: FUSE } mapping { name: \"inode\" kind: FILE device: \"mnt\" } "
      "folios { name: \"f\" count: \"2\" mapping: \"inode\" uptodate: false }\n";
  const std::string daemon = background("daemon", "step { repeat { times: \"0\" step { next_request: \"mnt\" }" + check("in_hand(mnt) && reads(mnt)") +
                                                      "step { sleep_ns: \"1000\" } step { end_request: \"mnt\" }" + check("!in_hand(mnt)") + "} }");
  const std::string reads = "step { lock: \"f[0]\" } step { submit_read { folios: \"f[0]\" } } step { lock: \"f[1]\" } step { submit_read { folios: \"f[1]\" } } ";
  const std::string waits = "step { wait_locked: \"f[0]\" } step { wait_locked: \"f[1]\" }" + check("uptodate(f[0]) && uptodate(f[1]) && requests(mnt) == 0");
  EXPECT_EQ(run_text(fuse + daemon + actor("reader", reads + waits)).verdict(), pb::COMPLETED);
}

TEST(IoLanguage, TheBackingOfALoopDeviceIsLockedWhileARequestIsInHand) {
  const std::string loop =
      "completion { name: \"never\" } mapping { name: \"shm\" kind: SHMEM } folios { name: \"back\" count: \"2\" mapping: \"shm\" } "
      "server { name: \"loop0\" kind: LOOP backing: \"back\" } mapping { name: \"inode\" kind: FILE device: \"loop0\" } "
      "folios { name: \"f\" count: \"2\" mapping: \"inode\" dirty: true }\n";
  const std::string worker = background("kworker", "step { repeat { times: \"0\" step { next_request: \"loop0\" } step { lock_backing: \"loop0\" }" +
                                                       check("!locked(back[0]) && locked(back[1])") + "step { unlock_backing: \"loop0\" } step { end_request: \"loop0\" } } }");
  EXPECT_EQ(run_text(loop + worker + actor("flusher", marks("f[1]") + "step { submit_bio: \"bio\" } step { wait_writeback: \"f[1]\" }")).verdict(), pb::COMPLETED);
}

TEST(IoLanguage, CreditsAreTakenByHandlesAndComeBackWithTheCommit) {
  const std::string journal = "completion { name: \"never\" } journal { name: \"j\" credits: \"4\" }\n" +
                              background("jbd2", "step { repeat { times: \"0\" step { next_commit: \"j\" }" + check("committing(j) && handles(j) == 0") + "step { end_commit: \"j\" } } }");
  EXPECT_EQ(run_text(journal + actor("a", "step { journal_start { journal: \"j\" credits: \"3\" } }" + check("credits(j) == 1 && handles(j) == 1") +
                                              "step { journal_stop: \"j\" }" + check("credits(j) == 1 && handles(j) == 0") + "step { journal_commit_wait: \"j\" }" +
                                              check("credits(j) == 4 && !committing(j)")))
                .verdict(),
            pb::COMPLETED);
}

TEST(IoLanguage, AWaitForCreditsIsForWhoCommits) {
  const pb::Result result = run_text("journal { name: \"j\" credits: \"4\" } mutex { name: \"m\" }\n" +
                                     background("jbd2", "step { repeat { times: \"0\" step { next_commit: \"j\" } step { lock: \"m\" } step { unlock: \"m\" } step { end_commit: \"j\" } } }") +
                                     actor("a", "step { journal_start { journal: \"j\" credits: \"3\" } } step { journal_stop: \"j\" } step { lock: \"m\" } "
                                                "step { journal_start { journal: \"j\" credits: \"2\" } } step { journal_stop: \"j\" } step { unlock: \"m\" }"));
  EXPECT_EQ(result.verdict(), pb::DEADLOCK);
  ASSERT_EQ(result.cycles_size(), 1);
  const pb::Edge& edge = result.cycles(0).edges(1);
  EXPECT_EQ(edge.waiter() + " " + edge.holder() + " " + edge.wait_kind(), "a jbd2 journal credits");
}

// What depends on the way taken stops the run where it is done.
TEST(IoLanguage, FaultsOfTheWayTakenNameThePlace) {
  const std::string twice = "step { lock: \"f[0]\" } step { start_writeback: \"f[0]\" } step { start_writeback: \"f[0]\" }";
  EXPECT_NE(fault_of(kFile + actor("a", twice)).find("under writeback already"), std::string::npos) << fault_of(kFile + actor("a", twice));
  const std::string unmarked = "step { bio_add { folio: \"f[0]\" } }";
  EXPECT_NE(fault_of(kFile + actor("a", unmarked)).find("which it has not marked"), std::string::npos) << fault_of(kFile + actor("a", unmarked));
  const std::string over = marks("f[0]") + "step { end_writeback: \"f[0]\" }";
  EXPECT_NE(fault_of(kFile + actor("a", over)).find("which is in a bio"), std::string::npos) << fault_of(kFile + actor("a", over));
  const std::string clean = "step { end_writeback: \"f[0]\" }";
  EXPECT_NE(fault_of(kFile + actor("a", clean)).find("not under writeback"), std::string::npos) << fault_of(kFile + actor("a", clean));
  const std::string unplugged = "step { finish_plug {} }";
  EXPECT_NE(fault_of(kFile + actor("a", unplugged)).find("finishes a plug"), std::string::npos) << fault_of(kFile + actor("a", unplugged));
  const std::string left = "step { start_plug {} } " + marks("f[0]") + "step { submit_bio: \"bio\" }";
  EXPECT_NE(fault_of(kFile + actor("a", left)).find("ends with bios in the plug"), std::string::npos) << fault_of(kFile + actor("a", left));
}

}  // namespace
}  // namespace mmsim
