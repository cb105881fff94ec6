// What a sweep runs: its axes, its points, and what is done at each. It depends on the scenario's file and on the flags, and on nothing
// else, so that any number of workers and of machines runs the same points with the same seeds.
//
// A point is numbered from 0 in the order of the axes, the last one fastest, and so are its places in the tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/scenario.pb.h"
#include "results/sweep_identity.hpp"
#include "sim/explore/explore.hpp"
#include "sim/sweep/axis.hpp"
#include "sim/sweep/condition.hpp"
#include "sim/sweep/sampling.hpp"

namespace mmsim {

inline constexpr std::uint64_t kPoints_max = 10'000'000;
inline constexpr std::uint64_t kSeeds_max = 1'000'000;
inline constexpr std::uint64_t kRuns_max = 100'000'000;   // points times seeds

// What the command line says instead of the file, or beside it.
struct SweepFlags {
  std::vector<std::string> axes;             // --axis: "path=v1,v2,..." or "path=lo..hi"
  std::optional<std::string> where;
  std::optional<std::string> sample;         // "grid", "random:100", "lhs:100"
  std::optional<std::uint64_t> draw;
  std::optional<std::uint64_t> seeds;        // timed runs, also where the file explores
  bool explore = false;                      // explorations, also where the file runs
  std::vector<std::string> figures;          // instead of the file's
};

// What conditions can ask of an axis beside its own name.
struct AxisNames {
  std::vector<std::string> params;               // those that take its value
  std::vector<std::string> words;                // of a text axis: all values
  std::vector<std::vector<std::pair<std::string, std::int64_t>>> variant_params;   // of each variant: params that it sets
};

class SweepPlan {
 public:
  // Throws ScenarioError for the first fault of the file, of a flag or of a point: every value of every axis is tried once, in the
  // first point that has it.
  SweepPlan(const std::string& path, std::string text, std::vector<std::string> sets, const SweepFlags& flags);

  const std::vector<SweepAxis>& axes() const { return axes_; }
  std::uint64_t points() const { return points_.size(); }
  std::uint64_t seeds() const { return identity_.seeds; }
  bool explores() const { return identity_.explores; }
  ExploreOptions explore_options() const;

  PointRow row(std::uint64_t point) const;
  // All --set options of the point: those of the command line, then those of the axes.
  std::vector<std::string> sets(std::uint64_t point) const;
  // "batch=8 mode=MIGRATE_SYNC"
  std::string text(std::uint64_t point) const;
  // The command that runs this one alone.
  std::string reproduce(std::uint64_t point, std::uint64_t seed) const;

  const std::string& path() const { return path_; }
  const std::string& scenario_text() const { return text_; }
  const SweepIdentity& identity() const { return identity_; }

 private:
  friend class PlanBuilder;
  SweepPlan() = default;
  std::vector<std::uint64_t> values_at(std::uint64_t point) const;   // indices of values, one per axis
  std::vector<std::uint64_t> axis_indices(const std::vector<std::uint64_t>& at) const;
  ConditionNames names_at(const std::vector<std::uint64_t>& values) const;

  std::string path_;
  std::string text_;
  std::vector<std::string> sets_;
  std::vector<SweepAxis> axes_;
  std::vector<std::size_t> dimension_of_;        // of each axis: those that are zipped share one
  Sizes sizes_;                                  // of the dimensions
  std::vector<std::uint64_t> points_;            // numbers of combinations
  Params params_;                                // as the file and --set have them
  std::vector<AxisNames> names_;                 // one per axis
  std::optional<Condition> claim_;
  pb::ExploreBounds bounds_;
  SweepIdentity identity_;
};

}  // namespace mmsim
