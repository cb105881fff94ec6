#include "results/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "results/results_error.hpp"
#include "results/schema.hpp"

namespace mmsim {

Contents contents_of(SQLite::Database& database, const std::string& path) {
  const int id = database.execAndGet("PRAGMA application_id").getInt();
  const int format = database.execAndGet("PRAGMA user_version").getInt();
  if (id == 0 && database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0) return Contents::kNothing;
  if (id != kApplicationId)
    throw ResultsError(fmt::format("{}: is an SQLite database of something else; expected one of mmsim sweep", path));
  if (format != kFormat)
    throw ResultsError(fmt::format("{}: has format {}; expected {}: another version of mmsim wrote it", path, format, kFormat));
  return Contents::kResults;
}

namespace {

constexpr int kPatience_ms = 5000;   // a writer is at it

// A writer that was killed when it made one plain file of it leaves a journal, which nobody who only reads may roll back.
void undo_half_written(const std::string& path) {
  try {
    SQLite::Database database(path, SQLite::OPEN_READONLY, kPatience_ms);
    database.execAndGet("PRAGMA user_version");
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_READONLY) throw;
    SQLite::Database database(path, SQLite::OPEN_READWRITE, kPatience_ms);
    database.execAndGet("PRAGMA user_version");
  }
}

}  // namespace

SQLite::Database open_to_read(const std::string& path) {
  if (!std::filesystem::exists(path)) throw ResultsError(fmt::format("{}: no such file", path));
  return with_path(path, [&] {
    undo_half_written(path);
    SQLite::Database database(path, SQLite::OPEN_READONLY, kPatience_ms);
    if (contents_of(database, path) == Contents::kNothing) throw ResultsError(fmt::format("{}: is no results database of mmsim sweep", path));
    return database;
  });
}

std::string quoted(const std::string& name) { return fmt::format("\"{}\"", name); }

}  // namespace mmsim
