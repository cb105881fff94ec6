// Migrating one million 4 KiB folios between two nodes in batches of 512 while four actors on other CPUs fault on them;
// beside it the same copies by bare SimGrid, and the same migration with its trace written to a file.
//
// Counters: flows per second, the peak of resident memory in MiB (of the process so far), faults that waited for a folio
// under migration, trace records. MMSIM_BENCH_FOLIOS in the environment makes the runs shorter, for a profiler.
#include <benchmark/benchmark.h>
#include <simgrid/s4u.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "sim/core/timed_engine.hpp"
#include "sim/run/build_world.hpp"

namespace mmsim {
namespace {

namespace s4u = simgrid::s4u;

std::uint32_t folio_count() {
  const char* text = std::getenv("MMSIM_BENCH_FOLIOS");
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : 1'000'000;
}

double peak_MiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Machine, costs and actors as scenarios have them by default.
Resolved million_folios() {
  const std::uint32_t count = folio_count();
  Resolved out;
  out.path = "migrate_bench";
  for (const char* name : {"node0", "node1"}) out.nodes.push_back({name, 4, 2 * std::int64_t{count}, {10, 21}, 175.7e9});
  out.links.push_back({0, 1, 55.7e9});
  out.mms.emplace_back("app_mm");
  FolioSetSpec set;
  set.name = "heap";
  set.count = count;
  set.counted = true;
  set.mm = 0;
  out.folio_sets.push_back(set);
  out.costs = {15, 4000, 1400, 3'000'000, 80, 200, 80, 160, 100, 1000, 200, 150, 500, 500, 1000, 2000, 10.7e9};
  MigratePagesSpec migrate;
  migrate.variant = Variant::kV6_3;
  migrate.mode = Mode::kAsync;
  migrate.to_node = 1;
  for (std::uint32_t i = 0; i < count; ++i) migrate.folios.push_back(i);
  ActorSpec actor;
  actor.base = "migrator";
  actor.kind = migrate;
  out.actors.push_back(actor);
  for (int i = 0; i < 4; ++i) {
    PageFaultSpec fault;
    fault.times = 0;
    fault.think_ns = 1000;   // faster than the migrator, so that they run into its batch again and again
    for (std::uint32_t f = 0; f < count; ++f) fault.folios.push_back((f + static_cast<std::uint32_t>(i) * 100) % count);
    ActorSpec app;
    app.base = "app";
    app.instance = i;
    app.cpu = 4 + i;
    app.mm = 0;
    app.kind = std::move(fault);
    out.actors.push_back(std::move(app));
  }
  return out;
}

void report(benchmark::State& state, std::uint64_t flows) {
  state.counters["flows/s"] = benchmark::Counter(static_cast<double>(flows), benchmark::Counter::kIsRate);
  state.counters["peak_MiB"] = peak_MiB();
}

// `trace`: as `mmsim run` has it, with a digest of all events; else also written to a file.
void migrate(benchmark::State& state, bool write_trace) {
  const Resolved scenario = million_folios();
  const std::string path = "migrate_bench." + std::to_string(getpid()) + ".trace";
  std::uint64_t flows = 0;
  std::uint64_t faults = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    BuiltWorld built = build_world(scenario, 0);
    Trace trace;
    if (write_trace) trace.open(path);
    built.world->trace = &trace;
    TimedEngine(*built.world, {}).run();
    trace.close("");
    if (built.world->counters[PGMIGRATE_SUCCESS] != folio_count()) state.SkipWithError("not all were migrated");
    flows += built.flows->flows_started();
    faults = built.world->counters[MIGRATION_ENTRY_WAIT];
    events = trace.count();
  }
  std::remove(path.c_str());
  report(state, flows);
  state.counters["waits"] = static_cast<double>(faults);
  state.counters["events"] = static_cast<double>(events);
}

void migrate_folios(benchmark::State& state) { migrate(state, false); }
void migrate_folios_writing_the_trace(benchmark::State& state) { migrate(state, true); }

// One copy after the other over the nodes and links that the first network has built in SimGrid.
struct BareCopies {
  s4u::Host* from = s4u::Engine::get_instance()->host_by_name("host0");
  s4u::Host* to = s4u::Engine::get_instance()->host_by_name("host1");
  std::uint32_t left = folio_count();
  s4u::CommPtr now;
  s4u::CommPtr ended;   // may not be destroyed by its own callback

  static inline BareCopies* alive = nullptr;

  void next() {
    if (left-- == 0) return;
    ended = now;
    now = s4u::Comm::sendto_async(from, to, 4096);
  }
};

// A network builds SimGrid's engine when two flows meet, and leaves it behind.
void build_simgrid() {
  FlowNetwork network({{{175.7e9}, {175.7e9}}, {{0, 1, 55.7e9}}, {}, 10.7e9}, [](void*, std::uint64_t) {}, nullptr);
  for (std::uint64_t i = 0; i < 2; ++i) network.start_copy(0, 0, 1, 4096, i);
  while (network.active() > 0) network.advance_to(network.next_ns());
}

void bare_simgrid(benchmark::State& state) {
  build_simgrid();
  static const bool listening =
      (s4u::Activity::on_completion_cb([](const s4u::Activity&) {
         if (BareCopies::alive != nullptr) BareCopies::alive->next();
       }),
       true);
  static_cast<void>(listening);
  std::uint64_t flows = 0;
  for (auto _ : state) {
    BareCopies copies;
    BareCopies::alive = &copies;
    copies.left = folio_count();
    copies.next();
    s4u::Engine::get_instance()->run();
    BareCopies::alive = nullptr;
    flows += folio_count();
  }
  report(state, flows);
}

BENCHMARK(migrate_folios)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK(migrate_folios_writing_the_trace)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK(bare_simgrid)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace mmsim

BENCHMARK_MAIN();
