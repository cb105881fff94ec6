#include "analysis/sweep_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "analysis/format.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kRows_max = 20;   // of failures: more than anybody reads

std::int64_t number_of(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> names_of(const SweepTable& table) {
  std::vector<std::string> names;
  for (const TableAxis& axis : table.axes) names.push_back(axis.name);
  return names;
}

// Reads a table in passes over the database, each in the order of points.
class TableReader {
 public:
  TableReader(ResultsReader& reader, const Only& only) : reader_(reader), only_(only) {
    out_.sweep = reader.identity();
    out_.path = reader.path();
  }

  SweepTable read(const std::vector<std::string>& figures) {
    add_axes();
    check_only();
    add_points();
    add_runs();
    choose_figures(figures);
    for (std::size_t i = 0; i < out_.figures.size(); ++i) add_figure(i);
    return std::move(out_);
  }

 private:
  void add_axes() {
    for (const AxisColumn& column : out_.sweep.axes) {
      TableAxis axis{column.name, column.unit, column.integer, {}, {}};
      for (const AxisValueRow& row : column.values) axis.values.push_back(row.value);
      out_.axes.push_back(std::move(axis));
    }
    // Numbers are listed nowhere: those that occur are the values.
    std::vector<std::set<std::int64_t>> found(out_.axes.size());
    reader_.for_each_point([&](const PointRow& row) {
      for (std::size_t i = 0; i < found.size(); ++i)
        if (out_.axes[i].integer) found[i].insert(number_of(row.values[i]));
    });
    for (std::size_t i = 0; i < found.size(); ++i)
      for (const std::int64_t number : found[i]) {
        out_.axes[i].numbers.push_back(number);
        out_.axes[i].values.push_back(std::to_string(number));
      }
  }

  void check_only() const {
    for (const auto& [name, values] : only_) {
      const auto axis = std::find_if(out_.axes.begin(), out_.axes.end(), [&](const TableAxis& a) { return a.name == name; });
      if (axis == out_.axes.end())
        throw std::invalid_argument(fmt::format("there is no axis \"{}\"; expected one of {}", name, list_of(names_of(out_))));
      for (const std::string& value : values)
        if (std::find(axis->values.begin(), axis->values.end(), value) == axis->values.end())
          throw std::invalid_argument(fmt::format("no point has {}={}; expected some of {}", name, value, list_of(axis->values)));
    }
  }

  bool is_wanted(const PointRow& row) const {
    for (std::size_t i = 0; i < out_.axes.size(); ++i) {
      const auto wanted = only_.find(out_.axes[i].name);
      if (wanted != only_.end() && wanted->second.count(row.values[i]) == 0) return false;
    }
    return true;
  }

  static std::uint32_t index_of(const TableAxis& axis, const std::string& value) {
    if (axis.integer)
      return static_cast<std::uint32_t>(std::lower_bound(axis.numbers.begin(), axis.numbers.end(), number_of(value)) - axis.numbers.begin());
    return static_cast<std::uint32_t>(std::find(axis.values.begin(), axis.values.end(), value) - axis.values.begin());
  }

  void add_points() {
    reader_.for_each_point([&](const PointRow& row) {
      ++out_.points_recorded;
      if (!is_wanted(row)) return;
      TablePoint point;
      point.point = row.point;
      point.claimed = row.claimed;
      for (std::size_t i = 0; i < out_.axes.size(); ++i) point.at.push_back(index_of(out_.axes[i], row.values[i]));
      out_.points.push_back(std::move(point));
    });
    out_.runs_due = out_.points_recorded * out_.sweep.seeds;
  }

  // The point that a row is of, nullptr if it is not wanted. Rows come in order.
  TablePoint* point_of(std::uint64_t number) {
    while (next_ < out_.points.size() && out_.points[next_].point < number) ++next_;
    return next_ < out_.points.size() && out_.points[next_].point == number ? &out_.points[next_] : nullptr;
  }

  void add_runs() {
    next_ = 0;
    reader_.for_each_run([&](const RunRow& row) {
      ++out_.runs;
      if (TablePoint* point = point_of(row.point)) add_run(*point, row);
    });
    for (TablePoint& point : out_.points) {
      if (point.hangs > 0) point.state = PointState::kHangs;
      else if (point.runs == out_.sweep.seeds && point.limits + point.crashed + point.bad == 0) point.state = PointState::kFree;
    }
  }

  void add_run(TablePoint& point, const RunRow& row) {
    ++point.runs;
    const std::string word = row.ended == "ran" ? row.verdict : row.ended == "crashed" ? "CRASHED" : "BAD SCENARIO";
    const bool hung = row.ended == "ran" && row.verdict != "COMPLETED" && row.verdict != "LIMIT";
    if (point.hangs == 0 && (point.verdict.empty() || point.verdict == "COMPLETED" || hung)) point.verdict = word;
    if (hung) {
      if (point.hangs++ == 0) point.hang_seed = row.seed;
    } else if (row.ended != "ran") {
      ++(row.ended == "crashed" ? point.crashed : point.bad);
      if (out_.failures.size() < kRows_max) out_.failures.push_back(row);
    } else if (row.verdict == "LIMIT") {
      ++point.limits;
    }
  }

  void choose_figures(const std::vector<std::string>& words) {
    if (words.empty()) {
      for (const FigureColumn& figure : out_.sweep.figures) add_figure(figure.name, figure.higher_is_better);
      return;
    }
    for (const std::string& word : words) {
      const auto colon = word.rfind(':');
      const std::string better = colon == word.npos ? "" : word.substr(colon + 1);
      if (colon != word.npos && better != "max" && better != "min")
        throw std::invalid_argument(fmt::format("figure {}: expected NAME, NAME:max or NAME:min", word));
      add_figure(word.substr(0, colon), better.empty() ? std::optional<bool>() : better == "max");
    }
  }

  void add_figure(const std::string& name, std::optional<bool> higher) {
    const auto form = parse_figure(name);
    if (!form)
      throw std::invalid_argument(fmt::format("\"{}\" is no figure; expected a counter, COUNTER/s, WAIT.PART with one of {}, or one of {}",
                                              name, list_of(wait_parts(), 10), list_of(run_figures())));
    out_.figures.push_back({name, unit_of(*form), higher.value_or(higher_is_better(*form)), *form});
  }

  void add_figure(std::size_t index) {
    for (TablePoint& point : out_.points) point.figures.emplace_back();
    next_ = 0;
    TablePoint* at = nullptr;
    Estimator estimator;
    const auto tell = [&] {
      if (at != nullptr) at->figures[index] = estimator.estimate();
      estimator = {};
    };
    reader_.for_each_value(out_.figures[index].form, [&](std::uint64_t number, std::uint64_t, double value) {
      TablePoint* point = point_of(number);
      if (point != at) tell();
      at = point;
      if (point != nullptr) estimator.add(value);
    });
    tell();
  }

  ResultsReader& reader_;
  const Only& only_;
  SweepTable out_;
  std::size_t next_ = 0;
};

}  // namespace

std::string SweepTable::text(const TablePoint& point) const {
  std::string out;
  for (std::size_t i = 0; i < axes.size(); ++i) out += fmt::format("{}{}={}", i == 0 ? "" : " ", axes[i].name, value(point, i));
  return out;
}

SweepTable read_table(ResultsReader& reader, const std::vector<std::string>& figures, const Only& only) {
  return TableReader(reader, only).read(figures);
}

}  // namespace mmsim
