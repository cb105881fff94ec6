// Numbered pieces of work in worker processes that are forked once and take one piece after the other.
//
// 1. A worker that crashes takes down the piece it was at, which is reported with how it ended, and nothing else: what it had been
//    given beyond that is given to another.
// 2. A worker is replaced after some pieces, for what they may leave behind in it: SimGrid's engine is one per process, and becomes
//    slower with every different machine that it has seen.
// 3. Workers end with their parent, however it ends. SIGINT and SIGTERM are the parent's business.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mmsim {

struct PieceResult {
  std::uint64_t number = 0;
  std::string bytes;           // what the work returned
  std::string failure;         // how its process ended, if it did not return, and what it said first
  std::int64_t wall_ns = 0;
};

struct PoolOptions {
  int jobs = 1;
  std::uint64_t pieces = UINT64_MAX;         // that there will be, at most
  std::uint64_t pieces_per_worker = 1000;
  double seconds_max = 0;      // of one piece; its worker is killed then. 0: no bound
};

class WorkerPool {
 public:
  using Work = std::function<std::string(std::uint64_t)>;
  // `work` runs in the workers; an exception that leaves it is a failure of the piece.
  WorkerPool(Work work, const PoolOptions& options);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Takes numbers from `next` until it has none. Calls `done` for each in the order in which they end, and `settled` whenever it has
  // told of all that it knows, and a few times a second. False: `stop` said so, and what was in work is dropped.
  bool run(const std::function<std::optional<std::uint64_t>()>& next, const std::function<void(PieceResult)>& done,
           const std::function<void()>& settled, const std::function<bool()>& stop);

 private:
  using Clock = std::chrono::steady_clock;
  struct Worker {
    pid_t pid = -1;
    int socket = -1;
    int errors = -1;           // where its standard error goes
    std::deque<std::uint64_t> given;
    std::uint64_t pieces = 0;
    std::string unread;        // of the next frame
    Clock::time_point since;   // when it began with given.front()
    bool too_long = false;
  };

  void start(Worker& worker);
  void feed(Worker& worker, const std::function<std::optional<std::uint64_t>()>& next);
  std::size_t ahead() const;
  void receive(Worker& worker, const std::function<void(PieceResult)>& done);
  void take_frames(Worker& worker, std::vector<PieceResult>& out);
  void bury(Worker& worker, const std::function<void(PieceResult)>& done);
  std::string obituary(const Worker& worker, int status) const;
  void check_times();
  void wait_for_results();
  void kill_all();

  Work work_;
  PoolOptions options_;
  std::vector<Worker> workers_;
  std::deque<std::uint64_t> returned_;   // given to workers that died
  bool exhausted_ = false;
  std::uint64_t handed_out_ = 0;
  double mean_ns_ = -1;        // of a piece, the last ones counting most; below 0: not known
};

}  // namespace mmsim
