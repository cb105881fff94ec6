// What a program has in its hands of I/O: its own knowledge, and part of its local state.
#pragma once

#include "sim/mm/journal.hpp"
#include "sim/mm/migrate.hpp"
#include "sim/mm/server.hpp"
#include "sim/mm/writeback.hpp"
#include "sim/script/program_text.hpp"

namespace mmsim {

// A call that is written in a program.
struct MigrateCallText {
  MigrateControl control;
  ArenaVector<std::uint32_t> slots;
  std::int64_t times;
};
struct WritebackCallText {
  WritebackControl control;
  ArenaVector<std::uint32_t> slots;
  std::int64_t times;
};

struct ProgramIo {
  // Its lists go to the common heap, whatever heap it is made in itself.
  ProgramIo(Mm& mm, const ProgramText& text);

  struct InHand {
    std::uint32_t server;
    Bio* bio;
    void hash_into(Hash128& hash) const {
      hash.add(server);
      hash.add_any(bio);
    }
  };
  Bio* taken_from(std::uint32_t server) const;   // nullptr: nothing is in hand
  void hash_into(Hash128& hash) const {
    hash.add_any(bios);
    hash.add_any(plug);
    hash.add_any(plug_depth);
    hash.add_any(in_hand);
  }

  ArenaVector<Bio*> bios;                  // private ones; nullptr: empty
  Plug plug;
  std::uint32_t plug_depth = 0;
  const Instruction* plug_started = nullptr;
  ArenaVector<InHand> in_hand;
  // What does not change.
  const ArenaVector<ArenaVector<std::uint32_t>>& lists;
  const ArenaVector<MigrateCallText>& migrations;
  const ArenaVector<WritebackCallText>& writebacks;
};

}  // namespace mmsim
