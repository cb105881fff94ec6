#include "results/merge.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>

#include "results/connection.hpp"
#include "results/file_lock.hpp"
#include "results/schema.hpp"

namespace mmsim {
namespace {

constexpr int kPatience_ms = 5000;
// Tables that every database of a sweep has the same of, and those with a row per run.
constexpr std::array kOfTheSweep{"sweep", "axis", "axis_value", "figure"};
constexpr std::array kOfRuns{"run", "counter", "wait", "histogram", "wall"};
// What must be the same wherever a run was made.
constexpr const char* kSame =
    "a.ended = b.ended AND a.verdict IS b.verdict AND a.elapsed_ns IS b.elapsed_ns AND a.steps IS b.steps AND a.states IS b.states AND "
    "a.trace_digest IS b.trace_digest";

std::string text_of(SQLite::Database& database, const std::string& query) { return database.execAndGet(query).getString(); }
std::uint64_t number_of(SQLite::Database& database, const std::string& query) {
  return static_cast<std::uint64_t>(database.execAndGet(query).getInt64());
}

class Merger {
 public:
  explicit Merger(const std::string& path)
      : path_(path), lock_(path),
        database_(std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kPatience_ms)) {
    // What is merged can be merged again: nothing waits for the disk in between.
    database_->exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY");
  }
  ~Merger() {
    database_.reset();
    if (lock_.made() && !begun_)
      for (const char* part : {"", "-wal", "-shm"}) unlink((path_ + part).c_str());
  }
  Merger(const Merger&) = delete;
  Merger& operator=(const Merger&) = delete;

  void add(const std::string& from) {
    // Opened once by itself, for what is said of files that are none of ours.
    open_to_read(from);
    with_path(from, [&] {
      SQLite::Statement attach(*database_, "ATTACH ? AS other");
      attach.bind(1, from);
      attach.exec();
    });
    database_->exec("BEGIN IMMEDIATE");
    if (contents_of(*database_, path_) == Contents::kNothing) take_schema();
    else check_same(from);
    check_agreement(from);
    take_rows();
    database_->exec("COMMIT");
    begun_ = true;
    database_->exec("DETACH other");
  }

  MergeResult finish(std::uint64_t before) {
    database_->exec("PRAGMA journal_mode=DELETE");
    MergeResult out;
    out.points = number_of(*database_, "SELECT points FROM sweep");
    out.runs_due = number_of(*database_, "SELECT points * seeds FROM sweep");
    out.have = number_of(*database_, "SELECT count(*) FROM point");
    out.runs = runs();
    out.added = out.runs - before;
    return out;
  }

  std::uint64_t runs() {
    return contents_of(*database_, path_) == Contents::kNothing ? 0 : number_of(*database_, "SELECT count(*) FROM run");
  }

 private:
  void take_schema() {
    std::vector<std::string> statements;
    SQLite::Statement all(*database_, "SELECT sql FROM other.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
    while (all.executeStep()) statements.push_back(all.getColumn(0).getString());
    all.reset();
    for (const std::string& statement : statements) database_->exec(statement);
    database_->exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, kFormat));
    for (const char* table : kOfTheSweep) database_->exec(fmt::format("INSERT INTO main.{0} SELECT * FROM other.{0}", table));
  }

  void check_same(const std::string& from) {
    const auto differs = [&](const char* column) {
      return text_of(*database_, fmt::format("SELECT {} FROM main.sweep", column)) != text_of(*database_, fmt::format("SELECT {} FROM other.sweep", column));
    };
    if (!differs("digest")) return;
    const char* what = differs("version") ? "another version of mmsim made it" : differs("scenario_digest") ? "its scenario is another text" : "its flags were others";
    throw ResultsError(fmt::format("{}: is not of the same sweep as {}: {}; expected shards of one sweep", from, path_, what));
  }

  // The same point and seed give the same result: if they do not, it is not for us to say which is right.
  void check_agreement(const std::string& from) {
    SQLite::Statement rows(*database_, fmt::format("SELECT a.point, a.seed, a.ended, b.ended FROM main.run a JOIN other.run b USING(point, seed) "
                                                   "WHERE NOT ({}) AND a.ended <> 'crashed' AND b.ended <> 'crashed' LIMIT 1", kSame));
    if (!rows.executeStep()) return;
    throw ResultsError(fmt::format("{}: tells another result of point {}, seed {} than {}; expected the same from every machine: one of them is "
                                   "broken, or this is a bug in mmsim", from, rows.getColumn(0).getInt64(), rows.getColumn(1).getInt64(), path_));
  }

  void take_rows() {
    // Of a run that crashed here and came to its end there, theirs is taken.
    constexpr const char* kBetter =
        "(point, seed) IN (SELECT a.point, a.seed FROM main.run a JOIN other.run b USING(point, seed) WHERE a.ended = 'crashed' AND b.ended <> 'crashed')";
    database_->exec(fmt::format("DELETE FROM main.wall WHERE {}", kBetter));
    database_->exec(fmt::format("DELETE FROM main.run WHERE {}", kBetter));
    database_->exec("INSERT OR IGNORE INTO main.shard SELECT * FROM other.shard");
    database_->exec("INSERT OR IGNORE INTO main.point SELECT * FROM other.point ORDER BY point");
    database_->exec("CREATE TEMP TABLE fresh AS SELECT point, seed FROM other.run EXCEPT SELECT point, seed FROM main.run");
    for (const char* table : kOfRuns)
      database_->exec(fmt::format("INSERT INTO main.{0} SELECT b.* FROM other.{0} b JOIN temp.fresh USING(point, seed) ORDER BY b.point, b.seed", table));
    database_->exec("DROP TABLE temp.fresh");
  }

  std::string path_;
  FileLock lock_;                    // outlives the connection
  std::unique_ptr<SQLite::Database> database_;
  bool begun_ = false;               // there is something in it
};

}  // namespace

MergeResult merge_databases(const std::string& out, const std::vector<std::string>& in) {
  for (const std::string& from : in) {
    std::error_code none;
    if (std::filesystem::equivalent(out, from, none)) throw ResultsError(fmt::format("{}: is the database to merge into; expected others", from));
  }
  return with_path(out, [&] {
    Merger merger(out);
    const std::uint64_t before = merger.runs();
    for (const std::string& from : in) merger.add(from);
    return merger.finish(before);
  });
}

}  // namespace mmsim
