// Batched migration against batched writeback as lock and flag operations: the program of testdata/spin/migrate_wb.pml.
//
// One operation here is one transition there, and a local state here is the variables of a process there, so that a
// search that leaves nothing out counts the same states and transitions. For tests and benchmarks.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/explore/expander.hpp"

namespace mmsim {

// The model's macros by their names.
struct MigrateWb {
  int F = 4;                  // folios
  int B = 2;                  // of a batch of migration
  int W = 2;                  // of a batch of writeback
  int MODE = 1;               // 0: async; 1: sync, in batches; 2: async, then one by one those that failed
  int WBM = 1;                // 0: keeps up to W locks, then marks them all; 1: locks and marks one by one
  int NMIG = 1;               // actors that migrate
  int NWB = 1;                // actors that write back
  bool SAMEORDER = false;     // migration goes up as writeback does
};

class MigrateWbWorld {
 public:
  explicit MigrateWbWorld(const MigrateWb& parameters);
  Expander& expander() { return *expander_; }
  World& world() { return executor_->world(); }

 private:
  Arena::Owner arena_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Expander> expander_;
};

}  // namespace mmsim
