// Predicts deadlocks from the order in which locks were nested, as lockdep does: locks taken within each other in a circle can
// deadlock as soon as enough tasks do so at once, whether or not they did here. A lock is one of its own, not a class
// (the lock graph; gates are those of Havelund, "Using runtime analysis to guide model checking
// of Java programs", SPIN 2000).
#pragma once

#include <string>
#include <vector>

#include "proto/result.hpp"

namespace mmsim {

inline constexpr std::size_t kInversions_most = 32;

// Those of the result; where it has none yet, what its lock_order comes to. Circles that a hang of the result has closed are not
// among them.
std::vector<Inversion> inversions_of(const Result& result);
void fill_inversions(Result& result);

// "task takes b with a held in f (line 12), and a with b held in g"
std::string inversion_sentence(const Inversion& inversion);

}  // namespace mmsim
