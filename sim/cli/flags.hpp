// The flags that commands share, and what their values may be. A value that may not be is answered by what was
// expected.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/commands.hpp"

namespace mmsim {

inline constexpr std::uint64_t kJobs_max = 1024;

CLI::Validator one_of(const std::vector<std::string>& words);
CLI::Validator whole_number(std::uint64_t min, std::uint64_t max);
CLI::Validator seconds();

// `markdown`: set where that is asked for, which is offered only where it is given.
void add_format(CLI::App& command, CommonArgs& args, bool* markdown = nullptr);
void add_color(CLI::App& command, Colour& colour);
void add_set(CLI::App& command, CommonArgs& args);
void add_seed(CLI::App& command, CommonArgs& args, const char* doc);
void add_jobs(CLI::App& command, int& jobs, const char* doc);

// The whole of the commands with the most flags.
void add_explore_flags(CLI::App& explore, ExploreArgs& args);
void add_replay_flags(CLI::App& replay, ReplayArgs& args);

}  // namespace mmsim
