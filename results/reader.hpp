// A results database as analyses read it. All functions throw ResultsError for a file that is no such database or is damaged.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "results/figure.hpp"
#include "results/results_error.hpp"
#include "results/sweep_identity.hpp"

namespace mmsim {

struct RunRow {
  std::uint64_t point = 0;
  std::uint64_t seed = 0;
  std::string ended;       // "ran", "crashed", "bad scenario"
  std::string failure;
  std::string verdict;     // empty unless it ran
  std::string bound;
  std::string headline;
};

class ResultsReader {
 public:
  explicit ResultsReader(const std::string& path);
  ~ResultsReader();
  ResultsReader(const ResultsReader&) = delete;
  ResultsReader& operator=(const ResultsReader&) = delete;

  const std::string& path() const;
  const SweepIdentity& identity() const;
  std::vector<Shard> shards();
  std::uint64_t points();      // in this file
  std::uint64_t runs();        // recorded

  // Everything comes in the order of points, then seeds.
  void for_each_point(const std::function<void(const PointRow&)>& visit);
  void for_each_run(const std::function<void(const RunRow&)>& visit);
  // The figure of each run that completed, or was explored to a verdict: elsewhere it would mean something else. A counter that is
  // not there is 0; a kind of wait that did not occur has no time, and is contended 0 times.
  void for_each_value(const FigureName& figure, const std::function<void(std::uint64_t point, std::uint64_t seed, double value)>& visit);
  // Kinds of wait that occurred.
  std::vector<std::string> wait_kinds();

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace mmsim
