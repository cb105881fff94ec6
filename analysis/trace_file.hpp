// A trace file, read twice: once to check it and to learn the names and the CPUs, once for what happened. Memory is that
// of the names, whatever the number of records.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "trace/format.hpp"
#include "trace/names.hpp"
#include "trace/text.hpp"

namespace mmsim {

// what() begins with the path and says what is wrong with the file.
class TraceError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Where the bytes of an export go; throws what it likes if they cannot be written.
using ByteSink = std::function<void(std::string_view)>;

class TraceFile {
 public:
  // Reads all of it once. A file that ends too early is no error: see cut_off().
  // Throws TraceError: it cannot be read, is no trace, is of another version, or has a record that no run writes.
  explicit TraceFile(std::string path);

  // Calls visit(record) for each record, in order; time never goes back, and no actor is greater than kActor_max.
  // Throws TraceError if the file has changed meanwhile.
  void for_each(const std::function<void(const TraceRecord&)>& visit);

  // Empty, or how the file ends too early, complete with its path and the number of records there are.
  const std::string& cut_off() const { return cut_off_; }
  std::uint64_t count() const { return count_; }
  // CPUs of the machine, and one for each actor that the scenario gave none: such an actor has its CPU for itself.
  int lanes() const { return cpus_ + static_cast<int>(own_lanes_.size()); }
  // The CPU on which an event happened; that of the machine's own events, which have none, is 0.
  int lane(const TraceRecord& record) const;
  bool has_own_lane(std::uint32_t actor) const { return own_lanes_.count(actor) > 0; }

  // Names of a file that was cut off are made from the numbers: "actor[3]".
  std::string actor(std::uint32_t id) const;
  std::string object(std::uint32_t id) const;
  // True if those who wait for the record's object keep their CPU.
  bool spins(const TraceRecord& record) const;
  // Valid until the next call.
  Phrase phrase(const TraceRecord& record) const;

  // Process ids of Linux end here, and with it the numbers of actors.
  static constexpr std::uint32_t kActor_max = (1U << 22) - 2;

 private:
  void check_header();
  bool read(TraceRecord& record);
  void check(const TraceRecord& record, std::int64_t last_ns) const;
  void learn(const TraceRecord& record);
  void learn_names(const TraceRecord& end);
  [[noreturn]] void fail(const std::string& what) const;

  std::string path_;
  std::ifstream in_;
  std::uint64_t count_ = 0;
  std::string cut_off_;
  TraceNames names_;
  int cpus_ = 0;
  std::map<std::uint32_t, int> own_lanes_;
  mutable std::string made_up_note_;      // what the last phrase() refers to
  mutable std::string made_up_object_;
};

}  // namespace mmsim
