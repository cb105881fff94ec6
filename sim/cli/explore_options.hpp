// How the options of an exploration are written on a command line, read and printed back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/explore.hpp"

namespace mmsim {

inline constexpr std::uint32_t kPreemptions_max = 1'000'000;

// "exhaustive", "random", "pct" or "preemptions=K". False, and nothing changed, for anything else.
bool read_strategy(const std::string& word, ExploreOptions& options);
std::string strategy_word(const ExploreOptions& options);

// Bytes of "4096", "64K", "512M", "4G" or "1T", in powers of 1024; nothing for other words, 0 and what does not fit.
std::optional<std::uint64_t> read_size(const std::string& word);
std::string size_word(std::uint64_t bytes);

// Of a search that draws schedules: random, pct.
bool is_sample(const ExploreOptions& options);

// The command that gives the same result again: all that the result depends on and is not the default.
std::string explore_line(const std::string& scenario, const std::vector<std::string>& sets,
                         const ExploreOptions& options);
std::string replay_line(const std::string& scenario, const std::vector<std::string>& sets,
                        const std::string& schedule_path, const ReplayOptions& options);

}  // namespace mmsim
