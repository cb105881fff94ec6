// The one oracle that decides what a scenario leaves open: which of several actors ready at the same instant goes
// first, how late within its jitter an actor starts. Seeded, exhaustive and replaying are choosers.
//
// A chooser that changes while it answers keeps that state in the arena, like everything a run changes.
#pragma once

#include <cstdint>

namespace mmsim {

class Chooser {
 public:
  virtual ~Chooser() = default;
  // A number below n. REQUIRES: n >= 1.
  virtual std::uint64_t pick(std::uint64_t n) = 0;
  // True if pick() is not always 0, so that it must be asked at all.
  virtual bool has_opinion() const = 0;
};

// First come, first served: seed 0.
class FirstChooser final : public Chooser {
 public:
  std::uint64_t pick(std::uint64_t) override { return 0; }
  bool has_opinion() const override { return false; }
};

// Uniform and reproducible on every machine: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", OOPSLA 2014), reduced to the range by multiplication (Lemire 2019) without the rejection step, whose bias
// of n / 2^64 cannot be seen.
class SeededChooser final : public Chooser {
 public:
  explicit SeededChooser(std::uint64_t seed) : state_(seed) {}
  std::uint64_t pick(std::uint64_t n) override {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(z) * n) >> 64);
  }
  bool has_opinion() const override { return true; }

 private:
  std::uint64_t state_;
};

}  // namespace mmsim
