#include "sim/cli/explore_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "analysis/format.hpp"

namespace mmsim {
namespace {

constexpr int kBar = 10;  // characters

// "61 728 states/s"; nothing before there is a time to divide by.
std::string rate(std::uint64_t count, double seconds, std::string_view nouns) {
  if (seconds < 1e-6) return {};
  return fmt::format("{} {}/s", grouped(static_cast<std::uint64_t>(static_cast<double>(count) / seconds)), nouns);
}

std::string memory(std::uint64_t bytes) {
  constexpr std::uint64_t kMiB = 1 << 20;
  return bytes < 10 * kMiB ? fmt::format("{} KiB", grouped(bytes >> 10)) : fmt::format("{} MiB", grouped(bytes / kMiB));
}

std::string time_left(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::clamp(seconds, 0.0, 1e9));
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  return fmt::format("{} h", whole / 3600);
}

// The share that is done as a bar, and when the rest might be.
std::string share(double done, double seconds) {
  if (done < 0) return {};
  done = std::min(done, 1.0);
  const auto full = static_cast<std::size_t>(done * kBar);
  std::string text =
      fmt::format("[{}{}] {} %", std::string(full, '#'), std::string(kBar - full, '-'), static_cast<int>(done * 100));
  if (done > 0.01) text += fmt::format(", about {} left", time_left(seconds * (1 - done) / done));
  return text + ": ";
}

}  // namespace

std::string progress_text(const ExploreProgress& progress, std::uint64_t schedules) {
  std::string out = progress.hang_found ? "hang found, going on; " : "";
  const double drawn = schedules == 0 ? -1 : static_cast<double>(progress.schedules) / static_cast<double>(schedules);
  out += share(progress.done < 0 ? drawn : progress.done, progress.seconds);
  const auto add = [&](const std::string& text) {
    if (!text.empty()) out += (out.empty() || out.ends_with(": ") || out.ends_with("; ") ? "" : ", ") + text;
  };
  add(progress.phase);
  if (schedules > 0) {
    add(fmt::format("{} of {}", grouped(progress.schedules), grouped(schedules, "schedule")));
    add(rate(progress.schedules, progress.seconds, "schedules"));
    return out;
  }
  add(grouped(progress.states, "state"));
  add(rate(progress.states, progress.seconds, "states"));
  add("depth " + grouped(progress.depth));
  add("frontier " + grouped(progress.frontier));
  add(memory(progress.memory_bytes));
  return out;
}

std::string cost_text(const Result& result, double seconds, std::uint64_t peak_bytes) {
  const std::uint64_t schedules = result.exploration().schedules();
  const std::uint64_t count = schedules > 0 ? schedules : result.states();
  const std::string per_second = rate(count, seconds, schedules > 0 ? "schedules" : "states");
  return fmt::format("{} in {:.3f} s{}{}, peak memory {}", grouped(count, schedules > 0 ? "schedule" : "state"),
                     seconds, per_second.empty() ? "" : ", ", per_second, memory(peak_bytes));
}

}  // namespace mmsim
