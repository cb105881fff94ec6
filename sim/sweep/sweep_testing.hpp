// A small sweep, and what its database holds as text. For tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "results/reader.hpp"
#include "sim/sweep/sweep.hpp"

namespace mmsim {

// n philosophers who start within 4 us.
inline const std::string kDining = R"(claim: "c"
param { name: "n" value: 3 }
mutex { name: "fork" count: "n" }
actor {
  name: "p" count: "n" start_jitter_ns: "4000"
  program {
    step { lock: "fork[i]" } step { spend_ns: "1000" } step { lock: "fork[(i+1)%n]" }
    step { unlock: "fork[(i+1)%n]" } step { unlock: "fork[i]" }
  }
}
)";
inline const std::string kSweep = R"(sweep { axis { path: "n" range: "2..5" } axis { path: "costs.lock_ns" value: ["10", "100000"] } seeds: 3 })";

inline SweepPlan plan(const std::string& sweep = kSweep) { return {"t.txtpb", kDining + sweep, {}, {}}; }

// A directory that is removed at the end.
struct Scratch {
  Scratch() {
    std::string pattern = testing::TempDir() + "sweep_test_XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

// Everything that a table could be made of, as text.
inline std::string contents(const std::string& path) {
  ResultsReader reader(path);
  std::string out;
  reader.for_each_point([&](const PointRow& row) {
    out += std::to_string(row.point);
    for (const std::string& value : row.values) out += ' ' + value;
    out += '\n';
  });
  reader.for_each_run([&](const RunRow& row) {
    out += std::to_string(row.point) + ' ' + std::to_string(row.seed) + ' ' + row.ended + ' ' + row.verdict + ' ' + row.headline + '\n';
  });
  for (const char* figure : {"elapsed_ns", "steps", "mutex.contended", "mutex.max_ns"})
    reader.for_each_value(*parse_figure(figure), [&](std::uint64_t point, std::uint64_t seed, double value) {
      out += std::string(figure) + ' ' + std::to_string(point) + ' ' + std::to_string(seed) + ' ' + std::to_string(value) + '\n';
    });
  return out;
}

// The message of the ResultsError that `act` ends with; empty if it does not.
inline std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const ResultsError& error) {
    return error.what();
  }
  return {};
}

}  // namespace mmsim
