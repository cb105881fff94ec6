// A results database that is being filled. See schema.hpp for what is in it.
//
// 1. One process has it open for writing at a time; a second one is told so. The lock goes with the process, however it ends.
// 2. What was committed stays, whatever then happens to the process. A power failure may lose the last commits, never more.
// 3. All functions throw ResultsError where the file or the system does not do what it is asked; what was committed is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "proto/result.pb.h"
#include "results/results_error.hpp"
#include "results/sweep_identity.hpp"

namespace mmsim {

enum class RunEnded : std::uint8_t { kRan, kCrashed, kBadScenario };

struct RunRecord {
  std::uint64_t point = 0;
  std::uint64_t seed = 0;
  RunEnded ended = RunEnded::kRan;
  std::string failure;               // unless it ran
  pb::Result result;                 // if it ran
  std::int64_t wall_ns = 0;
};

using PointSink = std::function<void(const PointRow&)>;

class ResultsWriter {
 public:
  // Opens the database at `path`, which must be of this sweep and shard, or makes it with the points that `list` tells of. A shard's
  // file may lie on a network file system, where WAL's shared memory does not work: nobody else can read it while it is open.
  ResultsWriter(const std::string& path, const SweepIdentity& identity, const Shard& shard,
                const std::function<void(const PointSink&)>& list);
  ~ResultsWriter();
  ResultsWriter(const ResultsWriter&) = delete;
  ResultsWriter& operator=(const ResultsWriter&) = delete;

  // Every run that is recorded already, in the order of points and seeds.
  void for_each_recorded(const std::function<void(std::uint64_t point, std::uint64_t seed, bool hang)>& visit);
  // Takes out what is recorded of runs that crashed, so that they can be run again. Returns how many.
  int forget_crashed();
  // Becomes lasting with commit(). The run must not be recorded yet.
  void put(const RunRecord& record);
  void commit();
  // The last thing to be called: makes one plain file of it, which can be mailed and read where nothing can be written.
  void finish();

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

// Gives a database another name, so that a new one can take its place: "x.db" becomes "x.1.db", or the next number that is
// free. Returns that name, or nothing where there is no such file. Refuses what is no results database, and one that is being written.
std::string keep_beside(const std::string& path);

}  // namespace mmsim
