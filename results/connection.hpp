// An open results database, checked to be one.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <cstdint>
#include <string>

#include "results/results_error.hpp"

namespace mmsim {

// What SQLite or the system says, in terms of the file.
std::string said_of(const std::string& path, const SQLite::Exception& error);

// Calls `act`; an error of SQLite leaves it as a ResultsError.
template <class Act>
decltype(auto) with_path(const std::string& path, const Act& act) {
  try {
    return act();
  } catch (const SQLite::Exception& error) {
    throw ResultsError(said_of(path, error));
  }
}

// What a file says it is.
enum class Contents : std::uint8_t { kNothing, kResults };

// Throws ResultsError for what is neither empty nor a results database of this format.
Contents contents_of(SQLite::Database& database, const std::string& path);

// Opens a results database for reading. Throws ResultsError if there is none.
SQLite::Database open_to_read(const std::string& path);

// In double quotes, as SQL writes names that it might take for words of its own.
std::string quoted(const std::string& name);

}  // namespace mmsim
