// Which combinations of the axes' values a sweep runs. The choice depends on the sizes of the axes, on what passes and on a number to
// draw with, and on nothing else: it is the same on every machine.
//
// Combinations are numbered as an odometer shows them: the last dimension varies fastest.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace mmsim {

// Sizes of the dimensions, each at least 1.
using Sizes = std::vector<std::uint64_t>;
using Passes = std::function<bool(const std::vector<std::uint64_t>& at)>;   // indices, one per dimension

// Product of the sizes; 0 if it does not fit into 62 bits.
std::uint64_t combinations(const Sizes& sizes);
std::vector<std::uint64_t> indices_of(std::uint64_t number, const Sizes& sizes);
std::uint64_t number_of(const std::vector<std::uint64_t>& at, const Sizes& sizes);

// Each returns numbers of combinations that pass, in increasing order.
std::vector<std::uint64_t> grid(const Sizes& sizes, const Passes& passes);
// `samples` different ones drawn evenly from those that pass; fewer where there are no more.
std::vector<std::uint64_t> random_sample(const Sizes& sizes, const Passes& passes, std::uint64_t samples, std::uint64_t draw);
// `samples` ones so that each of `samples` equal parts of each dimension is used once (McKay, Beckman, Conover 1979). What does not
// pass, and what is the same as another, is left out and not made up for.
std::vector<std::uint64_t> latin_hypercube(const Sizes& sizes, const Passes& passes, std::uint64_t samples, std::uint64_t draw);

}  // namespace mmsim
