// From a world that has stopped to its result.
#pragma once

#include "proto/result.pb.h"
#include "sim/core/timed_engine.hpp"
#include "sim/run/build_world.hpp"

namespace mmsim {

// REQUIRES: trace.close() was called.
pb::Result build_result(const Resolved& scenario, const BuiltWorld& built, const Trace& trace, RunEnd end);

// What a record says, as operation and object: "folio_lock(file[2])"; empty for what no reader wants to see in a list
// (time spent, scheduling).
std::string event_text(const World& world, const TraceRecord& record);

}  // namespace mmsim
