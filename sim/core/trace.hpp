// What one run did: records of 32 bytes, in the order in which things happened.
//
// 1. The digest covers every record of the run, whether or not they are written to a file. Equal digests are how
//    determinism is checked: across runs, optimisation levels and compilers.
// 2. Memory is constant: a ring of records, of which the older half is digested and written when the newer half begins.
//    So at least kKept records, or all there were, can be looked at when the run ends.
//
// The layout of records and of a trace file is that of trace/format.hpp.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trace/format.hpp"

namespace mmsim {

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

  // Ends the digest and the file, with `names` (see trace/names.hpp) as its last part. Returns an error text if the file could not be written.
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
