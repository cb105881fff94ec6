// What one run did: records of 32 bytes, in the order in which things happened.
//
// 1. The digest covers every record of the run, whether or not they are written to a file. Equal digests are how
//    determinism is checked: across runs, optimisation levels and compilers.
// 2. Memory is constant: a ring of records, of which the older half is digested and written when the newer half begins.
//    So at least kKept records, or all there were, can be looked at when the run ends.
//
// A trace file is: TraceHeader; the records; a record whose event is kEnd and whose `argument` is the number of records
// before it; then the names, one line each: "actor ID NAME", "object ID KIND NAME", "event ID NAME", "note ID NAME".
// Integers are little-endian.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mmsim {

// What happened. kNote carries a milestone of the model, named by the table the model gives to its world.
enum class Event : std::uint16_t {
  kEnd = 0,
  kStart,        // an actor begins
  kFinish,
  kAcquire,      // a lock was taken, a unit or an event received
  kAcquireShared,
  kTryFailed,    // a trylock found it taken
  kRelease,
  kReleaseShared,
  kWait,         // begins to wait; extra 1: to see it free, not to take it
  kWoken,        // is made runnable again; it may have to wait once more
  kWake,         // an event: wake one, complete
  kWakeAll,
  kSpend,        // uses its CPU for `argument` ns
  kSleep,        // gives it up for `argument` ns
  kYield,
  kPreempt,      // lost its CPU
  kRun,          // got its CPU
  kInterrupt,    // its CPU was interrupted for `argument` ns
  kNote,         // extra: number of the note
  kStuck,        // cannot go on any more
  kCount
};
const char* to_string(Event event);

inline constexpr std::uint32_t kNoId = 0xffffffff;

struct TraceRecord {
  std::int64_t time_ns;
  std::uint32_t actor;       // kNoId: the machine
  std::uint32_t object;      // kNoId: none
  Event event;
  std::int16_t cpu;          // -1: none
  std::uint32_t extra;
  std::int64_t argument;
};
static_assert(sizeof(TraceRecord) == 32);

struct TraceHeader {
  char magic[8] = {'m', 'm', 's', 'i', 'm', 't', 'r', '1'};
  std::uint32_t record_bytes = sizeof(TraceRecord);
  std::uint32_t reserved = 0;
};

class Trace {
 public:
  static constexpr std::size_t kKept = 1024;

  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // Writes what follows to `path`. Returns an error text, empty if it could be opened.
  std::string open(const std::string& path);

  void record(const TraceRecord& record) {
    ring_[at_] = record;
    if (++at_ % kKept == 0) half_is_full();
  }

  // Ends the digest and the file, with `names` as its last part. Returns an error text if the file could not be written.
  std::string close(std::string_view names);

  std::uint64_t count() const { return flushed_ + at_ % kKept; }
  std::string digest() const;                       // 32 hexadecimal digits. REQUIRES: close() was called.
  std::vector<TraceRecord> last(std::size_t n) const;   // oldest first

  // Keeps a copy of the last records as they are now: how it came to what just happened.
  void keep_last() { kept_ = last(kKept); }
  const std::vector<TraceRecord>& kept() const { return kept_; }

 private:
  void half_is_full();
  void flush(const TraceRecord* from, std::size_t n);

  struct Digest;
  std::vector<TraceRecord> ring_;
  std::vector<TraceRecord> kept_;
  std::size_t at_ = 0;                 // where the next record goes
  std::uint64_t flushed_ = 0;          // records digested
  std::unique_ptr<Digest> digest_;
  std::FILE* file_ = nullptr;
  bool write_failed_ = false;
};

}  // namespace mmsim
