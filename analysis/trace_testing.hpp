// What the tests of the trace exports share: trace files made by hand.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "trace/format.hpp"
#include "trace/names.hpp"

namespace mmsim {

inline const TraceNames& test_names() {
  static const TraceNames kNames{
      {"migrator", "flusher", "soft irq"},
      {{"folio lock", "folio_lock", "folio_trylock", "folio_unlock", "folio_wait_locked", "", false},
       {"spinlock", "spin_lock", "spin_trylock", "spin_unlock", "", "", true}},
      {{0, "file[3]"}, {1, "lru_lock"}, {0, "file[3]"}},
      {"folio_copy", "folio_end_writeback"}};
  return kNames;
}

// A file that is removed at the end of the test.
class TestTrace {
 public:
  TestTrace() : path_(std::string(std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "/tmp") + "/mmsim_trace_XXXXXX") {
    const int file = mkstemp(path_.data());
    if (file >= 0) close(file);
  }
  explicit TestTrace(const std::vector<TraceRecord>& records, const TraceNames& names = test_names()) : TestTrace() {
    write(bytes(records) + end(static_cast<std::int64_t>(records.size())) + write_names(names));
  }
  ~TestTrace() { std::remove(path_.c_str()); }
  TestTrace(const TestTrace&) = delete;
  TestTrace& operator=(const TestTrace&) = delete;

  const std::string& path() const { return path_; }
  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  // Header and records.
  static std::string bytes(const std::vector<TraceRecord>& records) {
    const TraceHeader header;
    std::string out(reinterpret_cast<const char*>(&header), sizeof header);
    for (const TraceRecord& record : records) out.append(reinterpret_cast<const char*>(&record), sizeof record);
    return out;
  }
  static std::string end(std::int64_t count) {
    TraceRecord record{};
    record.argument = count;
    return {reinterpret_cast<const char*>(&record), sizeof record};
  }

 private:
  std::string path_;
};

}  // namespace mmsim
