// The command line of `mmsim sweep` and what stands below it.
#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "sim/cli/commands.hpp"

namespace mmsim {

struct SweepArguments {
  SweepArgs sweep;
  SweepShowArgs show;
  SweepMergeArgs merge;
};

void add_sweep(CLI::App& app, SweepArguments& args, std::function<ExitStatus()>& chosen);

}  // namespace mmsim
