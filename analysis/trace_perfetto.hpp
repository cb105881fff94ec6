// A trace in Perfetto's own format (.pftrace), for ui.perfetto.dev and trace_processor; see proto/perfetto_subset.proto.
//
// 1. sched_switch and sched_waking per CPU, as in write_ftrace(): lanes of CPUs, states of threads, who woke whom.
// 2. A track per actor, a thread of the process "mmsim": a slice for each wait, from where it begins to where it ends or
//    the actor is woken; instants for operations on locks and for milestones. A wait that nothing ends has no end.
//    Milestones of no actor stand on the track "machine".
// 3. An arrow from what let a waiter go to the instant at which it was woken.
// 4. On each track time never goes back. Packets are written as the trace is read; memory is that of the names and actors.
// Locks held are no slices: they need not nest.
#pragma once

#include "analysis/trace_file.hpp"

namespace mmsim {

void write_perfetto(TraceFile& file, const ByteSink& out);

}  // namespace mmsim
