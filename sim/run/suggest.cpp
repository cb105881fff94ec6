#include "sim/run/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace mmsim {
namespace {

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// The first candidate of which the word is the beginning or the last part: "spend" of "spend_ns", "SYNC" of "WB_SYNC".
const std::string* find_longer(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kWord_min = 3;
  if (word.size() < kWord_min) return nullptr;
  const std::string ending = fmt::format("_{}", word);
  for (const std::string& candidate : candidates) {
    const bool ends = candidate.size() > ending.size() &&
                      candidate.compare(candidate.size() - ending.size(), ending.size(), ending) == 0;
    if (ends || candidate.compare(0, word.size(), word) == 0) return &candidate;
  }
  return nullptr;
}

}  // namespace

int edit_distance(std::string_view from, std::string_view to) {
  const std::size_t width = to.size() + 1;
  std::vector<int> cost((from.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> int& { return cost[i * width + j]; };
  for (std::size_t i = 0; i <= from.size(); ++i) {
    for (std::size_t j = 0; j <= to.size(); ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = static_cast<int>(i + j);
        continue;
      }
      const int replace = same_letter(from[i - 1], to[j - 1]) ? 0 : 1;
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + replace});
      if (i > 1 && j > 1 && same_letter(from[i - 1], to[j - 2]) && same_letter(from[i - 2], to[j - 1])) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return cost.back();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kWord_max = 64;  // longer ones are no slip of the finger, and cost their square
  if (word.size() > kWord_max) return {};
  // A short word has too many neighbours: half of it must be right.
  int best = std::min<int>(2, static_cast<int>(word.size()) / 2) + 1;
  const std::string* closest = nullptr;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kWord_max) continue;
    const int distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      closest = &candidate;
    }
  }
  if (!closest) closest = find_longer(word, candidates);
  return closest ? fmt::format("; did you mean \"{}\"?", *closest) : std::string{};
}

}  // namespace mmsim
