// Schedules as text, so that a witness can be kept, sent in a mail, edited and replayed:
//
//   # Replay: mmsim replay abba.txtpb --schedule abba.schedule
//   1  ab  mutex_lock(a)
//   2  ba  mutex_lock(b)                   # preempts ab
//   3  ba  mutex_lock(a) sleeps
//
// One choice a line: its number, the actor, the words of the step, blanks between them. `#` at the start of a line or after
// a blank begins a comment. Numbers begin at 1 and ascend by 1, so that a line lost in a mail is noticed.
#pragma once

#include <string>
#include <vector>

#include "proto/result.pb.h"
#include "sim/explore/explore.hpp"

namespace mmsim {

// What a step is called in a schedule: "down_write(sem) joins the queue".
std::string schedule_words(const pb::WitnessStep& step);

// The witness of a result, under comments that say what it is of and how it ends; `replay_line` is the command that replays
// it. What repeats after a witness (LIVELOCK, STARVED) stands below it as a comment. Requires words for every step.
std::string schedule_text(const pb::Result& result, const std::string& replay_line);

// Both throw ScenarioError, "path:line:column: ..." for a fault of the text. `text` stands for the file at `path`.
std::vector<ScheduleStep> parse_schedule(const std::string& path, const std::string& text);
std::vector<ScheduleStep> read_schedule(const std::string& path);

// Throws ScenarioError, "--schedule path: ...".
void write_schedule(const std::string& path, const std::string& text);

}  // namespace mmsim
