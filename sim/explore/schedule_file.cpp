#include "sim/explore/schedule_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

// The words of one line, each with the column it begins at.
class Line {
 public:
  Line(const std::string& path, std::size_t number, std::string_view text) : path_(path), number_(number), text_(text) {
    const auto is_comment = [&](std::size_t at) {
      return text[at] == '#' && (at == 0 || kBlanks.find(text[at - 1]) != kBlanks.npos);
    };
    for (std::size_t at = 0; at < text.size(); ++at)
      if (is_comment(at)) text_ = text.substr(0, at);
    const auto last = text_.find_last_not_of(kBlanks);
    text_ = text_.substr(0, last == text_.npos ? 0 : last + 1);
    skip_blanks();
  }

  bool at_end() const { return at_ == text_.size(); }

  // Empty at the end of the line.
  std::string_view word() {
    begin_ = at_;
    at_ = std::min(text_.find_first_of(kBlanks, at_), text_.size());
    const std::string_view word = text_.substr(begin_, at_ - begin_);
    skip_blanks();
    return word;
  }

  // All words that are left, one blank between them.
  std::string rest() {
    std::string words;
    const std::size_t begin = at_;
    while (!at_end()) words += fmt::format("{}{}", words.empty() ? "" : " ", word());
    begin_ = begin;
    return words;
  }

  // At the word that was read last.
  [[noreturn]] void fail(std::string_view what) const {
    throw ScenarioError(fmt::format("{}:{}:{}: {}", path_, number_, begin_ + 1, what));
  }

 private:
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

  const std::string& path_;
  std::size_t number_;
  std::string_view text_;   // without its comment
  std::size_t at_ = 0;      // the next word
  std::size_t begin_ = 0;   // the last one
};

ScheduleStep parse_step(Line& line, std::size_t expected) {
  const std::string_view word = line.word();
  std::size_t number = 0;
  const char* end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end)
    line.fail(fmt::format("\"{}\" is no number; expected {}, an actor and its step", word, expected));
  if (number != expected) line.fail(fmt::format("step {} stands where step {} was expected", number, expected));
  ScheduleStep step;
  step.actor = line.word();
  if (step.actor.empty()) line.fail(fmt::format("step {} has no actor; expected its name and the step it takes", number));
  step.step = line.rest();
  if (step.step.empty())
    line.fail(fmt::format("nothing is said of what {} does; expected a step, as in \"{} {} mutex_lock(a)\"", step.actor, number,
                          step.actor));
  return step;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string header(const pb::Result& result, const std::string& replay_line) {
  std::string out = fmt::format("# A schedule: who takes which step, in this order.\n# Scenario: {}\n", one_line(result.scenario()));
  for (const std::string& set : result.set()) out += fmt::format("# Set: {}\n", one_line(set));
  if (!result.exploration().cpus().empty()) out += fmt::format("# CPUs: {}\n", result.exploration().cpus());
  out += fmt::format("# Verdict: {}\n",
                     one_line(result.headline().empty() ? pb::Verdict_Name(result.verdict()) : result.headline()));
  return out + fmt::format("# Replay: {}\n\n", one_line(replay_line));
}

struct Widths {
  std::size_t number, actor, step;
};

Widths widths_of(const pb::Exploration& found) {
  Widths widths{std::to_string(found.witness_size() + found.loop_size()).size(), 0, 0};
  for (const auto* steps : {&found.witness(), &found.loop()})
    for (const pb::WitnessStep& step : *steps) {
      widths.actor = std::max(widths.actor, step.actor().size());
      widths.step = std::max(widths.step, schedule_words(step).size());
    }
  return widths;
}

std::string step_line(const pb::WitnessStep& step, int number, const std::string& note, const Widths& widths) {
  std::string line = fmt::format("{:>{}}  {:<{}}  {:<{}}", number, widths.number, step.actor(), widths.actor,
                                 schedule_words(step), note.empty() ? 0 : widths.step);
  return line + (note.empty() ? "" : "  # " + note) + '\n';
}

}  // namespace

std::string schedule_words(const pb::WitnessStep& step) {
  return step.outcome().empty() ? step.step() : fmt::format("{} {}", step.step(), step.outcome());
}

std::string schedule_text(const pb::Result& result, const std::string& replay_line) {
  const pb::Exploration& found = result.exploration();
  const Widths widths = widths_of(found);
  std::string out = header(result, replay_line);
  int number = 0;
  const pb::WitnessStep* before = nullptr;
  for (const pb::WitnessStep& step : found.witness()) {
    std::string note = step.preemption() && before != nullptr ? "preempts " + before->actor() : std::string();
    ++number;
    if (found.no_return() > 0 && std::cmp_equal(number, found.no_return()))
      note += fmt::format("{}from here on no order completes", note.empty() ? "" : "; ");
    out += step_line(step, number, note, widths);
    before = &step;
  }
  if (!found.loop().empty()) out += "# These repeat for ever; as lines of the schedule they would be taken once:\n";
  for (const pb::WitnessStep& step : found.loop()) out += "# " + step_line(step, ++number, {}, widths);
  return out;
}

std::vector<ScheduleStep> parse_schedule(const std::string& path, const std::string& text) {
  std::vector<ScheduleStep> steps;
  std::istringstream lines(text);
  std::string content;
  for (std::size_t number = 1; std::getline(lines, content); ++number) {
    Line line(path, number, content);
    if (!line.at_end()) steps.push_back(parse_step(line, steps.size() + 1));
  }
  if (steps.empty()) throw ScenarioError(fmt::format("{}: no step is in it; expected lines as in \"1 a mutex_lock(m)\"", path));
  return steps;
}

std::vector<ScheduleStep> read_schedule(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw ScenarioError(fmt::format("{}: is a directory; expected a schedule file", path));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad()) throw ScenarioError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  return parse_schedule(path, text.str());
}

void write_schedule(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw ScenarioError(fmt::format("--schedule {}: {}", path, std::strerror(errno)));
}

}  // namespace mmsim
