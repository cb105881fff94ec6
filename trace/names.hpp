// The names behind the numbers of a trace: the last part of a trace file, one line each, its fields separated by tabs:
//
//   actor   NAME
//   lock    NOUN  ACQUIRE  TRY_ACQUIRE  RELEASE  ACQUIRE_SHARED  RELEASE_SHARED  spins|sleeps
//   object  LOCK  NAME
//   note    NAME
//   end
//
// 1. Lines of a kind stand in the order of their numbers, from 0; LOCK is the number of a lock line.
// 2. Names may contain blanks, and anything else: a tab, a newline and a backslash are written \t, \n and \\.
// 3. Without the line "end" the names are those of a file that was cut off.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mmsim {

// The words of a kind of lock; empty: it has no such operation.
struct LockWords {
  std::string noun;          // "mutex", "folio lock"
  std::string acquire;       // "mutex_lock"
  std::string try_acquire;
  std::string release;
  std::string acquire_shared;
  std::string release_shared;
  bool spins = false;        // waiters keep their CPU
  friend bool operator==(const LockWords&, const LockWords&) = default;
};

struct ObjectName {
  std::uint32_t lock = 0;    // its kind, an index of TraceNames::locks
  std::string name;
  friend bool operator==(const ObjectName&, const ObjectName&) = default;
};

// By the numbers that records have.
struct TraceNames {
  std::vector<std::string> actors;
  std::vector<LockWords> locks;
  std::vector<ObjectName> objects;
  std::vector<std::string> notes;
  friend bool operator==(const TraceNames&, const TraceNames&) = default;
};

std::string write_names(const TraceNames& names);

// Adds what one line says, given without its newline. Returns false if it cannot be read.
bool read_name(std::string_view line, TraceNames& names);

// True for the line after the last name.
bool is_end_of_names(std::string_view line);

}  // namespace mmsim
