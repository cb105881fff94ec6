// Disks, loop devices, mappings, address spaces and folio sets.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

constexpr std::int64_t kOrder_max = 10;
constexpr std::int64_t kUint32_max = UINT32_MAX;

std::uint32_t number(std::size_t index) { return static_cast<std::uint32_t>(index); }

void resolve_disk(ResolveContext& context, const Disk& disk) {
  context.check_range({&disk, Disk::kReadMBpsFieldNumber}, disk.read_mbps(), 1, kUint32_max);
  context.check_range({&disk, Disk::kWriteMBpsFieldNumber}, disk.write_mbps(), 1, kUint32_max);
  context.check_range({&disk, Disk::kQueueDepthFieldNumber}, disk.queue_depth(), 1, INT32_MAX);
  context.out.disks.push_back({disk.name(), disk.read_mbps() * 1e6, disk.write_mbps() * 1e6, disk.read_latency_ns(),
                               disk.write_latency_ns(), static_cast<int>(disk.queue_depth())});
}

MappingType mapping_type(MappingKind kind) {
  switch (kind) {
    case FILE: return MappingType::kFile;
    case BDEV: return MappingType::kBdev;
    case SHMEM: return MappingType::kShmem;
    default: return MappingType::kAnon;
  }
}

void check_block_device(const ResolveContext& context, const At& at, std::uint32_t number) {
  const Server& server = context.scenario.server(static_cast<int>(number));
  if (server.kind() == FUSE || server.kind() == NFS)
    context.fail(at, fmt::format("\"{}\" is a filesystem, not a block device; expected a disk, or a server of kind LOOP or DM", server.name()));
}

void resolve_mapping(ResolveContext& context, const Mapping& mapping) {
  context.require(mapping, Mapping::kKindFieldNumber);
  MappingSpec spec{mapping.name(), mapping_type(mapping.kind())};
  const bool needs_device = spec.type == MappingType::kFile || spec.type == MappingType::kBdev;
  if (needs_device) {
    context.require(mapping, Mapping::kDeviceFieldNumber);
    const At at{&mapping, Mapping::kDeviceFieldNumber};
    const Named& device =
        context.look_up(at, mapping.device(), {Thing::kDisk, Thing::kLoop, Thing::kServer});
    int& number = device.thing == Thing::kDisk ? spec.disk : device.thing == Thing::kLoop ? spec.loop : spec.server;
    number = static_cast<int>(device.first);
    if (device.thing == Thing::kServer && spec.type == MappingType::kBdev) check_block_device(context, at, device.first);
  } else if (mapping.has_device()) {
    context.fail(
        {&mapping, Mapping::kDeviceFieldNumber},
        fmt::format("a mapping of kind {} has no device; expected FILE or BDEV", MappingKind_Name(mapping.kind())));
  }
  context.out.mappings.push_back(std::move(spec));
}

// The index ranges taken in the mappings: (mapping, first index) to the set that begins there.
using Taken = std::map<std::pair<int, std::int64_t>, const FolioSetSpec*>;

std::int64_t index_end(const FolioSetSpec& spec) { return spec.first_index + (std::int64_t{spec.count} << spec.order); }

void check_place_in_mapping(const ResolveContext& context, const FolioSet& set, const FolioSetSpec& spec,
                            Taken& taken) {
  const At at{&set, FolioSet::kFirstIndexFieldNumber};
  const std::int64_t folio_pages = std::int64_t{1} << spec.order;
  if (spec.first_index % folio_pages != 0) {
    context.fail(at, fmt::format("first_index is {}; expected a multiple of {}, the pages of a folio", spec.first_index,
                                 folio_pages));
  }
  const auto next = taken.lower_bound({spec.mapping, spec.first_index});
  const FolioSetSpec* other = nullptr;
  if (next != taken.end() && next->first.first == spec.mapping && next->first.second < index_end(spec)) {
    other = next->second;
  } else if (next != taken.begin()) {
    const FolioSetSpec* before = std::prev(next)->second;
    if (before->mapping == spec.mapping && index_end(*before) > spec.first_index) other = before;
  }
  if (other) {
    context.fail(at,
                 fmt::format("index {} of {} is in {} and in {}; expected each index once",
                             std::max(spec.first_index, other->first_index), set.mapping(), other->name, spec.name));
  }
  taken[{spec.mapping, spec.first_index}] = &spec;
}

// What the names in a folio set refer to; its name, count and order are known from define_folio_set().
void resolve_folio_set(ResolveContext& context, const FolioSet& set, FolioSetSpec& spec) {
  const auto index_of = [&](int field, const std::string& name, Thing thing) {
    return static_cast<int>(context.look_up({&set, field}, name, {thing}).first);
  };
  if (set.has_node()) spec.node = index_of(FolioSet::kNodeFieldNumber, set.node(), Thing::kNode);
  if (set.has_mapping()) spec.mapping = index_of(FolioSet::kMappingFieldNumber, set.mapping(), Thing::kMapping);
  if (set.has_mapped_by()) spec.mm = index_of(FolioSet::kMappedByFieldNumber, set.mapped_by(), Thing::kAddressSpace);

  context.check_at_most({&set, FolioSet::kFirstIndexFieldNumber}, set.first_index(), kPages_max);
  spec.first_index = static_cast<std::int64_t>(set.first_index());
  spec.dirty = set.dirty();
  spec.uptodate = set.uptodate();
}

void define_folio_set(ResolveContext& context, const FolioSet& set) {
  FolioSetSpec spec;
  spec.name = set.name();

  context.check_at_most({&set, FolioSet::kOrderFieldNumber}, set.order(), kOrder_max);
  spec.order = static_cast<int>(set.order());
  spec.counted = set.has_count();
  std::int64_t count = 1;
  if (set.has_count()) {
    count = context.evaluate_at({&set, FolioSet::kCountFieldNumber}, set.count(), context.globals(), 1, kFolios_max);
  }
  if (!context.out.folio_sets.empty()) {
    const FolioSetSpec& last = context.out.folio_sets.back();
    spec.first_folio = last.first_folio + last.count;
  }
  if (spec.first_folio + count > kFolios_max) {
    context.fail({&set, FolioSet::kCountFieldNumber},
                 fmt::format("{} folios in all; expected at most {}", spec.first_folio + count, kFolios_max));
  }
  spec.count = static_cast<std::uint32_t>(count);
  context.define(set, FolioSet::kNameFieldNumber, set.name(),
                 {Thing::kFolios, spec.first_folio, spec.count, spec.counted, number(context.out.folio_sets.size())});
  context.out.folio_sets.push_back(std::move(spec));
}

void check_memory(const ResolveContext& context) {
  std::vector<std::int64_t> used(context.out.nodes.size());
  for (std::size_t i = 0; i < context.out.folio_sets.size(); ++i) {
    const FolioSetSpec& spec = context.out.folio_sets[i];
    const NodeSpec& node = context.out.nodes[static_cast<std::size_t>(spec.node)];
    std::int64_t& pages = used[static_cast<std::size_t>(spec.node)];
    pages += std::int64_t{spec.count} << spec.order;
    if (pages > node.pages) {
      context.fail(
          {&context.scenario.folios(static_cast<int>(i))},
          fmt::format("the folios on {} have {} pages; expected at most {}, its memory", node.name, pages, node.pages));
    }
  }
}

}  // namespace

void define_storage(ResolveContext& context) {
  const Scenario& scenario = context.scenario;
  std::uint32_t index = 0;
  for (const Disk& disk : scenario.disk())
    context.define(disk, Disk::kNameFieldNumber, disk.name(), {Thing::kDisk, index++});
  index = 0;
  for (const LoopDevice& loop : scenario.loop())
    context.define(loop, LoopDevice::kNameFieldNumber, loop.name(), {Thing::kLoop, index++});
  index = 0;
  for (const Mapping& mapping : scenario.mapping()) {
    context.define(mapping, Mapping::kNameFieldNumber, mapping.name(), {Thing::kMapping, index++});
  }
  index = 0;
  for (const AddressSpace& mm : scenario.mm()) {
    context.define(mm, AddressSpace::kNameFieldNumber, mm.name(), {Thing::kAddressSpace, index++});
  }
  for (const FolioSet& set : scenario.folios()) define_folio_set(context, set);
}

void resolve_storage(ResolveContext& context) {
  const Scenario& scenario = context.scenario;
  for (const Disk& disk : scenario.disk()) resolve_disk(context, disk);
  for (const LoopDevice& loop : scenario.loop()) {
    context.require(loop, LoopDevice::kBackingFieldNumber);
    const Named& backing = context.look_up({&loop, LoopDevice::kBackingFieldNumber}, loop.backing(), {Thing::kFolios});
    context.out.loops.push_back({loop.name(), static_cast<int>(backing.set)});
  }
  for (const Mapping& mapping : scenario.mapping()) resolve_mapping(context, mapping);
  for (const AddressSpace& mm : scenario.mm()) context.out.mms.push_back(mm.name());
  Taken taken;
  for (int i = 0; i < scenario.folios_size(); ++i) {
    FolioSetSpec& spec = context.out.folio_sets[static_cast<std::size_t>(i)];
    resolve_folio_set(context, scenario.folios(i), spec);
    if (spec.mapping != kNoIndex) check_place_in_mapping(context, scenario.folios(i), spec, taken);
  }
  check_memory(context);
}

}  // namespace mmsim
