// What the command line says of a sweep, put into the scenario's message: afterwards flags and file are checked as one.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "sim/run/shell_word.hpp"
#include "sim/run/suggest.hpp"
#include "sim/sweep/plan_builder.hpp"

namespace mmsim {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (auto comma = text.find(','); comma != text.npos; start = comma + 1, comma = text.find(',', start))
    parts.push_back(text.substr(start, comma - start));
  parts.push_back(text.substr(start));
  return parts;
}

// Whether --axis NAME means this axis: by its name, by the name that its path gives it, or by the only path that it has.
bool is_called(const pb::Axis& axis, const std::string& name) {
  if (axis.name() == name || (axis.path_size() == 1 && axis.path(0) == name)) return true;
  return !axis.has_name() && axis.path_size() > 0 && endings(axis.path(0)).front() == name;
}

}  // namespace

// Each flag notes what it replaces, so that a fault of it is reported as one.
class FlagMerger {
 public:
  FlagMerger(PlanBuilder& builder, pb::Sweep& sweep) : source_(builder.source_), sweep_(sweep) {}

  void axis(const std::string& word) {
    const std::string flag = "--axis " + word;
    const auto equals = word.find('=');
    if (equals == word.npos || equals == 0) throw ScenarioError(flag + ": expected PATH=VALUE,VALUE,... or PATH=LO..HI");
    const std::string name = word.substr(0, equals);
    const std::string values = word.substr(equals + 1);
    pb::Axis* axis = nullptr;
    for (pb::Axis& known : *sweep_.mutable_axis())
      if (is_called(known, name)) axis = &known;
    if (axis != nullptr && axis->variant_size() > 0) return choose_variants(*axis, split(values), flag);
    if (axis == nullptr) {
      axis = sweep_.add_axis();
      axis->add_path(name);
      source_.note_set({axis}, flag);
    }
    axis->clear_value();
    axis->clear_range();
    for (const int field : {pb::Axis::kValueFieldNumber, pb::Axis::kRangeFieldNumber}) source_.note_set({axis, field}, flag);
    const auto parts = split(values);
    if (parts.size() == 1 && looks_like_range(parts.front())) return axis->set_range(parts.front());
    for (const std::string& part : parts) add_values(*axis, part, flag);
  }

  void where(const std::string& condition) {
    sweep_.set_where(condition);
    source_.note_set({&sweep_, pb::Sweep::kWhereFieldNumber}, "--where " + shell_word(condition));
  }
  void seeds(std::uint64_t seeds) {
    sweep_.clear_explore();
    sweep_.set_seeds(static_cast<std::uint32_t>(std::min<std::uint64_t>(seeds, UINT32_MAX)));
    source_.note_set({&sweep_, pb::Sweep::kSeedsFieldNumber}, fmt::format("--seeds {}", seeds));
  }
  void explore() {
    sweep_.clear_seeds();
    sweep_.mutable_explore();
  }
  void draw(std::uint64_t draw) { sweep_.set_draw(draw); }

  void sample(const std::string& word) {
    const std::string flag = "--sample " + word;
    const auto colon = word.find(':');
    const std::string kind = word.substr(0, colon);
    for (const int number : {pb::Sweep::kSamplingFieldNumber, pb::Sweep::kSamplesFieldNumber}) source_.note_set({&sweep_, number}, flag);
    sweep_.clear_samples();
    if (word == "grid") return sweep_.set_sampling(pb::GRID);
    std::uint32_t samples = 0;
    const char* end = word.data() + word.size();
    const auto read = std::from_chars(colon == word.npos ? end : word.data() + colon + 1, end, samples);
    if ((kind != "random" && kind != "lhs") || read.ec != std::errc() || read.ptr != end)
      throw ScenarioError(fmt::format("{}: expected grid, random:N or lhs:N{}", flag, did_you_mean(kind, {"grid", "random", "lhs"})));
    sweep_.set_sampling(kind == "random" ? pb::RANDOM : pb::LATIN_HYPERCUBE);
    sweep_.set_samples(samples);
  }

  void figures(const std::vector<std::string>& words) {
    sweep_.clear_figure();
    for (const std::string& word : words) {
      pb::Figure& figure = *sweep_.add_figure();
      source_.note_set({&figure}, "--figure " + word);
      const auto colon = word.rfind(':');
      const std::string better = colon == word.npos ? "" : word.substr(colon + 1);
      figure.set_name(word.substr(0, colon));
      if (better == "max") figure.set_better(pb::HIGHER);
      else if (better == "min") figure.set_better(pb::LOWER);
      else if (colon != word.npos) throw ScenarioError(fmt::format("--figure {}: expected NAME, NAME:max or NAME:min", word));
    }
  }

 private:
  // A single value, or a range that stands among others.
  static void add_values(pb::Axis& axis, const std::string& part, const std::string& flag) {
    if (!looks_like_range(part)) return axis.add_value(part);
    try {
      const AxisRange range = parse_range(part);
      if (range.size > kPoints_max) throw std::invalid_argument(fmt::format("the range {} has {} values; expected fewer", part, range.size));
      for (std::uint64_t i = 0; i < range.size; ++i) axis.add_value(std::to_string(range.at(i)));
    } catch (const std::invalid_argument& error) {
      throw ScenarioError(fmt::format("{}: {}", flag, error.what()));
    }
  }

  void choose_variants(pb::Axis& axis, const std::vector<std::string>& names, const std::string& flag) {
    google::protobuf::RepeatedPtrField<pb::AxisVariant> all;
    all.Swap(axis.mutable_variant());
    std::vector<std::string> known;
    for (const pb::AxisVariant& variant : all) known.push_back(variant.name());
    for (const std::string& name : names) {
      const auto at = std::find(known.begin(), known.end(), name);
      if (at == known.end())
        throw ScenarioError(fmt::format("{}: {} has no variant \"{}\"; expected some of {}{}", flag, axis.name(), name,
                                        fmt::join(known, ", "), did_you_mean(name, known)));
      pb::AxisVariant& kept = *axis.add_variant();
      kept = all[static_cast<int>(at - known.begin())];
      source_.note_set({&kept}, flag);
    }
  }

  ScenarioSource& source_;
  pb::Sweep& sweep_;
};

void PlanBuilder::merge_flags() {
  const bool had_sweep = scenario_.has_sweep();
  FlagMerger merger(*this, *scenario_.mutable_sweep());
  if (!had_sweep) source_.note_set({&scenario_.sweep()}, "mmsim sweep");
  for (const std::string& axis : flags_.axes) merger.axis(axis);
  if (flags_.where) merger.where(*flags_.where);
  if (flags_.sample) merger.sample(*flags_.sample);
  if (flags_.draw) merger.draw(*flags_.draw);
  if (flags_.seeds) merger.seeds(*flags_.seeds);
  if (flags_.explore) merger.explore();
  if (!flags_.figures.empty()) merger.figures(flags_.figures);
}

std::string command_of(const SweepFlags& flags, const std::string& path, const std::vector<std::string>& sets) {
  std::string line = command_line("sweep", path, sets);
  const auto add = [&](const char* flag, const std::string& value) { line += fmt::format(" {} {}", flag, shell_word(value)); };
  for (const std::string& axis : flags.axes) add("--axis", axis);
  if (flags.where) add("--where", *flags.where);
  if (flags.sample) add("--sample", *flags.sample);
  if (flags.draw) add("--draw", std::to_string(*flags.draw));
  if (flags.seeds) add("--seeds", std::to_string(*flags.seeds));
  if (flags.explore) line += " --explore";
  for (const std::string& figure : flags.figures) add("--figure", figure);
  return line;
}

}  // namespace mmsim
