// What the first line says of a hang, whatever found it: who and how, when, who is stuck behind, and what it takes.
#pragma once

#include <string>

#include "proto/result.hpp"

namespace mmsim {

// "DEADLOCK: a and b wait for each other since 12.345 us, 1 more is stuck behind them; nothing but a reboot ends it."
// `when` and `end` are the parts that runs and explorations say in their own way; `when` may be empty.
// REQUIRES: the verdict is DEADLOCK.
std::string deadlock_headline(const Result& result, const std::string& when, const std::string& end);

// What a knot is, as one reads it: "each waits to be woken by one of the others".
std::string knot_words(const Finding& knot);

}  // namespace mmsim
