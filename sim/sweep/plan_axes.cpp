// The axes of a sweep, from messages to values that can be set.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

#include "results/figure.hpp"
#include "results/schema.hpp"
#include "sim/run/counter_names.hpp"
#include "sim/run/suggest.hpp"
#include "sim/run/unit.hpp"
#include "sim/sweep/plan_builder.hpp"

namespace mmsim {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_name(const std::string& name) {
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) && std::all_of(name.begin(), name.end(), letter);
}

// Behind "--set path=value: ", which the user did not write.
std::string_view without_flag(std::string_view message, const std::string& set) {
  const std::string flag = fmt::format("--set {}: ", set);
  if (message.substr(0, flag.size()) == flag) message.remove_prefix(flag.size());
  return message;
}

}  // namespace

std::vector<std::string> endings(const std::string& path) {
  std::string word;
  for (const char c : path) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
    if (plain || (!word.empty() && word.back() != '_')) word += plain ? c : '_';
  }
  while (!word.empty() && word.back() == '_') word.pop_back();
  std::vector<std::string> out;
  for (auto dot = word.rfind('.'); dot != word.npos; dot = word.rfind('.')) {
    out.push_back(word.substr(dot + 1));
    std::replace(out.back().begin(), out.back().end(), '.', '_');
    word[dot] = '_';
  }
  out.push_back(word);
  return out;
}

void PlanBuilder::name_axes() {
  for (const std::string& set : out_.sets_)
    for (const pb::Axis& axis : sweep_->axis())
      for (const std::string& path : axis.path())
        if (set.substr(0, set.find('=')) == path)
          throw ScenarioError(fmt::format("--set {}: {} is an axis of the sweep; expected --axis {}", set, path, set));
  std::set<std::string> taken(reserved_columns().begin(), reserved_columns().end());
  names_.assign(static_cast<std::size_t>(sweep_->axis_size()), {});
  for (int i = 0; i < sweep_->axis_size(); ++i) {
    const pb::Axis& axis = sweep_->axis(i);
    const At at{&axis, pb::Axis::kNameFieldNumber};
    if (!axis.has_name()) {
      if (axis.path_size() == 0) fail({&axis}, axis.variant_size() > 0 ? "an axis of variants has no name; expected name: \"...\""
                                                                       : "the axis has no path; expected path: \"...\", as in --set");
      continue;
    }
    if (!is_name(axis.name())) fail(at, fmt::format("the axis is called \"{}\"; expected a letter or _, then letters, digits and _", axis.name()));
    if (!taken.insert(lower(axis.name())).second)
      fail(at, fmt::format("\"{}\" is the name of another column, upper and lower case alike; expected another", axis.name()));
    names_[static_cast<std::size_t>(i)] = axis.name();
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!names_[i].empty()) continue;
    const pb::Axis& axis = sweep_->axis(static_cast<int>(i));
    for (const std::string& name : endings(axis.path(0)))
      if (names_[i].empty() && is_name(name) && taken.insert(lower(name)).second) names_[i] = name;
    if (names_[i].empty()) fail({&axis}, fmt::format("no name can be made of the path \"{}\"; expected name: \"...\"", axis.path(0)));
  }
}

AxisReader::AxisReader(const PlanBuilder& builder, const pb::Axis& axis, std::string name) : builder_(builder), axis_(axis) {
  out_.name = std::move(name);
}

SweepAxis AxisReader::read() {
  const int kinds = (axis_.value_size() > 0 ? 1 : 0) + (axis_.has_range() ? 1 : 0) + (axis_.variant_size() > 0 ? 1 : 0);
  if (kinds != 1) fail(0, fmt::format("axis {} has {}; expected values, a range or variants", out_.name, kinds == 0 ? "no values" : "several kinds of values"));
  out_.paths.assign(axis_.path().begin(), axis_.path().end());
  out_.zip = axis_.zip();
  check_paths();
  if (axis_.variant_size() > 0) read_variants();
  else if (axis_.has_range()) read_range();
  else read_values();
  const std::string& last = out_.paths.empty() ? out_.name : out_.paths.front();
  out_.unit = axis_.has_unit() ? axis_.unit() : out_.integer ? unit_of_name(last.substr(last.rfind('.') + 1)) : "";
  return std::move(out_);
}

void AxisReader::check_paths() const {
  if (axis_.variant_size() > 0 && axis_.path_size() > 0)
    fail(pb::Axis::kPathFieldNumber, "path stands beside variants, which say what they set; expected one of them");
  if (axis_.variant_size() == 0 && axis_.path_size() == 0) fail(0, fmt::format("axis {} has no path; expected path: \"...\", as in --set", out_.name));
  for (int i = 0; i < axis_.path_size(); ++i) {
    const std::string& path = axis_.path(i);
    const std::string first = path.substr(0, path.find_first_of(".["));
    for (const char* part : {"sweep", "expect", "claim", "source"})
      if (first == part) fail(pb::Axis::kPathFieldNumber, fmt::format("an axis cannot change {}; expected a field of the world", part), i);
  }
}

void AxisReader::try_set(const std::string& set, const At& at) const {
  pb::Scenario copy = builder_.scenario_;
  ScenarioSource scratch(builder_.source_.path(), {});
  try {
    apply_set(set, copy, scratch);
  } catch (const ScenarioError& error) {
    builder_.source_.fail(at, without_flag(error.what(), set));
  }
}

void AxisReader::read_values() {
  std::vector<std::string> list(axis_.value().begin(), axis_.value().end());
  std::set<std::string> seen;
  for (int i = 0; i < axis_.value_size(); ++i) {
    if (!seen.insert(axis_.value(i)).second)
      fail(pb::Axis::kValueFieldNumber, fmt::format("{} has the value {} twice; expected each once", out_.name, axis_.value(i)), i);
    for (const std::string& path : out_.paths)
      try_set(fmt::format("{}={}", path, axis_.value(i)), {&axis_, pb::Axis::kValueFieldNumber, i});
  }
  out_.integer = std::all_of(list.begin(), list.end(), [](const std::string& value) { return read_integer(value).has_value(); });
  out_.values = std::move(list);
}

void AxisReader::read_range() {
  AxisRange range;
  try {
    range = parse_range(axis_.range());
  } catch (const std::invalid_argument& error) {
    fail(pb::Axis::kRangeFieldNumber, error.what());
  }
  // What lies between two numbers that a field takes is a number that it takes.
  for (const std::uint64_t end : {std::uint64_t{0}, range.size - 1})
    for (const std::string& path : out_.paths) try_set(fmt::format("{}={}", path, range.at(end)), {&axis_, pb::Axis::kRangeFieldNumber});
  out_.values = range;
}

void AxisReader::read_variants() {
  std::vector<NamedVariant> variants;
  std::set<std::string> seen;
  for (const pb::AxisVariant& variant : axis_.variant()) {
    const At at{&variant, pb::AxisVariant::kNameFieldNumber};
    if (variant.name().empty()) builder_.fail({&variant}, "the variant has no name; expected name: \"...\"");
    if (!seen.insert(variant.name()).second) builder_.fail(at, fmt::format("{} has the variant {} twice; expected each once", out_.name, variant.name()));
    for (int i = 0; i < variant.set_size(); ++i) try_set(variant.set(i), {&variant, pb::AxisVariant::kSetFieldNumber, i});
    variants.push_back({variant.name(), {variant.set().begin(), variant.set().end()}});
  }
  out_.integer = false;
  out_.values = std::move(variants);
}

void PlanBuilder::add_figures() {
  SweepIdentity& identity = out_.identity_;
  if (sweep_->figure_size() == 0) identity.figures.push_back({identity.explores ? "states" : "elapsed_ns", false});
  std::vector<std::string> known = run_figures();
  known.insert(known.end(), counter_names().begin(), counter_names().end());
  for (const pb::Figure& figure : sweep_->figure()) {
    const At at{&figure, pb::Figure::kNameFieldNumber};
    const auto parsed = parse_figure(figure.name());
    if (!parsed)
      fail(at, fmt::format("\"{}\" is no figure; expected a counter, COUNTER/s, WAIT.PART with one of {}, or one of {}", figure.name(),
                           fmt::join(wait_parts(), ", "), fmt::join(run_figures(), ", ")));
    const bool counter = parsed->of == FigureName::Of::kCounter || parsed->of == FigureName::Of::kRate;
    if (counter && std::find(counter_names().begin(), counter_names().end(), parsed->name) == counter_names().end())
      fail(at, fmt::format("there is no figure \"{}\"; expected a counter of a report{}", figure.name(), did_you_mean(parsed->name, known)));
    const bool of_exploration = parsed->name == "states" || parsed->name == "witness_steps";
    if (parsed->name != "steps" && of_exploration != identity.explores)
      fail(at, fmt::format("{} is a figure of {}, and points are {}", figure.name(), of_exploration ? "explorations" : "timed runs",
                           identity.explores ? "explored" : "run"));
    const bool higher = figure.has_better() ? figure.better() == pb::HIGHER : higher_is_better(*parsed);
    identity.figures.push_back({figure.name(), higher});
  }
}

}  // namespace mmsim
