#include "results/writer.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "results/connection.hpp"
#include "results/file_lock.hpp"
#include "results/schema.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;

constexpr int kPatience_ms = 10'000;   // readers at a checkpoint

std::int64_t as_int64(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// "folio lock" is folio_lock in names of figures.
std::string as_word(std::string kind) {
  std::replace(kind.begin(), kind.end(), ' ', '_');
  return kind;
}

const char* word_of(RunEnded ended) {
  switch (ended) {
    case RunEnded::kRan: return "ran";
    case RunEnded::kCrashed: return "crashed";
    default: return "bad scenario";
  }
}

// Puts the columns of a row one after the other.
class Row {
 public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}
  ~Row() { statement_.tryReset(); }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;
  Row& add(std::int64_t value) { return statement_.bind(++at_, value), *this; }
  Row& add(std::uint64_t value) { return add(as_int64(value)); }
  Row& add(const std::string& value) { return statement_.bind(++at_, value), *this; }
  Row& add(const char* value) { return statement_.bindNoCopy(++at_, value), *this; }
  Row& skip() { return statement_.bind(++at_), *this; }
  // NULL where it is not so.
  template <class T>
  Row& add_if(bool so, const T& value) {
    return so ? add(value) : skip();
  }
  void put() { statement_.exec(); }

 private:
  SQLite::Statement& statement_;
  int at_ = 0;
};

std::string column_of(const AxisColumn& axis) {
  return fmt::format("{} {} NOT NULL", quoted(axis.name), axis.integer ? "INTEGER" : "TEXT");
}

void write_identity(SQLite::Database& database, const SweepIdentity& of, const Shard& shard) {
  SQLite::Statement sweep(database, "INSERT INTO sweep VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
  Row(sweep).add(of.digest).add(of.version).add(of.scenario).add(of.scenario_text).add(of.scenario_digest).add(of.claim)
      .add(of.command).add(of.reproduce).add(std::int64_t{of.explores}).add(of.points).add(of.first_seed).add(of.seeds).add(of.hangs_iff).put();
  SQLite::Statement part(database, "INSERT INTO shard VALUES(?,?)");
  Row(part).add(shard.number).add(shard.shards).put();
  SQLite::Statement axis(database, "INSERT INTO axis VALUES(?,?,?,?,?)");
  SQLite::Statement value(database, "INSERT INTO axis_value VALUES(?,?,?,?)");
  for (std::size_t i = 0; i < of.axes.size(); ++i) {
    const AxisColumn& column = of.axes[i];
    Row(axis).add(i).add(column.name).add(column.integer ? "integer" : "text").add(column.unit).add(column.paths).put();
    for (std::size_t v = 0; v < column.values.size(); ++v)
      Row(value).add(i).add(v).add(column.values[v].value).add(column.values[v].sets).put();
  }
  SQLite::Statement figure(database, "INSERT INTO figure VALUES(?,?,?)");
  for (std::size_t i = 0; i < of.figures.size(); ++i)
    Row(figure).add(i).add(of.figures[i].name).add(std::int64_t{of.figures[i].higher_is_better}).put();
}

void write_points(SQLite::Database& database, const SweepIdentity& of, const std::function<void(const PointSink&)>& list) {
  std::string marks = "?";
  for (std::size_t i = 0; i <= of.axes.size(); ++i) marks += ",?";
  SQLite::Statement insert(database, fmt::format("INSERT INTO point VALUES({})", marks));
  list([&](const PointRow& point) {
    Row row(insert);
    row.add(point.point);
    for (const std::string& value : point.values) row.add(value);   // the column's type makes it a number
    row.add_if(point.claimed.has_value(), std::int64_t{point.claimed.value_or(false)});
    row.put();
  });
}

// All of it or nothing.
void create(SQLite::Database& database, const SweepIdentity& of, const Shard& shard,
            const std::function<void(const PointSink&)>& list) {
  std::vector<std::string> columns;
  for (const AxisColumn& axis : of.axes) columns.push_back(column_of(axis));
  database.exec("BEGIN IMMEDIATE");
  database.exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, kFormat));
  database.exec(schema_text(columns));
  write_identity(database, of, shard);
  write_points(database, of, list);
  database.exec("COMMIT");
}

std::string text_at(SQLite::Database& database, const char* column) {
  return database.execAndGet(fmt::format("SELECT {} FROM sweep", column)).getString();
}

std::uint64_t number_of(SQLite::Database& database, const char* query) {
  return static_cast<std::uint64_t>(database.execAndGet(query).getInt64());
}

// Throws if the database is of another sweep or shard, and says what has changed.
void check_same(SQLite::Database& database, const std::string& path, const SweepIdentity& of, const Shard& shard) {
  constexpr const char* kWayOut = "expected the same, or --new to keep that file beside and begin another";
  if (text_at(database, "digest") != of.digest) {
    if (const std::string version = text_at(database, "version"); version != of.version)
      throw ResultsError(fmt::format("{}: was begun by mmsim {}, this is {}; {}", path, version, of.version, kWayOut));
    if (text_at(database, "scenario_digest") != of.scenario_digest)
      throw ResultsError(fmt::format("{}: {} has changed since it was begun; {}", path, of.scenario, kWayOut));
    throw ResultsError(fmt::format("{}: was begun with other flags, as {}; {}", path, text_at(database, "command"), kWayOut));
  }
  // What was merged from shards is as good as a whole, once no point is missing.
  const bool whole = shard.shards == 1 && number_of(database, "SELECT count(*) FROM point") == of.points;
  SQLite::Statement have(database, "SELECT number, shards FROM shard");
  while (!whole && have.executeStep()) {
    const Shard there{static_cast<std::uint64_t>(have.getColumn(0).getInt64()), static_cast<std::uint64_t>(have.getColumn(1).getInt64())};
    if (there == shard) return;
    throw ResultsError(fmt::format("{}: holds shard {}/{}, not {}/{}; expected another file per shard", path, there.number,
                                   there.shards, shard.number, shard.shards));
  }
}

}  // namespace

struct ResultsWriter::Open {
  std::string path;
  FileLock lock;                       // outlives the connection
  std::unique_ptr<SQLite::Database> database;
  std::unique_ptr<SQLite::Statement> run, counter, wait, histogram, wall;
  bool in_transaction = false;

  explicit Open(const std::string& at) : path(at), lock(at) {}
  void connect(bool alone);
  void prepare();
  void put_result(const RunRecord& record);
};

void ResultsWriter::Open::connect(bool alone) {
  database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kPatience_ms);
  contents_of(*database, path);
  if (alone) database->exec("PRAGMA locking_mode=EXCLUSIVE");
  const std::string mode = database->execAndGet("PRAGMA journal_mode=WAL").getString();
  if (mode != "wal") throw ResultsError(fmt::format("{}: cannot be written to in WAL mode, only in mode {}", path, mode));
  database->exec("PRAGMA synchronous=NORMAL");
}

void ResultsWriter::Open::prepare() {
  const auto make = [&](const char* sql) { return std::make_unique<SQLite::Statement>(*database, sql); };
  run = make("INSERT INTO run VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
  counter = make("INSERT INTO counter VALUES(?,?,?,?)");
  wait = make("INSERT INTO wait VALUES(?,?,?,?,?,?)");
  histogram = make("INSERT INTO histogram VALUES(?,?,?,?,?)");
  wall = make("INSERT INTO wall VALUES(?,?,?)");
}

ResultsWriter::ResultsWriter(const std::string& path, const SweepIdentity& identity, const Shard& shard,
                             const std::function<void(const PointSink&)>& list) {
  open_ = std::make_unique<Open>(path);
  try {
    with_path(path, [&] {
      open_->connect(shard.shards > 1);
      if (contents_of(*open_->database, path) == Contents::kNothing) create(*open_->database, identity, shard, list);
      else check_same(*open_->database, path, identity, shard);
      open_->prepare();
    });
  } catch (...) {
    open_->database.reset();
    if (open_->lock.made())
      for (const char* part : {"", "-wal", "-shm"}) unlink((path + part).c_str());
    throw;
  }
}

ResultsWriter::~ResultsWriter() = default;

void ResultsWriter::for_each_recorded(const std::function<void(std::uint64_t, std::uint64_t, bool)>& visit) {
  with_path(open_->path, [&] {
    SQLite::Statement rows(*open_->database,
                           "SELECT point, seed, ifnull(verdict, 'LIMIT') NOT IN ('COMPLETED', 'LIMIT') FROM run ORDER BY point, seed");
    while (rows.executeStep())
      visit(static_cast<std::uint64_t>(rows.getColumn(0).getInt64()), static_cast<std::uint64_t>(rows.getColumn(1).getInt64()),
            rows.getColumn(2).getInt() != 0);
  });
}

int ResultsWriter::forget_crashed() {
  return with_path(open_->path, [&] {
    SQLite::Database& database = *open_->database;
    database.exec("BEGIN IMMEDIATE; DELETE FROM wall WHERE (point, seed) IN (SELECT point, seed FROM run WHERE ended = 'crashed')");
    const int gone = database.exec("DELETE FROM run WHERE ended = 'crashed'");
    database.exec("COMMIT");
    return gone;
  });
}

void ResultsWriter::Open::put_result(const RunRecord& record) {
  const pb::Result& result = record.result;
  const bool ran = record.ended == RunEnded::kRan;
  const bool explored = result.has_exploration();
  Row(*run).add(record.point).add(record.seed).add(word_of(record.ended)).add_if(!ran, record.failure)
      .add_if(ran, pb::Verdict_Name(result.verdict())).add_if(ran && explored, std::int64_t{result.proved()})
      .add_if(ran && result.verdict() == pb::LIMIT, explored ? result.exploration().limit_reached() : result.limit())
      .add_if(ran, result.headline()).add_if(ran && !explored, result.elapsed_ns()).add_if(ran, result.transitions())
      .add_if(ran && explored, result.states())
      .add_if(ran && result.exploration().witness_size() > 0, std::int64_t{result.exploration().witness_size()})
      .add_if(ran && !explored, result.trace_digest()).put();
  for (const auto& [name, value] : result.counters()) Row(*counter).add(record.point).add(record.seed).add(name).add(value).put();
  for (const pb::WaitStats& stats : result.waits())
    Row(*wait).add(record.point).add(record.seed).add(as_word(stats.type())).add(stats.contended()).add(stats.total_wait_ns())
        .add(stats.max_wait_ns()).put();
  for (const pb::WaitStats& stats : result.waits())
    for (int i = 0; i < stats.histogram().low_ns_size(); ++i)
      Row(*histogram).add(record.point).add(record.seed).add(as_word(stats.type())).add(stats.histogram().low_ns(i))
          .add(stats.histogram().count(i)).put();
}

void ResultsWriter::put(const RunRecord& record) {
  with_path(open_->path, [&] {
    if (!open_->in_transaction) open_->database->exec("BEGIN IMMEDIATE");
    open_->in_transaction = true;
    open_->put_result(record);
    Row(*open_->wall).add(record.point).add(record.seed).add(record.wall_ns).put();
  });
}

void ResultsWriter::commit() {
  if (!open_->in_transaction) return;
  with_path(open_->path, [&] { open_->database->exec("COMMIT"); });
  open_->in_transaction = false;
}

void ResultsWriter::finish() {
  commit();
  with_path(open_->path, [&] {
    for (auto* statement : {&open_->run, &open_->counter, &open_->wait, &open_->histogram, &open_->wall}) statement->reset();
    open_->database->exec("PRAGMA journal_mode=DELETE");   // without effect while somebody reads it: it is as good as it is
  });
}

std::string keep_beside(const std::string& path) {
  if (!fs::exists(path)) return {};
  const FileLock lock(path);
  with_path(path, [&] {
    SQLite::Database database(path, SQLite::OPEN_READWRITE, kPatience_ms);
    contents_of(database, path);
    // What stands in the WAL belongs to the file by its name.
    const std::string mode = database.execAndGet("PRAGMA journal_mode=DELETE").getString();
    if (mode == "wal") throw ResultsError(fmt::format("{}: is in use by another program", path));
  });
  const fs::path from(path);
  for (int number = 1;; ++number) {
    const fs::path to = from.parent_path() / fmt::format("{}.{}{}", from.stem().string(), number, from.extension().string());
    if (fs::exists(to)) continue;
    fs::rename(from, to);
    return to.string();
  }
}

}  // namespace mmsim
