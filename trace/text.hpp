// A record in words. The only place where they are chosen: the events of a report and those of an exported trace agree.
#pragma once

#include <string>
#include <string_view>

#include "trace/format.hpp"

namespace mmsim {

// What a record is about, looked up by who knows the names. Views are valid as long as the names are.
struct Subject {
  std::string_view object;           // "file[2]"; unused if the record has none
  std::string_view acquire;          // the words of its kind of lock, see LockWords
  std::string_view try_acquire;
  std::string_view release;
  std::string_view acquire_shared;
  std::string_view release_shared;
  std::string_view note;             // of kNote
};

// An operation, its object if it has one, and what is to be said besides.
struct Phrase {
  std::string_view verb;             // "folio_lock"; empty: nothing a reader wants to see in a list
  std::string_view object;
  std::string rest;                  // "fails", "... waits"
};

// Empty for time spent and scheduling. The views are those of `subject`, or literals.
Phrase phrase_of(const TraceRecord& record, const Subject& subject);

// As a call: "folio_lock(file[2]) ... waits", "starts", "sleeps 500 ns"; empty for an empty phrase.
std::string as_call(const Phrase& phrase);

// As ftrace prints an event: "folio_lock: file[2] ... waits", "starts:", "sleeps: 500 ns".
std::string as_ftrace(const Phrase& phrase);

}  // namespace mmsim
