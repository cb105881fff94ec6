#include "sim/cli/console.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

constexpr std::chrono::seconds kFirst_after{1};
constexpr std::chrono::milliseconds kBetween{200};
constexpr int kWidth_min = 72;
constexpr int kWidth_max = 100;

bool no_color_is_set() {
  const char* value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

// As much of it as fits on one line of standard error: a line that breaks cannot be rewritten in place.
std::string fitting(std::string text) {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && text.size() >= size.ws_col)
    text.resize(size.ws_col - 1U);
  return text;
}

}  // namespace

ReportStyle style_for(Colour colour) {
  ReportStyle style;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  style.colour = colour == Colour::kAlways || (colour == Colour::kAuto && terminal && !no_color_is_set());
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    style.width = std::clamp<int>(size.ws_col, kWidth_min, kWidth_max);
  return style;
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw ScenarioError(fmt::format("standard output: {}", std::strerror(errno)));
}

ProgressLine::ProgressLine()
    : on_terminal_(isatty(STDERR_FILENO) == 1), due_(std::chrono::steady_clock::now() + kFirst_after) {}

void ProgressLine::update(const std::function<std::string()>& text) {
  if (!on_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < due_) return;
  due_ = now + kBetween;
  shown_ = true;
  fmt::print(stderr, "\r{}\033[K", fitting(text()));
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace mmsim
