// Loops per second of "lock, 1 us, unlock, 1 us" by n actors over n/4 locks: this engine, one SimGrid actor per task,
// one SystemC thread per task.
//
// Every case makes the same number of loops, start to end of the simulation. SystemC's kernel and SimGrid's engine are
// one to a process and cannot be started again, so each of their runs is made by a child that reports its time. Times
// are CPU times: all of these have one thread, and other load on the machine must not decide.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/core/engine_bench_peers.hpp"
#include "sim/core/mutex.hpp"
#include "sim/core/time.hpp"
#include "sim/core/timed_engine.hpp"
#include "sim/core/trace.hpp"

namespace mmsim {
namespace {

Task<> loops(Actor& self, Mutex& mutex, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    co_await mutex_lock(self, mutex);
    co_await spend(self, 1000);
    co_await mutex_unlock(self, mutex);
    co_await spend(self, 1000);
  }
}

struct Options {
  bool checks = true;
  Trace* trace = nullptr;
};

void simulate(LockLoops shape, Options options) {
  const Arena::Owner arena = Arena::create();
  World& world = *arena->make<World>(*arena);
  world.checks = options.checks;
  world.trace = options.trace;
  std::vector<Mutex*> locks;
  for (int i = 0; i < shape.locks(); ++i) locks.push_back(&world.add<Mutex>(Name{world.intern("lock"), i}));
  for (int i = 0; i < shape.actors; ++i) {
    Actor& actor = world.add_actor({world.intern("task"), i});
    world.start(actor, loops(actor, *locks[static_cast<std::size_t>(i % shape.locks())], shape.per_actor()), 0);
  }
  if (TimedEngine(world, {}).run() != RunEnd::kAllDone) std::abort();
}

void engine(benchmark::State& state, bool checks) {
  const LockLoops shape{static_cast<int>(state.range(0))};
  for (auto _ : state) simulate(shape, {.checks = checks});
  state.SetItemsProcessed(state.iterations() * shape.total());
}

// A file in memory where there is one, so that the disk is not what is measured.
std::string trace_path() {
  const std::filesystem::path memory = "/dev/shm";
  const auto directory = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  return directory.string() + "/mmsim_engine_bench_" + std::to_string(getpid());
}

void engine_traced(benchmark::State& state, bool to_file) {
  const LockLoops shape{static_cast<int>(state.range(0))};
  for (auto _ : state) {
    Trace trace;
    if (to_file && !trace.open(trace_path()).empty()) state.SkipWithError("the trace cannot be written");
    simulate(shape, {.trace = &trace});
    if (!trace.close("").empty()) state.SkipWithError("the trace cannot be written");
    benchmark::DoNotOptimize(trace.digest());
    state.PauseTiming();   // a run writes a new file; giving back the pages of an old one is not its cost
    std::filesystem::remove(trace_path());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * shape.total());
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Runs `run` in a child and returns the CPU seconds it took there; negative if it failed.
double seconds_in_child(void (*run)(LockLoops), LockLoops shape) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) {
    const double start = cpu_seconds();
    run(shape);
    const double seconds = cpu_seconds() - start;
    std::_Exit(write(ends[1], &seconds, sizeof seconds) == sizeof seconds ? 0 : 1);
  }
  close(ends[1]);
  double seconds = -1;
  if (read(ends[0], &seconds, sizeof seconds) != sizeof seconds) seconds = -1;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return seconds;
}

void peer(benchmark::State& state, void (*run)(LockLoops)) {
  const LockLoops shape{static_cast<int>(state.range(0))};
  for (auto _ : state) {
    const double seconds = seconds_in_child(run, shape);
    if (seconds < 0) return state.SkipWithError("the child failed");
    state.SetIterationTime(seconds);
  }
  state.SetItemsProcessed(state.iterations() * shape.total());
}

std::int64_t resident_max_KiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Ten million records to a file: how much memory that takes is a counter.
void stream_trace(benchmark::State& state) {
  constexpr std::int64_t kRecords = 10'000'000;
  for (auto _ : state) {
    const std::int64_t before_KiB = resident_max_KiB();
    Trace trace;
    if (!trace.open(trace_path()).empty()) state.SkipWithError("the trace cannot be written");
    for (std::int64_t i = 0; i < kRecords; ++i)
      trace.record({i, static_cast<std::uint32_t>(i % 64), kNoId, Event::kNote, 0, 0, i});
    if (!trace.close("").empty()) state.SkipWithError("the trace cannot be written");
    state.counters["grown_KiB"] = static_cast<double>(resident_max_KiB() - before_KiB);
    state.counters["file_MB"] = static_cast<double>(std::filesystem::file_size(trace_path())) / 1e6;
  }
  std::filesystem::remove(trace_path());
  state.SetItemsProcessed(state.iterations() * kRecords);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(8)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond);
}
void peer_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(8)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond)->UseManualTime();
}

BENCHMARK(stream_trace)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(engine, with_checks, true)->Apply(sizes);
BENCHMARK_CAPTURE(engine, without_checks, false)->Apply(sizes);
BENCHMARK_CAPTURE(engine_traced, digest, false)->Apply(sizes);
BENCHMARK_CAPTURE(engine_traced, file, true)->Apply(sizes);
BENCHMARK_CAPTURE(peer, simgrid, simgrid_lock_loops)->Apply(peer_sizes);
BENCHMARK_CAPTURE(peer, systemc, systemc_lock_loops)->Apply(peer_sizes);

}  // namespace
}  // namespace mmsim
