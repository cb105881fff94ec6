// A trace as text, as /sys/kernel/tracing/trace prints it.
#pragma once

#include "analysis/trace_file.hpp"

namespace mmsim {

// Times have nine decimals, as with trace-cmd report -t. Task ids are the actor's number + 1; the machine's own events are
// those of <idle>. sched_switch, sched_waking, sched_process_exit and sched_process_hang have the kernel's fields;
// operations on locks and milestones stand as OPERATION: OBJECT.
void write_ftrace(TraceFile& file, const ByteSink& out);

}  // namespace mmsim
