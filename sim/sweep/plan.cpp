#include "sim/sweep/plan.hpp"

#include <fmt/format.h>

#include "sim/run/shell_word.hpp"

namespace mmsim {

std::vector<std::uint64_t> SweepPlan::axis_indices(const std::vector<std::uint64_t>& at) const {
  std::vector<std::uint64_t> values(axes_.size());
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) values[axis] = at[dimension_of_[axis]];
  return values;
}

std::vector<std::uint64_t> SweepPlan::values_at(std::uint64_t point) const {
  return axis_indices(indices_of(points_[point], sizes_));
}

ConditionNames SweepPlan::names_at(const std::vector<std::uint64_t>& values) const {
  ConditionNames names{params_, {}};
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const SweepAxis& axis = axes_[i];
    const AxisNames& known = names_[i];
    if (axis.integer) {
      const std::int64_t value = axis.number_of(values[i]);
      names.integers[axis.name] = value;
      for (const std::string& param : known.params) names.integers[param] = value;
      continue;
    }
    names.texts[axis.name] = {known.words[values[i]], &known.words};
    if (known.variant_params.empty()) continue;
    for (const auto& [param, value] : known.variant_params[values[i]]) names.integers[param] = value;
  }
  return names;
}

PointRow SweepPlan::row(std::uint64_t point) const {
  PointRow out;
  out.point = point;
  const auto values = values_at(point);
  for (std::size_t i = 0; i < axes_.size(); ++i) out.values.push_back(axes_[i].value(values[i]));
  if (claim_) out.claimed = claim_->holds(names_at(values));
  return out;
}

std::vector<std::string> SweepPlan::sets(std::uint64_t point) const {
  std::vector<std::string> out = sets_;
  const auto values = values_at(point);
  for (std::size_t i = 0; i < axes_.size(); ++i) axes_[i].add_sets(values[i], out);
  return out;
}

std::string SweepPlan::text(std::uint64_t point) const {
  std::string out;
  const auto values = values_at(point);
  for (std::size_t i = 0; i < axes_.size(); ++i)
    out += fmt::format("{}{}={}", i == 0 ? "" : " ", axes_[i].name, axes_[i].value(values[i]));
  return out;
}

ExploreOptions SweepPlan::explore_options() const {
  ExploreOptions options;
  options.scenario_cpus = bounds_.on_cpus() == pb::SCENARIO_CPUS;
  options.states_max = bounds_.max_states();
  return options;
}

std::string SweepPlan::reproduce(std::uint64_t point, std::uint64_t seed) const {
  std::string line = identity_.reproduce;
  const std::vector<std::string> all = sets(point);
  for (std::size_t i = sets_.size(); i < all.size(); ++i) line += " --set " + shell_word(all[i]);
  if (!explores() && seed != 0) line += fmt::format(" --seed {}", seed);
  return line;
}

}  // namespace mmsim
