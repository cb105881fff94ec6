#include "results/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace mmsim {

std::string said_of(const std::string& path, const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_FULL:
      return fmt::format("{}: the disk is full; what was recorded before is kept, and the same command goes on from there", path);
    case SQLITE_IOERR:
      return fmt::format("{}: {}; what was recorded before is kept, and the same command goes on from there", path, error.what());
    case SQLITE_READONLY: return fmt::format("{}: is read-only; expected a file that can be written", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return fmt::format("{}: is in use by another program", path);
    case SQLITE_NOTADB: return fmt::format("{}: is no results database of mmsim sweep", path);
    case SQLITE_CORRUPT: return fmt::format("{}: is damaged ({})", path, error.what());
    case SQLITE_CANTOPEN: return fmt::format("{}: cannot be opened ({})", path, error.what());
    default: return fmt::format("{}: {}", path, error.what());
  }
}

}  // namespace mmsim
