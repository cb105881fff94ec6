// Standard output, and a progress line on standard error.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "analysis/report.hpp"
#include "sim/cli/commands.hpp"

namespace mmsim {

// What suits standard output: colour as asked for (auto: a terminal, and NO_COLOR not set), a width mail can take.
ReportStyle style_for(Colour colour);

// Throws ScenarioError if standard output cannot take it (a full disk): a result that was not written is no success.
void print(std::string_view text);

// One line that is rewritten in place; only on a terminal, and only for what takes longer than a second.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // May be called often: `text` is asked for only when the line is due.
  void update(const std::function<std::string()>& text);
  void clear();

 private:
  bool on_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point due_;
};

}  // namespace mmsim
