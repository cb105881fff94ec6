// Complete searches by mmsim and by SPIN, without and with reduction, in the same run.
//
// SPIN's models are those of testdata/spin, built here as its manual says (pan -DSAFETY, -DNOREDUCE for the full search) and
// run to the end of the state space (-c0), with a hash table of about one slot per state and a stack just deep enough.
// Every search runs in a child: its time is CPU time, its memory the peak that was resident. Both must find the same
// number of deadlocks, and without reduction of states. Two threads are compared with one by the clock on the wall, which
// says something only where nothing else runs. The table at the end has medians and ratios.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "sim/explore/exhaustive.hpp"
#include "sim/explore/explore_bench_child.hpp"
#include "sim/explore/explore_bench_table.hpp"
#include "sim/explore/explored_world.hpp"
#include "sim/explore/migrate_wb_model.hpp"
#include "sim/run/load.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;
using Explore = std::function<SearchFindings(bool reduction, int jobs)>;

struct Case {
  const char* name;
  const char* model;              // of testdata/spin; empty: SPIN has none
  const char* parameters;         // of the model
  const char* hash_bits;          // of SPIN's table
  Explore explore;                // the same program for mmsim
  std::vector<Tool> tools;        // beside SPIN
};

SearchFindings exhaust(Expander& expander, bool reduction, int jobs) {
  Reduction learned(expander);
  return ExhaustiveSearch(expander, learned, {reduction, jobs}).run();
}

Explore scenario(const std::string& path, const std::vector<std::string>& set) {
  return [path, set](bool reduction, int jobs) {
    const Resolved resolved = load_scenario(MMSIM_SOURCE_DIR "/scenarios/" + path, set).resolved;
    ExploredWorld world(resolved, false);
    return exhaust(world.expander(), reduction, jobs);
  };
}

Explore dining(const std::string& rounds) { return scenario("litmus/dining.txtpb", {"n=8", "rounds=" + rounds}); }

Explore migrate_wb(const MigrateWb& parameters) {
  return [parameters](bool reduction, int jobs) {
    MigrateWbWorld world(parameters);
    return exhaust(world.expander(), reduction, jobs);
  };
}

// The kernel's own procedures with a batch of 64 folios, as a scenario of the project: too much for a search that leaves nothing out.
constexpr const char* kBatch = "performance/64-folios-v6.3.txtpb";

std::vector<Case> all_cases() {
  const std::vector<Tool> alone = {Tool::kFull, Tool::kReduced};
  const std::vector<Tool> both = {Tool::kFull, Tool::kReduced, Tool::kFullByTwo, Tool::kReducedByTwo};
  std::vector<Case> cases = {
      {"dining 8,1", "dining", "-DN=8 -DK=1", "-w18", dining("1"), alone},
      {"dining 8,2", "dining", "-DN=8 -DK=2", "-w24", dining("2"), both},
      {"migrate_wb 12,4,4", "migrate_wb", "-DF=12 -DB=4 -DW=4 -DMODE=2 -DWBM=0", "-w20",
       migrate_wb({.F = 12, .B = 4, .W = 4, .MODE = 2, .WBM = 0}), both},
      {"migrate_wb 6,3,3 two each", "migrate_wb", "-DF=6 -DB=3 -DW=3 -DMODE=2 -DWBM=1 -DNMIG=2 -DNWB=2", "-w23",
       migrate_wb({.F = 6, .B = 3, .W = 3, .MODE = 2, .WBM = 1, .NMIG = 2, .NWB = 2}), both},
  };
  if (fs::exists(std::string(MMSIM_SOURCE_DIR "/scenarios/") + kBatch))
    cases.push_back({"a batch of 64 folios, v6.3", "", "", "", scenario(kBatch, {}), {Tool::kReduced, Tool::kReducedByTwo}});
  return cases;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = all_cases();
  return kCases;
}

// Where the programs that SPIN writes are built.
fs::path build_directory(const Case& of) {
  std::string name = of.name;
  for (char& letter : name)
    if (letter == ' ' || letter == ',') letter = '-';
  return fs::temp_directory_path() / fmt::format("mmsim_explore_bench_{}", getpid()) / name;
}

bool build_spin(const Case& of) {
  const fs::path directory = build_directory(of);
  fs::create_directories(directory);
  const std::string model = fmt::format("{}/sim/explore/testdata/spin/{}.pml", MMSIM_SOURCE_DIR, of.model);
  fs::copy_file(model, directory / "model.pml", fs::copy_options::overwrite_existing);
  const std::string command = fmt::format(
      "cd '{}' && spin -a {} model.pml > log 2>&1 && gcc -O2 -DSAFETY -DNOREDUCE -o full pan.c >> log 2>&1 && "
      "gcc -O2 -DSAFETY -o reduced pan.c >> log 2>&1",
      directory.string(), of.parameters);
  return std::system(command.c_str()) == 0;   // NOLINT(concurrency-mt-unsafe)
}

Measured measure_spin(const Case& of, bool reduction) {
  const std::string program = (build_directory(of) / (reduction ? "reduced" : "full")).string();
  return run_in_child([&] { execl(program.c_str(), "pan", "-c0", "-m2000", of.hash_bits, nullptr); });
}

// The child says what it found in SPIN's words.
Measured measure_mmsim(const Case& of, bool reduction, int jobs) {
  return run_in_child([&] {
    const SearchFindings found = of.explore(reduction, jobs);
    fmt::print("errors: {}\n{} states, stored\n{} transitions\n", found.deadlock_states, found.states, found.transitions);
    if (!found.limit.empty()) fmt::print("incomplete\n");
  });
}

void run(benchmark::State& state, const Case& of, Tool tool, ResultTable& table) {
  for (auto _ : state) {
    const Measured measured =
        is_spin(tool) ? measure_spin(of, is_reduced(tool)) : measure_mmsim(of, is_reduced(tool), by_two(tool) ? 2 : 1);
    if (!measured.complete) return state.SkipWithError("the search failed, or is not complete");
    const std::string difference = table.add(of.name, tool, measured);
    if (!difference.empty()) return state.SkipWithError(difference.c_str());
    state.SetIterationTime(by_two(tool) ? measured.wall_seconds : measured.seconds);
    state.counters["states"] = static_cast<double>(measured.states);
    state.counters["transitions"] = static_cast<double>(measured.transitions);
    state.counters["deadlocks"] = static_cast<double>(measured.deadlocks);
    state.counters["states/s"] = static_cast<double>(measured.states) / measured.seconds;
    state.counters["peak_MiB"] = measured.peak_MiB;
  }
}

void register_all(ResultTable& table) {
  for (const Case& of : cases()) {
    std::vector<Tool> tools = of.tools;
    if (*of.model != '\0') {
      if (build_spin(of))
        tools.insert(tools.begin(), {Tool::kSpinFull, Tool::kSpinReduced});
      else
        fmt::print(stderr, "{}: SPIN's program could not be built\n", of.name);
    }
    for (const Tool tool : tools) {
      const std::string name = fmt::format("{}/{}", of.name, tool_name(tool));
      benchmark::RegisterBenchmark(name.c_str(), [&of, tool, &table](benchmark::State& state) { run(state, of, tool, table); })
          ->UseManualTime()->Iterations(1)->Repetitions(3)->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace mmsim

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  mmsim::ResultTable table;
  mmsim::register_all(table);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  table.print();
  std::filesystem::remove_all(mmsim::build_directory(mmsim::cases().front()).parent_path());
}
