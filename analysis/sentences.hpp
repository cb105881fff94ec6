// The sentences of a result, made from its data: what a reader would be told first.
#pragma once

#include <string>

#include "proto/result.hpp"

namespace mmsim {

// The verdict in one sentence: "DEADLOCK: a and b wait for each other since 12.345 us; nothing but a reboot ends it."
std::string headline(const Result& result);

// Who is blocked on what, in the words of the hung-task detector.
std::string blocked_on(const Edge& edge);
std::string blocked_on(const StuckActor& orphan);

// Who holds what since when, at which step of which procedure, where, and who alone could end the wait. A
// sentence that the data holds already is returned as it is.
std::string because(const Result& result, const Edge& edge);
std::string because(const Result& result, const StuckActor& orphan);
// What was done in spite of which lock.
std::string because(const RuleViolation& violation);

// Fills in what can be said from the data alone: the headline, what an exploration covered, the deadlocks that the lock order
// allows, and every `because` that is empty.
void fill_sentences(Result& result);

}  // namespace mmsim
