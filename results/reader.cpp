#include "results/reader.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>

#include "results/connection.hpp"

namespace mmsim {
namespace {

std::uint64_t number_at(SQLite::Statement& row, int column) { return static_cast<std::uint64_t>(row.getColumn(column).getInt64()); }
std::string text_at(SQLite::Statement& row, int column) { return row.getColumn(column).getString(); }

void read_axes(SQLite::Database& database, SweepIdentity& out) {
  SQLite::Statement axes(database, "SELECT name, kind, unit, paths FROM axis ORDER BY number");
  while (axes.executeStep())
    out.axes.push_back({text_at(axes, 0), text_at(axes, 1) == "integer", text_at(axes, 2), text_at(axes, 3), {}});
  SQLite::Statement values(database, "SELECT axis, value, sets FROM axis_value ORDER BY axis, number");
  while (values.executeStep()) out.axes.at(number_at(values, 0)).values.push_back({text_at(values, 1), text_at(values, 2)});
}

SweepIdentity read_identity(SQLite::Database& database) {
  SweepIdentity out;
  SQLite::Statement row(database,
                        "SELECT digest, version, scenario, scenario_text, scenario_digest, claim, command, reproduce, explores, points, "
                        "first_seed, seeds, hangs_iff FROM sweep");
  if (row.executeStep())
    out = {text_at(row, 0), text_at(row, 1), text_at(row, 2), text_at(row, 3), text_at(row, 4), text_at(row, 5), text_at(row, 6),
           text_at(row, 7), number_at(row, 8) != 0, number_at(row, 9), number_at(row, 10), number_at(row, 11), text_at(row, 12), {}, {}};
  read_axes(database, out);
  SQLite::Statement figures(database, "SELECT name, higher_is_better FROM figure ORDER BY number");
  while (figures.executeStep()) out.figures.push_back({text_at(figures, 0), number_at(figures, 1) != 0});
  return out;
}

// What the value is, and what is joined to get it. A run counts where its figures mean what their names say.
std::string query_of(const FigureName& figure) {
  constexpr const char* kCounts = "r.verdict IS NOT NULL AND (r.verdict = 'COMPLETED' OR (r.states IS NOT NULL AND r.verdict <> 'LIMIT'))";
  const auto query = [&](const std::string& value, const std::string& join) {
    return fmt::format("SELECT r.point, r.seed, {} FROM run r {} WHERE {} ORDER BY r.point, r.seed", value, join, kCounts);
  };
  const auto joined = [&](const char* table, const char* key) {
    return fmt::format("LEFT JOIN {} c ON c.point = r.point AND c.seed = r.seed AND c.{} = ?", table, key);
  };
  switch (figure.of) {
    case FigureName::Of::kRun: return query("r." + quoted(figure.name), "");
    case FigureName::Of::kCounter: return query("ifnull(c.value, 0)", joined("counter", "name"));
    case FigureName::Of::kRate: return query("ifnull(c.value, 0) * 1e9 / nullif(r.elapsed_ns, 0)", joined("counter", "name"));
    case FigureName::Of::kWait: break;
  }
  if (figure.part == "contended") return query("ifnull(c.contended, 0)", joined("wait", "kind"));
  if (figure.part == "avg_ns") return query("c.total_ns * 1.0 / nullif(c.contended, 0)", joined("wait", "kind"));
  return query("c." + quoted(figure.part), joined("wait", "kind"));
}

}  // namespace

struct ResultsReader::Open {
  explicit Open(const std::string& at) : path(at), database(open_to_read(at)), identity(read_identity(database)) {}
  std::string path;
  SQLite::Database database;
  SweepIdentity identity;

  std::uint64_t count(const char* table) {
    return static_cast<std::uint64_t>(database.execAndGet(fmt::format("SELECT count(*) FROM {}", table)).getInt64());
  }
  void quantiles(const FigureName& figure, const std::function<void(std::uint64_t, std::uint64_t, double)>& visit);
};

ResultsReader::ResultsReader(const std::string& path) {
  with_path(path, [&] { open_ = std::make_unique<Open>(path); });
}

ResultsReader::~ResultsReader() = default;

const std::string& ResultsReader::path() const { return open_->path; }
const SweepIdentity& ResultsReader::identity() const { return open_->identity; }

std::vector<Shard> ResultsReader::shards() {
  return with_path(open_->path, [&] {
    std::vector<Shard> out;
    SQLite::Statement rows(open_->database, "SELECT number, shards FROM shard ORDER BY shards, number");
    while (rows.executeStep()) out.push_back({number_at(rows, 0), number_at(rows, 1)});
    return out;
  });
}

std::uint64_t ResultsReader::points() {
  return with_path(open_->path, [&] { return open_->count("point"); });
}
std::uint64_t ResultsReader::runs() {
  return with_path(open_->path, [&] { return open_->count("run"); });
}

void ResultsReader::for_each_point(const std::function<void(const PointRow&)>& visit) {
  with_path(open_->path, [&] {
    std::string columns = "point, claimed";
    for (const AxisColumn& axis : open_->identity.axes) columns += ", " + quoted(axis.name);
    SQLite::Statement rows(open_->database, fmt::format("SELECT {} FROM point ORDER BY point", columns));
    PointRow point;
    while (rows.executeStep()) {
      point.point = number_at(rows, 0);
      point.claimed = rows.getColumn(1).isNull() ? std::optional<bool>() : rows.getColumn(1).getInt() != 0;
      point.values.clear();
      for (int i = 2; i < rows.getColumnCount(); ++i) point.values.push_back(text_at(rows, i));
      visit(point);
    }
  });
}

void ResultsReader::for_each_run(const std::function<void(const RunRow&)>& visit) {
  with_path(open_->path, [&] {
    SQLite::Statement rows(open_->database,
                           "SELECT point, seed, ended, failure, verdict, bound, headline FROM run ORDER BY point, seed");
    while (rows.executeStep())
      visit({number_at(rows, 0), number_at(rows, 1), text_at(rows, 2), text_at(rows, 3), text_at(rows, 4), text_at(rows, 5), text_at(rows, 6)});
  });
}

void ResultsReader::for_each_value(const FigureName& figure, const std::function<void(std::uint64_t, std::uint64_t, double)>& visit) {
  with_path(open_->path, [&] {
    if (figure.quantile > 0) return open_->quantiles(figure, visit);
    SQLite::Statement rows(open_->database, query_of(figure));
    if (figure.of != FigureName::Of::kRun) rows.bind(1, figure.name);
    while (rows.executeStep())
      if (!rows.getColumn(2).isNull()) visit(number_at(rows, 0), number_at(rows, 1), rows.getColumn(2).getDouble());
  });
}

void ResultsReader::Open::quantiles(const FigureName& figure, const std::function<void(std::uint64_t, std::uint64_t, double)>& visit) {
  SQLite::Statement rows(database,
                         "SELECT h.point, h.seed, h.low_ns, h.count, w.max_ns FROM histogram h JOIN run r USING(point, seed) "
                         "JOIN wait w USING(point, seed, kind) WHERE h.kind = ? AND r.verdict = 'COMPLETED' ORDER BY h.point, h.seed, h.low_ns");
  rows.bind(1, figure.name);
  std::map<std::int64_t, std::uint64_t> histogram;
  std::uint64_t point = 0;
  std::uint64_t seed = 0;
  double max = 0;
  const auto tell = [&] {
    // The middle of the last bucket may lie beyond all that is in it.
    if (!histogram.empty()) visit(point, seed, std::min(quantile_of(histogram, figure.quantile), max));
    histogram.clear();
  };
  while (rows.executeStep()) {
    if (number_at(rows, 0) != point || number_at(rows, 1) != seed) tell();
    point = number_at(rows, 0);
    seed = number_at(rows, 1);
    histogram[rows.getColumn(2).getInt64()] = number_at(rows, 3);
    max = rows.getColumn(4).getDouble();
  }
  tell();
}

std::vector<std::string> ResultsReader::wait_kinds() {
  return with_path(open_->path, [&] {
    std::vector<std::string> out;
    SQLite::Statement rows(open_->database, "SELECT DISTINCT kind FROM wait ORDER BY kind");
    while (rows.executeStep()) out.push_back(text_at(rows, 0));
    return out;
  });
}

}  // namespace mmsim
