#include "sim/sweep/sweep.hpp"

#include <chrono>
#include <vector>

#include "results/writer.hpp"
#include "sim/sweep/worker_pool.hpp"

namespace mmsim {
namespace {

bool is_hang(const RunRecord& record) {
  return record.ended == RunEnded::kRan && record.result.verdict() != pb::COMPLETED && record.result.verdict() != pb::LIMIT;
}

class Driver {
 public:
  Driver(const SweepPlan& plan, const std::string& path, const SweepOptions& options)
      : plan_(plan), options_(options), recorded_(plan.points() * plan.seeds()),
        writer_(path, plan.identity(), options.shard, [this](const PointSink& sink) {
          for (std::uint64_t point = 0; point < plan_.points(); ++point)
            if (options_.shard.has(point)) sink(plan_.row(point));
        }) {}

  bool run() {
    if (options_.retry_crashed) writer_.forget_crashed();
    writer_.for_each_recorded([this](std::uint64_t point, std::uint64_t seed, bool hang) {
      recorded_[point * plan_.seeds() + seed - plan_.identity().first_seed] = true;
      ++progress_.before;
      if (hang) ++progress_.hangs;
    });
    progress_.recorded = progress_.before;
    const std::uint64_t shards = options_.shard.shards;
    progress_.runs = (plan_.points() + shards - 1 - options_.shard.number) / shards * plan_.seeds();
    const auto work = [this](std::uint64_t run) { return run_point(plan_, point_of(run), seed_of(run), options_.finish); };
    WorkerPool pool(work, {.jobs = options_.jobs, .pieces = progress_.runs - progress_.before, .seconds_max = options_.seconds_max});
    const bool all = pool.run([this] { return next(); }, [this](PieceResult piece) { record(std::move(piece)); },
                              [this] { settle(); }, options_.stop);
    settle();
    if (all) writer_.finish();
    return all;
  }

 private:
  std::uint64_t point_of(std::uint64_t run) const { return run / plan_.seeds(); }
  std::uint64_t seed_of(std::uint64_t run) const { return run % plan_.seeds() + plan_.identity().first_seed; }

  std::optional<std::uint64_t> next() {
    for (; next_ < recorded_.size(); ++next_)
      if (!recorded_[next_] && options_.shard.has(point_of(next_))) return next_++;
    return {};
  }

  void record(PieceResult piece) {
    RunRecord record;
    record.point = point_of(piece.number);
    record.seed = seed_of(piece.number);
    record.wall_ns = piece.wall_ns;
    if (piece.failure.empty()) {
      read_point(piece.bytes, record);
    } else {
      record.ended = RunEnded::kCrashed;
      record.failure = std::move(piece.failure);
    }
    writer_.put(record);
    ++progress_.recorded;
    if (is_hang(record)) ++progress_.hangs;
    if (record.ended == RunEnded::kCrashed) ++progress_.crashed;
    if (record.ended == RunEnded::kBadScenario) ++progress_.bad;
  }

  void settle() {
    writer_.commit();
    progress_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    options_.progress(progress_);
  }

  const SweepPlan& plan_;
  const SweepOptions& options_;
  std::vector<bool> recorded_;   // by number of the run
  ResultsWriter writer_;
  std::uint64_t next_ = 0;
  SweepProgress progress_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

bool run_sweep(const SweepPlan& plan, const std::string& path, const SweepOptions& options) { return Driver(plan, path, options).run(); }

}  // namespace mmsim
