#include "sim/cli/explore_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <system_error>

#include "sim/run/shell_word.hpp"

namespace mmsim {
namespace {

constexpr std::string_view kPreemptions = "preemptions=";
constexpr std::string_view kSuffixes = "KMGT";

template <typename Number>
bool read_number(std::string_view word, Number& value) {
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  return read.ec == std::errc() && read.ptr == word.data() + word.size();
}

}  // namespace

bool read_strategy(const std::string& word, ExploreOptions& options) {
  if (word.starts_with(kPreemptions)) {
    std::uint32_t most = 0;
    if (!read_number(std::string_view(word).substr(kPreemptions.size()), most) || most > kPreemptions_max) return false;
    options.strategy = SearchStrategy::kPreemptions;
    options.preemptions_max = most;
    return true;
  }
  for (const auto strategy : {SearchStrategy::kExhaustive, SearchStrategy::kRandom, SearchStrategy::kPct}) {
    ExploreOptions named;
    named.strategy = strategy;
    if (strategy_word(named) != word) continue;
    options.strategy = strategy;
    return true;
  }
  return false;
}

std::string strategy_word(const ExploreOptions& options) {
  switch (options.strategy) {
    case SearchStrategy::kRandom: return "random";
    case SearchStrategy::kPct: return "pct";
    case SearchStrategy::kPreemptions: return fmt::format("{}{}", kPreemptions, options.preemptions_max);
    default: return "exhaustive";
  }
}

std::optional<std::uint64_t> read_size(const std::string& word) {
  std::string_view digits = word;
  int shift = 0;
  if (!word.empty())
    if (const auto suffix = kSuffixes.find(word.back()); suffix != kSuffixes.npos) {
      shift = 10 * (static_cast<int>(suffix) + 1);
      digits.remove_suffix(1);
    }
  std::uint64_t value = 0;
  if (!read_number(digits, value) || value == 0 || value > (UINT64_MAX >> shift)) return {};
  return value << shift;
}

std::string size_word(std::uint64_t bytes) {
  std::string suffix;
  for (const char next : kSuffixes) {
    if (bytes == 0 || bytes % 1024 != 0) break;
    bytes /= 1024;
    suffix = next;
  }
  return fmt::format("{}{}", bytes, suffix);
}

bool is_sample(const ExploreOptions& options) {
  return options.strategy == SearchStrategy::kRandom || options.strategy == SearchStrategy::kPct;
}

std::string explore_line(const std::string& scenario, const std::vector<std::string>& sets,
                         const ExploreOptions& options) {
  const ExploreOptions defaults;
  std::string line = command_line("explore", scenario, sets);
  if (options.strategy != defaults.strategy) line += " --strategy " + strategy_word(options);
  if (is_sample(options) && options.schedules != defaults.schedules)
    line += fmt::format(" --schedules {}", options.schedules);
  if (is_sample(options) && options.seed != defaults.seed) line += fmt::format(" --seed {}", options.seed);
  if (!options.reduction) line += " --no-reduction";
  if (options.scenario_cpus) line += " --cpus scenario";
  if (options.rules != defaults.rules) line += options.rules == RuleChoice::kNone ? " --rules none" : " --rules kernel-mm";
  if (options.minimize != defaults.minimize) line += " --minimize preemptions";
  if (options.states_max != defaults.states_max) line += fmt::format(" --max-states {}", options.states_max);
  if (options.memory_max_bytes != defaults.memory_max_bytes)
    line += " --max-memory " + size_word(options.memory_max_bytes);
  if (options.seconds_max < defaults.seconds_max) line += fmt::format(" --max-seconds {}", options.seconds_max);
  if (options.stop_at_first) line += " --first";
  return line;
}

std::string replay_line(const std::string& scenario, const std::vector<std::string>& sets,
                        const std::string& schedule_path, const ReplayOptions& options) {
  std::string line = command_line("replay", scenario, sets) + " --schedule " + shell_word(schedule_path);
  if (options.engine == ReplayEngine::kTimed) line += " --engine timed";
  if (options.scenario_cpus) line += " --cpus scenario";
  return line;
}

}  // namespace mmsim
