// What --set can have wrong. The message begins with the option, not with a place in the file.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

constexpr const char* kText = R"(
claim: "Two lockers of one file"
param { name: "n" value: 2 }
machine { node { cpus: 4 } node {} }
disk { name: "sda" }
mapping { name: "inode" kind: FILE device: "sda" }
folios { name: "file" count: "8" mapping: "inode" }
mutex { name: "twin" }
rwsem { name: "twin" }
actor {
  name: "kcompactd0"
  migrate_pages { variant: V6_3 mode: MIGRATE_ASYNC folios: "file" to_node: "node1" }
}
)";

// The option and what the message says after it.
struct BadSet {
  const char* name;
  std::string set;
  std::string message;
};

void PrintTo(const BadSet& bad, std::ostream* out) { *out << bad.name; }

class BadSetTest : public testing::TestWithParam<BadSet> {};

TEST_P(BadSetTest, IsRefusedWithOneMessage) {
  EXPECT_EQ(message_of_loading(kText, {GetParam().set}), "--set " + GetParam().set + ": " + GetParam().message);
}

const BadSet kSets[] = {
    {"NoEquals", "param.n", R"(no "="; expected path=value)"},
    {"NoPath", "=3", R"("" is no part of a path; expected a name, or name[element])"},
    {"EmptyPart", "machine..cpus=3", R"("" is no part of a path; expected a name, or name[element])"},
    {"BracketNotClosed", "machine.node[0.cpus=3",
     R"("node[0" is no part of a path; expected a name, or name[element])"},
    {"UnknownField", "kcompactd0.migrate_pages.moed=MIGRATE_SYNC",
     R"(message MigratePages has no field "moed"; did you mean "mode"?)"},
    {"UnknownThing", "kcompactd1.migrate_pages.mode=MIGRATE_SYNC",
     R"(nothing is called "kcompactd1"; expected a field of Scenario or the name of a thing; did you mean "kcompactd0"?)"},
    {"UnknownTopField", "colour=red",
     R"(nothing is called "colour"; expected a field of Scenario or the name of a thing)"},
    {"UnknownElement", "actor[kcompact0].cpu=1", R"(no actor is called "kcompact0"; did you mean "kcompactd0"?)"},
    {"UnknownParam", "param.m=1", R"(no param is called "m"; expected one of n)"},
    {"IndexOutOfRange", "machine.node[2].cpus=1", "there is no node[2]; expected node[0] to node[1]"},
    {"IndexInEmptyList", "loop[0].backing=file", "there is no loop[0]; the list is empty"},
    {"Ambiguous", "twin.count=2", R"("twin" is a mutex and a rwsem; expected mutex[twin] or rwsem[twin])"},
    {"ListWithoutElement", "machine.node.cpus=1", "node is a list; expected one element, as in node[0]"},
    {"ElementOfNoList", "machine[0].link_MBps=1", "machine is no list; expected no [0] behind it"},
    {"ElementOfPlainValue", "claim[0]=x", "claim is no list; expected no [0] behind it"},
    {"ElementOfThing", "kcompactd0[0].cpu=1", R"("kcompactd0" is set as a whole; expected no [0] behind it)"},
    {"ElementOfPlainList", "machine.node[0].distance[1]=12",
     "distance is set as a whole; expected values with commas between them"},
    {"FieldOfPlainValue", "claim.text=x", "claim is a plain value; expected nothing behind it"},
    {"WholeMessage", "machine=big",
     "machine is a message Machine; expected a field of it: node, link, preemption, link_MBps"},
    {"WholeThing", "inode=x", "inode is a message Mapping; expected a field of it: name, kind, device"},
    {"OtherKindOfActor", "kcompactd0.writeback.times=2", "this Actor has migrate_pages, not writeback"},
    {"WordForNumber", "machine.node[0].cpus=four", R"(cpus is a whole number from 0 to 4294967295, not "four")"},
    {"NegativeNumber", "machine.node[0].cpus=-1", R"(cpus is a whole number from 0 to 4294967295, not "-1")"},
    {"NumberTooLarge", "machine.node[0].cpus=4294967296",
     R"(cpus is a whole number from 0 to 4294967295, not "4294967296")"},
    {"EmptyNumber", "machine.node[0].cpus=", R"(cpus is a whole number from 0 to 4294967295, not "")"},
    {"TwoNumbers", "param.n=1 2", R"(value is a whole number, not "1 2")"},
    {"ExpressionForNumber", "param.n=1+1", R"(value is a whole number, not "1+1")"},
    {"WordInList", "machine.node[0].distance=10,far", R"(distance is a whole number from 0 to 4294967295, not "far")"},
    {"WordForBool", "file.dirty=yes", R"(dirty is true or false, not "yes")"},
    {"WrongEnum", "kcompactd0.migrate_pages.mode=SYNC_LIGHT",
     "mode is one of MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC, not SYNC_LIGHT; "
     R"(did you mean "MIGRATE_SYNC_LIGHT"?)"},
};
INSTANTIATE_TEST_SUITE_P(Sets, BadSetTest, testing::ValuesIn(kSets),
                         [](const auto& set) { return std::string(set.param.name); });

constexpr const char* kOther =
    "claim: \"c\" param { name: \"n\" value: 2 } mutex { name: \"x\" count: \"n\" }\n"
    "actor { name: \"a\" program { step { lock: \"x[1]\" } } }";

TEST(BadSet, ValueThatBreaksARuleIsBlamedOnTheOption) {
  EXPECT_EQ(message_of_loading(kOther, {"x.count=2*m"}), "--set x.count=2*m: in \"2*m\": no param is called \"m\"");
  EXPECT_EQ(message_of_loading(std::string(kOther) + " machine { node {} }", {"machine.link_MBps=0"}),
            "--set machine.link_MBps=0: link_MBps is 0; expected at least 1");
  EXPECT_EQ(message_of_loading(kOther, {"machine.link_MBps=5"}),
            "--set machine.link_MBps=5: message Machine needs the field \"node\"");
  EXPECT_EQ(message_of_loading(kOther, {"expect.seeds=2"}),
            "--set expect.seeds=2: message Expect needs the field \"verdict\"; expected one of COMPLETED, DEADLOCK, "
            "LOST_WAKEUP, LIVELOCK, STARVED, LIMIT");
}

TEST(BadSet, ValueThatBreaksSomethingElseIsReportedThere) {
  EXPECT_EQ(message_of_loading(kOther, {"param.n=1"}), "t.txtpb:2:45: there is no x[1]; expected x[0]");
}

}  // namespace
}  // namespace mmsim
