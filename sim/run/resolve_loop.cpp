// Rules of loop devices that need all the rest: workers, sizes, and devices that would serve themselves.
#include <fmt/format.h>

#include <algorithm>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

const FolioSetSpec& backing(const ResolveContext& context, int loop) {
  const int set = context.out.loops[static_cast<std::size_t>(loop)].backing_set;
  return context.out.folio_sets[static_cast<std::size_t>(set)];
}

void check_workers(const ResolveContext& context, int loop, const LoopDevice& device) {
  int workers = 0;
  for (const ActorSpec& actor : context.out.actors) {
    const auto* worker = std::get_if<LoopWorkerSpec>(&actor.kind);
    if (!worker || worker->loop != loop) continue;
    if (++workers < 2) continue;
    context.fail({context.names.find(actor.base)->second.message},
                 fmt::format("a second loop_worker for \"{}\"; expected one", device.name()));
  }
  if (workers == 0)
    context.fail({&device}, fmt::format("no actor serves \"{0}\"; expected one with loop_worker {{ device: \"{0}\" }}",
                                        device.name()));
}

// Page i of the device is page i of its backing, so the backing must reach as far as any mapping on the device.
void check_size(const ResolveContext& context, int loop, const LoopDevice& device) {
  const std::int64_t blocks = std::int64_t{backing(context, loop).count} << backing(context, loop).order;
  for (const FolioSetSpec& set : context.out.folio_sets) {
    if (set.mapping == kNoIndex || context.out.mappings[static_cast<std::size_t>(set.mapping)].loop != loop) continue;
    const std::int64_t end = set.first_index + (std::int64_t{set.count} << set.order);
    if (end <= blocks) continue;
    context.fail(
        {&device, LoopDevice::kBackingFieldNumber},
        fmt::format("backing \"{}\" has {} folios, but {} needs {} blocks of \"{}\"; expected at least as many",
                    device.backing(), blocks, set.name, end, device.name()));
  }
}

void check_no_circle(const ResolveContext& context, int loop, const LoopDevice& device) {
  int at = loop;
  for (std::size_t hops = 0; hops < context.out.loops.size(); ++hops) {
    const int mapping = backing(context, at).mapping;
    at = mapping == kNoIndex ? kNoIndex : context.out.mappings[static_cast<std::size_t>(mapping)].loop;
    if (at == kNoIndex) return;
    if (at == loop) {
      context.fail({&device, LoopDevice::kBackingFieldNumber},
                   fmt::format("backing \"{}\" is itself on \"{}\"; expected folios of another device",
                               device.backing(), device.name()));
    }
  }
}

}  // namespace

void check_loop_devices(const ResolveContext& context) {
  for (int loop = 0; loop < context.scenario.loop_size(); ++loop) {
    const LoopDevice& device = context.scenario.loop(loop);
    check_no_circle(context, loop, device);
    check_size(context, loop, device);
    check_workers(context, loop, device);
  }
}

}  // namespace mmsim
