// What a results database says about its sweep: which it is, what its axes are called, what is to be shown of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mmsim {

struct AxisValueRow {
  std::string value;
  std::string sets;                  // "path=value" lines
};

struct AxisColumn {
  std::string name;
  bool integer = true;
  std::string unit;
  std::string paths;
  std::vector<AxisValueRow> values;  // of text axes, in their order
};

struct FigureColumn {
  std::string name;
  bool higher_is_better = false;
};

struct SweepIdentity {
  std::string digest;
  std::string version;
  std::string scenario;
  std::string scenario_text;
  std::string scenario_digest;
  std::string claim;
  std::string command;
  std::string reproduce;             // the beginning of the command that runs one point
  bool explores = false;
  std::uint64_t points = 0;          // in all shards
  std::uint64_t first_seed = 0;
  std::uint64_t seeds = 1;
  std::string hangs_iff;
  std::vector<AxisColumn> axes;
  std::vector<FigureColumn> figures;
};

// The I-th of N parts of a sweep: the points whose number leaves I when divided by N.
struct Shard {
  std::uint64_t number = 0;
  std::uint64_t shards = 1;
  bool has(std::uint64_t point) const { return point % shards == number; }
  friend auto operator<=>(const Shard&, const Shard&) = default;
};

struct PointRow {
  std::uint64_t point = 0;
  std::vector<std::string> values;   // one per axis
  std::optional<bool> claimed;       // whether it hangs by hangs_iff
};

}  // namespace mmsim
