// Flows per second of FlowNetwork beside SimGrid without it: the same copies, started by SimGrid's completion callback,
// and by one SimGrid actor per stream.
//
// The machine is two nodes with one link. The argument is the number of streams; each copies 4 KiB after 4 KiB. First
// copies differ in length, so that streams do not end in step.
#include <benchmark/benchmark.h>
#include <simgrid/s4u.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/machine/flows.hpp"

namespace mmsim {
namespace {

namespace s4u = simgrid::s4u;

constexpr std::uint64_t kCopy_bytes = 4096;
constexpr int kFlowsPerRun = 20000;
constexpr double kChannel_Bps = 12.8e9;
constexpr double kLink_Bps = 3.0e9;

std::uint64_t first_copy_bytes(int stream, int streams) { return kCopy_bytes * (stream + 1) / streams; }

// What a stream does next is the same everywhere: another copy until enough were started.
struct Budget {
  int left = kFlowsPerRun;
  bool take() { return left-- > 0; }
};

struct Wrapped {
  FlowNetwork network;
  Budget budget{};
  std::int64_t now_ns = 0;

  Wrapped() : network({{{kChannel_Bps}, {kChannel_Bps}}, {{0, 1, kLink_Bps}}, {}}, &Wrapped::on_done, this) {}

  static void on_done(void* context, std::uint64_t token) {
    auto* self = static_cast<Wrapped*>(context);
    if (self->budget.take()) self->network.start_copy(self->now_ns, 0, 1, kCopy_bytes, token);
  }
  void run(int streams) {
    for (int i = 0; i < streams && budget.take(); ++i) {
      network.start_copy(now_ns, 0, 1, first_copy_bytes(i, streams), static_cast<std::uint64_t>(i));
    }
    while (network.active() > 0) {
      now_ns = network.next_ns();
      network.advance_to(now_ns);
    }
  }
};

// A network leaves SimGrid's engine behind, with the settings and the clock it wants: all contenders use these.
void settle_process() {
  Wrapped wrapped;
  wrapped.budget.left = 2;   // one alone needs no SimGrid
  wrapped.run(2);
}

// The nodes and links that FlowNetwork has built in SimGrid, used without it.
struct Platform {
  s4u::Engine* engine = s4u::Engine::get_instance();
  s4u::Host* from = engine->host_by_name("host0");
  s4u::Host* to = engine->host_by_name("host1");

  ~Platform() { engine->run_until(std::ceil(s4u::Engine::get_clock())); }  // FlowNetwork starts at whole numbers
};

struct Bare : Platform {
  Budget budget{};
  std::vector<s4u::CommPtr> streams;
  std::vector<s4u::CommPtr> ended;  // may not be destroyed by their own callback

  static inline Bare* alive = nullptr;

  Bare() {
    static const bool listening = (s4u::Activity::on_completion_cb(&Bare::on_completion), true);
    static_cast<void>(listening);
    alive = this;
  }
  ~Bare() { alive = nullptr; }

  static void on_completion(const s4u::Activity& activity) {
    if (alive == nullptr) return;
    const auto stream = reinterpret_cast<std::uintptr_t>(activity.get_data<void>());
    alive->ended.push_back(alive->streams[stream]);
    if (alive->budget.take()) alive->start(stream, kCopy_bytes);
    if (alive->ended.size() > 2) alive->ended.erase(alive->ended.begin());
  }
  void start(std::uintptr_t stream, std::uint64_t bytes) {
    streams[stream] = s4u::Comm::sendto_async(from, to, bytes);
    streams[stream]->set_data(reinterpret_cast<void*>(stream));
  }
  void run(int count) {
    streams.resize(static_cast<std::size_t>(count));
    for (int i = 0; i < count && budget.take(); ++i) start(static_cast<std::uintptr_t>(i), first_copy_bytes(i, count));
    engine->run();
  }
};

struct Actors : Platform {
  Budget budget{};

  void run(int count) {
    for (int i = 0; i < count; ++i) {
      s4u::Actor::create("stream", from, [this, i, count] {
        for (std::uint64_t bytes = first_copy_bytes(i, count); budget.take(); bytes = kCopy_bytes) {
          s4u::Comm::sendto(from, to, bytes);
        }
      });
    }
    engine->run();
  }
};

template <typename Contender>
void flows(benchmark::State& state) {
  static const bool settled = (settle_process(), true);
  static_cast<void>(settled);
  for (auto _ : state) {
    state.PauseTiming();
    {
      Contender contender;
      state.ResumeTiming();
      contender.run(static_cast<int>(state.range(0)));
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kFlowsPerRun);
}

BENCHMARK(flows<Wrapped>)->Name("FlowNetwork")->Arg(1)->Arg(4)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK(flows<Bare>)->Name("BareSimGrid")->Arg(1)->Arg(4)->Arg(64)->Unit(benchmark::kMillisecond);
BENCHMARK(flows<Actors>)->Name("SimGridActors")->Arg(1)->Arg(4)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mmsim

BENCHMARK_MAIN();
