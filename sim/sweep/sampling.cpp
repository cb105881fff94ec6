#include "sim/sweep/sampling.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "sim/core/chooser.hpp"
#include "sim/core/hash.hpp"

namespace mmsim {
namespace {

// A permutation of 0 .. n-1 in no memory: a Feistel network over the next even number of bits, walked until it falls below n (Black
// and Rogaway, "Ciphers with arbitrary finite domains", 2002). It shuffles; it is no cipher.
class Permutation {
 public:
  Permutation(std::uint64_t n, std::uint64_t key) : n_(n), key_(key) {
    half_ = (static_cast<unsigned>(std::bit_width(std::max<std::uint64_t>(n, 2) - 1)) + 1) / 2;
    mask_ = (std::uint64_t{1} << half_) - 1;
  }
  std::uint64_t operator()(std::uint64_t i) const {
    do i = once(i);
    while (i >= n_);
    return i;
  }

 private:
  std::uint64_t once(std::uint64_t i) const {
    std::uint64_t left = i >> half_;
    std::uint64_t right = i & mask_;
    for (std::uint64_t round = 0; round < 6; ++round) {
      const std::uint64_t next = left ^ (hash_of(key_ + round, right).low & mask_);
      left = right;
      right = next;
    }
    return left << half_ | right;
  }

  std::uint64_t n_;
  std::uint64_t key_;
  unsigned half_;
  std::uint64_t mask_;
};

// The share of `size` that lies at `part` of `parts`, drawn within it.
std::uint64_t within(std::uint64_t size, std::uint64_t part, std::uint64_t parts, SeededChooser& chooser) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t kFine = 1 << 20;
  const Wide at = static_cast<Wide>(part) * kFine + chooser.pick(kFine);
  return static_cast<std::uint64_t>(at * size / (static_cast<Wide>(parts) * kFine));
}

}  // namespace

std::uint64_t combinations(const Sizes& sizes) {
  std::uint64_t product = 1;
  for (const std::uint64_t size : sizes)
    if (__builtin_mul_overflow(product, size, &product) || product >> 62 != 0) return 0;
  return product;
}

std::vector<std::uint64_t> indices_of(std::uint64_t number, const Sizes& sizes) {
  std::vector<std::uint64_t> at(sizes.size());
  for (std::size_t i = sizes.size(); i-- > 0; number /= sizes[i]) at[i] = number % sizes[i];
  return at;
}

std::uint64_t number_of(const std::vector<std::uint64_t>& at, const Sizes& sizes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) number = number * sizes[i] + at[i];
  return number;
}

std::vector<std::uint64_t> grid(const Sizes& sizes, const Passes& passes) {
  std::vector<std::uint64_t> out;
  const std::uint64_t all = combinations(sizes);
  for (std::uint64_t number = 0; number < all; ++number)
    if (passes(indices_of(number, sizes))) out.push_back(number);
  return out;
}

std::vector<std::uint64_t> random_sample(const Sizes& sizes, const Passes& passes, std::uint64_t samples, std::uint64_t draw) {
  constexpr std::uint64_t kTries_max = 100'000'000;   // a filter that lets next to nothing of a huge space pass
  const std::uint64_t all = combinations(sizes);
  const Permutation shuffled(all, draw);
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 0; i < std::min(all, kTries_max) && out.size() < samples; ++i)
    if (const std::uint64_t number = shuffled(i); passes(indices_of(number, sizes))) out.push_back(number);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::uint64_t> latin_hypercube(const Sizes& sizes, const Passes& passes, std::uint64_t samples, std::uint64_t draw) {
  SeededChooser chooser(draw);
  std::vector<std::vector<std::uint64_t>> points(samples, std::vector<std::uint64_t>(sizes.size()));
  for (std::size_t dimension = 0; dimension < sizes.size(); ++dimension) {
    std::vector<std::uint64_t> part(samples);
    std::iota(part.begin(), part.end(), 0);
    for (std::uint64_t i = samples; i > 1; --i) std::swap(part[i - 1], part[chooser.pick(i)]);
    for (std::uint64_t i = 0; i < samples; ++i) points[i][dimension] = within(sizes[dimension], part[i], samples, chooser);
  }
  std::vector<std::uint64_t> out;
  for (const auto& at : points)
    if (passes(at)) out.push_back(number_of(at, sizes));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace mmsim
