#include "analysis/hang_region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "analysis/format.hpp"
#include "analysis/sweep_report.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kBoxes_max = 4;          // more of them are no rule that anybody can keep in mind
constexpr std::size_t kOrders_max = 120;       // orders of axes in which boxes are grown
constexpr std::size_t kBoundary_max = 12;
constexpr int kFactor_max = 2;                 // in sums of axes
constexpr std::uint64_t kSums_max = 200'000'000;   // sums worked out in the search for an inequality

using Indices = std::vector<std::uint32_t>;

// A set of values for each axis, by index.
using Box = std::vector<std::vector<bool>>;

bool contains(const Box& box, const Indices& at) {
  for (std::size_t i = 0; i < box.size(); ++i)
    if (!box[i][at[i]]) return false;
  return true;
}

// Axes times small factors: "producers + consumers - 2*slots".
struct Sum {
  std::vector<std::size_t> axes;
  std::vector<int> factors;
};

// A condition with how long it is to read.
struct Rule {
  std::string text;
  std::size_t size = 0;
};

class RegionFinder {
 public:
  explicit RegionFinder(const SweepTable& table) : table_(table) {
    for (const TablePoint& point : table.points) {
      if (point.state == PointState::kHangs) hangs_.push_back(&point);
      if (point.state == PointState::kFree) free_.push_back(&point);
    }
  }

  std::string rule() const {
    const std::optional<Rule> boxes = by_boxes();
    if (boxes && boxes->size <= 1) return boxes->text;
    const std::optional<Rule> inequality = by_inequality();
    if (inequality && (!boxes || inequality->size < boxes->size)) return inequality->text;
    return boxes ? boxes->text : std::string();
  }

 private:
  Box grown(const Indices& from, const std::vector<std::size_t>& order) const;
  void widen(Box& box, std::size_t axis, std::uint32_t value) const;
  Box best_box(const Indices& from, const std::vector<bool>& covered) const;
  std::optional<Rule> by_boxes() const;
  Rule rule_of(const Box& box) const;
  std::string condition(std::size_t axis, const std::vector<bool>& values) const;
  std::vector<Sum> sums() const;
  std::int64_t value_of(const Sum& sum, const TablePoint& point) const;
  Rule rule_of(const Sum& sum, char relation, std::int64_t value) const;
  std::optional<Rule> by_inequality() const;
  std::optional<Rule> inequality(const Sum& sum) const;
  std::optional<Rule> equality(const TablePoint& from, std::size_t box_gain, std::vector<bool>& covered) const;

  const SweepTable& table_;
  std::vector<const TablePoint*> hangs_;
  std::vector<const TablePoint*> free_;
};

// Takes in what no free point forbids: of numbers an interval around `value`, of words each by itself.
void RegionFinder::widen(Box& box, std::size_t axis, std::uint32_t value) const {
  const std::size_t size = box[axis].size();
  std::vector<bool> forbidden(size);
  for (const TablePoint* point : free_) {
    bool beside = true;   // inside the box but for this axis
    for (std::size_t i = 0; i < box.size() && beside; ++i) beside = i == axis || box[i][point->at[i]];
    if (beside) forbidden[point->at[axis]] = true;
  }
  if (!table_.axes[axis].integer) {
    for (std::size_t i = 0; i < size; ++i) box[axis][i] = !forbidden[i];
    return;
  }
  for (std::size_t i = value; i < size && !forbidden[i]; ++i) box[axis][i] = true;
  for (std::size_t i = value; i-- > 0 && !forbidden[i];) box[axis][i] = true;
}

Box RegionFinder::grown(const Indices& from, const std::vector<std::size_t>& order) const {
  Box box;
  for (std::size_t i = 0; i < table_.axes.size(); ++i) {
    box.emplace_back(table_.axes[i].values.size());
    box[i][from[i]] = true;
  }
  for (const std::size_t axis : order) widen(box, axis, from[axis]);
  return box;
}

// The box around a point that covers most of what is not covered yet; of equals the one with the shortest rule.
Box RegionFinder::best_box(const Indices& from, const std::vector<bool>& covered) const {
  std::vector<std::size_t> order(table_.axes.size());
  std::iota(order.begin(), order.end(), 0);
  Box best;
  std::size_t best_gain = 0;
  std::size_t best_size = 0;
  for (std::size_t tries = 0; tries < kOrders_max; ++tries) {
    Box box = grown(from, order);
    std::size_t gain = 0;
    for (std::size_t i = 0; i < hangs_.size(); ++i) gain += !covered[i] && contains(box, hangs_[i]->at);
    const std::size_t size = rule_of(box).size;
    if (best.empty() || gain > best_gain || (gain == best_gain && size < best_size)) {
      best = std::move(box);
      best_gain = gain;
      best_size = size;
    }
    if (!std::next_permutation(order.begin(), order.end())) break;
  }
  return best;
}

std::optional<Rule> RegionFinder::by_boxes() const {
  std::vector<bool> covered(hangs_.size());
  Rule out;
  for (std::size_t boxes = 0;; ++boxes) {
    const auto next = static_cast<std::size_t>(std::find(covered.begin(), covered.end(), false) - covered.begin());
    if (next == covered.size()) return out;
    if (boxes == kBoxes_max) return {};
    const Box box = best_box(hangs_[next]->at, covered);
    std::size_t gain = 0;
    for (std::size_t i = 0; i < hangs_.size(); ++i) gain += !covered[i] && contains(box, hangs_[i]->at);
    if (const auto equal = equality(*hangs_[next], gain, covered)) {
      out.text += (out.text.empty() ? "" : ", or ") + equal->text;
      out.size += equal->size;
      continue;
    }
    for (std::size_t i = 0; i < hangs_.size(); ++i)
      if (contains(box, hangs_[i]->at)) covered[i] = true;
    const Rule rule = rule_of(box);
    out.text += (out.text.empty() ? "" : ", or ") + rule.text;
    out.size += rule.size;
  }
}

Rule RegionFinder::rule_of(const Box& box) const {
  Rule out;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const std::string text = condition(i, box[i]);
    if (text.empty()) continue;
    out.text += (out.text.empty() ? "" : " and ") + text;
    ++out.size;
  }
  return out;
}

// Empty where every value will do.
std::string RegionFinder::condition(std::size_t axis, const std::vector<bool>& values) const {
  const TableAxis& of = table_.axes[axis];
  std::vector<std::string> in;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < values.size(); ++i) (values[i] ? in : out).push_back(of.values[i]);
  if (out.empty()) return {};
  if (in.size() == 1) return fmt::format("{} = {}", of.name, in.front());
  if (!of.integer) return out.size() == 1 ? fmt::format("{} != {}", of.name, out.front()) : fmt::format("{} in {{{}}}", of.name, fmt::join(in, ", "));
  // An interval: it is told by its neighbours outside, as they were tested.
  const auto first = static_cast<std::size_t>(std::find(values.begin(), values.end(), true) - values.begin());
  const std::size_t last = first + in.size() - 1;
  if (first == 0) return fmt::format("{} < {}", of.name, of.values[last + 1]);
  if (last + 1 == values.size()) return fmt::format("{} > {}", of.name, of.values[first - 1]);
  return fmt::format("{} < {} < {}", of.values[first - 1], of.name, of.values[last + 1]);
}

std::int64_t RegionFinder::value_of(const Sum& sum, const TablePoint& point) const {
  std::int64_t out = 0;
  for (std::size_t i = 0; i < sum.axes.size(); ++i) out += sum.factors[i] * table_.axes[sum.axes[i]].numbers[point.at[sum.axes[i]]];
  return out;
}

// All of them with small factors, over axes of numbers; none where there are too many to work out.
std::vector<Sum> RegionFinder::sums() const {
  std::vector<std::size_t> axes;
  for (std::size_t i = 0; i < table_.axes.size(); ++i)
    if (table_.axes[i].integer && table_.axes[i].values.size() > 1) axes.push_back(i);
  constexpr std::uint64_t kFactors = 2 * kFactor_max + 1;
  std::uint64_t all = 1;
  for (std::size_t i = 0; i < axes.size() && all < kSums_max; ++i) all *= kFactors;
  if (axes.size() < 2 || all * (hangs_.size() + free_.size()) > kSums_max) return {};
  std::vector<Sum> out;
  for (std::uint64_t number = 0; number < all; ++number) {
    Sum sum{axes, {}};
    std::uint64_t rest = number;
    for (std::size_t i = 0; i < axes.size(); ++i, rest /= kFactors) sum.factors.push_back(static_cast<int>(rest % kFactors) - kFactor_max);
    // Nothing, or twice another.
    if (std::accumulate(sum.factors.begin(), sum.factors.end(), 0, [](int a, int b) { return std::gcd(a, b); }) == 1) out.push_back(std::move(sum));
  }
  return out;
}

// "p + c > 2*b + 1", "p = b"
Rule RegionFinder::rule_of(const Sum& sum, char relation, std::int64_t value) const {
  std::string left;
  std::string right;
  Rule out;
  for (std::size_t i = 0; i < sum.axes.size(); ++i) {
    const int factor = sum.factors[i];
    if (factor == 0) continue;
    const std::string& name = table_.axes[sum.axes[i]].name;
    std::string& side = factor > 0 ? left : right;
    side += fmt::format("{}{}", side.empty() ? "" : " + ", std::abs(factor) == 1 ? name : fmt::format("{}*{}", std::abs(factor), name));
    out.size += static_cast<std::size_t>(std::abs(factor));
  }
  if (value != 0) ++out.size;
  if (left.empty()) out.text = fmt::format("{} {} {}", right, relation == '>' ? '<' : relation, -value);
  else if (right.empty()) out.text = fmt::format("{} {} {}", left, relation, value);
  else out.text = fmt::format("{} {} {}{}", left, relation, right, value == 0 ? "" : fmt::format(" {} {}", value > 0 ? "+" : "-", std::abs(value)));
  return out;
}

std::optional<Rule> RegionFinder::inequality(const Sum& sum) const {
  std::int64_t least_hang = INT64_MAX;
  for (const TablePoint* point : hangs_) least_hang = std::min(least_hang, value_of(sum, *point));
  std::int64_t greatest_free = INT64_MIN;
  for (const TablePoint* point : free_) {
    greatest_free = std::max(greatest_free, value_of(sum, *point));
    if (greatest_free >= least_hang) return {};
  }
  return rule_of(sum, '>', greatest_free <= 0 && least_hang > 0 ? 0 : greatest_free);
}

std::optional<Rule> RegionFinder::by_inequality() const {
  std::optional<Rule> best;
  for (const Sum& sum : sums()) {
    auto rule = inequality(sum);
    if (rule && (!best || rule->size < best->size)) best = std::move(rule);
  }
  return best;
}

// A short equation that the point meets and no free one does, and that covers more than a box.
std::optional<Rule> RegionFinder::equality(const TablePoint& from, std::size_t box_gain, std::vector<bool>& covered) const {
  constexpr std::size_t kSize_max = 3;
  std::optional<Rule> best;
  std::vector<bool> best_covered;
  std::size_t best_gain = box_gain + 1;
  for (const Sum& sum : sums()) {
    const std::int64_t value = value_of(sum, from);
    const Rule rule = rule_of(sum, '=', value);
    if (rule.size > kSize_max || rule.text.find(" = -") != rule.text.npos) continue;
    if (std::any_of(free_.begin(), free_.end(), [&](const TablePoint* point) { return value_of(sum, *point) == value; })) continue;
    std::vector<bool> now = covered;
    std::size_t gain = 0;
    for (std::size_t i = 0; i < hangs_.size(); ++i) {
      if (value_of(sum, *hangs_[i]) != value) continue;
      gain += !now[i];
      now[i] = true;
    }
    if (gain < best_gain || (gain == best_gain && best && rule.size >= best->size)) continue;
    best = rule;
    best_gain = gain;
    best_covered = std::move(now);
  }
  if (best) covered = best_covered;
  return best;
}

// Points by their indices, and who stands next to whom.
class Neighbours {
 public:
  explicit Neighbours(const SweepTable& table) : table_(table) {
    for (const TablePoint& point : table.points) by_place_[point.at] = &point;
    for (std::size_t axis = 0; axis < table.axes.size(); ++axis) upwards_.push_back(hangs_upwards(axis));
  }

  // No hanging point is one step closer to those that pass.
  bool is_smallest(const TablePoint& point) const {
    for (std::size_t axis = 0; axis < table_.axes.size(); ++axis) {
      if (!table_.axes[axis].integer) continue;
      const TablePoint* smaller = beside(point, axis, upwards_[axis] ? -1 : 1);
      if (smaller != nullptr && smaller->state == PointState::kHangs) return false;
    }
    return true;
  }

  // "batch=1": what changes.
  std::vector<std::string> passing(const TablePoint& point) const {
    std::vector<std::string> out;
    for (std::size_t axis = 0; axis < table_.axes.size(); ++axis) {
      const auto size = static_cast<int>(table_.axes[axis].values.size());
      for (int step = -size; step <= size; ++step) {
        if (step == 0 || (table_.axes[axis].integer && std::abs(step) > 1)) continue;
        const TablePoint* other = beside(point, axis, step);
        if (other != nullptr && other->state == PointState::kFree) out.push_back(fmt::format("{}={}", table_.axes[axis].name, table_.value(*other, axis)));
      }
    }
    return out;
  }

 private:
  const TablePoint* beside(const TablePoint& point, std::size_t axis, int step) const {
    Indices at = point.at;
    const std::int64_t to = std::int64_t{at[axis]} + step;
    if (to < 0 || to >= std::ssize(table_.axes[axis].values)) return nullptr;
    at[axis] = static_cast<std::uint32_t>(to);
    const auto found = by_place_.find(at);
    return found == by_place_.end() ? nullptr : found->second;
  }

  // Whether more of this axis is what makes points hang, rather than less.
  bool hangs_upwards(std::size_t axis) const {
    std::int64_t balance = 0;
    for (const TablePoint& point : table_.points) {
      const TablePoint* next = beside(point, axis, 1);
      if (next == nullptr || point.state == PointState::kUnclear || next->state == PointState::kUnclear) continue;
      balance += static_cast<int>(next->state == PointState::kHangs) - static_cast<int>(point.state == PointState::kHangs);
    }
    return balance >= 0;
  }

  const SweepTable& table_;
  std::map<Indices, const TablePoint*> by_place_;
  std::vector<bool> upwards_;
};

}  // namespace

HangRegion hang_region(const SweepTable& table) {
  HangRegion out;
  out.set_rule(RegionFinder(table).rule());
  const Neighbours neighbours(table);
  for (const TablePoint& point : table.points) {
    if (point.state != PointState::kHangs || !neighbours.is_smallest(point)) continue;
    const auto passing = neighbours.passing(point);
    if (passing.empty()) continue;
    BoundaryPoint& edge = *out.add_boundary();
    edge.set_point(table.text(point));
    for (const std::string& other : passing) edge.add_passing(other);
    edge.set_reproduce(reproduce_line(table, point, point.hang_seed));
    if (static_cast<std::size_t>(out.boundary_size()) == kBoundary_max) break;
  }
  return out;
}

}  // namespace mmsim
