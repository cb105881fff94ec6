// The steps of a witness, numbered, and what repeats after them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "analysis/exploration.hpp"
#include "analysis/format.hpp"
#include "analysis/sections.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;
constexpr std::size_t kActor_max = 24;  // wider ones are wrapped
constexpr std::size_t kWhere_max = 30;
constexpr std::size_t kDoes_min = 16;

using Steps = google::protobuf::RepeatedPtrField<WitnessStep>;
using Cells = std::array<std::string, 3>;  // actor, does, in

Cells cells_of(const WitnessStep& step) {
  std::string where = step.at();
  if (step.line() > 0) where += fmt::format("{}line {}", where.empty() ? "" : ", ", step.line());
  return {step.actor(), step.outcome().empty() ? step.step() : fmt::format("{} {}", step.step(), step.outcome()),
          where};
}

// Rows of steps, as wide as they need to be and the style allows.
class StepTable {
 public:
  StepTable(const Steps& steps, int first_number, int first_shown, const ReportStyle& style)
      : steps_(steps), first_number_(first_number), first_shown_(first_shown) {
    number_ = std::max<std::size_t>(4, std::to_string(first_number + steps.size()).size());
    widths_ = {5, 4, 2};
    for (int i = first_shown; i < steps.size(); ++i) {
      const Cells cells = cells_of(steps[i]);
      for (std::size_t column = 0; column < cells.size(); ++column)
        widths_[column] = std::max(widths_[column], cells[column].size());
    }
    // What is left beside numbers and gaps: two columns get what they need within bounds, what an actor does the rest.
    const auto width = static_cast<std::size_t>(style.width) - (kIndent + number_ + 2 + 2 * kGap);
    widths_[0] = std::min(widths_[0], kActor_max);
    widths_[2] = std::min({widths_[2], kWhere_max, width - widths_[0] - kDoes_min});
    widths_[1] = std::min(widths_[1], width - widths_[0] - widths_[2]);
  }

  // A row of dashes with `mark` in it follows the step that stands at `mark_after`; -1: none does.
  std::string text(int mark_after, const std::string& mark) const {
    std::string out = row("step", ' ', {"actor", "does", "in"});
    const std::string marked = fmt::format("{:{}}--- {} ---\n", "", kIndent, mark);
    for (int i = first_shown_; i < steps_.size(); ++i) {
      if (i == 0 && mark_after == 0) out += marked;
      out += row(std::to_string(first_number_ + i), steps_[i].preemption() ? '*' : ' ', cells_of(steps_[i]));
      if (i + 1 == mark_after) out += marked;
    }
    return out;
  }

 private:
  std::string row(const std::string& number, char preempts, const Cells& cells) const {
    std::array<std::vector<std::string>, 3> lines;
    std::size_t height = 0;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      lines[column] = wrap(cells[column], widths_[column]);
      height = std::max(height, lines[column].size());
    }
    std::string out;
    for (std::size_t i = 0; i < height; ++i) {
      std::string line =
          fmt::format("{:{}}{:>{}}{} ", "", kIndent, i == 0 ? number : "", number_, i == 0 ? preempts : ' ');
      for (std::size_t column = 0; column < cells.size(); ++column)
        line += fmt::format("{:<{}}  ", i < lines[column].size() ? lines[column][i] : "", widths_[column]);
      line.resize(line.find_last_not_of(' ') + 1);
      out += line + '\n';
    }
    return out;
  }

  const Steps& steps_;
  int first_number_;
  int first_shown_;
  std::size_t number_ = 0;  // width of its column
  std::array<std::size_t, 3> widths_{};
};

std::string witness_title(const Result& result) {
  const Exploration& found = result.exploration();
  std::string text = fmt::format("{}: {}", is_replay(result) ? "Steps taken" : "Witness",
                                 counted(static_cast<std::uint64_t>(found.witness_size()), "step"));
  if (found.preemptions() > 0) text += fmt::format(", {}", counted(found.preemptions(), "preemption"));
  if (found.minimized().empty()) return text + '.';
  return text + fmt::format("; {} {}.", found.minimal() ? "no way there has fewer" : "the way found that has fewest",
                            found.minimized());
}

}  // namespace

std::string steps_table(const Steps& steps, const ReportStyle& style) {
  const int first = std::max(0, steps.size() - kSteps_shown);
  std::string out;
  if (first > 0)
    out += fmt::format("  ... {} before (all in --format json)\n", counted(static_cast<std::uint64_t>(first), "step"));
  return out + StepTable(steps, 1, first, style).text(-1, {});
}

std::string witness_section(const Result& result, const ReportStyle& style) {
  const Exploration& found = result.exploration();
  if (found.witness().empty()) return {};
  const int first = std::max(0, found.witness_size() - kSteps_shown);
  std::string out = title(witness_title(result), style) + '\n';
  if (first > 0)
    out += fmt::format("  ... {} before (all in --format json)\n", counted(static_cast<std::uint64_t>(first), "step"));
  int mark_after = found.no_return() > 0 ? static_cast<int>(found.no_return()) : -1;
  if (never_completes(result)) mark_after = 0;
  const bool exact = found.no_return_exact() || mark_after == 0;
  out += StepTable(found.witness(), 1, first, style)
             .text(mark_after,
                   exact ? "from here on no order completes" : "from here on no order that was searched completes");
  const bool preempts = std::any_of(found.witness().begin() + first, found.witness().end(),
                                    [](const WitnessStep& step) { return step.preemption(); });
  return out + (preempts ? "  *: the actor of the step before could have gone on.\n" : "");
}

std::string loop_section(const Result& result, const ReportStyle& style) {
  const Exploration& found = result.exploration();
  if (found.loop().empty()) return {};
  const int first = std::max(0, found.loop_size() - kSteps_shown);
  std::string out = title("Then these steps repeat for ever:", style) + '\n';
  if (first > 0)
    out += fmt::format("  ... {} before (all in --format json)\n", counted(static_cast<std::uint64_t>(first), "step"));
  out += StepTable(found.loop(), found.witness_size() + 1, first, style).text(-1, {});
  return out + paragraph(
                   "The loop is fair: whoever can step all the way round it takes a step in it. A scheduler that "
                   "passes nobody "
                   "over for ever can go round it for ever.",
                   static_cast<std::size_t>(style.width), 2, 2);
}

}  // namespace mmsim
