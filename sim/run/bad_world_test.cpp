// What a machine, storage and bounds can have wrong.
#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

const BadInput kMachine[] = {
    {"MachineWithoutNode", R"(machine { preemption: PREEMPT_NONE })", R"(2:1: message Machine needs the field "node")"},
    {"NoCpuAtAll", R"(machine { node { cpus: 0 } })", R"(2:1: the machine has 0 CPUs; expected 1 to 8192)"},
    {"TooManyCpus", R"(machine { node { cpus: 9000 } })", R"(2:24: cpus is 9000; expected at most 8192)"},
    {"MemoryTooLarge", R"(machine { node { pages: 18446744073709551615 } })",
     R"(2:25: pages is 18446744073709551615; expected at most 1099511627776)"},
    {"DistanceRowTooShort", R"(machine { node { distance: [10, 21] } node {} node {} })",
     R"(2:29: node0 has 2 distances; expected 3, one per node)"},
    {"DistanceToItself", R"(machine { node { distance: [11, 21] } node { distance: [21, 10] } })",
     R"(2:29: the distance of node0 to itself is 11; expected 10)"},
    {"DistanceTooSmall", R"(machine { node { distance: [10, 10] } node { distance: [10, 10] } })",
     R"(2:33: distance is 10; expected at least 11)"},
    {"DistanceNotSymmetric",
     R"(machine {)"
     "\n"
     R"(  node { distance: [10, 21] })"
     "\n"
     R"(  node { distance: [20, 10] })"
     "\n"
     R"(})",
     R"(4:21: the distance from node1 to node0 is 20, from node0 to node1 21; expected the same)"},
    {"DistanceAgainstLeftOut", R"(machine { node { distance: 10 distance: 31 } node {} })",
     R"(2:41: the distance from node0 to node1 is 31, from node1 to node0 21; expected the same)"},
    {"ChannelBandwidthZero", R"(machine { node { channel_MBps: 0 } })",
     R"(2:32: channel_MBps is 0; expected at least 1)"},
    {"LinkBandwidthZero", R"(machine { node {} node {} link { from: "node0" to: "node1" MBps: 0 } })",
     R"(2:66: MBps is 0; expected at least 1)"},
    {"DefaultLinkBandwidthZero", R"(machine { node {} link_MBps: 0 })", R"(2:30: link_MBps is 0; expected at least 1)"},
    {"LinkToUnknownNode", R"(machine { node {} node {} link { from: "node0" to: "nod1" MBps: 1 } })",
     R"(2:52: no node is called "nod1"; did you mean "node1"?)"},
    {"LinkToItself", R"(machine { node {} link { from: "node0" to: "node0" MBps: 1 } })",
     R"(2:44: a link from node0 to node0; expected two nodes)"},
    {"LinkTwice",
     R"(machine { node {} node {} link { from: "node0" to: "node1" MBps: 1 })"
     "\n"
     R"( link { from: "node1" to: "node0" MBps: 1 } })",
     R"(3:2: node1 and node0 are linked twice; expected one link, it serves both directions)"},
    {"LinkWithoutEnd", R"(machine { node {} link { from: "node0" MBps: 1 } })",
     R"(2:19: message Link needs the field "to")"},
    {"NoSuchCpu", R"(machine { node { cpus: 2 } } actor { name: "b" cpu: "2" program { step { yield {} } } })",
     R"(2:53: there is no CPU 2; expected 0 to 1)"},
    {"NegativeCpu", R"(actor { name: "b" count: "2" cpu: "i-1" program { step { yield {} } } })",
     R"(2:35: there is no CPU -1; expected 0 to 2)"},
    {"CpuSharedWithoutPreemption",
     R"(machine { node { cpus: 1 } })"
     "\n"
     R"(actor { name: "b" program { step { yield {} } } })",
     R"(4:1: actors "b" and "a" share CPU 0; expected machine.preemption to say how)"},
    {"CopyBandwidthZero", R"(costs { copy_MBps: 0 })", R"(2:20: copy_MBps is 0; expected at least 1)"},
    {"SliceZero", R"(costs { slice_ns: 0 })", R"(2:19: slice_ns is 0; expected at least 1)"},
    {"StepsZero", R"(bounds { steps: 0 })", R"(2:17: steps is 0; expected at least 1)"},
    {"TimeZero", R"(bounds { time_ns: 0 })", R"(2:19: time_ns is 0; expected at least 1)"},
    {"TimeTooLong", R"(bounds { time_ns: 18446744073709551615 })",
     R"(2:19: time_ns is 18446744073709551615; expected at most 2305843009213693952)"},
};
INSTANTIATE_TEST_SUITE_P(Machine, BadInputTest, testing::ValuesIn(kMachine), bad_input_name);

const BadInput kStorage[] = {
    {"DiskBandwidthZero", R"(disk { name: "sda" read_MBps: 0 })", R"(2:31: read_MBps is 0; expected at least 1)"},
    {"DiskQueueDepthZero", R"(disk { name: "sda" queue_depth: 0 })", R"(2:33: queue_depth is 0; expected at least 1)"},
    {"MappingWithoutKind", R"(mapping { name: "m" })",
     R"(2:1: message Mapping needs the field "kind"; expected one of FILE, BDEV, SHMEM, ANON)"},
    {"FileWithoutDevice", R"(mapping { name: "m" kind: FILE })", R"(2:1: message Mapping needs the field "device")"},
    {"FileOnUnknownDevice", R"(disk { name: "sda" } mapping { name: "m" kind: FILE device: "sdb" })",
     R"(2:61: no disk, loop device or server is called "sdb"; did you mean "sda"?)"},
    {"FileOnMapping", R"(mapping { name: "n" kind: ANON } mapping { name: "m" kind: FILE device: "n" })",
     R"(2:73: "n" is a mapping; expected a disk, loop device or server)"},
    {"AnonOnDevice", R"(disk { name: "sda" } mapping { name: "m" kind: ANON device: "sda" })",
     R"(2:61: a mapping of kind ANON has no device; expected FILE or BDEV)"},
    {"FolioOrderTooLarge", R"(folios { name: "f" order: 11 })", R"(2:27: order is 11; expected at most 10)"},
    {"FoliosOfUnknownMapping", R"(folios { name: "f" mapping: "m" })", R"(2:29: no mapping is called "m")"},
    {"FoliosOfUnknownAddressSpace", R"(mm { name: "heap" } folios { name: "f" mapped_by: "haep" })",
     R"(2:51: no address space is called "haep"; did you mean "heap"?)"},
    {"FoliosOnUnknownNode", R"(folios { name: "f" node: "node1" })",
     R"(2:26: no node is called "node1"; did you mean "node0"?)"},
    {"FoliosTooMany", R"(folios { name: "f" count: "16*1024*1024+1" })",
     R"(2:27: count is 16777217; expected at most 16777216)"},
    {"FoliosTooManyTogether", R"(folios { name: "f" count: "16*1024*1024" } folios { name: "g" })",
     R"(2:44: 16777217 folios in all; expected at most 16777216)"},
    {"FoliosBeyondMemory", R"(machine { node { cpus: 2 pages: 4096 } } folios { name: "f" count: "9" order: 9 })",
     R"(2:42: the folios on node0 have 4608 pages; expected at most 4096, its memory)"},
    {"FolioIndexNotAligned", kFile + R"(folios { name: "g" order: 2 mapping: "m" first_index: 10 })",
     R"(3:55: first_index is 10; expected a multiple of 4, the pages of a folio)"},
    {"FoliosOverlap", kFile + R"(folios { name: "g" count: "2" mapping: "m" first_index: 7 })",
     R"(3:57: index 7 of m is in f and in g; expected each index once)"},
    {"LoopWithoutBacking", R"(loop { name: "loop0" })", R"(2:1: message LoopDevice needs the field "backing")"},
    {"LoopWithoutWorker", R"(folios { name: "f" } loop { name: "loop0" backing: "f" })",
     R"(2:22: no actor serves "loop0"; expected one with loop_worker { device: "loop0" })"},
    {"LoopWithTwoWorkers",
     R"(folios { name: "f" } loop { name: "loop0" backing: "f" })"
     "\n"
     R"(actor { name: "w" count: "2" background: true loop_worker { device: "loop0" } })",
     R"(3:1: a second loop_worker for "loop0"; expected one)"},
    {"LoopBackingTooSmall",
     kFolios + R"(loop { name: "loop0" backing: "f" } mapping { name: "m" kind: FILE device: "loop0" } folios { )"
               R"(name: "g" count: "9" mapping: "m" })",
     R"(3:31: backing "f" has 8 folios, but g needs 9 blocks of "loop0"; expected at least as many)"},
    {"LoopOnItself",
     R"(loop { name: "loop0" backing: "f" } mapping { name: "m" kind: FILE device: "loop0" } folios { )"
     R"(name: "f" mapping: "m" })",
     R"(2:31: backing "f" is itself on "loop0"; expected folios of another device)"},
    {"LoopWorkerOfDisk", R"(disk { name: "sda" } actor { name: "w" loop_worker { device: "sda" } })",
     R"(2:62: "sda" is a disk; expected a loop device)"},
};
INSTANTIATE_TEST_SUITE_P(Storage, BadInputTest, testing::ValuesIn(kStorage), bad_input_name);

}  // namespace
}  // namespace mmsim
