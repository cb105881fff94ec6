// The sentences of a result that was explored or replayed without a clock. See sentences.hpp for all others.
#pragma once

#include <string>

#include "proto/result.hpp"

namespace mmsim {

// Replays are told from searches by their strategy.
bool is_replay(const Result& result);

// Nobody could have avoided the hang: the whole state space was visited, and no state in it is a good end.
bool never_completes(const Result& result);

// "DEADLOCK: a and b wait for each other after 17 steps; no order of steps completes from step 15 on."
// "PROVED FREE: in every order of steps each actor that must finish does: 3 654 states, all of them visited."
std::string exploration_headline(const Result& result);

// What the verdict covers, and what it leaves out.
std::string covered(const Result& result);

// "at most 1 in 10^12"; empty where the chance is 0. It is rounded up to a power of ten.
std::string in_words(double probability);

}  // namespace mmsim
