// From a scenario's file and the flags to the points of a sweep.
#include "sim/sweep/plan_builder.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <xxhash.h>

#include <map>
#include <set>
#include <utility>

#include "sim/run/load.hpp"
#include "sim/run/load_text.hpp"
#include "sim/run/shell_word.hpp"
#include "sim/sweep/version.hpp"

namespace mmsim {
namespace {

std::string hexadecimal(const std::string& bytes) {
  std::string out;
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return out;
}

std::string digest_of(const std::string& bytes) {
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(bytes.data(), bytes.size()));
  return hexadecimal({reinterpret_cast<const char*>(digest.digest), sizeof digest.digest});
}

// The same for the same data, however it was written down.
std::string bytes_of(const pb::Scenario& scenario) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    scenario.SerializeToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace

PlanBuilder::PlanBuilder(const std::string& path, std::string text, std::vector<std::string> sets, const SweepFlags& flags)
    : flags_(flags), source_(path, text) {
  text_digest_ = load_scenario_text(path, text, sets).resolved.text_digest;   // a fault of the file is one, sweep or not
  out_.path_ = path;
  out_.text_ = std::move(text);
  out_.sets_ = std::move(sets);
  parse_scenario(source_, scenario_, locations_);
  source_.index(scenario_, locations_);
  for (const std::string& set : out_.sets_) apply_set(set, scenario_, source_);
}

SweepPlan PlanBuilder::build() && {
  merge_flags();
  sweep_ = scenario_.mutable_sweep();
  if (sweep_->axis_size() == 0)
    throw ScenarioError(fmt::format("{}: has no axes; expected sweep {{ axis {{ ... }} }} in it, or --axis path=values", out_.path_));
  decide_what_points_do();
  for (const pb::Param& param : scenario_.param()) out_.params_[param.name()] = param.value();
  add_axes();
  add_figures();
  pick_points();
  identify();
  check_points();
  return std::move(out_);
}

void PlanBuilder::decide_what_points_do() {
  SweepIdentity& identity = out_.identity_;
  if (sweep_->has_explore() && sweep_->has_seeds())
    fail({sweep_, pb::Sweep::kSeedsFieldNumber}, "seeds stands beside explore; expected one of them, as explorations have no seeds");
  identity.explores = sweep_->has_explore();
  out_.bounds_ = sweep_->explore();
  if (identity.explores && out_.bounds_.max_states() == 0)
    fail({&sweep_->explore(), pb::ExploreBounds::kMaxStatesFieldNumber}, "max_states is 0; expected at least 1");
  if (!sweep_->has_seeds()) return;
  if (sweep_->seeds() == 0 || sweep_->seeds() > kSeeds_max)
    fail({sweep_, pb::Sweep::kSeedsFieldNumber}, fmt::format("seeds is {}; expected 1 to {}", sweep_->seeds(), kSeeds_max));
  identity.seeds = sweep_->seeds();
  identity.first_seed = 1;
}

void PlanBuilder::add_axes() {
  std::map<std::string, std::size_t> dimension_of_word;
  name_axes();
  for (int i = 0; i < sweep_->axis_size(); ++i) {
    const pb::Axis& axis = sweep_->axis(i);
    out_.axes_.push_back(AxisReader(*this, axis, names_[static_cast<std::size_t>(i)]).read());
    const SweepAxis& added = out_.axes_.back();
    out_.names_.push_back(names_of(added));
    const std::size_t next = out_.sizes_.size();
    const std::size_t dimension = axis.zip().empty() ? next : dimension_of_word.try_emplace(axis.zip(), next).first->second;
    out_.dimension_of_.push_back(dimension);
    if (dimension == next) out_.sizes_.push_back(added.size());
    if (out_.sizes_[dimension] != added.size())
      fail({&axis, pb::Axis::kZipFieldNumber},
           fmt::format("{} has {} values, others of zip \"{}\" have {}; expected the same number, as they move together", added.name,
                       added.size(), axis.zip(), out_.sizes_[dimension]));
  }
}

AxisNames PlanBuilder::names_of(const SweepAxis& axis) const {
  AxisNames out;
  for (const std::string& path : axis.paths)
    if (const std::string param = param_at(path); !param.empty()) out.params.push_back(param);
  if (axis.integer) return out;
  for (std::uint64_t i = 0; i < axis.size(); ++i) out.words.push_back(axis.value(i));
  const auto* variants = std::get_if<std::vector<NamedVariant>>(&axis.values);
  if (variants == nullptr) return out;
  for (const NamedVariant& variant : *variants) {
    auto& own = out.variant_params.emplace_back();
    for (const std::string& set : variant.sets) {
      const auto equals = set.find('=');
      const std::string param = param_at(set.substr(0, equals));
      if (const auto value = read_integer(set.substr(equals + 1)); value && !param.empty()) own.emplace_back(param, *value);
    }
  }
  return out;
}

std::string PlanBuilder::param_at(const std::string& path) const {
  for (const auto& [name, value] : out_.params_)
    if (path == name || path == "param." + name || path == name + ".value" || path == fmt::format("param[{}].value", name)) return name;
  return {};
}

Condition PlanBuilder::condition(int field, const std::string& text) const {
  try {
    return Condition(text);
  } catch (const ExpressionError& error) {
    source_.fail({sweep_, field}, error.what(), error.offset);
  }
}

bool PlanBuilder::holds(int field, const Condition& condition, const std::vector<std::uint64_t>& values) const {
  try {
    return condition.holds(out_.names_at(values));
  } catch (const ExpressionError& error) {
    source_.fail({sweep_, field}, error.what(), error.offset);
  }
}

void PlanBuilder::pick_points() {
  std::optional<Condition> where;
  constexpr int kWhere = pb::Sweep::kWhereFieldNumber;
  constexpr int kClaim = pb::Sweep::kHangsIffFieldNumber;
  if (sweep_->has_where()) where = condition(kWhere, sweep_->where());
  const Passes passes = [&](const std::vector<std::uint64_t>& at) { return !where || holds(kWhere, *where, out_.axis_indices(at)); };
  const std::uint64_t all = combinations(out_.sizes_);
  if (all == 0) fail({sweep_}, "more than 2^62 combinations; expected shorter axes");
  const bool drawn = sweep_->sampling() != pb::GRID;
  if (drawn != sweep_->has_samples())
    fail({sweep_, drawn ? pb::Sweep::kSamplingFieldNumber : pb::Sweep::kSamplesFieldNumber},
         drawn ? "points are drawn; expected samples beside it: how many" : "samples stands beside a grid; expected sampling: RANDOM or LATIN_HYPERCUBE");
  if (drawn && (sweep_->samples() == 0 || sweep_->samples() > kPoints_max))
    fail({sweep_, pb::Sweep::kSamplesFieldNumber}, fmt::format("samples is {}; expected 1 to {}", sweep_->samples(), kPoints_max));
  if (!drawn && all > kPoints_max)
    fail({sweep_}, fmt::format("{} combinations; expected at most {}, or sampling: RANDOM", all, kPoints_max));
  switch (sweep_->sampling()) {
    case pb::RANDOM: out_.points_ = random_sample(out_.sizes_, passes, sweep_->samples(), sweep_->draw()); break;
    case pb::LATIN_HYPERCUBE: out_.points_ = latin_hypercube(out_.sizes_, passes, sweep_->samples(), sweep_->draw()); break;
    default: out_.points_ = grid(out_.sizes_, passes);
  }
  if (out_.points_.empty()) fail({sweep_, kWhere}, fmt::format("no point of {} is left; expected a condition that some meet", all));
  out_.identity_.points = out_.points_.size();
  if (out_.points() > kRuns_max / out_.seeds())
    fail({sweep_, pb::Sweep::kSeedsFieldNumber}, fmt::format("{} points with {} seeds each; expected at most {} runs", out_.points(), out_.seeds(), kRuns_max));
  if (!sweep_->has_hangs_iff()) return;
  out_.claim_ = condition(kClaim, sweep_->hangs_iff());
  for (std::uint64_t point = 0; point < out_.points(); ++point) holds(kClaim, *out_.claim_, out_.values_at(point));
}

void PlanBuilder::identify() {
  SweepIdentity& identity = out_.identity_;
  identity.version = program_version();
  pb::Scenario decides = scenario_;
  decides.mutable_sweep()->clear_figure();   // what is shown changes no result
  identity.digest = digest_of(identity.version + '\0' + bytes_of(decides));
  identity.scenario = out_.path_;
  identity.scenario_text = out_.text_;
  identity.scenario_digest = hexadecimal(text_digest_);
  identity.claim = scenario_.claim();
  identity.hangs_iff = sweep_->hangs_iff();
  identity.command = command_of(flags_, out_.path_, out_.sets_);
  identity.reproduce = command_line(identity.explores ? "explore" : "run", out_.path_, out_.sets_);
  if (out_.bounds_.on_cpus() == pb::SCENARIO_CPUS) identity.reproduce += " --cpus scenario";
  if (out_.bounds_.has_max_states()) identity.reproduce += fmt::format(" --max-states {}", out_.bounds_.max_states());
  for (const SweepAxis& axis : out_.axes_) {
    AxisColumn column{axis.name, axis.integer, axis.unit, fmt::format("{}", fmt::join(axis.paths, ",")), {}};
    for (std::uint64_t i = 0; !axis.integer && i < axis.size(); ++i) {
      std::vector<std::string> sets;
      axis.add_sets(i, sets);
      column.values.push_back({axis.value(i), fmt::format("{}", fmt::join(sets, "\n"))});
    }
    identity.axes.push_back(std::move(column));
  }
}

void PlanBuilder::check_points() const {
  constexpr std::size_t kTries_max = 200;   // they take a fraction of a millisecond each
  std::set<std::pair<std::size_t, std::uint64_t>> seen;
  std::size_t tries = 0;
  for (std::uint64_t point = 0; point < out_.points() && tries < kTries_max; ++point) {
    const auto values = out_.values_at(point);
    bool is_new = false;
    for (std::size_t axis = 0; axis < values.size(); ++axis) is_new |= seen.insert({axis, values[axis]}).second;
    if (!is_new) continue;
    ++tries;
    try {
      load_scenario_text(out_.path_, out_.text_, out_.sets(point));
    } catch (const ScenarioError& error) {
      throw ScenarioError(fmt::format("at point {} of the sweep, {}: {}", point, out_.text(point), error.what()));
    }
  }
}

SweepPlan::SweepPlan(const std::string& path, std::string text, std::vector<std::string> sets, const SweepFlags& flags)
    : SweepPlan(PlanBuilder(path, std::move(text), std::move(sets), flags).build()) {}

}  // namespace mmsim
