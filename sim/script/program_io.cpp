#include "sim/script/program_io.hpp"

#include <algorithm>

namespace mmsim {

namespace {

ArenaVector<std::uint32_t> in_arena(Arena& arena, const std::vector<std::uint32_t>& folios) {
  return {folios.begin(), folios.end(), ArenaAllocator<std::uint32_t>(arena)};
}

template <class Kept, class Source, class Convert>
const ArenaVector<Kept>& keep_all(Arena& arena, const std::vector<Source>& sources, Convert convert) {
  const Arena::Inside common(arena, nullptr);
  auto& out = *arena.make<ArenaVector<Kept>>(ArenaAllocator<Kept>(arena));
  out.reserve(sources.size());
  for (const Source& source : sources) out.push_back(convert(source));
  return out;
}

}  // namespace

ProgramIo::ProgramIo(Mm& mm, const ProgramText& text)
    : bios(text.bios, nullptr, ArenaAllocator<Bio*>(mm.world.arena)),
      in_hand(ArenaAllocator<InHand>(mm.world.arena)),
      lists(keep_all<ArenaVector<std::uint32_t>>(mm.world.arena, text.lists,
                                                 [&](const auto& folios) { return in_arena(mm.world.arena, folios); })),
      migrations(keep_all<MigrateCallText>(mm.world.arena, text.migrations,
                                           [&](const MigratePagesSpec& spec) {
                                             const MigrateControl control{mm,
                                                                          static_cast<KernelVariant>(spec.variant),
                                                                          static_cast<MigrateMode>(spec.mode),
                                                                          spec.to_node,
                                                                          spec.batch_pages,
                                                                          spec.thp_migration,
                                                                          spec.memalloc};
                                             return MigrateCallText{control, in_arena(mm.world.arena, spec.folios), spec.times};
                                           })),
      writebacks(keep_all<WritebackCallText>(mm.world.arena, text.writebacks, [&](const WritebackSpec& spec) {
        const WritebackControl control{mm, static_cast<WriterProfile>(spec.profile), spec.sync_all, spec.keep_folios, spec.plug};
        return WritebackCallText{control, in_arena(mm.world.arena, spec.folios), spec.times};
      })) {}

Bio* ProgramIo::taken_from(std::uint32_t server) const {
  const auto found = std::find_if(in_hand.begin(), in_hand.end(), [server](const InHand& request) { return request.server == server; });
  return found != in_hand.end() ? found->bio : nullptr;
}

}  // namespace mmsim
